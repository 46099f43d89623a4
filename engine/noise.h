/* noise.h: the noise level of a photo, from the photo alone.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include "noise-model.h"

/* White noise of standard deviation SIGMA (8-bit steps) in every sample of an R'G'B' (CHANNELS = 3) picture, as levels of
 * its YCbCr coefficients; GRAY: the three samples are one and the same, so that chroma has no noise. */
void fddm_noise_white (FddmNoiseModel *model, int patch, int channels, gboolean gray, double sigma);

/* Collects coefficients of a picture, tile by tile. */
typedef struct FddmNoiseMeter FddmNoiseMeter;

FddmNoiseMeter *fddm_noise_meter_new  (int patch, int channels);
void            fddm_noise_meter_free (FddmNoiseMeter *meter);
/* COEFFICIENTS: rows × columns × (channels·patch²) floats, channels fastest; a connected piece of the picture. */
void            fddm_noise_meter_add  (FddmNoiseMeter *meter, const float *coefficients, int rows, int columns);
/* What was found; levels of 0 when the picture shows no noise or is too small to tell. */
void            fddm_noise_meter_read (FddmNoiseMeter *meter, FddmNoiseModel *model);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmNoiseMeter, fddm_noise_meter_free)

/* Root mean square over the frequencies of the channels' levels at middle gray, in 8-bit steps of an R'G'B' picture that
 * has white noise of the same strength: for reports. CHROMA is the mean of Cb and Cr, 0 for one channel. */
void fddm_noise_summary (const FddmNoiseModel *model, double *luma, double *chroma);
