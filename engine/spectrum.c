/* spectrum.c: sums over grids of what the variances may be.
 * SPDX-License-Identifier: Apache-2.0 */
#include "spectrum.h"
#include <math.h>

/* Of a grid: so many points, over so many spreads to each side. */
#define POINTS 33
#define REACH  4.0

/* The variance that rounding to 8 bits leaves. */
#define LEAST (2.0 / 255.0 * 2.0 / 255.0 / 12.0)

/* The grid's point I, in spreads. */
static double
point (int i)
{
  return REACH * (2.0 * i / (POINTS - 1) - 1.0);
}

/* Logarithm of how likely the mean square ENERGY over PLACES is when it should be TOTAL. */
static double
likelihood (double total, double energy, int places)
{
  return -0.5 * places * (log (total) + energy / total);
}

/* Logarithms of likelihoods become shares that add up to 1. */
static void
to_shares (double told[POINTS])
{
  double most = told[0], sum = 0;

  for (int i = 1; i < POINTS; i++)
    most = MAX (most, told[i]);
  for (int i = 0; i < POINTS; i++)
    sum += told[i] = exp (told[i] - most);
  for (int i = 0; i < POINTS; i++)
    told[i] /= sum;
}

/* The mean of the factors by which the frequencies FIRST … LAST - 1 may all be stronger than PRIOR says. The first one of each
 * channel is a mean colour and stays out of it. */
static double
common_factor (const FddmWeights *weights, const float *prior, const double *energy, const float *noise, int places,
               int first, int last)
{
  const int area = weights->patch * weights->patch;
  double    told[POINTS], mean = 0;

  for (int i = 0; i < POINTS; i++)
    {
      const double factor = exp (weights->own_common * point (i));

      told[i] = -0.5 * point (i) * point (i);
      for (int k = first; k < last; k++)
        if (k % area != 0)
          told[i] += likelihood (prior[k] * factor + (double) noise[k] * noise[k], energy[k], places);
    }
  to_shares (told);
  for (int i = 0; i < POINTS; i++)
    mean += told[i] * exp (weights->own_common * point (i));
  return mean;
}

/* One frequency, PRIOR being what it should be. */
static double
own (const FddmWeights *weights, double prior, double energy, double noise, int places)
{
  double told[POINTS], share = 0;

  for (int i = 0; i < POINTS; i++)
    told[i] = likelihood (prior * exp (weights->own_each * point (i)) + noise, energy, places) - 0.5 * point (i) * point (i);
  to_shares (told);
  for (int i = 0; i < POINTS; i++)
    {
      const double variance = prior * exp (weights->own_each * point (i));

      share += told[i] * variance / (variance + noise);
    }
  return MAX (noise * share / MAX (1.0 - share, 1e-12), LEAST);
}

void
fddm_spectrum_own_variance (const FddmWeights *weights, int class, const double *energy, const float *noise, int places,
                            float *variance)
{
  const int    n_classes = weights->classes != NULL ? (int) g_strv_length (weights->classes) : 0;
  const int    n = weights->coefficients, area = weights->patch * weights->patch;
  const float *prior = weights->own_prior + (gsize) (class >= 0 ? class : n_classes) * n;
  const double luma = common_factor (weights, prior, energy, noise, places, 0, area);
  const double chroma = n > area ? common_factor (weights, prior, energy, noise, places, area, n) : 1.0;

  for (int k = 0; k < n; k++)
    variance[k] = k % area == 0 ? prior[k]
                                : (float) own (weights, prior[k] * (k < area ? luma : chroma), energy[k],
                                               (double) noise[k] * noise[k], places);
}
