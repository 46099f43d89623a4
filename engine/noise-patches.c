/* noise-patches.c: the meter's patches in order, and the variances in groups of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "noise-reading.h"

#define BINS    FDDM_READING_BINS
#define BIN_MIN 200      /* patches, or the bin tells nothing */

/* ---- Which frequencies, which patches ---- */

void
fddm_reading_choose_frequencies (FddmReading *reading)
{
  int    d = reading->meter->patch;
  double most = 2 * (d - 1), low = MAX (0.34, 1 / most);

  for (int k = 1; k < d * d; k++)
    {
      double height = (k / d + k % d) / most;

      if (height <= low + 1e-9)
        reading->low[reading->n_low++] = k;
      if (height >= 0.83)
        reading->high[reading->n_high++] = k;
    }
}

static int
by_texture (gconstpointer a, gconstpointer b, gpointer data)
{
  const float *texture = data;
  float        first = texture[*(const int *) a], second = texture[*(const int *) b];

  return first < second ? -1 : first > second;
}

void
fddm_reading_choose_patches (FddmReading *reading, double margin)
{
  const FddmNoiseMeter *meter = reading->meter;

  reading->n = 0;
  for (gsize i = 0; i < meter->n; i++)
    if (meter->margin[i] >= margin)
      reading->order[reading->n++] = (int) i;
  g_qsort_with_data (reading->order, reading->n, sizeof (int), by_texture, meter->texture);
}

void
fddm_reading_gather (FddmReading *reading, const int *patches, int n, int coefficient)
{
  const float *values = reading->meter->values + coefficient;
  double       sum = 0;

  for (int i = 0; i < n; i++)
    {
      reading->column[i] = values[(gsize) patches[i] * (gsize) reading->coefficients];
      sum += reading->column[i];
    }
  for (int i = 0; i < n; i++)
    reading->column[i] -= (float) (sum / n);
}

/* ---- Variances ---- */

void
fddm_reading_measure_groups (FddmReading *reading)
{
  static const double ends[FDDM_READING_GROUPS] = { 0.04, 0.08, 0.13, 0.2, 0.3, 0.4, 0.55, 0.7 };
  int                 from = 0;

  reading->groups = 0;
  reading->flat_patches = 0;
  for (int g = 0; g < FDDM_READING_GROUPS; g++)
    {
      int to = MIN (reading->n, MAX ((int) (ends[g] * reading->n), 30 * (g + 1)));

      if (to - from < 15)
        break;
      for (int k = 0; k < reading->coefficients; k++)
        {
          fddm_reading_gather (reading, reading->order + from, to - from, k);
          reading->variance[g][k] = fddm_noise_core_variance (reading->column, (gsize) (to - from));
        }
      reading->weight[g] = to - from;
      if (g < 3)
        reading->flat_patches = to;
      reading->groups++;
      from = to;
    }
  for (int k = 0; k < reading->coefficients; k++)
    {
      fddm_reading_gather (reading, reading->order, reading->flat_patches, k);
      reading->flat[k] = fddm_noise_core_variance (reading->column, (gsize) reading->flat_patches);
    }
}

int
fddm_reading_bin (const FddmReading *reading, int patch)
{
  return CLAMP ((int) ((reading->meter->brightness[patch] + 1) * BINS / 2), 0, BINS - 1);
}

/* Collects the flattest of a bin's patches, which come in the order of their texture, and their variances. */
static void
measure_bin (FddmReading *reading, int bin, const int *patches, int n)
{
  int b = reading->n_bins++, core = CLAMP (n / 20, MIN (40, n), n), bulk = CLAMP (3 * n / 20, core, n);

  reading->bin[b] = bin;
  reading->share[b] = n;
  reading->bin_patches[b] = core;
  for (int k = 0; k < reading->coefficients; k++)
    {
      fddm_reading_gather (reading, patches, core, k);
      reading->bin_core[b][k] = fddm_noise_core_variance (reading->column, (gsize) core);
      fddm_reading_gather (reading, patches, bulk, k);
      reading->bin_bulk[b][k] = fddm_noise_bulk_variance (reading->column, (gsize) bulk);
    }
}

void
fddm_reading_measure_bins (FddmReading *reading)
{
  g_autofree int *patches = g_new (int, reading->n);
  double          sum = 0, flat = 0;
  int             smallest = MIN (BIN_MIN, reading->n / 4);

  for (int bin = 0; bin < BINS; bin++)
    {
      int n = 0, n_flat = 0;

      for (int i = 0; i < reading->n; i++)
        if (fddm_reading_bin (reading, reading->order[i]) == bin)
          {
            patches[n++] = reading->order[i];
            n_flat += i < reading->flat_patches;
          }
      if (n < smallest)
        continue;
      measure_bin (reading, bin, patches, n);
      reading->flat_share[reading->n_bins - 1] = n_flat;
      sum += n;
      flat += n_flat;
    }
  for (int b = 0; b < reading->n_bins; b++)
    {
      reading->share[b] /= sum;
      reading->flat_share[b] = flat > 0 ? reading->flat_share[b] / flat : reading->share[b];
      for (int k = 0; k < reading->coefficients; k++)
        reading->bulk[k] += reading->share[b] * reading->bin_bulk[b][k];
    }
}
