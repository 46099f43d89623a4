/* texture.h: scales sampled texture to the strength that the photo shows.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Sampling gives a place the texture that such places have on average in photographs, so that feathers before a soft
 * background come out too weak. If the noise is white and known, the photo shows the right strength: the energy of its
 * fine waves is that of the clean picture plus that of the noise. Let h be the residual of two smoothings (smooth.h, step
 * 1), E the mean over a window some hundred pixels wide, l the least-squares estimate, t the texture added by sampling, y
 * the photo and n its noise, all in luma. t is scaled by the factor g that satisfies
 *
 *   E (h·l + g·h·t)² = E (h·y)² − E (h·n)². */
#pragma once
#include "kernels/noise-model.h"
#include "kernels/pixels/smooth.h"

/* The window is a cascade of smoothings at steps 1, 2, … 2^(LEVELS − 1); h has the reach of two smoothings. */
#define FDDM_TEXTURE_LEVELS 6
#define FDDM_TEXTURE_REACH  (FDDM_SMOOTH_REACH ((1 << FDDM_TEXTURE_LEVELS) - 1) + 2 * FDDM_SMOOTH_REACH (1))

/* Planes of working memory besides the texture. */
#define FDDM_TEXTURE_PLANES 4

/* Replaces TEXTURE (t) by the change (g − 1)·h·t. PLANES holds the photo (y, finite), the estimate (l) and room for two
 * more; all are overwritten. All are packed planes of WIDTH × HEIGHT, luma in [0,1], reflected at their edges. SCRATCH
 * has room for one plane. NOISE: white noise, as levels of coefficients. */
void fddm_texture_strengthen (float *texture, float *const planes[FDDM_TEXTURE_PLANES], int width, int height,
                              const FddmNoiseModel *noise, float *scratch);
