/* denoise-dialog.h: the dialog of FDDM Denoise on GIMP 2.10.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/denoise.h"

/* Shows VALUES of the parameters TABLE, lets them be changed, and tells whether the user wants to go on. PROCEDURE is the
 * name under which help is looked for. */
gboolean fddm_denoise_dialog_run (const char *procedure, const FddmParameter *table, const FddmDenoiseHelp *help,
                                  double *values);
