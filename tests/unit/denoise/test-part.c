/* test-part.c: denoising of a part of a picture with the noise measured on the whole.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/denoising.h"
#include "engine/denoise/part.h"
#include "engine/noise/report.h"

enum { WIDTH = 400, HEIGHT = 300, X = 96, Y = 64, ACROSS = 208, DOWN = 176, MARGIN = 64 };

/* A picture whose right half is half as bright and half as noisy. A measurement of the part alone gives another level. */
static float *
uneven_picture (void)
{
  float *pixels = test_picture (WIDTH, HEIGHT, 3);

  for (int y = 0; y < HEIGHT; y++)
    for (int x = WIDTH / 2; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        pixels[((gsize) y * WIDTH + x) * 3 + c] *= 0.5f;
  return pixels;
}

static float *
run_part (FddmContext *context, const FddmDenoiseParams *params, float *pixels, const FddmNoiseModel *noise)
{
  g_autoptr (GError) error  = NULL;
  float             *out    = g_new0 (float, ACROSS * DOWN * 3);
  FddmImage          from   = { pixels + (Y * WIDTH + X) * 3, ACROSS, DOWN, 3, WIDTH * 3, 3 };
  FddmImage          to     = { out, ACROSS, DOWN, 3, ACROSS * 3, 3 };
  FddmSource         source = fddm_image_source (&from);
  FddmSink           sink   = fddm_image_sink (&to);

  fddm_denoise_part (context, params, &source, &sink, noise, NULL, NULL, &error);
  g_assert_no_error (error);
  return out;
}

/* Fails if the noise is measured in the part, which is less noisy, instead of taken from the whole. */
static void
check_part (double told)
{
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_CPU, 0, 0);
  g_autoptr (GError)      error   = NULL;
  g_autofree float       *pixels  = uneven_picture ();
  FddmDenoiseParams       params  = params_with (told, 0, 1);
  g_autofree float       *whole   = run (context, &params, pixels, WIDTH, HEIGHT, 3, NULL, &error);
  FddmImage               image   = { pixels, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
  FddmSource              source  = fddm_image_source (&image);
  FddmNoiseModel          measured;
  g_autofree float       *part = NULL;

  g_assert_no_error (error);
  g_assert_true (fddm_measure_noise (context, &source, NULL, NULL, &measured, &error));
  part = run_part (context, &params, pixels, &measured);
  for (int y = MARGIN; y < DOWN - MARGIN; y++)
    for (int x = MARGIN; x < ACROSS - MARGIN; x++)
      for (int c = 0; c < 3; c++)
        g_assert_cmpfloat_with_epsilon (part[(y * ACROSS + x) * 3 + c], whole[((Y + y) * WIDTH + X + x) * 3 + c], 1e-3);
}

static void
test_measured (void)
{
  check_part (0);
}

static void
test_told (void)
{
  check_part (20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/part/is-the-whole's-with-measured-noise", test_measured);
  g_test_add_func ("/part/is-the-whole's-with-told-noise", test_told);
  return g_test_run ();
}
