/* sight.h: data for the dialogs of FDDM Denoise: the layer, its noise, and previews of the result.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "plugin/gimp.h"
#include "plugin/jobs/jobs.h"

typedef struct FddmDenoiseSight FddmDenoiseSight;

/* Fills in HELP, which serves one dialog. Free the result after HELP is no longer used. MADE gets the layers of the last
 * run from the dialog, or none. Fails with NULL if the layer cannot be denoised. */
FddmDenoiseSight *fddm_denoise_sight_new (FddmImageId image, FddmItemId drawable, FddmLayers *made, FddmDenoiseHelp *help,
                                          GError **error);
void              fddm_denoise_sight_free (FddmDenoiseSight *sight);
