/* test-bands.c: what is removed, weighted by the size of its grain.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/bands.h"
#include "tests/unit/denoising.h"

static FddmDenoiseParams
bands (double coarse, double medium, double fine)
{
  FddmDenoiseParams params = params_with (20, 0, 1);

  params.coarse = coarse;
  params.medium = medium;
  params.fine   = fine;
  return params;
}

/* The share that a band of strength F, in percent, gets of a removal of 1 and of a raised one of R, with TOP the largest
 * strength. */
static double
share (double f, double r, double top)
{
  return f <= 100 ? f / 100 : 1 + (r - 1) * (f - 100) / (top - 100);
}

/* A cosine that reflection at the edges continues comes out times a number: cos⁴ (ω/2) is what the first smoothing keeps of
 * it, that times cos⁴ ω the second. Of raised noise, three times as much is removed. */
static void
test_waves (void)
{
  enum { WIDTH = 145, HEIGHT = 9, N = WIDTH * HEIGHT * 3, STRIDE = WIDTH * 3 + 5 };
  const FddmDenoiseParams cases[] = { bands (200, 100, 100), bands (100, 200, 100), bands (100, 100, 200),
                                      bands (0, 0, 100),     bands (100, 100, 0),   bands (30, 170, 110) };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (int halves = 0; halves < WIDTH; halves += 4) /* waves over the width, times two */
      {
        const double w = G_PI * halves / (WIDTH - 1), first = pow (cos (w / 2), 4), second = first * pow (cos (w), 4);
        const double top    = MAX (MAX (cases[i].coarse, cases[i].medium), cases[i].fine);
        const double factor = share (cases[i].fine, 3, top) * (1 - first) +
                              share (cases[i].medium, 3, top) * (first - second) + share (cases[i].coarse, 3, top) * second;
        g_autofree float *removed = g_new0 (float, STRIDE * HEIGHT), *spare = g_new0 (float, STRIDE * HEIGHT);
        g_autofree float *raised  = g_new0 (float, STRIDE * HEIGHT);
        g_autofree float *scratch = g_new (float, N);

        for (int y = 0; y < HEIGHT; y++)
          for (int x = 0; x < WIDTH * 3; x++)
            {
              removed[y * STRIDE + x] = (float) (cos (w * (x / 3)) * (1 + x % 3));
              raised[y * STRIDE + x]  = 3 * removed[y * STRIDE + x];
            }
        fddm_bands_weight (&cases[i], &(FddmBandsArea) { removed, raised, STRIDE, WIDTH, HEIGHT, 3, spare, scratch });
        for (int y = 0; y < HEIGHT; y++)
          for (int x = 0; x < WIDTH * 3; x++)
            g_assert_cmpfloat_with_epsilon (removed[y * STRIDE + x], factor * cos (w * (x / 3)) * (1 + x % 3), 4e-6);
      }
}

/* What the header says of wavelengths: each band has most of the waves that it is named for. */
static void
test_wavelengths (void)
{
  static const struct {
    int    length, band;
    double least;
  } cases[] = { { 2, 2, 0.99 }, { 4, 2, 0.7 }, { 8, 1, 0.5 }, { 16, 0, 0.65 }, { 32, 0, 0.9 }, { 64, 0, 0.97 } };
  enum { N = 129 };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FddmDenoiseParams params = bands (cases[i].band == 0 ? 100 : 0, cases[i].band == 1 ? 100 : 0,
                                        cases[i].band == 2 ? 100 : 0);
      float removed[N], spare[N], scratch[N];

      for (int x = 0; x < N; x++)
        removed[x] = (float) cos (2 * G_PI * x / cases[i].length);
      fddm_bands_weight (&params, &(FddmBandsArea) { removed, NULL, N, N, 1, 1, spare, scratch });
      g_assert_cmpfloat (removed[0], >, cases[i].least);
    }
}

/* The two smoothings as single sums over pixels around: their taps, and those of one after the other. */
static float
smoothed (const float *plane, int width, int height, int x, int y, int which)
{
  static const double taps[2][13] = { { 0, 0, 0, 0, 1, 4, 6, 4, 1, 0, 0, 0, 0 },
                                      { 1, 4, 10, 20, 31, 40, 44, 40, 31, 20, 10, 4, 1 } };
  double              sum = 0, all = which == 0 ? 16 : 256;

  for (int j = -6; j <= 6; j++)
    for (int i = -6; i <= 6; i++)
      sum += taps[which][j + 6] / all * taps[which][i + 6] / all *
             plane[(test_mirrored (y + j, height) * width + test_mirrored (x + i, width)) * 3];
  return (float) sum;
}

/* Through the whole engine, on any picture: what even bands remove, weighted, and above 100 % what they remove of noise that
 * is larger by that factor; small pictures are all edge. */
static void
test_weighted_removal (void)
{
  static const struct {
    int width, height;
  } sizes[] = { { 57, 44 }, { 5, 3 }, { 1, 30 }, { 2, 2 }, { 1, 1 } };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int averages = 1; averages <= 3; averages += 2)
      {
        const int         width = sizes[s].width, height = sizes[s].height, n = width * height * 3;
        FddmDenoiseParams even = bands (100, 100, 100), larger = even, params = bands (170, 50, 0);
        g_autofree float *pixels = test_picture (width, height, 3), *plain = NULL, *weighted = NULL, *more = NULL;
        g_autofree float *removed = g_new (float, n), *raised = g_new (float, n);

        even.averages = larger.averages = params.averages = averages;
        larger.noise                                      = 1.7 * even.noise;
        more     = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &larger, pixels, width, height, 3, NULL);
        plain    = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &even, pixels, width, height, 3, NULL);
        weighted = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &params, pixels, width, height, 3, NULL);
        for (int i = 0; i < n; i++)
          {
            removed[i] = plain[i] - pixels[i];
            raised[i]  = more[i] - pixels[i];
          }
        for (int i = 0; i < n; i++)
          {
            const int x = i / 3 % width, y = i / 3 / width, c = i % 3;
            float one = smoothed (removed + c, width, height, x, y, 0), two = smoothed (removed + c, width, height, x, y, 1);

            g_assert_cmpfloat_with_epsilon (
              weighted[i], pixels[i] + 0.5 * (one - two) + smoothed (raised + c, width, height, x, y, 1), 2e-6);
          }
      }
}

/* Bands of 0 are the photo, whatever bits it has; equal bands are a strength. */
static void
test_identities (void)
{
  enum { WIDTH = 33, HEIGHT = 21, N = WIDTH * HEIGHT * 3 };
  g_autofree float *pixels = test_picture (WIDTH, HEIGHT, 3), *out = NULL, *half = NULL, *strength = NULL;
  FddmDenoiseParams none = bands (0, 0, 0), halves = bands (50, 50, 50), percents = bands (100, 100, 100);

  for (int i = 0; i < 100; i++)
    pixels[i] = -0.0f;
  pixels[200] = 1e6f;
  pixels[300] = NAN;
  pixels[301] = INFINITY;
  out         = run_on (FDDM_DEVICE_CPU, 0, 0, &none, pixels, WIDTH, HEIGHT, 3, NULL);
  g_assert_cmpmem (out, N * sizeof *out, pixels, N * sizeof *pixels);

  percents.luma = percents.chroma = 50;
  half                            = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &halves, pixels, WIDTH, HEIGHT, 3, NULL);
  strength                        = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &percents, pixels, WIDTH, HEIGHT, 3, NULL);
  for (int i = 0; i < N; i++)
    if (isfinite (pixels[i]))
      g_assert_cmpfloat_with_epsilon (half[i], strength[i], 1e-6 * MAX (1, fabsf (pixels[i])));
    else
      g_assert_cmpmem (&half[i], sizeof *half, &pixels[i], sizeof *pixels);
}

static void
test_tiling_equals_untiled (void)
{
  enum { WIDTH = 277, HEIGHT = 273, TILE = 60 }; /* more than two halos of sampling and filter */

  for (int averages = g_test_quick () ? 2 : 1; averages <= 2; averages++)
    {
      FddmDenoiseParams params = bands (200, 30, 0);

      params.averages = averages;
      params.detail   = averages > 1 ? 60 : 0;
      params.steps    = 2;
      if (averages > 1)
        assert_tiles_make_no_difference (FDDM_DEVICE_CPU, TILE, &params, WIDTH, HEIGHT); /* both ways at once */
      if (g_test_slow ())
        assert_tilings_make_no_difference (averages > 1 ? FDDM_DEVICE_REFERENCE : FDDM_DEVICE_CPU, TILE, &params, WIDTH,
                                           HEIGHT);
    }
}

static void
test_memory_bound (void)
{
  enum { WIDTH = 700, HEIGHT = 500 };
  g_autofree float *pixels = test_clumps (WIDTH, HEIGHT, 3);
  FddmDenoiseParams params = bands (200, 30, 0), even = bands (100, 100, 100), weak = bands (100, 30, 0);
  FddmReport        large, small, medium, plain;
  g_autofree float *one = NULL, *many = NULL, *less = NULL, *weakly = NULL;

  params.detail = even.detail = weak.detail = 100; /* nothing else is gathered */
  params.steps = even.steps = weak.steps = 2;
  one                                    = run_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, WIDTH, HEIGHT, 3, &large);
  many   = run_on (FDDM_DEVICE_CPU, 0, large.memory / 2, &params, pixels, WIDTH, HEIGHT, 3, &small);
  less   = run_on (FDDM_DEVICE_CPU, 0, 0, &even, pixels, WIDTH, HEIGHT, 3, &plain);
  weakly = run_on (FDDM_DEVICE_CPU, 0, 0, &weak, pixels, WIDTH, HEIGHT, 3, &medium);
  g_assert_cmpuint (medium.memory, ==, plain.memory + 2 * WIDTH * HEIGHT * 3 * sizeof (float)); /* it is counted */
  g_assert_cmpuint (large.memory, ==, medium.memory + WIDTH * HEIGHT * 3 * sizeof (float));
  g_assert_cmpint (large.tiles, ==, 1);
  g_assert_cmpuint (small.memory, <=, large.memory / 2);
  g_assert_cmpint (small.tiles, >, 1);
  for (int j = 0; j < WIDTH * HEIGHT * 3; j++)
    g_assert_cmpfloat_with_epsilon (one[j], many[j], 1e-4);
}

static void
test_bad_arguments (void)
{
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_REFERENCE, 0, 0);
  g_autofree float       *pixels  = test_picture (8, 8, 3);
  FddmDenoiseParams       bad[]   = { bands (-1, 100, 100), bands (201, 100, 100), bands (100, 201, 100),
                                      bands (100, -1, 100), bands (100, 100, NAN), bands (100, 100, 201) };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (run (context, &bad[i], pixels, 8, 8, 3, NULL, &error));
      g_assert_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bands/waves", test_waves);
  g_test_add_func ("/bands/wavelengths", test_wavelengths);
  g_test_add_func ("/bands/weighted-removal", test_weighted_removal);
  g_test_add_func ("/bands/identities", test_identities);
  g_test_add_func ("/bands/tiling-equals-untiled", test_tiling_equals_untiled);
  g_test_add_func ("/bands/memory-bound", test_memory_bound);
  g_test_add_func ("/bands/bad-arguments", test_bad_arguments);
  return g_test_run ();
}
