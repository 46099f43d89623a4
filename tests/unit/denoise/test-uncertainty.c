/* test-uncertainty.c: how much of the result is a guess.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include "tests/unit/denoising.h"
#include "tests/unit/weights-file.h"

typedef struct {
  float     *pixels, *uncertainty;
  FddmReport report;
} Result;

static void
result_clear (Result *result)
{
  g_free (result->pixels);
  g_free (result->uncertainty);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Result, result_clear)

static Result
denoise (FddmContext *context, const FddmDenoiseParams *params, const float *pixels, int width, int height, int channels,
         FddmProgress progress, gpointer data)
{
  g_autoptr (GError) error  = NULL;
  const gsize        n      = (gsize) width * height;
  Result             result = { .pixels = g_new0 (float, n * channels), .uncertainty = g_new0 (float, n) };
  FddmImage          from   = { (float *) pixels, width, height, channels, (gsize) width * channels, channels };
  FddmImage          to     = { result.pixels, width, height, channels, (gsize) width * channels, channels };
  FddmImage          gray   = { result.uncertainty, width, height, 1, width, 1 };
  FddmSource         source = fddm_image_source (&from);
  FddmSink           sink = fddm_image_sink (&to), uncertainty = fddm_image_sink (&gray);
  FddmDenoiseSinks   sinks = { .picture = &sink, .uncertainty = &uncertainty };

  fddm_denoise_uncertain (context, params, &source, &sinks, progress, data, &result.report, &error);
  g_assert_no_error (error);
  return result;
}

static Result
denoise_on (FddmDeviceKind device, int tile, gsize memory, const FddmDenoiseParams *params, const float *pixels, int width,
            int height, int channels)
{
  g_autoptr (FddmContext) context = open_context (device, tile, memory);

  return denoise (context, params, pixels, width, height, channels, NULL, NULL);
}

/* A gray network of one pixel a patch that adds nothing to the Wiener filter: for v the variance of a pixel, v = 2, and s
 * that of the noise, the posterior's variance is v·s²/(v + s²), in units of [-1,1]. */
static FddmContext *
open_wiener (void)
{
  g_autofree char        *path    = g_build_filename (g_get_tmp_dir (), "fddm-wiener.safetensors", NULL);
  g_autoptr (GByteArray)  file    = NULL;
  g_autoptr (FddmWeights) weights = NULL;
  g_autoptr (GError)      error   = NULL;
  guint8                  data[DATA_BYTES];
  FddmContext            *context;

  weights_file_data (data);
  memset (data + 104, 0, DATA_BYTES - 104); /* the last convolution, with its bias */
  file = weights_file (NULL, NULL, data, DATA_BYTES);
  g_assert_true (g_file_set_contents (path, (const char *) file->data, file->len, NULL));
  weights = fddm_weights_open (path, &error);
  g_assert_no_error (error);
  context = fddm_context_new (weights, FDDM_DEVICE_REFERENCE, NULL, &error);
  g_assert_no_error (error);
  g_remove (path);
  return context;
}

static void
test_posterior_of_gaussians (void)
{
  enum { SIDE = 128, N = SIDE * SIDE };
  g_autoptr (FddmContext) context = open_wiener ();
  g_autofree float       *pixels  = test_floats (N, 0.3f, 0.7f, 5);

  for (int noise = 5; noise <= 80; noise *= 4)
    {
      FddmDenoiseParams params = params_with (noise, 0, 1);
      g_auto (Result)   result = denoise (context, &params, pixels, SIDE, SIDE, 1, NULL, NULL);
      const double      s = 2 * noise / 255.0, deviation = sqrt (2 * s * s / (2 + s * s)) / 2 * 255;
      double            square = 0, least = 1e9, most = 0;

      for (int i = 0; i < N; i++)
        {
          double steps = result.uncertainty[i] * FDDM_UNCERTAINTY_WHITE;

          square += steps * steps / N;
          least = MIN (least, steps);
          most  = MAX (most, steps);
        }
      g_assert_cmpfloat_with_epsilon (sqrt (square) / deviation, 1, 0.02);
      g_assert_cmpfloat (least, >, 0.78 * deviation); /* each place by itself, too: four probes, not one */
      g_assert_cmpfloat (most, <, 1.23 * deviation);
    }
}

/* The result is the same with and without; strengths, bands and detail don't change the uncertainty. */
static void
test_stands_by_itself (void)
{
  enum { WIDTH = 60, HEIGHT = 50, N = WIDTH * HEIGHT };
  g_autofree float *pixels = test_picture (WIDTH, HEIGHT, 3);
  FddmDenoiseParams plain  = params_with (20, 0, 1);
  g_auto (Result)   whole  = { .pixels = NULL };

  for (int i = 0; i < 100; i++)
    pixels[i] = -0.0f;
  whole = denoise_on (FDDM_DEVICE_REFERENCE, 0, 0, &plain, pixels, WIDTH, HEIGHT, 3);
  for (int i = 0; i < 5; i++)
    {
      FddmDenoiseParams params   = params_with (20, i == 1 ? 50 : 0, i == 2 ? 4 : 1);
      g_autofree float *expected = NULL;

      if (i == 3)
        params.fine = 20;
      if (i == 4)
        params.luma = params.chroma = 0;
      expected = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &params, pixels, WIDTH, HEIGHT, 3, NULL);
      {
        g_auto (Result) result = denoise_on (FDDM_DEVICE_REFERENCE, 0, 0, &params, pixels, WIDTH, HEIGHT, 3);

        g_assert_cmpmem (result.pixels, 3 * N * 4, expected, 3 * N * 4);
        if (params.averages > 1) /* there is a row of patches more at the right and the lower edge */
          g_assert_cmpfloat (test_error (result.uncertainty, whole.uncertainty, N), <, 0.05);
        else
          g_assert_cmpmem (result.uncertainty, N * 4, whole.uncertainty, N * 4);
      }
    }
}

static void
test_seed (void)
{
  enum { WIDTH = 60, HEIGHT = 50, N = WIDTH * HEIGHT };
  g_autofree float *pixels = test_picture (WIDTH, HEIGHT, 3);
  FddmDenoiseParams params = params_with (20, 0, 1);
  g_auto (Result)   one    = denoise_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, WIDTH, HEIGHT, 3);
  g_auto (Result)   again  = denoise_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, WIDTH, HEIGHT, 3);
  g_auto (Result)   other  = { .pixels = NULL };

  params.seed++;
  other = denoise_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, WIDTH, HEIGHT, 3);
  g_assert_cmpmem (one.uncertainty, N * 4, again.uncertainty, N * 4);
  g_assert_cmpfloat (test_error (other.uncertainty, one.uncertainty, N), >, 0.01);
  g_assert_cmpmem (one.pixels, 3 * N * 4, other.pixels, 3 * N * 4);
}

/* Also where the noise is measured and depends on the brightness, on moved grids and without chroma. */
static void
test_tiling_equals_untiled (void)
{
  enum { WIDTH = 149, HEIGHT = 147, N = WIDTH * HEIGHT }; /* more than two halos of network and filter */

  for (int channels = 1; channels <= 3; channels += 2)
    for (int averages = 1; averages <= 4; averages += 3)
      for (FddmDeviceKind device = FDDM_DEVICE_CPU; device <= (g_test_quick () ? FDDM_DEVICE_CPU : FDDM_DEVICE_REFERENCE);
           device++)
        {
          g_autofree float *pixels  = test_picture (WIDTH, HEIGHT, channels);
          FddmDenoiseParams params  = params_with (averages > 1 ? 0 : 20, 0, averages);
          g_auto (Result)   untiled = denoise_on (device, 0, 0, &params, pixels, WIDTH, HEIGHT, channels);
          g_auto (Result)   tiled   = denoise_on (device, 50, 0, &params, pixels, WIDTH, HEIGHT, channels);

          g_assert_cmpint (untiled.report.tiles, ==, 1);
          g_assert_cmpint (tiled.report.tiles, >, 1);
          if (device == FDDM_DEVICE_REFERENCE)
            g_assert_cmpmem (untiled.uncertainty, N * 4, tiled.uncertainty, N * 4);
          else
            for (int i = 0; i < N; i++)
              g_assert_cmpfloat_with_epsilon (untiled.uncertainty[i], tiled.uncertainty[i], 2e-3);
        }
}

static void
test_memory_bound (void)
{
  enum { WIDTH = 700, HEIGHT = 500, N = WIDTH * HEIGHT };
  g_autofree float *pixels = test_picture (WIDTH, HEIGHT, 3);
  FddmDenoiseParams params = params_with (20, 0, 1);
  g_auto (Result)   one    = denoise_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, WIDTH, HEIGHT, 3);
  const gsize       bound  = one.report.memory / 2; /* the whole depends on the processor and on oneDNN's version */
  g_auto (Result)   many   = denoise_on (FDDM_DEVICE_CPU, 0, bound, &params, pixels, WIDTH, HEIGHT, 3);

  g_assert_cmpint (one.report.tiles, ==, 1);
  g_assert_cmpuint (many.report.memory, <=, bound);
  g_assert_cmpint (many.report.tiles, >, 1);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (one.uncertainty[i], many.uncertainty[i], 2e-3);
}

typedef struct {
  FddmPhase phase;
  double    last;
} Heard;

static gboolean
listen (FddmPhase phase, double fraction, gpointer data)
{
  Heard *heard = data;

  if (phase != heard->phase)
    *heard = (Heard) { .phase = phase };
  g_assert_cmpfloat (fraction, >=, heard->last);
  g_assert_cmpfloat (fraction, <=, 1.0 + 1e-9);
  heard->last = fraction;
  return TRUE;
}

static void
test_progress (void)
{
  g_autofree float *pixels = test_picture (90, 80, 3);

  for (int i = 0; i < 3; i++)
    {
      g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_CPU, 24, 0);
      FddmDenoiseParams       params  = params_with (20, i > 0 ? 30 : 0, i > 1 ? 2 : 1);
      Heard                   heard   = { 0 };
      g_auto (Result)         result  = denoise (context, &params, pixels, 90, 80, 3, listen, &heard);

      g_assert_cmpint (heard.phase, ==, FDDM_PHASE_DENOISE);
      g_assert_cmpfloat_with_epsilon (heard.last, 1.0, 1e-9);
    }
}

static void
test_not_numbers (void)
{
  g_autofree float *pixels = test_picture (60, 50, 3);
  FddmDenoiseParams params = params_with (20, 0, 1);
  g_auto (Result)   result = { .pixels = NULL };

  pixels[1000] = NAN;
  pixels[4000] = -INFINITY;
  pixels[7000] = 1e30f;
  result       = denoise_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, 60, 50, 3);
  for (int i = 0; i < 60 * 50; i++)
    g_assert_true (isfinite (result.uncertainty[i]) && result.uncertainty[i] >= 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uncertainty/posterior-of-gaussians", test_posterior_of_gaussians);
  g_test_add_func ("/uncertainty/stands-by-itself", test_stands_by_itself);
  g_test_add_func ("/uncertainty/seed", test_seed);
  g_test_add_func ("/uncertainty/tiling-equals-untiled", test_tiling_equals_untiled);
  g_test_add_func ("/uncertainty/memory-bound", test_memory_bound);
  g_test_add_func ("/uncertainty/progress", test_progress);
  g_test_add_func ("/uncertainty/not-numbers", test_not_numbers);
  return g_test_run ();
}
