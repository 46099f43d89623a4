/* meter.c: see meter.h. Each patch takes 48 logarithms and exponentials, which vector.h computes without calls.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/meter-math.h"

#define AREA FDDM_METER_AREA

void
fddm_meter_features (const float *coefficients, int rows, int columns, int threads, float *input)
{
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++)
      {
        const float *row   = coefficients + (gsize) i * columns * FDDM_METER_COEFFICIENTS;
        const float *above = coefficients + (gsize) fddm_reflect (i - 1, rows) * columns * FDDM_METER_COEFFICIENTS;
        const float *below = coefficients + (gsize) fddm_reflect (i + 1, rows) * columns * FDDM_METER_COEFFICIENTS;
        const int    here  = j * FDDM_METER_COEFFICIENTS;
        const int    left  = fddm_reflect (j - 1, columns) * FDDM_METER_COEFFICIENTS;
        const int    right = fddm_reflect (j + 1, columns) * FDDM_METER_COEFFICIENTS;
        float       *out   = input + ((gsize) i * columns + j) * FDDM_METER_INPUTS;
        float        x[FDDM_METER_COEFFICIENTS];

        for (int k = 0; k < FDDM_METER_COEFFICIENTS; k++)
          x[k] = row[here + k];
        /* Cancels a slope of the picture and keeps the strength of white noise. */
        for (int k = 0; k < FDDM_METER_COEFFICIENTS; k += AREA)
          x[k] = (x[k] - (row[left + k] + row[right + k] + above[here + k] + below[here + k]) / 4) / sqrtf (1.25f);
        for (int k = 0; k < FDDM_METER_COEFFICIENTS; k++)
          out[k] = fddm_arsinh (x[k] / FDDM_METER_STEP);
        for (int c = 0; c < FDDM_METER_CHANNELS; c++)
          out[FDDM_METER_COEFFICIENTS + c] = row[here + c * AREA] / FDDM_METER_PATCH;
      }
}

void
fddm_meter_gather (const float *coefficients, const float *output, int n, FddmMeterSums *sums)
{
  for (int i = 0; i < n; i++)
    {
      const float *out = output + (gsize) i * FDDM_METER_OUTPUTS;
      const int    bin = fddm_meter_bin (coefficients[(gsize) i * FDDM_METER_COEFFICIENTS]);
      float        certainty[FDDM_METER_COEFFICIENTS], level[FDDM_METER_COEFFICIENTS];

      for (int k = 0; k < FDDM_METER_COEFFICIENTS; k++)
        certainty[k] = fddm_meter_read (out[k], out[FDDM_METER_COEFFICIENTS + k], &level[k]);
      for (int k = 0; k < FDDM_METER_COEFFICIENTS; k++)
        {
          double weight = (double) certainty[k] * certainty[k];

          sums->weight[bin][k] += weight;
          sums->level[bin][k] += weight * level[k];
          sums->certainty[k] += certainty[k];
        }
    }
}

void
fddm_meter_add (FddmMeterSums *sums, const FddmMeterSums *more)
{
  for (int k = 0; k < FDDM_METER_COEFFICIENTS; k++)
    {
      for (int bin = 0; bin < FDDM_METER_BINS; bin++)
        {
          sums->weight[bin][k] += more->weight[bin][k];
          sums->level[bin][k] += more->level[bin][k];
        }
      sums->certainty[k] += more->certainty[k];
    }
}
