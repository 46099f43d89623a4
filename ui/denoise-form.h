/* denoise-form.h: content of the FDDM Denoise dialog: preview at the left, controls at the right.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/denoise.h"

typedef struct FddmDenoiseForm FddmDenoiseForm;

/* Creates a form that shows and changes VALUES of the parameters TABLE. */
FddmDenoiseForm *fddm_denoise_form_new (const FddmDenoiseHelp *help, const FddmParameter *table, double *values);
/* Puts the form's widgets into WINDOW, the dialog. fddm_denoise_form_title: the dialog's title; free with g_free. */
void  fddm_denoise_form_window (FddmDenoiseForm *form, GtkWidget *window);
char *fddm_denoise_form_title (const FddmDenoiseHelp *help);
/* Shows the settings of preset number PRESET, or the defaults of all parameters if it is -1. */
void fddm_denoise_form_preset (FddmDenoiseForm *form, int preset);
/* Marks the start (BUSY) or end of a run. During a run the preview stops and a progress bar is shown. */
void fddm_denoise_form_busy (FddmDenoiseForm *form, gboolean busy);
void fddm_denoise_form_progress (FddmDenoiseForm *form, const char *text, double fraction);
/* Shows TEXT, a result or an error (WRONG), in a line until the next message. NULL clears the line. */
void fddm_denoise_form_tell (FddmDenoiseForm *form, const char *text, gboolean wrong);
/* Waits until the painter has finished. The widgets may already be destroyed; they are not touched. */
void fddm_denoise_form_free (FddmDenoiseForm *form);
