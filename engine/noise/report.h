/* report.h: a picture's noise in numbers and words.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "kernels/noise-model.h"

G_BEGIN_DECLS

/* Measures the noise of SOURCE as fddm_denoise does for noise = 0. */
gboolean fddm_measure_noise (FddmContext *context, const FddmSource *source, FddmProgress progress, gpointer data,
                             FddmNoiseModel *noise, GError **error);

/* Translated description, such as "luma 9.1, chroma 14.0, coarse, more in the shadows". Free with g_free. */
char *fddm_measured_words (const FddmNoiseModel *noise);

/* The part of it after the levels: ", coarse, more in the shadows", or "". Free with g_free. */
char *fddm_measured_traits (const FddmNoiseModel *noise);

/* Level of frequency K of CHANNEL at middle gray; level of the channel at a KNOT of its curve. In 8-bit steps of white
 * noise of the same strength, so that all values are equal for white noise. */
double fddm_measured_level (const FddmNoiseModel *noise, int channel, int k);
double fddm_measured_curve (const FddmNoiseModel *noise, int channel, int knot);

G_END_DECLS
