/* generate-dialog.c: see generate-dialog.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/gimp2/generate-dialog.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <string.h>

#include "ui/gimp2/form.h"
#include "ui/preview.h"

typedef struct {
  FddmForm                form;
  const FddmGenerateHelp *help;
  FddmPreview            *preview;
  GtkWidget              *as_image; /* a toggle button: the size is the image's */
} Dialog;

static FddmChoice *
choices (gpointer data, const char *name, const double *values)
{
  const FddmGenerateHelp *help = ((Dialog *) data)->help;

  return help->choices (help->data, name, values);
}

/* Shows the row of NAME where the size is not the image's; without a gap where it is hidden. */
static void
set_side (Dialog *dialog, const char *name, int image)
{
  int         place   = fddm_parameter_place (dialog->form.table, name);
  gboolean    own     = !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (dialog->as_image));
  GtkWidget **widgets = dialog->form.widgets[place];
  GtkWidget  *grid    = gtk_widget_get_parent (widgets[0]);
  guint       row;

  gtk_container_child_get (GTK_CONTAINER (grid), widgets[0], "top-attach", &row, NULL);
  gtk_table_set_row_spacing (GTK_TABLE (grid), row, own ? 6 : 0);
  for (int i = 0; i < 2; i++)
    gtk_widget_set_visible (widgets[i], own);
  if (own != (dialog->form.values[place] > 0))
    gtk_adjustment_set_value (GTK_ADJUSTMENT (dialog->form.controls[place]), own ? image : 0);
}

static void
as_image_toggled (Dialog *dialog)
{
  set_side (dialog, "width", dialog->help->image_width);
  set_side (dialog, "height", dialog->help->image_height);
}

/* Whether width and height are those of the image. */
static gboolean
is_as_image (const Dialog *dialog)
{
  const FddmForm *form = &dialog->form;

  return form->values[fddm_parameter_place (form->table, "width")] == 0 &&
         form->values[fddm_parameter_place (form->table, "height")] == 0;
}

static void
changed (gpointer data, const char *name)
{
  Dialog *dialog = data;

  if (!strcmp (name, "model"))
    fddm_form_offer (&dialog->form, "subject");
  if (is_as_image (dialog)) /* after a reset, too */
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (dialog->as_image), TRUE);
  if (strcmp (name, "count")) /* the first layer is shown */
    fddm_preview_update (dialog->preview, dialog->form.values);
}

static GtkWidget *
new_controls (Dialog *dialog)
{
  g_autofree char *size = fddm_generate_size_words (dialog->help);
  GtkWidget       *box = gtk_vbox_new (FALSE, 6), *grid = fddm_form_grid_new ();
  FddmForm        *form = &dialog->form;

  dialog->as_image = gtk_check_button_new_with_mnemonic (size);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (dialog->as_image), is_as_image (dialog));
  fddm_form_add (form, grid, "subject");
  fddm_form_add_widget (grid, dialog->as_image);
  for (int i = 0; form->table[i].name; i++)
    if (!form->table[i].group && strcmp (form->table[i].name, "subject"))
      fddm_form_add (form, grid, form->table[i].name);
  gtk_box_pack_start (GTK_BOX (box), grid, FALSE, FALSE, 0);
  fddm_form_add_group (form, box, form->table[fddm_parameter_place (form->table, "model")].group);
  g_signal_connect_swapped (dialog->as_image, "toggled", G_CALLBACK (as_image_toggled), dialog);
  return box;
}

gboolean
fddm_generate_dialog_run (const char *procedure, const FddmParameter *table, const FddmGenerateHelp *help, double *values)
{
  Dialog dialog = {
    .help = help,
    .form = { .table = table, .values = values, .lines = { .lines = help->lines }, .choices = choices, .changed = changed }
  };
  int        n = 0;
  GtkWidget *box;
  gboolean   go_on;

  gimp_ui_init ("fddm", TRUE);
  while (table[n].name)
    n++;
  dialog.form.data = &dialog;
  dialog.preview   = fddm_preview_new (&help->painter, n);
  box              = gtk_hbox_new (FALSE, 12);
  gtk_box_pack_start (GTK_BOX (box), fddm_preview_widget (dialog.preview), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_controls (&dialog), TRUE, TRUE, 0);
  gtk_widget_show_all (box);
  as_image_toggled (&dialog);
  fddm_preview_update (dialog.preview, values);
  go_on = fddm_form_run (&dialog.form, box, _ ("FDDM Generate"), procedure);
  fddm_preview_free (dialog.preview);
  return go_on;
}
