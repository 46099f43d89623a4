/* test-hot.c: hot pixels go, stars and noise stay.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/hot.h"
#include "tests/unit/denoising.h"

enum { SIDE = 400, STEP = 40 };

static double
gauss (GRand *rand)
{
  return sqrt (-2 * log (1 - g_rand_double (rand))) * cos (2 * G_PI * g_rand_double (rand));
}

/* A gradient with white noise of SIGMA. */
static float *
noisy (GRand *rand, double sigma)
{
  float *pixels = g_new (float, SIDE * SIDE * 3);

  for (int i = 0; i < SIDE * SIDE * 3; i++)
    pixels[i] = (float) (0.1 + 0.1 * (i / 3 % SIDE) / SIDE + sigma * gauss (rand));
  return pixels;
}

/* Energy that a lens of the width SIGMA puts on the pixel from I − 0.5 to I + 0.5, of a star at AT. */
static double
spread (int i, double at, double sigma)
{
  return (erf ((i + 0.5 - at) / sigma / G_SQRT2) - erf ((i - 0.5 - at) / sigma / G_SQRT2)) / 2;
}

static int
count_changes (const float *before, const float *after)
{
  int n = 0;

  for (int i = 0; i < SIDE * SIDE * 3; i++)
    n += before[i] != after[i];
  return n;
}

/* Noise has no hot pixels, and stars of any height and place between the pixels are none: not one sample changes. */
static void
test_stars_and_noise_stay (void)
{
  static const double sigmas[] = { 3.0 / 255, 10.0 / 255 }, heights[] = { 0, 6, 12, 20 }, widths[] = { 1.5, 2, 3 };
  g_autoptr (GRand)   rand = g_rand_new_with_seed (4);

  for (gsize s = 0; s < G_N_ELEMENTS (sigmas); s++)
    for (gsize h = 0; h < G_N_ELEMENTS (heights); h++)
      for (gsize w = 0; w < G_N_ELEMENTS (widths); w++)
        {
          const double      sigma = sigmas[s], lens = widths[w] / 2.3548, most = pow (spread (0, 0, lens), 2);
          g_autofree float *before = noisy (rand, sigma), *after = NULL;

          for (int y = STEP; y < SIDE; y += STEP)
            for (int x = STEP; x < SIDE; x += STEP)
              {
                const double down = y + g_rand_double (rand) - 0.5, across = x + g_rand_double (rand) - 0.5;

                for (int j = y - 8; j <= y + 8; j++)
                  for (int i = x - 8; i <= x + 8; i++)
                    for (int c = 0; c < 3; c++)
                      before[(j * SIDE + i) * 3 + c] += (float) (heights[h] * sigma / most * spread (j, down, lens) *
                                                                 spread (i, across, lens));
              }
          after = g_memdup2 (before, SIDE * SIDE * 3 * sizeof *before);
          g_assert_true (fddm_pixels_remove_hot (after, SIDE, SIDE, 3, (float) sigma));
          g_assert_cmpint (count_changes (before, after), ==, 0);
        }
}

/* Nearly all samples that lie 16 times the noise above their surroundings get the median of the eight beside; in one channel or
 * all, and no other sample changes. */
static void
test_hot_pixels_go (void)
{
  const double      sigma  = 5.0 / 255;
  g_autoptr (GRand) rand   = g_rand_new_with_seed (6);
  g_autofree float *before = noisy (rand, sigma), *after = NULL;
  int               hot = 0, gone = 0;

  for (int y = 10, n = 0; y < SIDE - 2; y += 10)
    for (int x = 10; x < SIDE - 2; x += 10, n++)
      for (int c = 0; c < 3; c++)
        if (n % 2 == 0 || n % 3 == c)
          before[(y * SIDE + x) * 3 + c] += (float) g_rand_double_range (rand, 16 * sigma, 0.7);
  after = g_memdup2 (before, SIDE * SIDE * 3 * sizeof *before);
  g_assert_true (fddm_pixels_remove_hot (after, SIDE, SIDE, 3, (float) sigma));
  for (int i = 0; i < SIDE * SIDE * 3; i++)
    {
      const double even = 0.1 + 0.1 * (i / 3 % SIDE) / SIDE;

      hot += before[i] - even > 12 * sigma;
      gone += before[i] - even > 12 * sigma && fabs (after[i] - even) < 3 * sigma;
    }
  g_assert_cmpint (hot, >, 2000);
  g_assert_cmpint (gone, >, hot * 96 / 100);
  g_assert_cmpint (count_changes (before, after), ==, gone);
}

/* In texture, at an edge, beside another bright one, above 1 and beside a NaN, a bright sample is not known to be hot. */
static void
test_doubt (void)
{
  float pixels[9 * 9], was[9 * 9];

  for (int what = 0; what < 6; what++)
    {
      for (int i = 0; i < 81; i++)
        pixels[i] = what == 1 ? (i % 2 ? 0.3f : 0.5f) : 0.4f;
      pixels[40] = what == 4 ? 1.2f : 0.9f;
      if (what == 2)
        pixels[41] = 0.85f;
      if (what == 3)
        for (int y = 0; y < 9; y++)
          for (int x = 6; x < 9; x++)
            pixels[y * 9 + x] = 0.8f;
      if (what == 5)
        pixels[39] = NAN;
      memcpy (was, pixels, sizeof pixels);
      g_assert_true (fddm_pixels_remove_hot (pixels, 9, 9, 1, 0.01f));
      if (what == 0)
        g_assert_cmpfloat (pixels[40], ==, 0.4f);
      else
        g_assert_cmpmem (pixels, sizeof pixels, was, sizeof was);
    }
}

/* Through the engine: hot pixels go, by any tiling to the bit, and stay where brightness noise stays. */
static void
test_engine (void)
{
  enum { WIDTH = 205, HEIGHT = 203, N = WIDTH * HEIGHT * 3 };
  FddmDenoiseParams params = params_with (5, 0, 1), colour = params;
  g_autofree float *pixels = g_new (float, N), *even = NULL, *whole = NULL, *tiled = NULL, *kept = NULL;

  for (int i = 0; i < N; i++)
    pixels[i] = 0.4f;
  even = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &params, pixels, WIDTH, HEIGHT, 3, NULL);
  for (int y = 2; y < HEIGHT - 2; y += 7)
    for (int x = 2; x < WIDTH - 2; x += 5)
      pixels[(y * WIDTH + x) * 3 + y % 3] = 0.9f;
  whole = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &params, pixels, WIDTH, HEIGHT, 3, NULL);
  tiled = run_on (FDDM_DEVICE_REFERENCE, 63, 0, &params, pixels, WIDTH, HEIGHT, 3, NULL);
  g_assert_cmpmem (whole, N * sizeof *whole, even, N * sizeof *even);
  g_assert_cmpmem (tiled, N * sizeof *tiled, even, N * sizeof *even);
  colour.luma = 0;
  kept        = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &colour, pixels, WIDTH, HEIGHT, 3, NULL);
  g_assert_cmpfloat (test_error (kept, even, N), >, 0.01);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hot/stars-and-noise-stay", test_stars_and_noise_stay);
  g_test_add_func ("/hot/hot-pixels-go", test_hot_pixels_go);
  g_test_add_func ("/hot/doubt", test_doubt);
  g_test_add_func ("/hot/engine", test_engine);
  return g_test_run ();
}
