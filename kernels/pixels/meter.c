/* meter.c: see meter.h. Each patch takes 48 logarithms and exponentials, which vector.h computes without calls.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/meter.h"
#include <math.h>
#include <stdint.h>
#include "kernels/fddm-math.h"
#include "kernels/pixels/pixels.h"
#include "kernels/vector.h"

#define AREA       (FDDM_METER_PATCH * FDDM_METER_PATCH)
#define STEP       (2.0f / 255.0f) /* transition of the scale from linear to logarithmic: one 8-bit step */
#define ZERO_LEVEL -3.0f           /* ln s of an output of 0                                             */
#define SURE_MIN   -1.5f
#define SURE_MAX   3.0f

static inline int
is_number (float x)
{
  union {
    float   f;
    int32_t i;
  } bits = { .f = x };

  return (bits.i & 0x7f800000) != 0x7f800000;
}

static inline float
arsinh (float x)
{
  float size = fabsf (x);

  return copysignf (fddm_log (size + sqrtf (size * size + 1.0f)), x);
}

void
fddm_meter_features (const float *coefficients, int rows, int columns, float *input)
{
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
          out[k] = arsinh (x[k] / STEP);
        for (int c = 0; c < FDDM_METER_CHANNELS; c++)
          out[FDDM_METER_COEFFICIENTS + c] = row[here + c * AREA] / FDDM_METER_PATCH;
      }
}

void
fddm_meter_gather (const float *coefficients, const float *output, int n, FddmMeterSums *sums)
{
  for (int i = 0; i < n; i++)
    {
      const float *out        = output + (gsize) i * FDDM_METER_OUTPUTS;
      float        brightness = coefficients[(gsize) i * FDDM_METER_COEFFICIENTS] / FDDM_METER_PATCH;
      float        at         = (brightness + 1) * (0.5f * FDDM_METER_BINS);
      int          bin        = (int) fddm_clamp (at, 0, FDDM_METER_BINS - 1);
      float        certainty[FDDM_METER_COEFFICIENTS], level[FDDM_METER_COEFFICIENTS];

      for (int k = 0; k < FDDM_METER_COEFFICIENTS; k++)
        {
          float told = out[k] + ZERO_LEVEL, sure = out[FDDM_METER_COEFFICIENTS + k];
          int   good = is_number (told) & is_number (sure);

          sure         = sure > SURE_MIN ? sure : SURE_MIN;
          sure         = sure < SURE_MAX ? sure : SURE_MAX;
          certainty[k] = fddm_exp (sure) * (float) good;
          level[k]     = good ? told : 0;
        }
      for (int k = 0; k < FDDM_METER_COEFFICIENTS; k++)
        {
          double weight = (double) certainty[k] * certainty[k];

          sums->weight[bin][k] += weight;
          sums->level[bin][k] += weight * level[k];
          sums->certainty[k] += certainty[k];
        }
    }
}
