/* size-row.c: see size-row.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/size-row.h"

#include <glib/gi18n-lib.h>

#include "ui/toolkit.h"

static const char *const names[] = { "width", "height" };

static GtkAdjustment *
side_of (const FddmSizeRow *row, int i)
{
  return GTK_ADJUSTMENT (row->controls->controls[fddm_parameter_place (row->controls->table, names[i])]);
}

/* Side I of the image, limited to the largest side of a layer. */
static double
image_side (const FddmSizeRow *row, int i)
{
  const FddmParameter *parameter = &row->controls->table[fddm_parameter_place (row->controls->table, names[i])];

  return MIN (i ? row->help->image_height : row->help->image_width, parameter->max);
}

static void
show_sides (FddmSizeRow *row, gboolean visible)
{
  for (int i = 0; i < 2; i++)
    gtk_widget_set_visible (row->sides[i], visible);
}

static void
combo_changed (FddmSizeRow *row)
{
  double         width, height;
  const int      place = gtk_combo_box_get_active (GTK_COMBO_BOX (row->combo));
  const gboolean usual = fddm_size_get (place, &width, &height);

  if (row->quiet)
    return;
  show_sides (row, !usual);
  if (!usual)
    {
      width  = gtk_adjustment_get_value (side_of (row, 0));
      height = gtk_adjustment_get_value (side_of (row, 1));
      width  = width > 0 ? width : image_side (row, 0);
      height = height > 0 ? height : image_side (row, 1);
    }
  row->chosen (row->data, width, height);
}

void
fddm_size_row_show (FddmSizeRow *row, double width, double height)
{
  const int place = fddm_size_place (width, height);

  row->quiet = TRUE;
  gtk_combo_box_set_active (GTK_COMBO_BOX (row->combo), place);
  row->quiet = FALSE;
  show_sides (row, place == FDDM_SIZES - 1);
}

GtkWidget *
fddm_size_row_new (FddmSizeRow *row, FddmControls *controls, const FddmGenerateHelp *help,
                   void (*chosen) (gpointer data, double width, double height), gpointer data)
{
  GtkWidget *column = fddm_column_new (6);

  *row = (FddmSizeRow) {
    .help = help, .controls = controls, .combo = gtk_combo_box_text_new (), .chosen = chosen, .data = data
  };
  for (int place = 0; place < FDDM_SIZES; place++)
    {
      g_autofree char *words = fddm_size_words (place, help);

      gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (row->combo), words);
    }
  gtk_widget_set_tooltip_text (row->combo, _ ("Width and height of the new layer, in pixels"));
  gtk_box_pack_start (GTK_BOX (column), fddm_controls_frame (controls, _ ("Si_ze"), row->combo, row->combo), FALSE, FALSE,
                      0);
  for (int i = 0; i < 2; i++)
    {
      row->sides[i] = fddm_controls_row (controls, fddm_parameter_place (controls->table, names[i]), NULL);
      gtk_box_pack_start (GTK_BOX (column), row->sides[i], FALSE, FALSE, 0);
    }
  g_signal_connect_swapped (row->combo, "changed", G_CALLBACK (combo_changed), row);
  return column;
}
