/* generate-form.h: what is in the dialog of FDDM Generate: samples at the left, the controls at the right.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/generate.h"

typedef struct FddmGenerateForm FddmGenerateForm;

/* Shows and changes VALUES of the parameters TABLE, and calls CHANGED with the place of one that the user has changed. */
FddmGenerateForm *fddm_generate_form_new (const FddmGenerateHelp *help, const FddmParameter *table, double *values,
                                          void (*changed) (gpointer data, int place), gpointer data);
GtkWidget        *fddm_generate_form_widget (FddmGenerateForm *form);
/* The dialog's window. */
void fddm_generate_form_window (FddmGenerateForm *form, GtkDialog *window);
/* Shows a value that was not changed in the form. */
void fddm_generate_form_show (FddmGenerateForm *form, int place, double value);
/* Waits until the painter has finished. The widgets may be gone already, and nothing may happen to them afterwards. */
void fddm_generate_form_free (FddmGenerateForm *form);
