/* form.c: see form.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/gimp2/form.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <string.h>

enum { RESPONSE_RESET = 1 };

#define ROWS "fddm-rows" /* how many rows a grid has */

/* The lines' words are narrower than this, in pixels. */
#define LINE_WIDTH 340

/* ---- Values ---- */

static void
take (FddmForm *form, GObject *control, double value)
{
  int i = 0;

  while (form->controls[i] != control)
    i++;
  if (form->values[i] == value)
    return;
  form->values[i] = value;
  fddm_lines_show (&form->lines, form->table, form->values);
  if (form->changed)
    form->changed (form->data, form->table[i].name);
}

static void
adjustment_changed (GtkAdjustment *adjustment, FddmForm *form)
{
  take (form, G_OBJECT (adjustment), gtk_adjustment_get_value (adjustment));
}

static void
combo_changed (GimpIntComboBox *combo, FddmForm *form)
{
  int chosen;

  if (gimp_int_combo_box_get_active (combo, &chosen))
    take (form, G_OBJECT (combo), chosen);
}

static void
toggle_changed (GtkToggleButton *toggle, FddmForm *form)
{
  take (form, G_OBJECT (toggle), gtk_toggle_button_get_active (toggle));
}

static void
show_value (FddmForm *form, int i, double value)
{
  if (GIMP_IS_INT_COMBO_BOX (form->controls[i]))
    gimp_int_combo_box_set_active (GIMP_INT_COMBO_BOX (form->controls[i]), (int) value);
  else if (GTK_IS_TOGGLE_BUTTON (form->controls[i]))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (form->controls[i]), value != 0);
  else
    gtk_adjustment_set_value (GTK_ADJUSTMENT (form->controls[i]), value);
}

static void
reset (FddmForm *form)
{
  for (int i = 0; form->table[i].name; i++)
    if (form->controls[i])
      show_value (form, i, fddm_parameter_preset (&form->table[i]));
}

/* ---- Rows ---- */

static void
draw_seed (GtkAdjustment *adjustment)
{
  gtk_adjustment_set_value (adjustment, g_random_int_range (0, G_MAXINT32));
}

static int
next_row (GtkWidget *grid)
{
  int row = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (grid), ROWS));

  g_object_set_data (G_OBJECT (grid), ROWS, GINT_TO_POINTER (row + 1));
  return row;
}

static GObject *
add_scale (GtkTable *grid, int row, const FddmParameter *parameter, double value)
{
  const double fine = parameter->max <= 1 ? 0.01 : 1;

  return G_OBJECT (gimp_scale_entry_new (grid, 0, row, _ (parameter->label), 180, 6, value, parameter->min, parameter->max,
                                         fine / (fine < 1 ? 1 : 10), 5 * fine, fine < 1 ? 2 : 1, TRUE, 0, 0,
                                         _ (parameter->blurb), NULL));
}

static GObject *
add_number (FddmForm *form, GtkTable *grid, int row, const FddmParameter *parameter, double value)
{
  GtkAdjustment *adjustment = GTK_ADJUSTMENT (gtk_adjustment_new (value, parameter->min, parameter->max, 1, 10, 0));
  GtkWidget     *spin       = gtk_spin_button_new (adjustment, 1, 0);
  GtkWidget     *box        = gtk_hbox_new (FALSE, 6), *button;
  GtkWidget    **widgets    = form->widgets[parameter - form->table];

  gimp_help_set_help_data (spin, _ (parameter->blurb), NULL);
  gtk_box_pack_start (GTK_BOX (box), spin, FALSE, FALSE, 0);
  if (!strcmp (parameter->name, "seed"))
    {
      button = gtk_button_new_with_label (_ ("New seed"));
      g_signal_connect_swapped (button, "clicked", G_CALLBACK (draw_seed), adjustment);
      gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
    }
  widgets[0] = gimp_table_attach_aligned (grid, 0, row, _ (parameter->label), 0, 0.5, box, 2, TRUE);
  widgets[1] = box;
  gtk_label_set_mnemonic_widget (GTK_LABEL (widgets[0]), spin);
  return G_OBJECT (adjustment);
}

/* What there is to choose from, for choices and texts; free with g_free. */
static FddmChoice *
offer (FddmForm *form, const FddmParameter *parameter, GimpIntComboBox *combo)
{
  FddmChoice       *choices = parameter->choices ? NULL : form->choices (form->data, parameter->name, form->values);
  const FddmChoice *all     = choices ? choices : parameter->choices;

  for (int i = 0; all[i].name; i++)
    gimp_int_combo_box_append (combo, GIMP_INT_STORE_VALUE, choices ? (int) fddm_value_of_text (all[i].name) : i,
                               GIMP_INT_STORE_LABEL, choices ? all[i].label : _ (all[i].label), -1);
  return choices;
}

static GObject *
add_choice (FddmForm *form, GtkTable *grid, int row, const FddmParameter *parameter, double value)
{
  GtkWidget             *combo   = g_object_new (GIMP_TYPE_INT_COMBO_BOX, NULL);
  g_autofree FddmChoice *choices = offer (form, parameter, GIMP_INT_COMBO_BOX (combo));

  gimp_help_set_help_data (combo, _ (parameter->blurb), NULL);
  gimp_table_attach_aligned (grid, 0, row, _ (parameter->label), 0, 0.5, combo, 2, FALSE);
  if (!gimp_int_combo_box_set_active (GIMP_INT_COMBO_BOX (combo), (int) value))
    gtk_combo_box_set_active (GTK_COMBO_BOX (combo), 0);
  g_signal_connect (combo, "changed", G_CALLBACK (combo_changed), form);
  return G_OBJECT (combo);
}

static GObject *
add_toggle (GtkWidget *grid, const FddmParameter *parameter, double value)
{
  GtkWidget *toggle = gtk_check_button_new_with_mnemonic (_ (parameter->label));

  gimp_help_set_help_data (toggle, _ (parameter->blurb), NULL);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (toggle), value != 0);
  fddm_form_add_widget (grid, toggle);
  return G_OBJECT (toggle);
}

static void
add_lines (FddmForm *form, GtkWidget *grid, const char *name)
{
  const FddmLine *lines = form->lines.lines;

  for (int i = 0; lines && lines[i].name; i++)
    if (!strcmp (lines[i].name, name))
      {
        GtkWidget *label = gtk_label_new (_ (lines[i].wait));
        int        row   = next_row (grid);

        gtk_misc_set_alignment (GTK_MISC (label), 0, 0.5);
        gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
        gtk_widget_set_size_request (label, LINE_WIDTH, -1);
        gtk_table_attach (GTK_TABLE (grid), label, 1, 3, row, row + 1, GTK_FILL, 0, 0, 0);
        form->lines.labels[i] = label;
      }
}

GtkWidget *
fddm_form_grid_new (void)
{
  GtkWidget *grid = gtk_table_new (1, 3, FALSE); /* grows with its rows */

  gtk_table_set_row_spacings (GTK_TABLE (grid), 6);
  gtk_table_set_col_spacings (GTK_TABLE (grid), 6);
  return grid;
}

void
fddm_form_add_widget (GtkWidget *grid, GtkWidget *widget)
{
  int row = next_row (grid);

  gtk_table_attach (GTK_TABLE (grid), widget, 1, 3, row, row + 1, GTK_FILL, 0, 0, 0);
}

void
fddm_form_add (FddmForm *form, GtkWidget *grid, const char *name)
{
  const int            i         = fddm_parameter_place (form->table, name);
  const FddmParameter *parameter = &form->table[i];
  const double         value     = form->values[i];
  GtkTable            *table     = GTK_TABLE (grid);

  switch (parameter->type)
    {
    case FDDM_PARAMETER_DOUBLE: form->controls[i] = add_scale (table, next_row (grid), parameter, value); break;
    case FDDM_PARAMETER_INT: form->controls[i] = add_number (form, table, next_row (grid), parameter, value); break;
    case FDDM_PARAMETER_BOOLEAN: form->controls[i] = add_toggle (grid, parameter, value); break;
    default: form->controls[i] = add_choice (form, table, next_row (grid), parameter, value); break;
    }
  if (GTK_IS_TOGGLE_BUTTON (form->controls[i]))
    g_signal_connect (form->controls[i], "toggled", G_CALLBACK (toggle_changed), form);
  else if (GTK_IS_ADJUSTMENT (form->controls[i]))
    g_signal_connect (form->controls[i], "value-changed", G_CALLBACK (adjustment_changed), form);
  else
    combo_changed (GIMP_INT_COMBO_BOX (form->controls[i]), form); /* what there is to choose from may not have the value */
  add_lines (form, grid, name);
}

void
fddm_form_add_group (FddmForm *form, GtkWidget *box, const char *group)
{
  GtkWidget *expander = gtk_expander_new_with_mnemonic (_ (group)), *grid = fddm_form_grid_new ();

  for (int i = 0; form->table[i].name; i++)
    if (!g_strcmp0 (form->table[i].group, group))
      {
        if (form->values[i] != fddm_parameter_preset (&form->table[i]))
          gtk_expander_set_expanded (GTK_EXPANDER (expander), TRUE);
        fddm_form_add (form, grid, form->table[i].name);
      }
  gtk_container_set_border_width (GTK_CONTAINER (grid), 6);
  gtk_container_add (GTK_CONTAINER (expander), grid);
  gtk_box_pack_start (GTK_BOX (box), expander, FALSE, FALSE, 0);
}

void
fddm_form_offer (FddmForm *form, const char *name)
{
  const int              i       = fddm_parameter_place (form->table, name);
  const double           value   = form->values[i];
  GimpIntComboBox       *combo   = GIMP_INT_COMBO_BOX (form->controls[i]);
  g_autofree FddmChoice *choices = NULL;

  gtk_list_store_clear (GTK_LIST_STORE (gtk_combo_box_get_model (GTK_COMBO_BOX (combo))));
  choices = offer (form, &form->table[i], combo);
  if (!gimp_int_combo_box_set_active (combo, (int) value))
    gtk_combo_box_set_active (GTK_COMBO_BOX (combo), 0);
}

/* ---- The window ---- */

gboolean
fddm_form_run (FddmForm *form, GtkWidget *content, const char *title, const char *procedure)
{
  GtkWidget *window = gimp_dialog_new (title, procedure, NULL, 0, gimp_standard_help_func, procedure, _ ("_Reset"),
                                       RESPONSE_RESET, _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_OK"), GTK_RESPONSE_OK, NULL);
  int        response;

  gtk_dialog_set_default_response (GTK_DIALOG (window), GTK_RESPONSE_OK);
  gimp_window_set_transient (GTK_WINDOW (window));
  gtk_container_set_border_width (GTK_CONTAINER (content), 12);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (window))), content, TRUE, TRUE, 0);
  gtk_widget_show (content);
  fddm_lines_show (&form->lines, form->table, form->values);

  fddm_lines_start (&form->lines);
  while ((response = gimp_dialog_run (GIMP_DIALOG (window))) == RESPONSE_RESET)
    reset (form);
  fddm_lines_stop (&form->lines);
  gtk_widget_destroy (window);
  return response == GTK_RESPONSE_OK;
}
