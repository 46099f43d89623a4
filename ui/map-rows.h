/* map-rows.h: rows for the maps of a new layer: which, and, where they are wanted, how.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One source for GTK 2 and GTK 3. */
#pragma once
#include "ui/controls.h"

typedef struct {
  FddmControls *controls;
  GtkWidget    *strength, *normals;
} FddmMapRows;

/* Creates the rows; the values are changed through CONTROLS, whose table must have "maps", "map-strength" and "normals". Call
 * fddm_map_rows_show after showing the widget. */
GtkWidget *fddm_map_rows_new (FddmMapRows *rows, FddmControls *controls);
/* Shows the rows that the chosen maps have a use for. */
void fddm_map_rows_show (FddmMapRows *rows);
