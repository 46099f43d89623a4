/* model.h: noise models: of known noise, of what the noise meter told, for other patches; and what is said of one.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include "kernels/pixels/meter.h"
#include "kernels/noise-model.h"

/* One 8-bit step in [-1,1]. */
#define FDDM_STEP (2.0 / 255)

/* White noise of standard deviation SIGMA (8-bit steps) in every sample of an R'G'B' (CHANNELS = 3) picture, as levels of
 * its YCbCr coefficients; GRAY: the three samples are one and the same, so that chroma has no noise. */
void fddm_noise_white (FddmNoiseModel *model, int patch, int channels, gboolean gray, double sigma);

/* The noise of the meter's own patches and channels by what it told; levels of 0 where it told nothing, or next to no noise. */
void fddm_noise_read (const FddmMeterSums *sums, FddmNoiseModel *model);

/* MODEL, of the meter's patches, for patches of side PATCH and the first of its channels; GRAY as above. */
void fddm_noise_convert (const FddmNoiseModel *metered, int patch, int channels, gboolean gray, FddmNoiseModel *model);

/* Whether MODEL is white noise as fddm_noise_white has it, at any level but none, as far as a measurement can tell. */
gboolean fddm_noise_is_white (const FddmNoiseModel *model, gboolean gray);

/* Root mean square over the frequencies of the channels' levels at middle gray, in 8-bit steps of an R'G'B' picture that
 * has white noise of the same strength: for reports. CHROMA is the mean of Cb and Cr, 0 for one channel. */
void fddm_noise_summary (const FddmNoiseModel *model, double *luma, double *chroma);
