/* sight.h: what FDDM Denoise's dialogs show: the layer, its noise, and what becomes of it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "plugin/gimp.h"
#include "plugin/jobs/jobs.h"

typedef struct FddmDenoiseSight FddmDenoiseSight;

/* Fills in HELP, which takes no more than one dialog; free what is returned after it. MADE gets the last layers that were made
 * out of the dialog, or none. NULL and a reason where the layer can't be denoised. */
FddmDenoiseSight *fddm_denoise_sight_new (FddmImageId image, FddmItemId drawable, FddmLayers *made, FddmDenoiseHelp *help,
                                          GError **error);
void              fddm_denoise_sight_free (FddmDenoiseSight *sight);
