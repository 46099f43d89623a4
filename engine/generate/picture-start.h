/* picture-start.h: states of the diffusion that start from a picture instead of noise alone.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/context.h"

/* Pixels in [0,1] on a torus of patches. */
typedef struct {
  const float *pixels; /* packed           */
  int          width, height, samples;
} FddmTorusPicture;

/* X = coefficients of PICTURE from the pixel (LEFT, TOP) on. Beyond its edges, pixels go on from its other side. */
gboolean fddm_picture_analyse (const FddmContext *context, const FddmTorusPicture *picture, int left, int top, FddmTensor *x,
                               GError **error);

/* X = COEFFICIENTS + NOISE · z. NOISE is constant. */
gboolean fddm_picture_add_noise (const FddmContext *context, const FddmTensor *coefficients, const FddmTensor *noise,
                                 const FddmRandom *random, FddmTensor *x, GError **error);
