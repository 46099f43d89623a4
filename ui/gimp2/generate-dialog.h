/* generate-dialog.h: the dialog of FDDM Generate on GIMP 2.10.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "ui/generate.h"

/* Like fddm_denoise_dialog_run. */
gboolean fddm_generate_dialog_run (const char *procedure, const FddmParameter *table, const FddmGenerateHelp *help,
                                   double *values);
