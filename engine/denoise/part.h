/* part.h: a part of a picture denoised by itself, as for a preview.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "kernels/noise-model.h"

/* Denoises PART of a picture whose noise was measured before, on the whole of it: NOISE, as fddm_measure_noise tells it. What
 * comes out is what fddm_denoise makes of the picture there, but for some pixels along the part's edges, and for the texture
 * that detail samples. A model for patches of another size than the network's is measured anew, in the part. */
gboolean fddm_denoise_part (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *part,
                            const FddmSink *sink, const FddmNoiseModel *noise, FddmProgress progress, gpointer data,
                            GError **error);
