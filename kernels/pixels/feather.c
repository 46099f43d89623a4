/* feather.c: see feather.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/feather.h"

/* Weight of place I of N, rising from either end over RAMP places. */
static float
weight (int i, int n, int ramp)
{
  const float inside = (float) MIN (i, n - 1 - i) + 0.5f;

  return inside >= (float) ramp ? 1.0f : inside / (float) ramp;
}

void
fddm_feather (const float *from, int width, int height, int channels, int ramp_x, int ramp_y, float *to)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const float share = weight (x, width, ramp_x) * weight (y, height, ramp_y);

        for (int c = 0; c < channels; c++, from++, to++)
          *to = share >= 1.0f ? *from : *to + share * (*from - *to);
      }
}
