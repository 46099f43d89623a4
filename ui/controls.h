/* controls.h: rows of controls for parameters.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/parameter.h"

/* Must not move in memory while its widgets exist. */
typedef struct {
  const FddmParameter *table;
  double              *values;                   /* current values, changed by the controls */
  void (*changed) (gpointer data, int place);    /* called after the user has changed a value */
  GtkWidget *(*text) (gpointer data, int place); /* creates the row of a text; NULL if no group of the table has a text */
  gpointer      data;
  GtkSizeGroup *labels;                        /* gives all labels the same width */
  GObject      *controls[FDDM_PARAMETERS_MAX]; /* each a GtkAdjustment, GtkComboBox or GtkToggleButton, or NULL */
} FddmControls;

void fddm_controls_init (FddmControls *controls, const FddmParameter *table, double *values,
                         void (*changed) (gpointer data, int place), gpointer data);
void fddm_controls_clear (FddmControls *controls);
/* Creates a row of LABEL, whose mnemonic activates TARGET, and CONTENT. */
GtkWidget *fddm_controls_frame (FddmControls *controls, const char *label, GtkWidget *content, GtkWidget *target);
/* Creates the row of parameter PLACE: a number followed by UNIT (may be NULL), a choice, a switch or a text. */
GtkWidget *fddm_controls_row (FddmControls *controls, int place, const char *unit);
/* Creates an expander with the rows of a group. It is open if any of their values, except the seed, is not the default. */
GtkWidget *fddm_controls_group (FddmControls *controls, const char *group, const char *unit);
/* Stores a value that the user has changed. */
void fddm_controls_take (FddmControls *controls, int place, double value);
/* Shows a value that was changed by other means than its control. */
void fddm_controls_show (FddmControls *controls, int place, double value);
