/* size-row.h: row for the size of a new layer, and rows for width and height if another size is chosen.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One source for GTK 2 and GTK 3. */
#pragma once
#include "ui/controls.h"
#include "ui/sizes.h"

typedef struct {
  const FddmGenerateHelp *help;
  FddmControls           *controls;
  GtkWidget              *combo, *sides[2]; /* SIDES: rows of width and height */
  gboolean                quiet;
  void (*chosen) (gpointer data, double width, double height);
  gpointer data;
} FddmSizeRow;

/* Creates the row. CHOSEN is called after the user has chosen a size; the sides are changed through CONTROLS, whose table
 * must have "width" and "height". Call fddm_size_row_show after showing the widget. */
GtkWidget *fddm_size_row_new (FddmSizeRow *row, FddmControls *controls, const FddmGenerateHelp *help,
                              void (*chosen) (gpointer data, double width, double height), gpointer data);
/* Shows a size that was changed by other means than the row. */
void fddm_size_row_show (FddmSizeRow *row, double width, double height);
