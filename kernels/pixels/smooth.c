/* smooth.c: see smooth.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/smooth.h"
#include "kernels/pixels/pixels.h"

static inline float
spline (float outer_before, float before, float middle, float after, float outer_after)
{
  return 0.375f * middle + (0.25f * (before + after) + 0.0625f * (outer_before + outer_after));
}

/* A single pixel, with reflection. */
static void
smooth_at_edge (const float *in, int x, int width, int channels, int step, float *out)
{
  const int at[] = { fddm_reflect (x - 2 * step, width), fddm_reflect (x - step, width), x, fddm_reflect (x + step, width),
                     fddm_reflect (x + 2 * step, width) };

  for (int c = 0; c < channels; c++)
    out[x * channels + c] = spline (in[at[0] * channels + c], in[at[1] * channels + c], in[at[2] * channels + c],
                                    in[at[3] * channels + c], in[at[4] * channels + c]);
}

static void
smooth_row (const float *in, int width, int channels, int step, float *out)
{
  const int reach = FDDM_SMOOTH_REACH (step), inner = MIN (reach, width), inner_end = MAX (width - reach, inner);
  const int near = step * channels;

  for (int x = 0; x < inner; x++)
    smooth_at_edge (in, x, width, channels, step, out);
  for (int i = inner * channels; i < inner_end * channels; i++)
    out[i] = spline (in[i - 2 * near], in[i - near], in[i], in[i + near], in[i + 2 * near]);
  for (int x = inner_end; x < width; x++)
    smooth_at_edge (in, x, width, channels, step, out);
}

void
fddm_smooth (float *pixels, gsize stride, int width, int height, int channels, int step, float *scratch)
{
  const int row = width * channels, threads = fddm_pixels_threads ((gsize) row * height);

#pragma omp parallel for schedule(static) num_threads(threads)
  for (int y = 0; y < height; y++)
    smooth_row (pixels + y * stride, width, channels, step, scratch + (gsize) y * row);
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int y = 0; y < height; y++)
    {
      const float *rows[5];
      float       *out = pixels + y * stride;

      for (int i = 0; i < 5; i++)
        rows[i] = scratch + (gsize) fddm_reflect (y + (i - 2) * step, height) * row;
      for (int i = 0; i < row; i++)
        out[i] = spline (rows[0][i], rows[1][i], rows[2][i], rows[3][i], rows[4][i]);
    }
}
