/* noise-model.h: how noisy a picture is, by frequency, channel and brightness.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#define FDDM_PATCH_MAX   16
#define FDDM_COEF_MAX    (3 * FDDM_PATCH_MAX * FDDM_PATCH_MAX)
#define FDDM_NOISE_KNOTS 17

/* Noise level of coefficient k (channel c = k / d²) in a patch of brightness b, the mean of its luma in [-1,1]:
 * level[k] · curve[c] at b, linear between knots, the knots evenly from -1 to 1, constant outside. */
typedef struct {
  int   patch;                      /* d                                               */
  int   channels;                   /* 1 or 3                                          */
  float level[FDDM_COEF_MAX];       /* standard deviation, [-1,1] units, channels·d² of them */
  float curve[3][FDDM_NOISE_KNOTS]; /* factor, 1 everywhere for noise that brightness does not change */
} FddmNoiseModel;
