/* denoise-dialog.c: see denoise-dialog.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "denoise-dialog.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <string.h>

/* Rows of the table, each with its control and the value that it shows. */
typedef struct {
  const FddmParameter *table;
  double              *values;
  GObject             *controls[FDDM_PARAMETERS_MAX];   /* a GtkAdjustment or a GimpIntComboBox */
  const FddmMeasuring *measuring;
  GtkWidget           *measured;        /* its label */
  guint                idle;            /* that will fill it, or 0 */
} Dialog;

enum { RESPONSE_RESET = 1 };

static void
scale_changed (GtkAdjustment *adjustment, double *value)
{
  *value = gtk_adjustment_get_value (adjustment);
}

static void
combo_changed (GimpIntComboBox *combo, double *value)
{
  int chosen;

  if (gimp_int_combo_box_get_active (combo, &chosen))
    *value = chosen;
}

static GObject *
add_scale (GtkTable *grid, int row, const FddmParameter *parameter, double *value)
{
  GtkObject *scale = gimp_scale_entry_new (grid, 0, row, _(parameter->label), 180, 6, *value, parameter->min, parameter->max,
                                           0.1, 5, 1, TRUE, 0, 0, _(parameter->blurb), NULL);

  g_signal_connect (scale, "value-changed", G_CALLBACK (scale_changed), value);
  return G_OBJECT (scale);
}

static GObject *
add_number (GtkTable *grid, int row, const FddmParameter *parameter, double *value)
{
  GtkAdjustment *adjustment = GTK_ADJUSTMENT (gtk_adjustment_new (*value, parameter->min, parameter->max, 1, 10, 0));
  GtkWidget     *spin       = gtk_spin_button_new (adjustment, 1, 0);

  gimp_help_set_help_data (spin, _(parameter->blurb), NULL);
  gimp_table_attach_aligned (grid, 0, row, _(parameter->label), 0, 0.5, spin, 2, TRUE);
  g_signal_connect (adjustment, "value-changed", G_CALLBACK (scale_changed), value);
  return G_OBJECT (adjustment);
}

static GObject *
add_choice (GtkTable *grid, int row, const FddmParameter *parameter, double *value)
{
  GtkWidget *combo = g_object_new (GIMP_TYPE_INT_COMBO_BOX, NULL);

  for (int i = 0; parameter->choices[i].name; i++)
    gimp_int_combo_box_append (GIMP_INT_COMBO_BOX (combo), GIMP_INT_STORE_VALUE, i, GIMP_INT_STORE_LABEL,
                               _(parameter->choices[i].label), -1);
  gimp_help_set_help_data (combo, _(parameter->blurb), NULL);
  gimp_table_attach_aligned (grid, 0, row, _(parameter->label), 0, 0.5, combo, 2, FALSE);
  gimp_int_combo_box_connect (GIMP_INT_COMBO_BOX (combo), (int) *value, G_CALLBACK (combo_changed), value);
  return G_OBJECT (combo);
}

static void
reset (Dialog *dialog)
{
  for (int i = 0; dialog->table[i].name; i++)
    if (dialog->table[i].choices)
      gimp_int_combo_box_set_active (GIMP_INT_COMBO_BOX (dialog->controls[i]), (int) dialog->table[i].preset);
    else
      gtk_adjustment_set_value (GTK_ADJUSTMENT (dialog->controls[i]), dialog->table[i].preset);
}

static GtkWidget *
grid_new (void)
{
  GtkWidget *grid = gtk_table_new (1, 3, FALSE);   /* grows with its rows */

  gtk_table_set_row_spacings (GTK_TABLE (grid), 6);
  gtk_table_set_col_spacings (GTK_TABLE (grid), 6);
  return grid;
}

/* A grid for the parameters of GROUP, in an expander that is open where one of them was changed. */
static GtkWidget *
add_group (Dialog *dialog, GtkWidget *box, const char *group)
{
  GtkWidget *expander = gtk_expander_new_with_mnemonic (_(group)), *grid = grid_new ();

  for (int i = 0; dialog->table[i].name; i++)
    if (!g_strcmp0 (dialog->table[i].group, group) && dialog->values[i] != dialog->table[i].preset)
      gtk_expander_set_expanded (GTK_EXPANDER (expander), TRUE);
  gtk_container_set_border_width (GTK_CONTAINER (grid), 6);
  gtk_container_add (GTK_CONTAINER (expander), grid);
  gtk_box_pack_start (GTK_BOX (box), expander, FALSE, FALSE, 0);
  return grid;
}

static void
fill (Dialog *dialog, GtkWidget *box)
{
  GtkWidget  *grid  = grid_new ();
  const char *group = NULL;
  int         row   = 0;

  gtk_box_pack_start (GTK_BOX (box), grid, FALSE, FALSE, 0);
  for (int i = 0; dialog->table[i].name; i++)
    {
      const FddmParameter *parameter = &dialog->table[i];
      GObject *(*add) (GtkTable *, int, const FddmParameter *, double *)
        = parameter->type == FDDM_PARAMETER_DOUBLE ? add_scale
          : parameter->type == FDDM_PARAMETER_INT  ? add_number
                                                   : add_choice;

      if (g_strcmp0 (parameter->group, group))
        {
          group = parameter->group;
          grid  = add_group (dialog, box, group);
          row   = 0;
        }
      dialog->controls[i] = add (GTK_TABLE (grid), row++, parameter, &dialog->values[i]);
    }
}

/* ---- What was measured ---- */

static gboolean
measure (gpointer data)
{
  Dialog          *dialog = data;
  g_autofree char *line   = dialog->measuring->words (dialog->measuring->data);

  gtk_label_set_text (GTK_LABEL (dialog->measured), line);
  dialog->idle = 0;
  return G_SOURCE_REMOVE;
}

static double *
measured_value (const Dialog *dialog)
{
  int i = 0;

  while (strcmp (dialog->table[i].name, dialog->measuring->name) != 0)
    i++;
  return &dialog->values[i];
}

static void
show_measured (Dialog *dialog)
{
  gtk_widget_set_visible (dialog->measured, *measured_value (dialog) == 0);
}

/* The picture is measured when the dialog stands on the screen. */
static void
add_measured (Dialog *dialog, GtkWidget *box)
{
  dialog->measured = gtk_label_new (_("Measuring noise"));
  gtk_misc_set_alignment (GTK_MISC (dialog->measured), 0, 0.5);
  gtk_label_set_line_wrap (GTK_LABEL (dialog->measured), TRUE);
  gtk_box_pack_start (GTK_BOX (box), dialog->measured, FALSE, FALSE, 0);
  gtk_box_reorder_child (GTK_BOX (box), dialog->measured, 0);
  g_signal_connect_swapped (dialog->controls[measured_value (dialog) - dialog->values], "value-changed",
                            G_CALLBACK (show_measured), dialog);
  dialog->idle = g_idle_add_full (G_PRIORITY_LOW, measure, dialog, NULL);
}

gboolean
fddm_denoise_dialog_run (const char *procedure, const FddmParameter *table, const FddmMeasuring *measuring, double *values)
{
  Dialog     dialog = { .table = table, .values = values, .measuring = measuring };
  GtkWidget *window, *box;
  int        response;

  gimp_ui_init ("fddm", FALSE);
  window = gimp_dialog_new (_("FDDM Denoise"), "fddm-denoise", NULL, 0, gimp_standard_help_func, procedure,
                            _("_Reset"), RESPONSE_RESET, _("_Cancel"), GTK_RESPONSE_CANCEL, _("_OK"), GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (window), GTK_RESPONSE_OK);
  gimp_window_set_transient (GTK_WINDOW (window));

  box = gtk_vbox_new (FALSE, 6);
  gtk_container_set_border_width (GTK_CONTAINER (box), 12);
  fill (&dialog, box);
  add_measured (&dialog, box);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (window))), box, TRUE, TRUE, 0);
  gtk_widget_show_all (box);
  show_measured (&dialog);

  while ((response = gimp_dialog_run (GIMP_DIALOG (window))) == RESPONSE_RESET)
    reset (&dialog);
  if (dialog.idle)
    g_source_remove (dialog.idle);
  gtk_widget_destroy (window);
  return response == GTK_RESPONSE_OK;
}
