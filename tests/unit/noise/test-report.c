/* test-report.c: what is said of a picture's noise.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "engine/noise/report.h"
#include "engine/noise/model.h"

/* White noise of SIGMA in patches of side D, the coarsest frequencies COARSE times as strong; DARK times as strong in black as
 * in white, and as told at middle gray. */
static FddmNoiseModel
measured (int d, int channels, double sigma, double coarse, double dark)
{
  FddmNoiseModel result;

  memset (&result, 0, sizeof result);
  fddm_noise_white (&result, d, channels, FALSE, sigma);
  for (int k = 0; k < channels * d * d; k++)
    {
      int u = k / d % d, v = k % d;

      result.level[k] *= (float) pow (coarse, 1 - (u + v) / (2.0 * d - 2));
    }
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < FDDM_NOISE_KNOTS; i++)
      result.curve[c][i] = (float) pow (dark, 0.5 - i / (FDDM_NOISE_KNOTS - 1.0));
  return result;
}

static void
assert_words (const FddmNoiseModel *what, const char *expected)
{
  g_autofree char *words = fddm_measured_words (what);

  g_assert_cmpstr (words, ==, expected);
}

static void
test_words (void)
{
  for (int d = 2; d <= 8; d *= 2)
    {
      FddmNoiseModel white = measured (d, 3, 9.1, 1, 1), gray = measured (d, 1, 5, 1, 1), none = measured (d, 3, 0.3, 1, 1);
      FddmNoiseModel coarse = measured (d, 3, 10, 4, 1), fine = measured (d, 3, 10, 0.4, 1);
      FddmNoiseModel dark = measured (d, 3, 10, 1, 3), bright = measured (d, 3, 10, 1, 0.33);
      FddmNoiseModel hardly = measured (d, 3, 10, 1.1, 1.2);
      double         luma, chroma;

      assert_words (&white, "luma 9.1, chroma 9.1");
      assert_words (&gray, "luma 5.0");
      assert_words (&none, "no noise");
      assert_words (&dark, "luma 10.0, chroma 10.0, more in the shadows");
      assert_words (&bright, "luma 10.0, chroma 10.0, more in the highlights");
      for (int i = 0; i < 3; i++)
        {
          const FddmNoiseModel *each[]   = { &coarse, &fine, &hardly };
          static const char    *ends[]   = { ", coarse", ", fine", "" };
          g_autofree char      *expected = NULL;

          fddm_noise_summary (each[i], &luma, &chroma);
          expected = g_strdup_printf ("luma %.1f, chroma %.1f%s", luma, chroma, ends[i]);
          assert_words (each[i], expected);
        }
    }
}

/* A patch of one pixel has no spectrum to speak of. */
static void
test_one_frequency (void)
{
  FddmNoiseModel what;

  memset (&what, 0, sizeof what);
  fddm_noise_white (&what, 1, 3, FALSE, 7);
  assert_words (&what, "luma 7.0, chroma 7.0");
}

/* Of white noise, every number is its standard deviation; of a gray picture's too. */
static void
test_numbers_of_white_noise (void)
{
  FddmNoiseModel white = measured (4, 3, 12, 1, 1), gray = measured (4, 1, 12, 1, 1), copies = white;

  fddm_noise_white (&copies, 4, 3, TRUE, 12);
  for (int k = 0; k < 16; k++)
    {
      for (int c = 0; c < 3; c++)
        g_assert_cmpfloat_with_epsilon (fddm_measured_level (&white, c, k), 12, 1e-4);
      g_assert_cmpfloat_with_epsilon (fddm_measured_level (&gray, 0, k), 12, 1e-4);
      g_assert_cmpfloat_with_epsilon (fddm_measured_level (&copies, 0, k), 12, 1e-4);
      g_assert_cmpfloat (fddm_measured_level (&copies, 1, k), ==, 0);
    }
  for (int i = 0; i < FDDM_NOISE_KNOTS; i++)
    g_assert_cmpfloat_with_epsilon (fddm_measured_curve (&white, 2, i), 12, 1e-4);
  white.curve[1][0] = 2;
  g_assert_cmpfloat_with_epsilon (fddm_measured_curve (&white, 1, 0), 24, 1e-4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/measured/words", test_words);
  g_test_add_func ("/measured/one-frequency", test_one_frequency);
  g_test_add_func ("/measured/numbers-of-white-noise", test_numbers_of_white_noise);
  return g_test_run ();
}
