/* denoise-window.h: behaviour of the FDDM Denoise dialog: it applies settings any number of times until the user closes
 * it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/denoise.h"

/* Response of the button "Reset". The other buttons have GTK's responses: apply, cancel, OK. */
#define FDDM_RESPONSE_RESET 1

/* Fills WINDOW, a GtkDialog with these four buttons, and runs it until the user closes it. Destroys WINDOW. VALUES of the
 * parameters TABLE start as those of the last dialog, as far as known, and end as the user's settings, even if no layer
 * was made. Returns TRUE if layers were made. */
gboolean fddm_denoise_window_run (GtkWidget *window, const FddmDenoiseHelp *help, const FddmParameter *table,
                                  double *values);
