/* denoise.h: what the job and the dialog's preview of FDDM Denoise share.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "plugin/gimp.h"
#include "plugin/parameters.h"

/* How far beyond what is to be seen is computed, in pixels: what the network sees. */
#define FDDM_DENOISE_MARGIN 64

/* The part to compute, where the noise is measured, too: what is selected, with some surroundings, within the layer. */
gboolean fddm_denoise_bounds (FddmItemId drawable, const GeglRectangle *layer, GeglRectangle *bounds, GError **error);
/* The network of a quality on the device that the value of a parameter says; and how many averages go with it. MEMORY as in
 * fddm_job_context. */
FddmContext *fddm_denoise_context (FddmQuality quality, double device, gsize memory, int *averages, GError **error);
/* What VALUES (of fddm_denoise_parameters) say to the engine. */
FddmDenoiseParams fddm_denoise_params_of (const double *values);
