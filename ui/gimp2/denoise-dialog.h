/* denoise-dialog.h: the dialog of FDDM Denoise on GIMP 2.10.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "plugin/parameters.h"

/* Shows VALUES of the parameters TABLE, lets them be changed, and tells whether the user wants to go on. */
gboolean fddm_denoise_dialog_run (const FddmParameter *table, double *values);
