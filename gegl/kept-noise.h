/* kept-noise.h: the noise of the last picture, so that the same picture is measured once.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A host computes a filter anew at each move of a slider, and does not tell whether the picture is still the same. The
 * noise follows from a few megapixels (engine/noise/measure.h), and these are compared. */
#pragma once
#include "engine/fddm.h"
#include "kernels/noise-model.h"

typedef struct {
  int            width, height, channels; /* of the picture                                       */
  GArray        *places;                  /* rectangles that were measured; NULL: nothing is kept */
  char          *checksum;                /* of their pixels                                      */
  FddmNoiseModel model;
} FddmKeptNoise;

/* The noise of SOURCE: the kept one if SOURCE has the same pixels in the measured places, else measured now and kept. KEPT
 * starts as zeros. NULL on error. Owned by KEPT. */
const FddmNoiseModel *fddm_kept_noise_get (FddmKeptNoise *kept, FddmContext *context, const FddmSource *source,
                                           FddmProgress progress, gpointer data, GError **error);

void fddm_kept_noise_clear (FddmKeptNoise *kept);
