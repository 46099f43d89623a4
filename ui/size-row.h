/* size-row.h: a row to choose a new layer's size in, and rows for its sides where it is none of the usual ones.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same source for GTK 2 and GTK 3. */
#pragma once
#include "ui/controls.h"
#include "ui/sizes.h"

typedef struct {
  const FddmGenerateHelp *help;
  FddmControls           *controls;
  GtkWidget              *combo, *sides[2]; /* rows of width and height */
  gboolean                quiet;
  void (*chosen) (gpointer data, double width, double height);
  gpointer data;
} FddmSizeRow;

/* CHOSEN is called after the user has chosen a size; sides are changed through CONTROLS. The controls' table has "width" and
 * "height". Show the row's size once its widget is shown. */
GtkWidget *fddm_size_row_new (FddmSizeRow *row, FddmControls *controls, const FddmGenerateHelp *help,
                              void (*chosen) (gpointer data, double width, double height), gpointer data);
/* Shows a size that was not chosen by the user. */
void fddm_size_row_show (FddmSizeRow *row, double width, double height);
