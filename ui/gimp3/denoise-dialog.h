/* denoise-dialog.h: the dialog of FDDM Denoise on GIMP 3.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libgimp/gimp.h>

#include "ui/denoise.h"

/* Runs the dialog, which changes the values of the parameters TABLE in CONFIG and makes layers with them. TRUE if layers
 * were made. */
gboolean fddm_denoise_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const FddmParameter *table,
                                  const FddmDenoiseHelp *help);
