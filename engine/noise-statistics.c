/* noise-statistics.c: variances and curves that a few strange values don't spoil.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "noise-private.h"

#define BINS (FDDM_NOISE_KNOTS - 1)

/* The value that would stand at RANK if VALUES were sorted by size without sign; those below it come to stand before it. */
static float
size_at_rank (float *values, gsize n, gsize rank)
{
  gsize from = 0, to = n;

  while (to - from > 1)
    {
      float pivot = fabsf (values[from + (to - from) / 2]);
      gsize low = from, high = to - 1;

      while (low <= high)
        {
          while (fabsf (values[low]) < pivot)
            low++;
          while (fabsf (values[high]) > pivot)
            high--;
          if (low <= high)
            {
              float value = values[low];

              values[low++] = values[high];
              values[high] = value;
              if (high == 0)
                break;
              high--;
            }
        }
      if (rank <= high && high + 1 < to)
        to = high + 1;
      else if (rank >= low)
        from = low;
      else
        break;
    }
  return fabsf (values[rank]);
}

/* Starts from the median and settles on the variance whose Gaussian, cut at 2.5σ, has the variance of the values within. */
double
fddm_noise_core_variance (float *values, gsize n)
{
  double variance;

  if (n == 0)
    return 0;
  variance = size_at_rank (values, n, n / 2) / 0.67449;
  variance *= variance;
  for (int i = 0; i < 8; i++)
    {
      float  limit = (float) (6.25 * variance);
      double sum = 0;
      gsize  inside = 0;

      for (gsize j = 0; j < n; j++)
        {
          float square = values[j] * values[j];

          sum += square <= limit ? square : 0;
          inside += square <= limit;
        }
      if (inside == 0)
        break;
      variance = sum / (double) inside / 0.911252;     /* 1 − 2·2.5φ(2.5)/(2Φ(2.5) − 1) */
    }
  return variance;
}

double
fddm_noise_bulk_variance (float *values, gsize n)
{
  gsize  rank = n - 1 - n / 100;
  double sum = 0;

  if (n == 0)
    return 0;
  size_at_rank (values, n, rank);
  for (gsize i = 0; i <= rank; i++)
    sum += (double) values[i] * values[i];
  return sum / (double) (rank + 1) / 0.924;            /* the same for 2.576σ, where a hundredth is left out */
}

double
fddm_noise_correlation (const float *a, const float *b, gsize n)
{
  double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0, variance;

  for (gsize i = 0; i < n; i++)
    {
      sa += a[i];
      sb += b[i];
      saa += (double) a[i] * a[i];
      sbb += (double) b[i] * b[i];
      sab += (double) a[i] * b[i];
    }
  if (n < 2)
    return 0;
  saa -= sa * sa / (double) n;
  sbb -= sb * sb / (double) n;
  variance = saa * sbb;
  return variance > 1e-30 ? (sab - sa * sb / (double) n) / sqrt (variance) : 0;
}

double
fddm_noise_ramp (double x, double one, double zero)
{
  return CLAMP ((zero - x) / (zero - one), 0, 1);
}

/* Solves A x = B for a symmetric positive matrix; X comes in B. */
static void
solve (double a[FDDM_NOISE_KNOTS][FDDM_NOISE_KNOTS], double b[FDDM_NOISE_KNOTS])
{
  for (int i = 0; i < FDDM_NOISE_KNOTS; i++)
    for (int j = i + 1; j < FDDM_NOISE_KNOTS; j++)
      {
        double factor = a[j][i] / a[i][i];

        for (int k = i; k < FDDM_NOISE_KNOTS; k++)
          a[j][k] -= factor * a[i][k];
        b[j] -= factor * b[i];
      }
  for (int i = FDDM_NOISE_KNOTS - 1; i >= 0; i--)
    {
      for (int j = i + 1; j < FDDM_NOISE_KNOTS; j++)
        b[i] -= a[i][j] * b[j];
      b[i] /= a[i][i];
    }
}

/* Adds WEIGHT · (Σ coefficients · knots from FIRST on)² to the matrix. */
static void
add_square (double a[FDDM_NOISE_KNOTS][FDDM_NOISE_KNOTS], int first, const double *coefficients, int n, double weight)
{
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      a[first + i][first + j] += weight * coefficients[i] * coefficients[j];
}

void
fddm_noise_fit_curve (const double values[BINS], const double variance[BINS], double curve[FDDM_NOISE_KNOTS])
{
  static const double bend[] = { 1, -2, 1 }, slope[] = { -1, 1 }, middle[] = { 0.5, 0.5 };
  double              trust[BINS];

  for (int i = 0; i < BINS; i++)
    trust[i] = 1;
  for (int round = 0; round < 5; round++)
    {
      double a[FDDM_NOISE_KNOTS][FDDM_NOISE_KNOTS] = { { 0 } };
      double b[FDDM_NOISE_KNOTS] = { 0 };

      for (int i = 0; i < FDDM_NOISE_KNOTS; i++)
        a[i][i] += 0.5;
      for (int i = 0; i + 1 < FDDM_NOISE_KNOTS; i++)
        add_square (a, i, slope, 2, 4);
      for (int i = 0; i + 2 < FDDM_NOISE_KNOTS; i++)
        add_square (a, i, bend, 3, 100);
      for (int i = 0; i < BINS; i++)
        {
          double weight = trust[i] / variance[i];

          add_square (a, i, middle, 2, weight);
          b[i] += weight * values[i] / 2;
          b[i + 1] += weight * values[i] / 2;
        }
      solve (a, b);
      for (int i = 0; i < FDDM_NOISE_KNOTS; i++)
        curve[i] = b[i];
      for (int i = 0; i < BINS; i++)
        {
          double above = values[i] - (curve[i] + curve[i + 1]) / 2;

          trust[i] = above > 0.1 ? 0.01 / (above * above) : 1;
        }
    }
}
