/* colours.c: see colours.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/colours.h"
#include <math.h>
#include <string.h>

/* Variance below which a direction of the colours is noise of rounding to 8 bits. */
#define ROUNDING (1.0 / (12.0 * 255.0 * 255.0))

/* Sweeps of Jacobi's method: 3×3 matrices need five at most. */
#define SWEEPS 8

void
fddm_colours_add (FddmColours *colours, const float *pixels, gsize n, int channels)
{
  double sum[3] = { 0 }, products[3][3] = { { 0 } };

  for (gsize i = 0; i < n; i++, pixels += channels)
    for (int a = 0; a < channels; a++)
      {
        sum[a] += (double) pixels[a];
        for (int b = 0; b <= a; b++)
          products[a][b] += (double) pixels[a] * (double) pixels[b];
      }
  colours->n += (double) n;
  for (int a = 0; a < channels; a++)
    {
      colours->sum[a] += sum[a];
      for (int b = 0; b <= a; b++)
        colours->products[a][b] += products[a][b];
    }
}

void
fddm_colours_moments (const FddmColours *colours, double mean[3], double covariance[3][3])
{
  for (int a = 0; a < 3; a++)
    mean[a] = colours->sum[a] / MAX (colours->n, 1.0);
  for (int a = 0; covariance != NULL && a < 3; a++)
    for (int b = 0; b <= a; b++)
      covariance[a][b] = covariance[b][a] = colours->products[a][b] / MAX (colours->n, 1.0) - mean[a] * mean[b];
}

/* ---- Symmetric 3×3 matrices ---- */

/* A rotation in the plane of axes P and Q that makes element (P, Q) of A zero; V collects the rotations. */
static void
rotate (double a[3][3], double v[3][3], int p, int q)
{
  const double theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
  const double t     = (theta >= 0.0 ? 1.0 : -1.0) / (fabs (theta) + sqrt (theta * theta + 1.0));
  const double c = 1.0 / sqrt (t * t + 1.0), s = t * c;

  for (int i = 0; i < 3; i++)
    {
      const double ip = a[i][p], iq = a[i][q];

      a[i][p] = c * ip - s * iq;
      a[i][q] = s * ip + c * iq;
    }
  for (int i = 0; i < 3; i++)
    {
      const double pi = a[p][i], qi = a[q][i], vp = v[i][p], vq = v[i][q];

      a[p][i] = c * pi - s * qi;
      a[q][i] = s * pi + c * qi;
      v[i][p] = c * vp - s * vq;
      v[i][q] = s * vp + c * vq;
    }
}

/* OUT = A to the power POWER. Eigenvalues below LEAST count as LEAST. */
static void
power_of (double a[3][3], double power, double least, double out[3][3])
{
  double d[3][3], v[3][3] = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } };

  memcpy (d, a, sizeof d);
  for (int sweep = 0; sweep < SWEEPS; sweep++)
    for (int p = 0; p < 2; p++)
      for (int q = p + 1; q < 3; q++)
        if (fabs (d[p][q]) > 1e-300)
          rotate (d, v, p, q);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      {
        out[i][j] = 0.0;
        for (int k = 0; k < 3; k++)
          out[i][j] += v[i][k] * pow (MAX (d[k][k], least), power) * v[j][k];
      }
}

static void
multiply (double a[3][3], double b[3][3], double out[3][3])
{
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 3; j++)
      out[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
}

void
fddm_colours_map (const FddmColours *have, const FddmColours *wanted, FddmColourMap *map)
{
  double a[3][3], b[3][3], root[3][3], inverse[3][3], half[3][3], middle[3][3];

  fddm_colours_moments (have, map->from, a);
  fddm_colours_moments (wanted, map->to, b);
  power_of (a, 0.5, ROUNDING, root);
  power_of (a, -0.5, ROUNDING, inverse);
  multiply (root, b, half);
  multiply (half, root, middle);
  power_of (middle, 0.5, 0.0, middle);
  multiply (inverse, middle, half);
  multiply (half, inverse, map->matrix);
}

void
fddm_colours_apply (const FddmColourMap *map, const float *pixels, gsize n, int channels, float *out)
{
  float matrix[3][3], offset[3];

  for (int a = 0; a < channels; a++)
    {
      double sum = map->to[a];

      for (int b = 0; b < channels; b++)
        {
          matrix[a][b] = (float) map->matrix[a][b];
          sum -= map->matrix[a][b] * map->from[b];
        }
      offset[a] = (float) sum;
    }
  for (gsize i = 0; i < n; i++, pixels += channels, out += channels)
    {
      float pixel[3];

      memcpy (pixel, pixels, (gsize) channels * sizeof *pixel);
      for (int a = 0; a < channels; a++)
        {
          out[a] = offset[a];
          for (int b = 0; b < channels; b++)
            out[a] += matrix[a][b] * pixel[b];
        }
    }
}
