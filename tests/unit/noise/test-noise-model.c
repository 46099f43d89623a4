/* test-noise-model.c: noise of known level, what the noise meter tells, and other patches.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "engine/noise/model.h"

static const double matrix[3][3] = { { 0.299, 0.587, 0.114 },
                                     { -0.299 / 1.772, -0.587 / 1.772, 0.5 },
                                     { 0.5, -0.587 / 1.402, -0.114 / 1.402 } };

/* White noise of σ steps is σ·2/255 times the norm of the matrix's row, in each frequency. */
static void
test_white_levels (void)
{
  FddmNoiseModel model;
  double         luma, chroma;

  fddm_noise_white (&model, 4, 3, FALSE, 10);
  for (int k = 0; k < 48; k++)
    {
      const double *row  = matrix[k / 16];
      double        norm = sqrt (row[0] * row[0] + row[1] * row[1] + row[2] * row[2]);

      g_assert_cmpfloat_with_epsilon (model.level[k], 10 * 2.0 / 255 * norm, 1e-6);
    }
  g_assert_cmpfloat (model.curve[2][16], ==, 1);
  fddm_noise_summary (&model, &luma, &chroma);
  g_assert_cmpfloat_with_epsilon (luma, 10, 1e-4);
  g_assert_cmpfloat_with_epsilon (chroma, 10, 1e-4);

  fddm_noise_white (&model, 4, 3, TRUE, 10);
  g_assert_cmpfloat_with_epsilon (model.level[3], 20.0 / 255, 1e-6);
  g_assert_cmpfloat (model.level[16], ==, 0);
  fddm_noise_summary (&model, &luma, &chroma);
  g_assert_cmpfloat_with_epsilon (luma, 10, 1e-4);
  g_assert_cmpfloat (chroma, ==, 0);

  fddm_noise_white (&model, 8, 1, TRUE, 10);
  fddm_noise_summary (&model, &luma, &chroma);
  g_assert_cmpfloat_with_epsilon (luma, 10, 1e-4);
  g_assert_cmpfloat (chroma, ==, 0);
}

/* ---- Reading ---- */

/* Places that tell the level LEVEL (K) · exp (RISE · brightness), all equally sure, as many in each bin of [FIRST, LAST]. */
static void
tell (FddmMeterSums *sums, int first, int last, double rise, double weight)
{
  for (int b = first; b <= last; b++)
    for (int k = 0; k < FDDM_METER_COEFFICIENTS; k++)
      {
        double brightness = (b + 0.5) / 8 - 1;

        sums->weight[b][k] += weight;
        sums->certainty[k] += 0.05 * weight;
        sums->level[b][k] += weight * (log (0.01 + 0.001 * k) + rise * brightness);
      }
}

static double
level_at (const FddmNoiseModel *model, int k, int bin)
{
  return model->level[k] * (model->curve[k / 16][bin] + model->curve[k / 16][bin + 1]) / 2;
}

/* Level and brightness are taken apart again, and the curve is 1 in the mean over what was seen. */
static void
test_what_was_told_is_read (void)
{
  FddmMeterSums  sums = { 0 };
  FddmNoiseModel model;

  tell (&sums, 2, 13, 0.6, 1e5);
  fddm_noise_read (&sums, &model);
  g_assert_cmpint (model.patch, ==, 4);
  g_assert_cmpint (model.channels, ==, 3);
  for (int c = 0; c < 3; c++)
    {
      double mean = 0;

      for (int b = 2; b <= 13; b++)
        {
          mean += (model.curve[c][b] + model.curve[c][b + 1]) / 24;
          for (int k = 16 * c; k < 16 * c + 16; k++)
            {
              double expected = (0.01 + 0.001 * k) * exp (0.6 * ((b + 0.5) / 8 - 1));

              g_assert_cmpfloat_with_epsilon (level_at (&model, k, b) / expected, 1, 0.03);
            }
        }
      g_assert_cmpfloat_with_epsilon (mean, 1, 1e-6);
    }
}

/* Noise that seems to be 16 times as strong in the shadows as where it is least is texture there, beyond 2.5 times of that.
 * What the brightest places and what few places tell doesn't count for that. */
static void
test_quiet_brightness (void)
{
  FddmMeterSums  sums = { 0 };
  FddmNoiseModel model, ends;

  tell (&sums, 2, 12, -log (16) * 8 / 10, 1e5);
  fddm_noise_read (&sums, &model);
  for (int k = 0; k < 48; k++)
    {
      const double least = (0.01 + 0.001 * k) * exp (-log (16) * 8 / 10 * (12.5 / 8 - 1));

      g_assert_cmpfloat_with_epsilon (level_at (&model, k, 12) / least, 1, 0.06);
      for (int b = 2; b <= 5; b++)
        g_assert_cmpfloat_with_epsilon (level_at (&model, k, b) / level_at (&model, k, 12), 2.5, 0.01);
    }
  for (int few = 0; few < 2; few++)
    {
      memset (&sums, 0, sizeof sums);
      tell (&sums, 2, 9, 0, 1e5);
      tell (&sums, few ? 11 : 14, few ? 12 : 15, -3, few ? 3e3 : 1e5);
      fddm_noise_read (&sums, &ends);
      for (int k = 0; k < 48; k++)
        g_assert_cmpfloat_with_epsilon (level_at (&ends, k, 4) / (0.01 + 0.001 * k), 1, 0.1);
    }
}

/* Makes chroma's levels RATIO times as large as luma's, root mean squares of both. */
static void
set_chroma (FddmMeterSums *sums, double ratio)
{
  double energy[2] = { 0 };

  for (int k = 0; k < 48; k++)
    energy[k >= 16] += (0.01 + 0.001 * k) * (0.01 + 0.001 * k) / (k < 16 ? 16 : 32);
  for (int b = 0; b < FDDM_METER_BINS; b++)
    for (int k = 16; k < 48; k++)
      sums->level[b][k] += sums->weight[b][k] * log (ratio * sqrt (energy[0] / energy[1]));
}

/* Where the meter is unsure, the level is told higher: in all channels, by 1.5 of the least sure one's standard
 * deviations beyond 0.08; less where chroma is nearly as noisy as luma, and not where it is as noisy. */
static void
test_doubt_is_caution (void)
{
  static const struct {
    double ratio, share;
  } cases[] = { { 0.59, 1 }, { 0.65, 0.75 }, { 0.7, 0.5 }, { 0.81, 0 }, { 2, 0 } };
  FddmMeterSums  sums;
  FddmNoiseModel model;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      memset (&sums, 0, sizeof sums);
      tell (&sums, 2, 13, 0, 1e4);
      set_chroma (&sums, cases[i].ratio);
      for (int k = 16; k < 32; k++)
        sums.certainty[k] *= (0.08 + 0.5 / 1.5) / 0.05;
      fddm_noise_read (&sums, &model);
      for (int k = 0; k < 16; k++)
        g_assert_cmpfloat_with_epsilon (model.level[k] / ((0.01 + 0.001 * k) * exp (0.5 * cases[i].share)), 1, 1e-3);
      for (int k = 17; k < 48 && cases[i].ratio > 1; k++) /* weak chroma is raised besides */
        g_assert_cmpfloat_with_epsilon (model.level[k] / model.level[16], (0.01 + 0.001 * k) / 0.026, 1e-3);
    }

  for (int k = 0; k < 48; k++)
    {
      sums.certainty[k] *= k < 16 ? (0.08 + 0.5 / 1.5) / 0.05 : 1;
      for (int b = 0; k >= 16 && b < FDDM_METER_BINS; b++)
        sums.level[b][k] = sums.weight[b][k] * log (0.001);
    }
  fddm_noise_read (&sums, &model);
  g_assert_cmpfloat (model.level[20], ==, 0);
  g_assert_cmpfloat_with_epsilon (model.level[5] / 0.015, 1, 1e-3);
}

/* Level of luma's frequency K: LOWEST for the four lowest, 1 for the others. */
static double
step_at (int k, double lowest)
{
  return k / 4 < 2 && k % 4 < 2 ? lowest : 1;
}

/* Faint noise is raised to 1.7 times at most, strong noise without a limit: by e here. From 4 to 8 steps the limit fades.
 * Noise of 8 steps whose lowest frequencies have 1.25 times the level of all of them, or less, is not raised; from 1.45 times
 * on, or from 12 steps on, it is. */
static void
test_caution_has_a_limit (void)
{
  static const struct {
    double steps, lowest, factor;
  } cases[] = { { 1, 2, 1.7 },  { 3.99, 2, 1.7 }, { 5.656854, 2, 2.149670 }, { 8, 2, G_E }, { 30, 2, G_E },
                { 1, 1, 1.7 },  { 3.99, 1, 1.7 }, { 5.656854, 1, 1.303840 }, { 8, 1, 1 },   { 9.797959, 1, 1.648721 },
                { 12, 1, G_E }, { 30, 1, G_E },   { 8, 1.584639, 1.648721 } };
  FddmMeterSums  sums;
  FddmNoiseModel model;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const double lowest = cases[i].lowest, own = sqrt ((4 * lowest * lowest + 12) / 16);
      const double times = cases[i].steps * 2 / 255 / own;

      memset (&sums, 0, sizeof sums);
      tell (&sums, 2, 13, 0, 1e4);
      for (int k = 0; k < 48; k++)
        for (int b = 0; b < FDDM_METER_BINS; b++)
          sums.level[b][k] = sums.weight[b][k] * log (times * (k < 16 ? step_at (k, lowest) : 0.59 * own));
      for (int k = 16; k < 32; k++)
        sums.certainty[k] *= (0.08 + 1 / 1.5) / 0.05;
      fddm_noise_read (&sums, &model);
      for (int k = 0; k < 16; k++)
        g_assert_cmpfloat_with_epsilon (model.level[k] / (times * step_at (k, lowest)) / cases[i].factor, 1, 1e-3);
    }
}

/* Weak chroma is told as 0.6 of luma, by noise of luma's spectrum; none stays none. */
static void
test_weak_chroma_is_raised (void)
{
  FddmMeterSums  sums = { 0 };
  FddmNoiseModel model;
  double         energy[3] = { 0 };

  tell (&sums, 2, 13, 0, 1e4);
  for (int b = 0; b < FDDM_METER_BINS; b++)
    for (int k = 16; k < 32; k++)
      sums.level[b][k] = sums.weight[b][k] * log (k == 17 ? 0.004 : 0.001);
  fddm_noise_read (&sums, &model);
  for (int k = 0; k < 48; k++)
    energy[k / 16] += model.level[k] * model.level[k];
  g_assert_cmpfloat_with_epsilon (energy[1] / energy[0], 0.36, 1e-5);
  g_assert_cmpfloat_with_epsilon (model.level[31] / model.level[16], model.level[15] / model.level[0], 1e-5);
  g_assert_cmpfloat_with_epsilon (model.level[17] * model.level[17] - model.level[16] * model.level[16] * 121 / 100, 16e-6,
                                  1e-8);
  for (int k = 32; k < 48; k++)
    g_assert_cmpfloat_with_epsilon (model.level[k] / (0.01 + 0.001 * k), 1, 1e-3);
}

/* A difference that a few places make by chance is none; the same from many places is one. */
static void
test_chance_is_no_curve (void)
{
  static const double weights[] = { 20, 1e4 };

  for (int many = 0; many < 2; many++)
    {
      FddmMeterSums  sums = { 0 };
      FddmNoiseModel model;

      tell (&sums, 4, 10, 0.25, weights[many]);
      fddm_noise_read (&sums, &model);
      for (int i = 0; i < 3 * FDDM_NOISE_KNOTS; i++)
        if (!many)
          g_assert_cmpfloat (model.curve[i / FDDM_NOISE_KNOTS][i % FDDM_NOISE_KNOTS], ==, 1);
      g_assert_true (many == (model.curve[0][10] > model.curve[0][4] + 0.05f));
    }
}

/* Nothing told; or less than the meter can tell from nothing. */
static void
test_nothing_is_no_noise (void)
{
  FddmMeterSums  sums = { 0 };
  FddmNoiseModel model;

  fddm_noise_read (&sums, &model);
  for (int k = 0; k < 48; k++)
    g_assert_cmpfloat (model.level[k], ==, 0);
  g_assert_cmpfloat (model.curve[1][5], ==, 1);
  for (int k = 0; k < 48; k++)
    {
      sums.weight[7][k] = 100;
      sums.level[7][k]  = 100 * log ((k % 2 ? 0.29 : 0.31) * 2 / 255);
    }
  fddm_noise_read (&sums, &model);
  for (int k = 0; k < 48; k++)
    g_assert_cmpfloat_with_epsilon (model.level[k], k % 2 ? 0 : 0.31 * 2 / 255, 1e-6);
}

/* ---- What each place tells ---- */

/* The features by their definition, in double, on a piece of 3 × 4 patches. */
static void
test_features (void)
{
  enum { ROWS = 3, COLUMNS = 4 };
  float x[ROWS][COLUMNS][48], input[ROWS][COLUMNS][51];

  for (int i = 0; i < ROWS * COLUMNS * 48; i++)
    (&x[0][0][0])[i] = (float) (sin (i * 1.7) * exp (3 * sin (i * 0.37)) * (i % 5 ? 0.01 : 0.5));
  fddm_meter_features (&x[0][0][0], ROWS, COLUMNS, 2, &input[0][0][0]);
  for (int i = 0; i < ROWS; i++)
    for (int j = 0; j < COLUMNS; j++)
      for (int k = 0; k < 51; k++)
        {
          double expected;

          if (k >= 48)
            expected = x[i][j][16 * (k - 48)] / 4;
          else if (k % 16 > 0)
            expected = asinh (x[i][j][k] * 127.5);
          else
            {
              double around = x[i == 0 ? 1 : i - 1][j][k] + x[i == ROWS - 1 ? i - 1 : i + 1][j][k] +
                              x[i][j == 0 ? 1 : j - 1][k] + x[i][j == COLUMNS - 1 ? j - 1 : j + 1][k];

              expected = asinh ((x[i][j][k] - around / 4) / sqrt (1.25) * 127.5);
            }
          g_assert_cmpfloat_with_epsilon (input[i][j][k], expected, 2e-6 * (1 + fabs (expected)));
        }
}

/* Sums of what is known, bounded; places that tell no number are left out, and so is only the coefficient. */
static void
test_gathering (void)
{
  FddmMeterSums sums     = { 0 };
  float         x[4][48] = { { 0 } }, output[4][96] = { { 0 } };

  x[0][0] = -9;             /* below black: the first bin  */
  x[1][0] = x[2][0] = 0.1f; /* just above the middle       */
  x[3][0]           = 9;
  output[1][3]      = 1;
  output[1][48 + 3] = -7; /* not as unsure as that       */
  output[2][48 + 3] = 1.2f;
  output[3][48 + 3] = 7;
  output[2][4]      = NAN;
  output[2][48 + 5] = -INFINITY;
  fddm_meter_gather (&x[0][0], &output[0][0], 4, &sums);
  g_assert_cmpfloat_with_epsilon (sums.weight[0][3], 1, 1e-5);
  g_assert_cmpfloat_with_epsilon (sums.level[0][3], -3, 1e-5);
  g_assert_cmpfloat_with_epsilon (sums.weight[8][3], exp (-3) + exp (2.4), 1e-4);
  g_assert_cmpfloat_with_epsilon (sums.level[8][3], -2 * exp (-3) - 3 * exp (2.4), 1e-4);
  g_assert_cmpfloat_with_epsilon (sums.weight[15][3], exp (6), 1e-2);
  g_assert_cmpfloat_with_epsilon (sums.certainty[3], 1 + exp (-1.5) + exp (1.2) + exp (3), 1e-4);
  g_assert_cmpfloat_with_epsilon (sums.weight[8][4], 1, 1e-5);
  g_assert_cmpfloat_with_epsilon (sums.level[8][4], -3, 1e-5);
  g_assert_cmpfloat_with_epsilon (sums.level[8][5], -3, 1e-5);
}

/* The sums of two halves add up to those of all places. */
static void
test_sums_add_up (void)
{
  FddmMeterSums all = { 0 }, first = { 0 }, second = { 0 };
  float         x[6][48], output[6][96];

  for (int i = 0; i < 6; i++)
    for (int k = 0; k < 96; k++)
      {
        output[i][k] = sinf ((float) (i + 6 * k));
        if (k < 48)
          x[i][k] = 4 * cosf ((float) (7 * i + k));
      }
  fddm_meter_gather (&x[0][0], &output[0][0], 6, &all);
  fddm_meter_gather (&x[0][0], &output[0][0], 2, &first);
  fddm_meter_gather (&x[2][0], &output[2][0], 4, &second);
  fddm_meter_add (&first, &second);
  for (gsize i = 0; i < sizeof all / sizeof (double); i++)
    g_assert_cmpfloat_with_epsilon (((double *) &first)[i], ((double *) &all)[i], 1e-9);
}

/* ---- Other patches ---- */

static double
basis (int d, int frequency, int place)
{
  return sqrt ((frequency ? 2.0 : 1.0) / d) * cos (G_PI / d * (place + 0.5) * frequency);
}

/* Noise in one frequency of 4 × 4 patches, drawn as a picture and taken apart again in patches of side D. */
static void
test_small_patches_have_the_same_noise (void)
{
  for (int d = 1; d <= 4; d *= 2)
    for (int i = 0; i < 16; i++)
      {
        FddmNoiseModel metered, model;
        double         expected[16] = { 0 };

        fddm_noise_white (&metered, 4, 3, FALSE, 0);
        metered.level[16 + i] = 0.1f;
        metered.curve[1][3]   = 1.5f;
        fddm_noise_convert (&metered, d, 3, FALSE, &model);
        g_assert_cmpint (model.patch, ==, d);
        g_assert_cmpfloat (model.curve[1][3], ==, 1.5f);
        for (int patch = 0; patch < 16 / (d * d); patch++)
          for (int k = 0; k < d * d; k++)
            {
              double sum = 0;

              for (int y = 0; y < d; y++)
                for (int x = 0; x < d; x++)
                  sum += 0.1 * basis (4, i / 4, patch / (4 / d) * d + y) * basis (4, i % 4, patch % (4 / d) * d + x) *
                         basis (d, k / d, y) * basis (d, k % d, x);
              expected[k] += sum * sum * d * d / 16;
            }
        g_assert_true (d < 4 || memcmp (&model, &metered, sizeof model) == 0);
        for (int k = 0; k < 3 * d * d; k++)
          g_assert_cmpfloat_with_epsilon (model.level[k], k / (d * d) == 1 ? sqrt (expected[k % (d * d)]) : 0, 1e-6);
      }
}

/* White stays white; a frequency of a large patch lies in the range of one of the small. */
static void
test_every_patch_size (void)
{
  for (int d = 1; d <= 16; d++)
    for (int channels = 1; channels <= 3; channels += 2)
      for (int gray = channels == 1; gray < 2; gray++)
        {
          FddmNoiseModel metered, model, expected;

          fddm_noise_white (&metered, 4, 3, FALSE, 10);
          for (int k = 0; k < 16 && gray; k++)
            metered.level[k] = 20.0f / 255; /* a gray picture's luma */
          fddm_noise_convert (&metered, d, channels, gray, &model);
          fddm_noise_white (&expected, d, channels, gray, 10);
          for (int k = 0; k < FDDM_COEF_MAX; k++)
            g_assert_cmpfloat_with_epsilon (model.level[k], expected.level[k], 1e-6);
          g_assert_cmpint (model.channels, ==, channels);
          g_assert_cmpfloat (model.curve[2][7], ==, 1);
        }
  for (int i = 0; i < 16; i++)
    {
      FddmNoiseModel metered, model;

      fddm_noise_white (&metered, 4, 3, FALSE, 0);
      metered.level[32 + i] = 0.1f;
      fddm_noise_convert (&metered, 8, 3, FALSE, &model);
      for (int k = 0; k < 64; k++)
        g_assert_cmpfloat (model.level[128 + k], ==, k / 16 == i / 4 && k % 8 / 2 == i % 4 ? 0.1f : 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/noise-model/white-levels", test_white_levels);
  g_test_add_func ("/noise-model/what-was-told-is-read", test_what_was_told_is_read);
  g_test_add_func ("/noise-model/doubt-is-caution", test_doubt_is_caution);
  g_test_add_func ("/noise-model/caution-has-a-limit", test_caution_has_a_limit);
  g_test_add_func ("/noise-model/quiet-brightness", test_quiet_brightness);
  g_test_add_func ("/noise-model/weak-chroma", test_weak_chroma_is_raised);
  g_test_add_func ("/noise-model/chance-is-no-curve", test_chance_is_no_curve);
  g_test_add_func ("/noise-model/nothing-is-no-noise", test_nothing_is_no_noise);
  g_test_add_func ("/noise-model/features", test_features);
  g_test_add_func ("/noise-model/gathering", test_gathering);
  g_test_add_func ("/noise-model/sums-add-up", test_sums_add_up);
  g_test_add_func ("/noise-model/small-patches-have-the-same-noise", test_small_patches_have_the_same_noise);
  g_test_add_func ("/noise-model/every-patch-size", test_every_patch_size);
  return g_test_run ();
}
