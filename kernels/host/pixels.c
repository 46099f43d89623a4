/* pixels.c: what is done to pixels before anything is computed from them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "pixels.h"

static gboolean
is_finite_pixel (const float *pixel, int channels)
{
  for (int c = 0; c < channels; c++)
    if (!isfinite (pixel[c]))
      return FALSE;
  return TRUE;
}

/* The mean of the finite pixels among the neighbours, middle gray when there are none. */
static void
fill_from_neighbours (const float *pixels, int width, int height, int channels, int x, int y, float *out)
{
  double sum[4] = { 0.0 };
  int    n = 0;

  for (int j = MAX (y - FDDM_REPAIR_REACH, 0); j <= MIN (y + FDDM_REPAIR_REACH, height - 1); j++)
    for (int i = MAX (x - FDDM_REPAIR_REACH, 0); i <= MIN (x + FDDM_REPAIR_REACH, width - 1); i++)
      {
        const float *pixel = pixels + ((gsize) j * width + i) * channels;

        if (!is_finite_pixel (pixel, channels))
          continue;
        for (int c = 0; c < channels; c++)
          sum[c] += pixel[c];
        n++;
      }
  for (int c = 0; c < channels; c++)
    out[c] = n > 0 ? (float) (sum[c] / n) : 0.5f;
}

gsize
fddm_pixels_repair (const float *pixels, int width, int height, int channels, float *out)
{
  gsize n_bad = 0;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        gsize at = ((gsize) y * width + x) * channels;

        if (is_finite_pixel (pixels + at, channels))
          for (int c = 0; c < channels; c++)
            out[at + c] = pixels[at + c];
        else
          {
            fill_from_neighbours (pixels, width, height, channels, x, y, out + at);
            n_bad++;
          }
      }
  return n_bad;
}

void
fddm_pixels_copy (const float *from, gsize from_row, gsize from_pixel, float *to, gsize to_row, gsize to_pixel,
                  int width, int height, int channels)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < channels; c++)
        to[y * to_row + x * to_pixel + c] = from[y * from_row + x * from_pixel + c];
}
