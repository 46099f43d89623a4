/* int8.c: see int8.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cpu/int8.h"
#include <math.h>
#include "kernels/memory.h"
#include "kernels/vector.h"

/* Positions that are rounded in one run, for which there are steps: long enough for the widest vectors. */
#define RUN 16

/* Weights of a 3×3 kernel. */
#define AREA_MOST 9

static float *
floats_new (int n)
{
  return fddm_memory_new ((gsize) n * sizeof (float));
}

void
fddm_int8_free (FddmInt8 *int8)
{
  if (int8 == NULL)
    return;
  fddm_memory_free (int8->steps);
  fddm_memory_free (int8->scales);
  fddm_memory_free (int8->bias);
  fddm_memory_free (int8->weights);
  g_free (int8);
}

/* The largest of the weights of output O, each times its input's range. */
static float
largest_of (const FddmConvSpec *spec, int o)
{
  const int area = spec->kernel * spec->kernel;
  float     most = 0;

  for (int i = 0; i < spec->in_channels; i++)
    for (int k = 0; k < area; k++)
      most = MAX (most, spec->ranges[i] * fabsf (spec->weights[((gsize) o * spec->in_channels + i) * area + k]));
  return most;
}

/* Rounds the AREA weights EXACT of an input to an output, then those with the largest rest once more the other way, until their
 * sum is rounded to the nearest, too. */
static void
round_together (const double *exact, int area, gint8 *rounded)
{
  double rest[AREA_MOST], sum = 0.0;
  int    missing = 0;

  for (int k = 0; k < area; k++)
    {
      rounded[k] = (gint8) lrint (exact[k]);
      rest[k]    = exact[k] - rounded[k];
      sum += exact[k];
      missing -= rounded[k];
    }
  for (missing += (int) lrint (sum); missing != 0;)
    {
      const int step = missing > 0 ? 1 : -1;
      int       best = 0;

      for (int k = 1; k < area; k++)
        if (step * rest[k] > step * rest[best])
          best = k;
      rounded[best] = (gint8) (rounded[best] + step);
      rest[best] -= step;
      missing -= step;
    }
}

static void
round_weights (const FddmConvSpec *spec, FddmInt8 *int8)
{
  const int   area = spec->kernel * spec->kernel;
  const float most = int8->positive ? 255.0f : 127.0f;

  for (int i = 0; i < RUN * spec->in_channels; i++)
    int8->steps[i] = most / spec->ranges[i % spec->in_channels];
  for (int o = 0; o < spec->out_channels; o++)
    {
      const float largest = MAX (largest_of (spec, o), 1e-20f);

      /* The result is a float, or in steps of 1/255 of the range that its reader gave it. */
      const float unit = spec->out_ranges != NULL ? 255.0f / spec->out_ranges[o] : 1.0f, scale = largest / 127.0f / most;

      int8->scales[o] = scale * unit;
      int8->bias[o]   = fddm_onednn_scales_argument () != 0 ? spec->bias[o] * unit : spec->bias[o] / scale;
      for (int i = 0; i < spec->in_channels; i++)
        {
          const gsize at = ((gsize) o * spec->in_channels + i) * area;
          double      exact[AREA_MOST];

          for (int k = 0; k < area; k++)
            exact[k] = (double) spec->weights[at + k] * spec->ranges[i] / largest * 127.0;
          round_together (exact, area, int8->weights + at);
        }
    }
}

FddmInt8 *
fddm_int8_new (const FddmConvSpec *spec)
{
  FddmInt8 *int8 = g_try_new0 (FddmInt8, 1);

  if (int8 == NULL)
    return NULL;
  int8->positive = spec->positive;
  int8->steps    = floats_new (RUN * spec->in_channels);
  int8->scales   = floats_new (spec->out_channels);
  int8->bias     = floats_new (spec->out_channels);
  int8->weights  = fddm_memory_new ((gsize) spec->out_channels * spec->in_channels * spec->kernel * spec->kernel);
  if (int8->steps != NULL && int8->scales != NULL && int8->bias != NULL && int8->weights != NULL)
    {
      round_weights (spec, int8);
      return int8;
    }
  fddm_int8_free (int8);
  return NULL;
}

/* Rounds to the nearest integer, clamped to [LEAST,MOST], without branches or calls. */
FDDM_INLINE int
rounded (float value, float least, float most)
{
  const float round = 12582912.0f; /* 1.5 · 2²³: adding it rounds to an integer */

  value = value < most ? value : most;
  value = value > least ? value : least;
  return (int) (value + round - round);
}

/* Returns how many values lie outside of their ranges by more than rounding. */
FDDM_VECTORS static int
round_signed (const float *restrict in, const float *restrict steps, int n, gint8 *restrict out)
{
  int strays = 0;

  for (int i = 0; i < n; i++)
    {
      const float value = in[i] * steps[i];

      out[i] = (gint8) rounded (value, -127.0f, 127.0f);
      strays += value > 127.5f || value < -127.5f;
    }
  return strays;
}

FDDM_VECTORS static int
round_positive (const float *restrict in, const float *restrict steps, int n, guint8 *restrict out)
{
  int strays = 0;

  for (int i = 0; i < n; i++)
    {
      const float value = in[i] * steps[i];

      out[i] = (guint8) rounded (value, 0.0f, 255.0f);
      strays += value > 255.5f;
    }
  return strays;
}

/* What the CHANNELS inputs IN of a position count as strays. */
static guint32
count (const FddmInt8 *int8, const float *in, int channels)
{
  const float most = int8->positive ? 255.0f : 127.0f;
  float       sum  = 0.0f;

  for (int i = 0; i < channels; i++)
    {
      const float beyond = fabsf (in[i] * int8->steps[i]) / most - 1.0f;

      if (beyond > 0.0f)
        sum += beyond * beyond;
    }
  return (guint32) lrintf (MIN (sum, FDDM_STRAYS_MOST) * FDDM_STRAYS_ONE);
}

/* Adds the strays of N positions from FIRST on to their blocks. Returns how many blocks have too many since. */
static guint32
count_run (const FddmInt8 *int8, const float *in, gsize first, int n, int width, int channels, const FddmStrays *strays)
{
  guint32 over = 0;

  for (int p = 0; p < n; p++)
    {
      const int y = (int) ((first + p) / width), x = (int) ((first + p) % width);
      guint32  *block, sum, added;

      if (y < strays->top || y >= strays->bottom || x < strays->left || x >= strays->right)
        continue;
      block = strays->blocks + (gsize) ((y + strays->row) / FDDM_STRAYS_BLOCK) * strays->across +
              (x + strays->column) / FDDM_STRAYS_BLOCK;
#pragma omp atomic read
      sum = *block;
      if (sum > strays->most)
        continue;
      added = count (int8, in + (gsize) p * channels, channels);
#pragma omp atomic capture
      sum = *block += added;
      over += sum > strays->most && sum - added <= strays->most; /* true for one thread */
    }
  return over;
}

gboolean
fddm_int8_round (const FddmInt8 *int8, const float *in, int height, int width, int channels, int threads,
                 const FddmStrays *strays, void *out)
{
  const gsize positions = (gsize) height * width;
  guint32     over      = 0;

#pragma omp parallel for schedule(static) num_threads(threads) reduction(+ : over)
  for (gsize first = 0; first < positions; first += RUN)
    {
      const gsize at  = first * channels;
      const int   run = (int) MIN (RUN, positions - first), n = run * channels;
      const int   found = int8->positive ? round_positive (in + at, int8->steps, n, (guint8 *) out + at)
                                         : round_signed (in + at, int8->steps, n, (gint8 *) out + at);

      if (found > 0 && strays != NULL)
        over += count_run (int8, in + at, first, run, width, channels, strays);
    }
  if (strays == NULL)
    return TRUE;
  *strays->over += over;
  return *strays->over <= strays->allowed;
}
