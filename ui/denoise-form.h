/* denoise-form.h: what is in the dialog of FDDM Denoise: the preview at the left, the controls at the right.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/denoise.h"

typedef struct FddmDenoiseForm FddmDenoiseForm;

/* Shows and changes VALUES of the parameters TABLE, and calls CHANGED with the place of one that the user has changed. */
FddmDenoiseForm *fddm_denoise_form_new (const FddmDenoiseHelp *help, const FddmParameter *table, double *values,
                                        void (*changed) (gpointer data, int place), gpointer data);
GtkWidget       *fddm_denoise_form_widget (FddmDenoiseForm *form);
/* The dialog's window, and its title; free that with g_free. */
void  fddm_denoise_form_window (FddmDenoiseForm *form, GtkWidget *window);
char *fddm_denoise_form_title (const FddmDenoiseHelp *help);
/* Shows a value that was not changed in the form. */
void fddm_denoise_form_show (FddmDenoiseForm *form, int place, double value);
/* Waits until the painter has finished. The widgets may be gone already, and nothing may happen to them afterwards. */
void fddm_denoise_form_free (FddmDenoiseForm *form);
