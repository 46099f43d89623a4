/* denoise-form.h: what is in the dialog of FDDM Denoise: the preview at the left, the controls at the right.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/denoise.h"

typedef struct FddmDenoiseForm FddmDenoiseForm;

/* Shows and changes VALUES of the parameters TABLE. */
FddmDenoiseForm *fddm_denoise_form_new (const FddmDenoiseHelp *help, const FddmParameter *table, double *values);
/* Puts the widgets into the dialog's window. Its title; free it with g_free. */
void  fddm_denoise_form_window (FddmDenoiseForm *form, GtkWidget *window);
char *fddm_denoise_form_title (const FddmDenoiseHelp *help);
/* Shows the settings of a preset by its place, or of all parameters' defaults where that is -1. */
void fddm_denoise_form_preset (FddmDenoiseForm *form, int preset);
/* A run begins or is over: the preview is given up for so long, and a bar shows how far it is. */
void fddm_denoise_form_busy (FddmDenoiseForm *form, gboolean busy);
void fddm_denoise_form_progress (FddmDenoiseForm *form, const char *text, double fraction);
/* Tells in a line what was done or went wrong, until something else is told; NULL: nothing. */
void fddm_denoise_form_tell (FddmDenoiseForm *form, const char *text, gboolean wrong);
/* Waits until the painter has finished. The widgets may be gone already, and nothing may happen to them afterwards. */
void fddm_denoise_form_free (FddmDenoiseForm *form);
