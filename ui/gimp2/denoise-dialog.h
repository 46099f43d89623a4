/* denoise-dialog.h: the dialog of FDDM Denoise on GIMP 2.10.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/denoise.h"

/* Runs the dialog, which changes VALUES of the parameters TABLE and makes layers with them. TRUE if layers were made.
 * PROCEDURE is the name for the help system. */
gboolean fddm_denoise_dialog_run (const char *procedure, const FddmParameter *table, const FddmDenoiseHelp *help,
                                  double *values);
