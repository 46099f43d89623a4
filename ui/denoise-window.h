/* denoise-window.h: what happens in the dialog of FDDM Denoise: runs, one after the other, until the user has had enough.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/denoise.h"

/* The response of the button "Reset"; the others are GTK's: apply, cancel, OK. */
#define FDDM_RESPONSE_RESET 1

/* Fills WINDOW, a GtkDialog with these four buttons, and shows it until the user has closed it; it is gone afterwards. VALUES of
 * the parameters TABLE are what the last dialog left, where that is known, then what the user has set, whatever came of it. TRUE
 * where layers were made. */
gboolean fddm_denoise_window_run (GtkWidget *window, const FddmDenoiseHelp *help, const FddmParameter *table,
                                  double *values);
