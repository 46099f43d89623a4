/* lines.h: the lines beneath parameters, in a dialog that stands on the screen.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/parameter.h"

/* Most lines of one dialog. */
#define FDDM_LINES_MAX 4

typedef struct {
  const FddmLine *lines;                  /* ended by a NULL name, or NULL */
  GtkWidget      *labels[FDDM_LINES_MAX]; /* one for each                  */
  int             told;                   /* those that have their words   */
  GSource        *idle;
} FddmLines;

/* Shows those whose parameters have their values. */
void fddm_lines_show (const FddmLines *lines, const FddmParameter *table, const double *values);
/* Fills in their words, one after the other, while nothing else is to be done; until _stop. */
void fddm_lines_start (FddmLines *lines);
void fddm_lines_stop (FddmLines *lines);
