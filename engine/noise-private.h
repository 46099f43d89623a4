/* noise-private.h: what the sources that measure noise share.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "noise.h"

/* One 8-bit step in [-1,1]. */
#define FDDM_STEP (2.0 / 255)

/* Standard deviation in Y', Cb and Cr of white noise of standard deviation 1 in R', G' and B'. */
extern const double fddm_noise_row_norm[3];

/* Patches that were kept to measure noise in. */
struct FddmNoiseMeter {
  int     asked;           /* side of the patches that are fed                                             */
  int     patch;           /* side of those that are kept: small ones are joined                           */
  int     channels;
  int     coefficients;    /* channels·patch²                                                             */
  gsize   capacity, n;     /* patches that fit, and that are kept                                         */
  guint64 seen, every;     /* patches offered so far; one in EVERY is kept                                */
  float  *values;          /* n × coefficients; in place of each DC, how far it is from its neighbours', as noisy as a DC */
  float  *brightness;      /* mean luma, [-1,1]                                                           */
  float  *texture;         /* the neighbours' mean energy, without DC                                     */
  float  *margin;          /* how far the mean colour is from black and white in each of R', G', B', 0…1  */
};

/* ---- noise-join.c ---- */

/* Largest side of joined patches. */
#define FDDM_JOINED_MAX 6

/* How many patches of side PATCH are joined in each direction. */
int    fddm_noise_join_group (int patch);
/* ROWS × COLUMNS patches become as many as group goes into them, in the same layout. Free with g_free. */
float *fddm_noise_join       (const float *coefficients, int rows, int columns, int channels, int patch);
/* The noise of the small patches by that of the joined ones. */
void   fddm_noise_split      (const FddmNoiseModel *joined, int patch, FddmNoiseModel *model);

/* ---- noise-statistics.c ---- */

/* Variance of Gaussian VALUES among which some are too large. Changes their order. */
double fddm_noise_core_variance (float *values, gsize n);
/* Mean square of VALUES without the largest hundredth, as if they were Gaussian. Changes their order. */
double fddm_noise_bulk_variance (float *values, gsize n);
/* Correlation of two columns, 0 where one of them is constant. */
double fddm_noise_correlation   (const float *a, const float *b, gsize n);
/* 1 where X is at ONE or beyond, 0 where it is at ZERO or beyond, a straight line between. */
double fddm_noise_ramp          (double x, double one, double zero);
/* The smooth curve (17 knots) nearest to VALUES at the centres of the 16 intervals between knots, each known up to VARIANCE
 * (infinite = not at all). Values far above the curve count little: where every patch is textured noise seems high. */
void   fddm_noise_fit_curve     (const double values[FDDM_NOISE_KNOTS - 1], const double variance[FDDM_NOISE_KNOTS - 1],
                                 double curve[FDDM_NOISE_KNOTS]);
