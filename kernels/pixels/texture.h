/* texture.h: sampled texture made as strong as the photo shows that there is.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sampling gives each place the texture that photographs have there in the mean, so feathers before a soft background come
 * out too weak. How much there is shows in the photo, where its noise is white and known: fine waves of the photo are as
 * strong as those of the clean picture and of the noise together. With h the waves that two smoothings (smooth.h, step 1)
 * take out, E the mean over a window some hundred pixels wide, l and t the least-squares estimate and what sampling added to
 * it, y the photo and n its noise, all of them luma, t grows by the factor g for which
 *
 *   E (h·l + g·h·t)² = E (h·y)² − E (h·n)². */
#pragma once
#include "kernels/noise-model.h"
#include "kernels/pixels/smooth.h"

/* The window is a smoothing at steps 1, 2, … 2^(LEVELS − 1), and h looks at two smoothings. */
#define FDDM_TEXTURE_LEVELS 6
#define FDDM_TEXTURE_REACH  (FDDM_SMOOTH_REACH ((1 << FDDM_TEXTURE_LEVELS) - 1) + 2 * FDDM_SMOOTH_REACH (1))

/* Planes besides the texture that strengthening works in. */
#define FDDM_TEXTURE_PLANES 4

/* Makes of TEXTURE (t) what is to be added to it, (g − 1)·h·t. PLANES has the photo (y), finite, and the estimate (l), and
 * room for two more; they are overwritten. All are packed planes of WIDTH × HEIGHT, luma in [0,1], reflected at their edges;
 * SCRATCH has room for one. NOISE: white noise, of coefficients. */
void fddm_texture_strengthen (float *texture, float *const planes[FDDM_TEXTURE_PLANES], int width, int height,
                              const FddmNoiseModel *noise, float *scratch);
