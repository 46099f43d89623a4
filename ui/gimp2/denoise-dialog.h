/* denoise-dialog.h: the dialog of FDDM Denoise on GIMP 2.10.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/denoise.h"

/* Lets VALUES of the parameters TABLE be changed and layers be made with them; TRUE where some were. PROCEDURE is the name under
 * which help is looked for. */
gboolean fddm_denoise_dialog_run (const char *procedure, const FddmParameter *table, const FddmDenoiseHelp *help,
                                  double *values);
