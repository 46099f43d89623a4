/* denoise-dialog.h: the dialog of FDDM Denoise on GIMP 3.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libgimp/gimp.h>

#include "ui/denoise.h"

/* Lets the values of the parameters TABLE in CONFIG be changed and layers be made with them; TRUE where some were. */
gboolean fddm_denoise_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const FddmParameter *table,
                                  const FddmDenoiseHelp *help);
