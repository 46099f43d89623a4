/* noise-model.h: noise of a picture by frequency, channel and brightness.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#define FDDM_PATCH_MAX   16
#define FDDM_COEF_MAX    (3 * FDDM_PATCH_MAX * FDDM_PATCH_MAX)
#define FDDM_NOISE_KNOTS 17

/* Noise level of coefficient k (channel c = k / d²) in a patch of brightness b: level[k] · curve[c] at b. b is the mean
 * luma of the patch, in [-1,1]. The curve is linear between knots spaced evenly from -1 to 1, and constant outside. */
typedef struct {
  int   patch;                      /* side d of a patch                                               */
  int   channels;                   /* 1 or 3                                                          */
  float level[FDDM_COEF_MAX];       /* standard deviation in [-1,1] units, channels·d² values          */
  float curve[3][FDDM_NOISE_KNOTS]; /* factor; 1 everywhere if the noise does not depend on brightness */
} FddmNoiseModel;
