/* resample.c: Lanczos filter on a circle.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/resample.h"
#include <math.h>
#include <string.h>

#define LOBES 3

static double
lanczos (double x)
{
  if (fabs (x) >= LOBES)
    return 0.0;
  if (fabs (x) < 1e-9)
    return 1.0;
  return LOBES * sin (G_PI * x) * sin (G_PI * x / LOBES) / (G_PI * G_PI * x * x);
}

void
fddm_resampler_free (FddmResampler *resampler)
{
  if (resampler == NULL)
    return;
  g_free (resampler->first);
  g_free (resampler->weights);
  g_free (resampler);
}

FddmResampler *
fddm_resampler_new (int from, int to)
{
  FddmResampler *resampler = g_new0 (FddmResampler, 1);
  const double   step = (double) from / to, wide = MAX (step, 1.0), reach = LOBES * wide;

  *resampler         = (FddmResampler) { .from = from, .to = to, .taps = 2 * (int) ceil (reach) + 1 };
  resampler->first   = g_try_new (int, to);
  resampler->weights = g_try_new (float, (gsize) to * resampler->taps);
  if (resampler->first == NULL || resampler->weights == NULL)
    {
      fddm_resampler_free (resampler);
      return NULL;
    }
  for (int i = 0; i < to; i++)
    {
      const double at      = (i + 0.5) * step - 0.5; /* centre of the sample in FROM */
      float       *weights = resampler->weights + (gsize) i * resampler->taps;
      double       sum     = 0.0;

      resampler->first[i] = (int) floor (at - reach) + 1;
      for (int t = 0; t < resampler->taps; t++)
        sum += lanczos ((resampler->first[i] + t - at) / wide);
      for (int t = 0; t < resampler->taps; t++)
        weights[t] = (float) (lanczos ((resampler->first[i] + t - at) / wide) / sum);
    }
  return resampler;
}

static int
wrap (int i, int n)
{
  return (i % n + n) % n;
}

static void
resample_row (const FddmResampler *across, const float *in, int channels, float *out)
{
  for (int i = 0; i < across->to; i++)
    {
      const float *weights = across->weights + (gsize) i * across->taps;
      int          at      = wrap (across->first[i], across->from);

      for (int c = 0; c < channels; c++)
        out[(gsize) i * channels + c] = 0.0f;
      for (int t = 0; t < across->taps; t++, at = at + 1 < across->from ? at + 1 : 0)
        for (int c = 0; c < channels; c++)
          out[(gsize) i * channels + c] += weights[t] * in[(gsize) at * channels + c];
    }
}

void
fddm_resample_rows (const FddmResampler *across, const float *in, int height, int channels, float *out)
{
  for (int y = 0; y < height; y++)
    resample_row (across, in + (gsize) y * across->from * channels, channels, out + (gsize) y * across->to * channels);
}

void
fddm_resample_columns (const FddmResampler *down, const float *in, int first, int top, int bottom, gsize row, float *out)
{
  memset (out, 0, (bottom - top) * row * sizeof *out);
  for (int y = top; y < bottom; y++)
    for (int t = 0; t < down->taps; t++)
      {
        const float  weight = down->weights[(gsize) y * down->taps + t];
        const float *from   = in + (down->first[y] + t - first) * row;

        for (gsize i = 0; i < row; i++)
          out[(y - top) * row + i] += weight * from[i];
      }
}
