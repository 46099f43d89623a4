/* int8.c: see int8.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cpu/int8.h"
#include <math.h>
#include "kernels/memory.h"
#include "kernels/vector.h"

/* Positions that are rounded in one run, for which there are steps: long enough for the widest vectors. */
#define RUN 16

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
        for (int k = 0; k < area; k++)
          {
            const gsize at = ((gsize) o * spec->in_channels + i) * area + k;

            int8->weights[at] = (gint8) lrintf (spec->weights[at] * spec->ranges[i] / largest * 127.0f);
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

FDDM_VECTORS static void
round_signed (const float *restrict in, const float *restrict steps, int n, gint8 *restrict out)
{
  for (int i = 0; i < n; i++)
    out[i] = (gint8) rounded (in[i] * steps[i], -127.0f, 127.0f);
}

FDDM_VECTORS static void
round_positive (const float *restrict in, const float *restrict steps, int n, guint8 *restrict out)
{
  for (int i = 0; i < n; i++)
    out[i] = (guint8) rounded (in[i] * steps[i], 0.0f, 255.0f);
}

void
fddm_int8_round (const FddmInt8 *int8, const float *in, gsize positions, int channels, int threads, void *out)
{
#pragma omp parallel for schedule(static) num_threads(threads)
  for (gsize first = 0; first < positions; first += RUN)
    {
      const gsize at = first * channels;
      const int   n  = (int) MIN (RUN, positions - first) * channels;

      if (int8->positive)
        round_positive (in + at, int8->steps, n, (guint8 *) out + at);
      else
        round_signed (in + at, int8->steps, n, (gint8 *) out + at);
    }
}
