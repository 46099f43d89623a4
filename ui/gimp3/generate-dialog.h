/* generate-dialog.h: the dialog of FDDM Generate on GIMP 3.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <libgimp/gimp.h>

#include "ui/generate.h"

/* Like fddm_denoise_dialog_run. */
gboolean fddm_generate_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const FddmParameter *table,
                                   const FddmGenerateHelp *help);
