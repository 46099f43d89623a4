/* jpeg-comb.c: how well magnitudes fit the teeth of a comb.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The likelihood of quantisation steps given decoded coefficients is that of Z. Fan and R. L. de Queiroz, "Identification of
 * bitmap compression history: JPEG detection and quantizer estimation", IEEE Transactions on Image Processing 12 (2), 2003:
 * around each multiple of the step a coefficient has but the error of rounding the decoded pixels. */
#include <math.h>
#include "engine/jpeg-comb.h"

/* Magnitudes below, in roundings, are what zero has become: they fit every step. */
#define ZERO 4.3
/* Share of coefficients that are anywhere: where a pixel was clipped, or several roundings met. */
#define ANYWHERE 0.03

static double
gauss (double x, double sigma)
{
  return exp (-x * x / (2 * sigma * sigma)) / (sigma * sqrt (2 * G_PI));
}

FddmJpegComb *
fddm_jpeg_comb_new (double rounding)
{
  FddmJpegComb *comb = g_new (FddmJpegComb, 1);

  comb->first = (int) (ZERO * rounding / FDDM_JPEG_BIN_WIDTH);
  for (int bin = 0; bin < FDDM_JPEG_BINS; bin++)
    for (int i = 0; i < FDDM_JPEG_STEPS; i++)
      {
        double step = i + 1, x = (bin + 0.5) * FDDM_JPEG_BIN_WIDTH, from = x - step * rint (x / step);
        double tooth = gauss (from, rounding) + gauss (step - fabs (from), rounding) + gauss (step + fabs (from), rounding);

        comb->gain[bin][i] = (float) log ((1 - ANYWHERE) * step * tooth + ANYWHERE);
      }
  return comb;
}

double
fddm_jpeg_comb_gains (const FddmJpegComb *comb, const guint16 counts[FDDM_JPEG_BINS], float gain[FDDM_JPEG_STEPS])
{
  double n = 0;

  for (int i = 0; i < FDDM_JPEG_STEPS; i++)
    gain[i] = 0;
  for (int bin = comb->first; bin < FDDM_JPEG_BINS; bin++)
    if (counts[bin] > 0)
      {
        n += counts[bin];
        for (int i = 0; i < FDDM_JPEG_STEPS; i++)
          gain[i] += counts[bin] * comb->gain[bin][i];
      }
  return n;
}

double
fddm_jpeg_comb_stray (const guint16 counts[FDDM_JPEG_BINS], int step, double *distance)
{
  double n = 0;

  for (int bin = (int) (step / 2.0 / FDDM_JPEG_BIN_WIDTH); bin < FDDM_JPEG_BINS; bin++)
    {
      double x = (bin + 0.5) * FDDM_JPEG_BIN_WIDTH;

      n += counts[bin];
      *distance += counts[bin] * MIN (fabs (x - step * rint (x / step)), 2);
    }
  return n;
}
