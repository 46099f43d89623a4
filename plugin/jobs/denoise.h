/* denoise.h: code shared by the job and the preview of FDDM Denoise.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "plugin/gimp.h"
#include "plugin/parameters.h"

/* Margin computed around the visible or selected part, in pixels: the receptive field of the network. */
#define FDDM_DENOISE_MARGIN 64

/* Gets the area to compute, in which the noise is also measured: the selection with a margin, clipped to LAYER. Fails if
 * the selection does not touch the layer. */
gboolean fddm_denoise_bounds (FddmItemId drawable, const GeglRectangle *layer, GeglRectangle *bounds, GError **error);
/* Creates a context for a quality on the device given by a parameter's value, and gets its number of averages. MEMORY as
 * in fddm_job_context. */
FddmContext *fddm_denoise_context (FddmQuality quality, double device, gsize memory, int *averages, GError **error);
