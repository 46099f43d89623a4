/* generate-form.h: content of the FDDM Generate dialog: samples at the left, controls at the right.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/generate.h"

typedef struct FddmGenerateForm FddmGenerateForm;

/* Creates a form that shows and changes VALUES of the parameters TABLE. CHANGED is called with the place of each
 * parameter that the user changes. */
FddmGenerateForm *fddm_generate_form_new (const FddmGenerateHelp *help, const FddmParameter *table, double *values,
                                          void (*changed) (gpointer data, int place), gpointer data);
GtkWidget        *fddm_generate_form_widget (FddmGenerateForm *form);
/* Puts the form's widgets into WINDOW, the dialog. */
void fddm_generate_form_window (FddmGenerateForm *form, GtkDialog *window);
/* Shows a value that was changed outside of the form. */
void fddm_generate_form_show (FddmGenerateForm *form, int place, double value);
/* Waits until the painter has finished. The widgets may already be destroyed; they are not touched. */
void fddm_generate_form_free (FddmGenerateForm *form);
