/* test-strays.c: a picture that does not fit the ranges of 8 bits is computed in float, whole; one that fits is not.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include "tests/unit/denoising.h"
#include "tests/unit/int8.h"

/* Pixels a side: a small picture, and one that is cut into tiles. */
enum { SMALL = 129, LARGE = 305 };

/* The network of "fast" in WAY; NULL: as is chosen without being asked. */
static FddmContext *
open_way (const char *way, int tile)
{
  g_autofree char         *path    = test_golden_path ("../../weights/denoise-fast.safetensors");
  g_autoptr (GError)       error   = NULL;
  g_autoptr (FddmWeights)  weights = fddm_weights_open (path, &error);
  const FddmContextOptions options = { .tile = tile };
  FddmContext             *context;

  g_assert_no_error (error);
  g_setenv ("FDDM_CPU_CONVOLUTION", way != NULL ? way : "", TRUE);
  context = fddm_context_new (weights, FDDM_DEVICE_CPU, &options, &error);
  g_unsetenv ("FDDM_CPU_CONVOLUTION");
  return context;
}

static FddmContext *
open_chosen (int tile)
{
  FddmContext *context = open_way (NULL, tile);

  g_assert_nonnull (context);
  if (fddm_context_is_in_8_bits (context))
    return context;
  fddm_context_free (context);
  if (!test_prefer_int8 ())
    {
      g_test_skip ("no 8 bits on this processor");
      return NULL;
    }
  context = open_way (NULL, tile);
  g_assert_true (fddm_context_is_in_8_bits (context));
  return context;
}

static float *
denoise (FddmContext *context, const FddmDenoiseParams *params, const float *pixels, int side, int *tiles)
{
  g_autoptr (GError) error = NULL;
  FddmReport         report;
  float             *out = run (context, params, pixels, side, side, 3, &report, &error);

  g_assert_no_error (error);
  if (tiles != NULL)
    *tiles = report.tiles;
  return out;
}

static float *
denoise_small (FddmContext *context, const FddmDenoiseParams *params, const float *pixels)
{
  return denoise (context, params, pixels, SMALL, NULL);
}

/* Soft, noisy; with STROKES × STROKES pixels of strokes in a corner. */
static float *
picture (int side, int strokes)
{
  float *pixels = test_floats (side * side * 3, 0.42f, 0.52f, 5);

  test_strokes (pixels, side, side, strokes);
  return pixels;
}

static gboolean
same (const float *a, const float *b)
{
  return memcmp (a, b, SMALL * SMALL * 3 * sizeof *a) == 0;
}

/* Strokes in a corner are enough; the next picture is in 8 bits again. */
static void
test_choice (void)
{
  const FddmDenoiseParams cases[] = { params_with (20, 0, 1), params_with (20, 0, 4), params_with (20, 50, 1) };
  g_autofree float       *soft = picture (SMALL, 0), *sharp = picture (SMALL, 32);
  FddmContext            *chosen = open_chosen (0);

  if (chosen == NULL)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FddmContext) int8 = open_way ("int8", 0), direct = open_way ("direct", 0),
                              winograd  = open_way ("winograd", 0);
      g_autoptr (FddmContext) bf16      = open_way ("bf16", 0);
      g_autofree float       *in_8_bits = denoise_small (int8, &cases[i], soft),
                       *in_float        = denoise_small (direct, &cases[i], sharp);
      g_autofree float *wrong           = denoise_small (int8, &cases[i], sharp);
      g_autofree float *in_winograd     = winograd != NULL ? denoise_small (winograd, &cases[i], sharp) : NULL;
      g_autofree float *in_bf16         = bf16 != NULL ? denoise_small (bf16, &cases[i], sharp) : NULL;
      g_autofree float *first = denoise_small (chosen, &cases[i], soft), *second = denoise_small (chosen, &cases[i], sharp);
      g_autofree float *third = denoise_small (chosen, &cases[i], soft);

      g_assert_true (same (first, in_8_bits));
      g_assert_false (same (second, wrong));
      g_assert_true (same (second, in_float) || (winograd != NULL && same (second, in_winograd)) ||
                     (bf16 != NULL && same (second, in_bf16)));
      g_assert_true (same (third, in_8_bits));
    }
  fddm_context_free (chosen);
}

/* The same choice and the same picture, however it is cut. */
static void
test_tiling_equals_untiled (void)
{
  const FddmDenoiseParams cases[] = { params_with (20, 0, 1), params_with (20, 0, 5) };

  for (int strokes = 0; strokes <= 32; strokes += 32)
    {
      g_autofree float *pixels = picture (LARGE, strokes);

      for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          g_autoptr (FddmContext) whole = open_chosen (0), cut = NULL;
          g_autofree float       *untiled = NULL, *tiled = NULL;
          int                     one, many;

          if (whole == NULL)
            return;
          cut     = open_chosen (100);
          untiled = denoise (whole, &cases[i], pixels, LARGE, &one);
          tiled   = denoise (cut, &cases[i], pixels, LARGE, &many);
          g_assert_true (one == 1 && many > 1);
          for (int j = 0; j < LARGE * LARGE * 3; j++)
            g_assert_cmpfloat_with_epsilon (untiled[j], tiled[j], 1e-4);
        }
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("fddm-strays-XXXXXX", NULL);
  g_autofree char *inner  = g_build_filename (folder, "fddm", NULL);
  g_autofree char *file   = g_build_filename (inner, "convolutions.ini", NULL);
  int              result;

  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
  g_unsetenv ("FDDM_CPU_CONVOLUTION");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/strays/choice", test_choice);
  g_test_add_func ("/strays/tiling-equals-untiled", test_tiling_equals_untiled);
  result = g_test_run ();
  g_unlink (file);
  g_rmdir (inner);
  g_rmdir (folder);
  return result;
}
