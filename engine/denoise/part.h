/* part.h: denoising of a part of a picture, for previews.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "kernels/noise-model.h"

/* Denoises PART of a picture, using NOISE that fddm_measure_noise measured on the whole picture. The result equals that
 * of fddm_denoise at this place, except for pixels near the part's edges and for the texture sampled by detail. If NOISE
 * is for another patch size or number of channels than the network's, the noise is measured in PART. */
gboolean fddm_denoise_part (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *part,
                            const FddmSink *sink, const FddmNoiseModel *noise, FddmProgress progress, gpointer data,
                            GError **error);
