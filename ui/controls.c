/* controls.c: see controls.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/controls.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ui/toolkit.h"

#define PLACE "fddm-place"

void
fddm_controls_init (FddmControls *controls, const FddmParameter *table, double *values,
                    void (*changed) (gpointer data, int place), gpointer data)
{
  *controls = (FddmControls) { .table   = table,
                               .values  = values,
                               .changed = changed,
                               .data    = data,
                               .labels  = gtk_size_group_new (GTK_SIZE_GROUP_HORIZONTAL) };
}

void
fddm_controls_clear (FddmControls *controls)
{
  g_clear_object (&controls->labels);
}

/* ---- Values ---- */

void
fddm_controls_take (FddmControls *controls, int place, double value)
{
  if (controls->values[place] == value)
    return;
  controls->values[place] = value;
  controls->changed (controls->data, place);
}

static void
adjustment_changed (GtkAdjustment *adjustment, FddmControls *controls)
{
  fddm_controls_take (controls, GPOINTER_TO_INT (g_object_get_data (G_OBJECT (adjustment), PLACE)),
                      gtk_adjustment_get_value (adjustment));
}

static void
combo_changed (GtkComboBox *combo, FddmControls *controls)
{
  fddm_controls_take (controls, GPOINTER_TO_INT (g_object_get_data (G_OBJECT (combo), PLACE)),
                      gtk_combo_box_get_active (combo));
}

static void
toggle_changed (GtkToggleButton *toggle, FddmControls *controls)
{
  fddm_controls_take (controls, GPOINTER_TO_INT (g_object_get_data (G_OBJECT (toggle), PLACE)),
                      gtk_toggle_button_get_active (toggle));
}

void
fddm_controls_show (FddmControls *controls, int place, double value)
{
  controls->values[place] = value;
  if (GTK_IS_COMBO_BOX (controls->controls[place]))
    gtk_combo_box_set_active (GTK_COMBO_BOX (controls->controls[place]), (int) value);
  else if (GTK_IS_TOGGLE_BUTTON (controls->controls[place]))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (controls->controls[place]), value != 0);
  else if (controls->controls[place])
    gtk_adjustment_set_value (GTK_ADJUSTMENT (controls->controls[place]), value);
}

/* Registers the control of parameter PLACE and connects its signal. */
static void
watch (FddmControls *controls, int place, gpointer control, const char *signal, GCallback callback)
{
  controls->controls[place] = G_OBJECT (control);
  g_object_set_data (G_OBJECT (control), PLACE, GINT_TO_POINTER (place));
  g_signal_connect (control, signal, callback, controls);
}

/* ---- Rows ---- */

GtkWidget *
fddm_controls_frame (FddmControls *controls, const char *text, GtkWidget *content, GtkWidget *target)
{
  GtkWidget *row = fddm_row_new (8), *label = fddm_label_new (text, 0);

  if (target)
    gtk_label_set_mnemonic_widget (GTK_LABEL (label), target);
  gtk_size_group_add_widget (controls->labels, label);
  gtk_box_pack_start (GTK_BOX (row), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), content, TRUE, TRUE, 0);
  return row;
}

static GtkWidget *
new_scale (FddmControls *controls, int place, const char *unit)
{
  const FddmParameter *parameter  = &controls->table[place];
  const double         step       = parameter->max <= 1 ? 0.01 : 1;
  GtkAdjustment       *adjustment = GTK_ADJUSTMENT (
    gtk_adjustment_new (controls->values[place], parameter->min, parameter->max, step, 10 * step, 0));
  GtkWidget *content = fddm_row_new (6), *slider = fddm_slider_new (adjustment);
  GtkWidget *spin = gtk_spin_button_new (adjustment, step, step < 1 ? 2 : 0);

  gtk_range_set_round_digits (GTK_RANGE (slider), step < 1 ? 2 : 0); /* the value is the one that the number tells */
  gtk_entry_set_activates_default (GTK_ENTRY (spin), TRUE);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (spin), TRUE);
  gtk_entry_set_width_chars (GTK_ENTRY (spin), 4);
  fddm_name_widget (slider, _ (parameter->label));
  gtk_widget_set_tooltip_text (slider, _ (parameter->blurb));
  gtk_widget_set_tooltip_text (spin, _ (parameter->blurb));
  gtk_box_pack_start (GTK_BOX (content), slider, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (content), spin, FALSE, FALSE, 0);
  if (unit)
    gtk_box_pack_start (GTK_BOX (content), gtk_label_new (unit), FALSE, FALSE, 0);
  watch (controls, place, adjustment, "value-changed", G_CALLBACK (adjustment_changed));
  return fddm_controls_frame (controls, _ (parameter->label), content, spin);
}

static void
draw_seed (GtkAdjustment *adjustment)
{
  gtk_adjustment_set_value (adjustment, g_random_int_range (0, G_MAXINT32));
}

static GtkWidget *
new_number (FddmControls *controls, int place)
{
  const FddmParameter *parameter  = &controls->table[place];
  GtkAdjustment       *adjustment = GTK_ADJUSTMENT (
    gtk_adjustment_new (controls->values[place], parameter->min, parameter->max, 1, 10, 0));
  GtkWidget *content = fddm_row_new (6), *spin = gtk_spin_button_new (adjustment, 1, 0), *button;

  gtk_entry_set_activates_default (GTK_ENTRY (spin), TRUE);
  gtk_widget_set_tooltip_text (spin, _ (parameter->blurb));
  gtk_box_pack_start (GTK_BOX (content), spin, TRUE, TRUE, 0);
  watch (controls, place, adjustment, "value-changed", G_CALLBACK (adjustment_changed));
  if (!strcmp (parameter->name, "seed"))
    {
      button = gtk_button_new_with_mnemonic (_ ("Ne_w seed"));
      g_signal_connect_swapped (button, "clicked", G_CALLBACK (draw_seed), adjustment);
      gtk_box_pack_start (GTK_BOX (content), button, FALSE, FALSE, 0);
    }
  return fddm_controls_frame (controls, _ (parameter->label), content, spin);
}

static GtkWidget *
new_choice (FddmControls *controls, int place)
{
  const FddmParameter *parameter = &controls->table[place];
  GtkWidget           *combo     = gtk_combo_box_text_new ();

  for (int i = 0; parameter->choices[i].name; i++)
    gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (combo), _ (parameter->choices[i].label));
  gtk_combo_box_set_active (GTK_COMBO_BOX (combo), (int) controls->values[place]);
  gtk_widget_set_tooltip_text (combo, _ (parameter->blurb));
  watch (controls, place, combo, "changed", G_CALLBACK (combo_changed));
  return fddm_controls_frame (controls, _ (parameter->label), combo, combo);
}

static GtkWidget *
new_toggle (FddmControls *controls, int place)
{
  const FddmParameter *parameter = &controls->table[place];
  GtkWidget           *toggle    = gtk_check_button_new_with_mnemonic (_ (parameter->label));

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (toggle), controls->values[place] != 0);
  gtk_widget_set_tooltip_text (toggle, _ (parameter->blurb));
  watch (controls, place, toggle, "toggled", G_CALLBACK (toggle_changed));
  return toggle;
}

GtkWidget *
fddm_controls_row (FddmControls *controls, int place, const char *unit)
{
  switch (controls->table[place].type)
    {
    case FDDM_PARAMETER_DOUBLE: return new_scale (controls, place, unit);
    case FDDM_PARAMETER_INT: return new_number (controls, place);
    case FDDM_PARAMETER_BOOLEAN: return new_toggle (controls, place);
    case FDDM_PARAMETER_TEXT: return controls->text (controls->data, place);
    default: return new_choice (controls, place);
    }
}

GtkWidget *
fddm_controls_group (FddmControls *controls, const char *group, const char *unit)
{
  GtkWidget *expander = gtk_expander_new_with_mnemonic (_ (group)), *column = fddm_column_new (6);

  for (int i = 0; controls->table[i].name; i++)
    if (!g_strcmp0 (controls->table[i].group, group))
      {
        if (strcmp (controls->table[i].name, "seed") && controls->values[i] != fddm_parameter_preset (&controls->table[i]))
          gtk_expander_set_expanded (GTK_EXPANDER (expander), TRUE);
        gtk_box_pack_start (GTK_BOX (column), fddm_controls_row (controls, i, unit), FALSE, FALSE, 0);
      }
  gtk_container_set_border_width (GTK_CONTAINER (column), 6);
  gtk_container_add (GTK_CONTAINER (expander), column);
  return expander;
}
