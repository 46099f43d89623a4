/* form.h: rows of parameters in a dialog of GIMP 2.10.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gtk/gtk.h>

#include "ui/lines.h"

/* Zeroed but for the first part, which the dialog fills in; while it runs it may not move. */
typedef struct {
  const FddmParameter *table;
  double              *values; /* what is shown, and changed                         */
  FddmLines            lines;  /* its labels are filled in here                      */
  FddmChoice *(*choices) (gpointer data, const char *name, const double *values); /* for texts, see ui/generate.h */
  void (*changed) (gpointer data, const char *name);                              /* after a value has changed, or NULL */
  gpointer data; /* of CHOICES and CHANGED                             */

  GObject   *controls[FDDM_PARAMETERS_MAX];   /* a GtkAdjustment, GimpIntComboBox or GtkToggleButton */
  GtkWidget *widgets[FDDM_PARAMETERS_MAX][2]; /* of whole numbers: the label and the field           */
} FddmForm;

GtkWidget *fddm_form_grid_new (void);
/* Adds the parameter as the last row of the grid, with the lines that go beneath it. */
void fddm_form_add (FddmForm *form, GtkWidget *grid, const char *name);
/* Adds a row that is the widget alone. */
void fddm_form_add_widget (GtkWidget *grid, GtkWidget *widget);
/* Adds the parameters of GROUP to the box, in an expander that is open where one of them was changed. */
void fddm_form_add_group (FddmForm *form, GtkWidget *box, const char *group);
/* Asks again what there is to choose from; a choice that is gone becomes the first one. */
void fddm_form_offer (FddmForm *form, const char *name);
/* Shows CONTENT in a window until the user has decided; TRUE to go on. TITLE is translated, PROCEDURE is where help is looked
 * for. */
gboolean fddm_form_run (FddmForm *form, GtkWidget *content, const char *title, const char *procedure);
