/* form.h: parameters in a dialog of GIMP 3.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libgimp/gimpui.h>

#include "ui/lines.h"

/* While the dialog runs it may not move. */
typedef struct {
  GimpProcedureDialog *dialog;
  GimpProcedureConfig *config;
  const FddmParameter *table;
  FddmLines            lines;
  void (*changed) (gpointer data, const char *name); /* after a value has changed, or NULL */
  gpointer data;                                     /* of CHANGED                    */
} FddmForm;

/* Reads VALUES of the parameters TABLE out of CONFIG. */
void fddm_form_values (GimpProcedureConfig *config, const FddmParameter *table, double *values);

/* Fills in the form and makes the dialog, with nothing in it yet. */
void fddm_form_init (FddmForm *form, GimpProcedure *procedure, GimpProcedureConfig *config, const char *title,
                     const FddmParameter *table, const FddmLine *lines);
/* NAMES with the parameter and the lines that go beneath it at the end, by GIMP's names of widgets; the strings are interned. */
GList *fddm_form_add (FddmForm *form, GList *names, const char *name);
/* Makes an expander for the parameters of GROUP but SKIP, which may be NULL; it is open where one of the group was changed.
 * CONTENTS, which may be NULL, gets the box in it. GIMP's name of it, interned. */
const char *fddm_form_add_group (FddmForm *form, const char *group, const char *skip, GtkWidget **contents);
/* TRUE to go on. The dialog is gone afterwards. */
gboolean fddm_form_run (FddmForm *form);
