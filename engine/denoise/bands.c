/* bands.c: see bands.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/bands.h"
#include "kernels/pixels/pixels.h"

gboolean
fddm_bands_are_even (const FddmDenoiseParams *params)
{
  return params->coarse == 100.0 && params->medium == 100.0 && params->fine == 100.0;
}

double
fddm_bands_raise (const FddmDenoiseParams *params)
{
  const double most = MAX (MAX (params->coarse, params->medium), params->fine) / 100.0;

  return most > 1.0 ? most : 0.0;
}

/* Weights of the bands. */
typedef struct {
  double coarse, medium, fine;
} Weights;

/* Weights PIXELS: fine·(r − S1·r) + medium·(S1·r − S2·S1·r) + coarse·S2·S1·r, rearranged so that each smoothing is applied
 * once and in place. */
static void
weight (float *pixels, const FddmBandsArea *area, const Weights *weights)
{
  const float fine = (float) weights->fine, medium = (float) weights->medium, coarse = (float) weights->coarse;
  const int   width = area->width, height = area->height, samples = area->samples;
  const gsize stride = area->stride, row = (gsize) width * samples;

  const FddmStrides strides = { .row = stride, .pixel = samples };

  fddm_pixels_copy (pixels, strides, area->spare, strides, width, height, samples);
  fddm_smooth (area->spare, stride, width, height, samples, 1, area->scratch);
  fddm_pixels_mix (pixels, area->spare, stride, row, height, fine, medium - fine);
  fddm_smooth (area->spare, stride, width, height, samples, 2, area->scratch);
  fddm_pixels_mix (pixels, area->spare, stride, row, height, 1.0f, coarse - medium);
}

/* The share of the way to RAISE noise that PERCENT takes. */
static double
way_up (double percent, double raise)
{
  return MAX (percent / 100.0 - 1.0, 0.0) / (raise - 1.0);
}

void
fddm_bands_weight (const FddmDenoiseParams *params, const FddmBandsArea *area)
{
  const double  raise  = fddm_bands_raise (params);
  const gsize   row    = (gsize) area->width * area->samples;
  const Weights shares = { MIN (params->coarse, 100.0) / 100.0, MIN (params->medium, 100.0) / 100.0,
                           MIN (params->fine, 100.0) / 100.0 };

  if (raise > 0.0)
    {
      const Weights ways = { way_up (params->coarse, raise), way_up (params->medium, raise), way_up (params->fine, raise) };

      fddm_pixels_mix (area->raised, area->removed, area->stride, row, area->height, 1.0f, -1.0f);
      weight (area->raised, area, &ways);
    }
  weight (area->removed, area, &shares);
  if (raise > 0.0)
    fddm_pixels_mix (area->removed, area->raised, area->stride, row, area->height, 1.0f, 1.0f);
}
