/* map-rows.c: see map-rows.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/map-rows.h"

#include "ui/toolkit.h"

/* The choices of maps from which on there are a height map and normals. */
enum { HEIGHT = 1, NORMALS };

static GtkWidget *
add_row (FddmControls *controls, const char *name, const char *unit, GtkWidget *column)
{
  GtkWidget *row = fddm_controls_row (controls, fddm_parameter_place (controls->table, name), unit);

  gtk_box_pack_start (GTK_BOX (column), row, FALSE, FALSE, 0);
  return row;
}

void
fddm_map_rows_show (FddmMapRows *rows)
{
  const double maps = rows->controls->values[fddm_parameter_place (rows->controls->table, "maps")];

  gtk_widget_set_visible (rows->strength, maps >= HEIGHT);
  gtk_widget_set_visible (rows->normals, maps >= NORMALS);
}

GtkWidget *
fddm_map_rows_new (FddmMapRows *rows, FddmControls *controls)
{
  GtkWidget *column = fddm_column_new (6);

  rows->controls = controls;
  add_row (controls, "maps", NULL, column);
  rows->strength = add_row (controls, "map-strength", "%", column);
  rows->normals  = add_row (controls, "normals", NULL, column);
  return column;
}
