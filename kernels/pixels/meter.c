/* meter.c: see meter.h. Logarithms and exponentials are written out, for compilers to make vectors of them: there are 48 of
 * each for every patch that is looked at.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/meter.h"
#include <math.h>
#include <stdint.h>
#include "kernels/fddm-math.h"
#include "kernels/pixels/pixels.h"

#define AREA (FDDM_METER_PATCH * FDDM_METER_PATCH)
#define STEP (2.0f / 255.0f)      /* where the scale turns from linear to logarithmic: an 8-bit step */
#define ZERO_LEVEL -3.0f          /* ln s for an output of 0 */
#define SURE_MIN   -1.5f
#define SURE_MAX   3.0f

typedef union {
  float   f;
  int32_t i;
} Bits;

/* ln x for a normal x > 0: x = 2ᵉ·m with m around 1, and ln m = 2 artanh ((m − 1)/(m + 1)). */
static inline float
log_of (float x)
{
  Bits    bits = { x };
  int32_t e = (bits.i - 0x3f3504f3) >> 23;      /* m from √½ to √2 */
  float   z, zz;

  bits.i -= e * (1 << 23);
  z  = (bits.f - 1.0f) / (bits.f + 1.0f);
  zz = z * z;
  return (float) e * 0.69314718f + 2.0f * z * (1.0f + zz * (1.0f / 3 + zz * (1.0f / 5 + zz * (1.0f / 7))));
}

/* exp x for |x| < 80: x = e·ln 2 + r, and a few terms of the series for exp r. */
static inline float
exp_of (float x)
{
  int32_t e = (int32_t) (x * 1.44269504f + 127.5f) - 127;
  float   r = x - (float) e * 0.69314718f;
  Bits    power = { .i = (e + 127) * (1 << 23) };

  return power.f * (1 + r * (1 + r * (1.0f / 2 + r * (1.0f / 6 + r * (1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720)))))));
}

static inline int
is_number (float x)
{
  Bits bits = { x };

  return (bits.i & 0x7f800000) != 0x7f800000;
}

static inline float
arsinh (float x)
{
  float size = fabsf (x);

  return copysignf (log_of (size + sqrtf (size * size + 1.0f)), x);
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
        const int    here = j * FDDM_METER_COEFFICIENTS;
        const int    left = fddm_reflect (j - 1, columns) * FDDM_METER_COEFFICIENTS;
        const int    right = fddm_reflect (j + 1, columns) * FDDM_METER_COEFFICIENTS;
        float       *out = input + ((gsize) i * columns + j) * FDDM_METER_INPUTS;
        float        x[FDDM_METER_COEFFICIENTS];

        for (int k = 0; k < FDDM_METER_COEFFICIENTS; k++)
          x[k] = row[here + k];
        /* A slope of the picture cancels; white noise keeps its strength. */
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
      const float *out = output + (gsize) i * FDDM_METER_OUTPUTS;
      float        brightness = coefficients[(gsize) i * FDDM_METER_COEFFICIENTS] / FDDM_METER_PATCH;
      float        at = (brightness + 1) * (0.5f * FDDM_METER_BINS);
      int          bin = (int) fddm_clamp (at, 0, FDDM_METER_BINS - 1);
      float        certainty[FDDM_METER_COEFFICIENTS], level[FDDM_METER_COEFFICIENTS];

      for (int k = 0; k < FDDM_METER_COEFFICIENTS; k++)
        {
          float told = out[k] + ZERO_LEVEL, sure = out[FDDM_METER_COEFFICIENTS + k];
          int   good = is_number (told) & is_number (sure);

          sure         = sure > SURE_MIN ? sure : SURE_MIN;
          sure         = sure < SURE_MAX ? sure : SURE_MAX;
          certainty[k] = exp_of (sure) * (float) good;
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
