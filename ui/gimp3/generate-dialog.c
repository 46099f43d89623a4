/* generate-dialog.c: see generate-dialog.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/gimp3/generate-dialog.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ui/gimp3/form.h"
#include "ui/preview.h"

typedef struct {
  FddmForm                form;
  const FddmGenerateHelp *help;
  FddmPreview            *preview;
  GtkListStore           *subjects;
  GtkWidget              *as_image; /* a toggle button: the size is the image's */
  double                  values[FDDM_PARAMETERS_MAX];
} Dialog;

enum { COLUMN_NAME, COLUMN_LABEL };

/* ---- Texts to choose from ---- */

/* Fills the list anew; a choice that is gone becomes the first one. */
static void
offer (Dialog *dialog, GtkListStore *list, const char *name)
{
  const FddmGenerateHelp *help    = dialog->help;
  g_autofree FddmChoice  *choices = help->choices (help->data, name, dialog->values);
  g_autofree char        *before  = NULL;
  gboolean                known   = FALSE;

  g_object_get (dialog->form.config, name, &before, NULL);
  gtk_list_store_clear (list);
  for (int i = 0; choices[i].name; i++)
    {
      gtk_list_store_insert_with_values (list, NULL, -1, COLUMN_NAME, choices[i].name, COLUMN_LABEL, choices[i].label, -1);
      known = known || !g_strcmp0 (choices[i].name, before);
    }
  g_object_set (dialog->form.config, name, known ? before : choices[0].name, NULL);
}

/* A row to choose the text NAME in; the list of what there is comes back too. */
static GtkWidget *
new_choice (Dialog *dialog, const char *name, GtkListStore **list)
{
  const FddmParameter *parameter = &dialog->form.table[fddm_parameter_place (dialog->form.table, name)];
  GtkWidget           *combo, *row;

  *list = gtk_list_store_new (2, G_TYPE_STRING, G_TYPE_STRING);
  offer (dialog, *list, name);
  combo = gimp_prop_string_combo_box_new (G_OBJECT (dialog->form.config), name, GTK_TREE_MODEL (*list), COLUMN_NAME,
                                          COLUMN_LABEL);
  row   = gimp_label_string_widget_new (_ (parameter->label), combo);
  g_object_unref (*list);
  gtk_widget_set_hexpand (combo, TRUE);
  gimp_help_set_help_data (combo, _ (parameter->blurb), NULL);
  gtk_widget_show_all (row);
  return row;
}

/* ---- The size ---- */

static gboolean
is_as_image (const Dialog *dialog)
{
  return dialog->values[fddm_parameter_place (dialog->form.table, "width")] == 0 &&
         dialog->values[fddm_parameter_place (dialog->form.table, "height")] == 0;
}

static void
set_side (Dialog *dialog, const char *name, int image)
{
  gboolean own   = !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (dialog->as_image));
  double   value = dialog->values[fddm_parameter_place (dialog->form.table, name)];

  gtk_widget_set_visible (gimp_procedure_dialog_get_widget (dialog->form.dialog, name, G_TYPE_NONE), own);
  if (own != (value > 0))
    g_object_set (dialog->form.config, name, own ? image : 0, NULL);
}

static void
as_image_toggled (Dialog *dialog)
{
  set_side (dialog, "width", dialog->help->image_width);
  set_side (dialog, "height", dialog->help->image_height);
}

/* ---- The dialog ---- */

static void
changed (gpointer data, const char *name)
{
  Dialog *dialog = data;

  fddm_form_values (dialog->form.config, dialog->form.table, dialog->values);
  if (!strcmp (name, "model"))
    offer (dialog, dialog->subjects, "subject");
  if (is_as_image (dialog)) /* after a reset, too */
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (dialog->as_image), TRUE);
  if (strcmp (name, "count")) /* the first layer is shown */
    fddm_preview_update (dialog->preview, dialog->values);
}

static GtkWidget *
new_size_toggle (Dialog *dialog)
{
  g_autofree char *words = fddm_generate_size_words (dialog->help);

  dialog->as_image = gtk_check_button_new_with_mnemonic (words);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (dialog->as_image), is_as_image (dialog));
  g_signal_connect_swapped (dialog->as_image, "toggled", G_CALLBACK (as_image_toggled), dialog);
  gtk_widget_show (dialog->as_image);
  return dialog->as_image;
}

/* GIMP lines up the labels of its own rows; ours follow the seed's. */
static void
line_up (Dialog *dialog, GtkWidget *one, GtkWidget *other)
{
  GtkWidget               *seed   = gimp_procedure_dialog_get_widget (dialog->form.dialog, "seed", G_TYPE_NONE);
  GtkWidget               *rows[] = { one, other, seed };
  g_autoptr (GtkSizeGroup) group  = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (GIMP_IS_LABELED (rows[i]))
      gtk_size_group_add_widget (group, gimp_labeled_get_label (GIMP_LABELED (rows[i])));
}

/* What GIMP makes by itself, with our own rows in between. */
static GtkWidget *
new_controls (Dialog *dialog)
{
  FddmForm         *form  = &dialog->form;
  const char       *group = form->table[fddm_parameter_place (form->table, "model")].group;
  g_autoptr (GList) names = NULL;
  GtkWidget        *subject, *model, *box, *advanced;
  GtkListStore     *models;

  for (int i = 0; form->table[i].name; i++)
    if (!form->table[i].group && strcmp (form->table[i].name, "subject"))
      names = fddm_form_add (form, names, form->table[i].name);
  names   = g_list_append (names, (gpointer) fddm_form_add_group (form, group, "model", &advanced));
  box     = gimp_procedure_dialog_fill_box_list (form->dialog, "controls", names);
  subject = new_choice (dialog, "subject", &dialog->subjects);
  model   = new_choice (dialog, "model", &models);
  gtk_box_pack_start (GTK_BOX (box), subject, FALSE, FALSE, 0);
  gtk_box_reorder_child (GTK_BOX (box), subject, 0);
  gtk_box_pack_start (GTK_BOX (box), new_size_toggle (dialog), FALSE, FALSE, 0);
  gtk_box_reorder_child (GTK_BOX (box), dialog->as_image, 1);
  gtk_box_pack_start (GTK_BOX (advanced), model, FALSE, FALSE, 0);
  gtk_box_reorder_child (GTK_BOX (advanced), model, 0);
  line_up (dialog, subject, model);
  gtk_widget_show (box);
  return box;
}

gboolean
fddm_generate_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const FddmParameter *table,
                          const FddmGenerateHelp *help)
{
  Dialog     dialog = { .help = help };
  int        n      = 0;
  GtkWidget *box;
  gboolean   go_on;

  while (table[n].name)
    n++;
  fddm_form_init (&dialog.form, procedure, config, _ ("FDDM Generate"), table, help->lines);
  dialog.form.changed = changed;
  dialog.form.data    = &dialog;
  fddm_form_values (config, table, dialog.values);
  dialog.preview = fddm_preview_new (&help->painter, n);
  box            = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  gtk_container_set_border_width (GTK_CONTAINER (box), 12);
  gtk_widget_show_all (fddm_preview_widget (dialog.preview));
  gtk_box_pack_start (GTK_BOX (box), fddm_preview_widget (dialog.preview), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_controls (&dialog), TRUE, TRUE, 0);
  gtk_widget_show (box);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (dialog.form.dialog))), box, TRUE, TRUE, 0);
  fddm_form_values (config, table, dialog.values);
  as_image_toggled (&dialog);
  fddm_preview_update (dialog.preview, dialog.values);
  go_on = fddm_form_run (&dialog.form);
  fddm_preview_free (dialog.preview);
  return go_on;
}
