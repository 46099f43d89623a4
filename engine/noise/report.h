/* report.h: a picture's noise, in numbers and in words.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "kernels/noise-model.h"

G_BEGIN_DECLS

/* Measures SOURCE's noise as fddm_denoise does for noise = 0. */
gboolean fddm_measure_noise (FddmContext *context, const FddmSource *source, FddmProgress progress, gpointer data,
                             FddmNoiseModel *noise, GError **error);

/* "luma 9.1, chroma 14.0, coarse, more in the shadows", translated. Free with g_free. */
char *fddm_measured_words (const FddmNoiseModel *noise);

/* The words behind the levels alone: ", coarse, more in the shadows", or nothing. Free with g_free. */
char *fddm_measured_traits (const FddmNoiseModel *noise);

/* Level of frequency K of CHANNEL at middle gray, and of the channel at curve's KNOT, in 8-bit steps of white noise of the same
 * strength: in white noise all of them are the same number. */
double fddm_measured_level (const FddmNoiseModel *noise, int channel, int k);
double fddm_measured_curve (const FddmNoiseModel *noise, int channel, int knot);

G_END_DECLS
