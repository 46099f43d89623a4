/* test-progress.c: progress rises from 0 to 1, whatever way the engine goes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include "tests/unit/denoising.h"
#include "tests/unit/generate/material.h"
#include "tests/unit/int8.h"

/* Six tiles of 32 pixels side by side; a picture in 8 bits of which a corner does not fit, or all of it; and one in a single
 * window of SMALL pixels. */
enum { WIDTH = 190, HEIGHT = 21, SIDE = 449, CORNER = 32, SMALL = 72 };

static const char *module_dir;

/* What a listener was told. */
typedef struct {
  FddmPhase phase;
  double    fraction;
  int       late; /* calls of fractions from 0.9 on, but for 1 */
} Told;

static gboolean
listen (FddmPhase phase, double fraction, gpointer data)
{
  Told *told = data;

  g_assert_true (fraction >= 0 && fraction <= 1);
  g_assert_cmpint (phase, >=, told->phase);
  if (phase == told->phase)
    g_assert_cmpfloat (fraction, >=, told->fraction);
  told->late += fraction > 0.9 && fraction < 1 && fraction > told->fraction;
  told->phase    = phase;
  told->fraction = fraction;
  return TRUE;
}

static void
assert_complete (const Told *told, FddmPhase phase)
{
  g_assert_cmpint (told->phase, ==, phase);
  g_assert_cmpfloat (told->fraction, ==, 1);
}

static Told
denoise (FddmContext *context, const FddmDenoiseParams *params, gboolean uncertain, const float *pixels, int width,
         int height)
{
  g_autofree float      *out = g_new (float, width * height * 3), *doubt = g_new (float, width * height);
  FddmImage              from   = { (float *) pixels, width, height, 3, (gsize) width * 3, 3 };
  FddmImage              to     = { out, width, height, 3, (gsize) width * 3, 3 };
  FddmImage              guess  = { doubt, width, height, 1, (gsize) width, 1 };
  const FddmSource       source = fddm_image_source (&from);
  const FddmSink         sink = fddm_image_sink (&to), gray = fddm_image_sink (&guess);
  const FddmDenoiseSinks sinks = { .picture = &sink, .uncertainty = uncertain ? &gray : NULL };
  g_autoptr (GError)     error = NULL;
  Told                   told  = { 0 };

  g_assert_true (fddm_denoise_uncertain (context, params, &source, &sinks, listen, &told, NULL, &error));
  g_assert_no_error (error);
  assert_complete (&told, FDDM_PHASE_DENOISE);
  return told;
}

static FddmContext *
open_vanishing (const char *name, const char *convolutions)
{
  g_autofree char         *path    = test_golden_path (name);
  g_autoptr (FddmWeights)  weights = fddm_weights_open (path, NULL);
  const FddmContextOptions options = { .module_dir = module_dir, .tile = 32 };

  if (strstr (name, "generate") != NULL)
    weights->side = 24;
  g_setenv ("FDDM_TEST_CONVOLUTIONS", convolutions, TRUE);
  return fddm_context_new (weights, FDDM_DEVICE_AUTO, &options, NULL);
}

/* ---- Denoising ---- */

static void
test_denoising (void)
{
  const int         tiles[] = { 0, 32 };
  g_autofree float *noisy = test_picture (WIDTH, HEIGHT, 3), *even = test_floats (WIDTH * HEIGHT * 3, 0.5f, 0.5f, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (tiles); i++)
    {
      g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_CPU, tiles[i], 0);

      for (int kind = 0; kind < 32; kind += g_test_quick () ? 5 : 1)
        {
          FddmDenoiseParams params = params_with (kind & 1 ? 20 : 0, kind & 2 ? 50 : 0, kind & 4 ? 5 : 1);

          params.coarse = kind & 8 ? 150 : 100;
          denoise (context, &params, (kind & 16) != 0, noisy, WIDTH, HEIGHT);
        }
      {
        FddmDenoiseParams params = params_with (0, 0, 1);

        denoise (context, &params, FALSE, even, WIDTH, HEIGHT); /* a copy: without noise, without anything to remove */
        params.luma = params.chroma = 0;
        denoise (context, &params, FALSE, noisy, WIDTH, HEIGHT);
      }
    }
}

/* Photos and their noise, white and other. */
static void
test_measuring (void)
{
  for (int side = 1; side <= 2; side++)
    {
      g_autofree float       *pixels  = test_picture_of (side, 130, 130, 3);
      g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_CPU, 0, 0);
      g_autoptr (GError)      error   = NULL;
      FddmImage               from    = { pixels, 130, 130, 3, 130 * 3, 3 };
      const FddmSource        source  = fddm_image_source (&from);
      Told                    told    = { 0 };
      double                  luma, chroma;

      g_assert_true (fddm_measure (context, &source, listen, &told, &luma, &chroma, &error));
      assert_complete (&told, FDDM_PHASE_MEASURE);
    }
}

static FddmContext *
open_in_8_bits (int tile)
{
  g_autofree char         *path    = test_golden_path ("../../weights/denoise-fast.safetensors");
  const FddmContextOptions options = { .tile = tile };

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError)      error   = NULL;
      g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);
      FddmContext            *context = fddm_context_new (weights, FDDM_DEVICE_CPU, &options, &error);

      g_assert_no_error (error);
      if (fddm_context_is_in_8_bits (context))
        return context;
      fddm_context_free (context);
      test_prefer_int8 ();
    }
  return NULL;
}

/* All of a picture fits 8 bits; a corner does not, and has a share of its own in the end; all of it does not. */
static void
test_in_8_bits (void)
{
  static const struct {
    int strokes, tile, averages;
  } cases[] = { { 0, 0, 1 }, { 0, 160, 2 }, { CORNER, 0, 2 }, { CORNER, 160, 1 }, { SIDE, 0, 1 }, { SIDE, 160, 2 } };

  for (gsize i = g_test_quick () ? 1 : 0; i < G_N_ELEMENTS (cases); i += g_test_quick () ? 2 : 1)
    {
      const int               strokes = cases[i].strokes;
      const FddmDenoiseParams params  = params_with (20, 0, cases[i].averages);
      g_autofree float       *pixels  = test_floats (SIDE * SIDE * 3, 0.42f, 0.52f, 5);
      FddmContext            *context = open_in_8_bits (cases[i].tile);
      Told                    told;

      if (context == NULL)
        {
          g_test_skip ("no 8 bits on this processor");
          return;
        }
      test_strokes (pixels, SIDE, SIDE, strokes);
      told = denoise (context, &params, FALSE, pixels, SIDE, SIDE);
      fddm_context_free (context);
      if (strokes == 0)
        g_assert_cmpint (told.late, ==, 0);
      else if (strokes == CORNER)
        g_assert_cmpint (told.late, >, 0);
    }
}

/* ---- On a GPU that is lost ---- */

static void
test_lost_denoising (void)
{
  const char *const convolutions[] = { "1", "7", "25", "60", "100000" };
  g_autofree float *pixels         = test_clumps (WIDTH, HEIGHT, 3);

  for (gsize i = 0; i < G_N_ELEMENTS (convolutions); i++)
    for (int kind = 0; kind < 4; kind++)
      {
        const FddmDenoiseParams params  = params_with (kind & 1 ? 20 : 0, kind & 2 ? 50 : 0, 2);
        g_autoptr (FddmContext) context = open_vanishing ("tiny.safetensors", convolutions[i]);

        denoise (context, &params, FALSE, pixels, WIDTH, HEIGHT);
      }
}

static void
generate (FddmContext *context, gboolean like, int width, int steps)
{
  g_autofree float  *out    = g_new (float, width * HEIGHT * 3);
  FddmGenerateParams params = fddm_generate_params_default ();
  FddmImage          image  = { out, width, HEIGHT, 3, (gsize) width * 3, 3 };
  const FddmSink     sink   = fddm_image_sink (&image);
  g_autoptr (GError) error  = NULL;
  Told               told   = { 0 };
  Material           material;

  material_init (&material, 70, 66, 3);
  params.width  = width;
  params.height = HEIGHT;
  params.steps  = steps;
  params.like   = like ? &material.source : NULL;
  g_assert_true (fddm_generate (context, &params, &sink, listen, &told, &error));
  assert_complete (&told, FDDM_PHASE_GENERATE);
}

static void
make_seamless (FddmContext *context)
{
  g_autofree float  *out    = g_new (float, 70 * 66 * 3);
  FddmSeamlessParams params = fddm_seamless_params_default ();
  FddmImage          image  = { out, 70, 66, 3, 70 * 3, 3 };
  const FddmSink     sink   = fddm_image_sink (&image);
  g_autoptr (GError) error  = NULL;
  Told               told   = { 0 };
  Material           material;

  params.steps = 6;
  material_init (&material, 70, 66, 3);
  g_assert_true (fddm_make_seamless (context, &params, &material.source, &sink, listen, &told, &error));
  assert_complete (&told, FDDM_PHASE_GENERATE);
}

/* In one window, in several, several at once; out of noise and like a picture. */
static void
test_generating (void)
{
  for (int kind = 0; kind < 12; kind++)
    {
      g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU,
                                                          kind & 1 ? 16 : SMALL, kind & 2 ? 4 : 1);

      if (kind < 8)
        generate (context, (kind & 4) != 0, SMALL - 2, kind & 1 ? 3 : 1);
      else
        make_seamless (context);
    }
}

static void
test_lost_generating (void)
{
  const char *const convolutions[] = { "1", "40", "300", "100000" };

  for (gsize i = 0; i < G_N_ELEMENTS (convolutions) * 3; i++)
    {
      g_autoptr (FddmContext) context = open_vanishing ("tiny-generate.safetensors", convolutions[i / 3]);

      if (i % 3 < 2)
        generate (context, i % 3 == 1, WIDTH, 3);
      else
        make_seamless (context);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 3);
  module_dir = argv[1];
  g_test_add_func ("/progress/denoising", test_denoising);
  g_test_add_func ("/progress/measuring", test_measuring);
  g_test_add_func ("/progress/in-8-bits", test_in_8_bits);
  g_test_add_func ("/progress/lost-denoising", test_lost_denoising);
  g_test_add_func ("/progress/generating", test_generating);
  g_test_add_func ("/progress/lost-generating", test_lost_generating);
  return test_run_with_own_cache ();
}
