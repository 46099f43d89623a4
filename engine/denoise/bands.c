/* bands.c: see bands.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/bands.h"
#include "kernels/pixels/pixels.h"

gboolean
fddm_bands_are_even (const FddmDenoiseParams *params)
{
  return params->coarse == 100.0 && params->medium == 100.0 && params->fine == 100.0;
}

/* fine·(r − S1·r) + medium·(S1·r − S2·S1·r) + coarse·S2·S1·r, rearranged so that each smoothing is applied once and in
 * place. */
void
fddm_bands_weight (const FddmDenoiseParams *params, const FddmBandsArea *area)
{
  const float fine = (float) (params->fine / 100.0), medium = (float) (params->medium / 100.0);
  const float coarse = (float) (params->coarse / 100.0);
  const int   width = area->width, height = area->height, samples = area->samples;
  const gsize stride = area->stride, row = (gsize) width * samples;

  const FddmStrides strides = { .row = stride, .pixel = samples };

  fddm_pixels_copy (area->removed, strides, area->spare, strides, width, height, samples);
  fddm_smooth (area->spare, stride, width, height, samples, 1, area->scratch);
  fddm_pixels_mix (area->removed, area->spare, stride, row, height, fine, medium - fine);
  fddm_smooth (area->spare, stride, width, height, samples, 2, area->scratch);
  fddm_pixels_mix (area->removed, area->spare, stride, row, height, 1.0f, coarse - medium);
}
