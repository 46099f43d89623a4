/* model.h: noise models, and their construction from a known level, from the meter's readings, and for other patch sizes.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include "kernels/pixels/meter.h"
#include "kernels/noise-model.h"

/* One 8-bit step, in [-1,1] units. */
#define FDDM_STEP (2.0 / 255)

/* White noise of standard deviation SIGMA (8-bit steps) in every sample, as levels of the YCbCr coefficients of an R'G'B'
 * picture (CHANNELS = 3). GRAY: the three samples are equal, so that chroma has no noise. */
void fddm_noise_white (FddmNoiseModel *model, int patch, int channels, gboolean gray, double sigma);

/* Fits a model, for the meter's patches and channels, to the meter's readings. Levels are 0 where there were none, or
 * next to no noise. */
void fddm_noise_read (const FddmMeterSums *sums, FddmNoiseModel *model);

/* Converts METERED, for the meter's patches, to patches of side PATCH and the first CHANNELS channels. GRAY as above. */
void fddm_noise_convert (const FddmNoiseModel *metered, int patch, int channels, gboolean gray, FddmNoiseModel *model);

/* Whether MODEL is white noise, as defined by fddm_noise_white, of any level above 0, within the accuracy of a
 * measurement. */
gboolean fddm_noise_is_white (const FddmNoiseModel *model, gboolean gray);

/* Summary for reports: root mean square level of luma over the frequencies at middle gray, in 8-bit steps of white noise
 * of the same strength in R'G'B'. CHROMA is the mean of Cb and Cr, 0 for one channel. */
void fddm_noise_summary (const FddmNoiseModel *model, double *luma, double *chroma);
