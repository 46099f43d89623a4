/* controls.h: rows of controls for parameters.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/parameter.h"

/* While its widgets are there it may not move. */
typedef struct {
  const FddmParameter *table;
  double              *values;                   /* what is shown, and changed                     */
  void (*changed) (gpointer data, int place);    /* after the user has changed a value */
  GtkWidget *(*text) (gpointer data, int place); /* makes the row of a text; NULL where the table has none in a group */
  gpointer      data;
  GtkSizeGroup *labels;                        /* as wide as each other                          */
  GObject      *controls[FDDM_PARAMETERS_MAX]; /* a GtkAdjustment, GtkComboBox or GtkToggleButton, or NULL */
} FddmControls;

void fddm_controls_init (FddmControls *controls, const FddmParameter *table, double *values,
                         void (*changed) (gpointer data, int place), gpointer data);
void fddm_controls_clear (FddmControls *controls);
/* A row of words, with a mnemonic for TARGET, and CONTENT. */
GtkWidget *fddm_controls_frame (FddmControls *controls, const char *label, GtkWidget *content, GtkWidget *target);
/* A row for a number, with UNIT behind it, which may be NULL, for a choice, a switch or a text. */
GtkWidget *fddm_controls_row (FddmControls *controls, int place, const char *unit);
/* An expander with the rows of a group, open where one of them but the seed was changed. */
GtkWidget *fddm_controls_group (FddmControls *controls, const char *group, const char *unit);
/* A value was changed by the user. */
void fddm_controls_take (FddmControls *controls, int place, double value);
/* Shows a value that was not changed by the user. */
void fddm_controls_show (FddmControls *controls, int place, double value);
