/* test-strays.c: what does not fit the ranges of 8 bits is computed in float: a part of a picture, or all of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include "tests/unit/denoising.h"
#include "tests/unit/int8.h"

/* Pixels a side: a small picture, and one that is cut into tiles. A wide one, and where strokes in it end. */
enum { SMALL = 129, LARGE = 305, WIDE = 449, HIGH = 449, STROKES = 32, STROKES_END = 250 };

/* The network of "fast" in WAY; NULL: as is chosen without being asked. The fifth layer, of the one for white noise, too, takes
 * 8 bits from noise of FAINT 8-bit steps on. */
static FddmContext *
open_faint (const char *way, int tile, double faint)
{
  g_autofree char         *path    = test_golden_path ("../../weights/denoise-fast.safetensors");
  g_autoptr (GError)       error   = NULL;
  g_autoptr (FddmWeights)  weights = fddm_weights_open (path, &error);
  const FddmContextOptions options = { .tile = tile };
  FddmContext             *context;

  g_assert_no_error (error);
  weights->layers[4].ranges_from = weights->white->layers[4].ranges_from = (float) (faint / 127.5);
  g_setenv ("FDDM_CPU_CONVOLUTION", way != NULL ? way : "", TRUE);
  context = fddm_context_new (weights, FDDM_DEVICE_CPU, &options, &error);
  g_unsetenv ("FDDM_CPU_CONVOLUTION");
  return context;
}

static FddmContext *
open_way (const char *way, int tile)
{
  return open_faint (way, tile, 0.0);
}

static FddmContext *
open_chosen_faint (int tile, double faint)
{
  FddmContext *context = open_faint (NULL, tile, faint);

  g_assert_nonnull (context);
  if (fddm_context_is_in_8_bits (context))
    return context;
  fddm_context_free (context);
  if (!test_prefer_int8 ())
    {
      g_test_skip ("no 8 bits on this processor");
      return NULL;
    }
  context = open_faint (NULL, tile, faint);
  g_assert_true (fddm_context_is_in_8_bits (context));
  return context;
}

static FddmContext *
open_chosen (int tile)
{
  return open_chosen_faint (tile, 0.0);
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

/* Strokes in a corner of a small picture are enough; the next picture is in 8 bits again. */
static void
test_choice (void)
{
  const FddmDenoiseParams cases[] = { params_with (20, 0, 1), params_with (20, 0, 4), params_with (20, 50, 1) };
  g_autofree float       *soft = picture (SMALL, 0), *sharp = picture (SMALL, 32);
  FddmContext            *chosen = open_chosen (0);

  if (chosen == NULL)
    return;
  for (gsize i = 0; i < (g_test_quick () ? 1 : G_N_ELEMENTS (cases)); i++)
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

/* A layer whose ranges serve from a noise level on is in floats below it, in that picture alone. */
static void
test_faint (void)
{
  const FddmDenoiseParams above = params_with (13, 0, 1), below = params_with (11, 0, 1);
  g_autofree float       *soft   = picture (SMALL, 0);
  g_autoptr (FddmContext) always = open_chosen (0), faint = open_chosen_faint (0, 12.0);

  if (always == NULL)
    return;
  for (int i = 0; i < 2; i++)
    {
      g_autofree float *first = denoise_small (always, &above, soft), *second = denoise_small (faint, &above, soft),
                       *third = denoise_small (always, &below, soft), *fourth = denoise_small (faint, &below, soft);

      g_assert_true (same (first, second));
      g_assert_false (same (third, fourth));
    }
}

/* The same choice and the same picture, however it is cut. */
static void
test_tiling_equals_untiled (void)
{
  const FddmDenoiseParams cases[] = { params_with (20, 0, 1), params_with (20, 0, 3) };

  for (int strokes = g_test_quick () ? 32 : 0; strokes <= 32; strokes += 32)
    {
      g_autofree float *pixels = picture (LARGE, strokes);

      for (gsize i = 0; i < (strokes > 0 && !g_test_quick () ? G_N_ELEMENTS (cases) : 1); i++)
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

/* Whether pixel I is within MOST of the strokes in the wide picture, along both axes. */
static gboolean
is_near_strokes (int i, int most)
{
  const int x = i % WIDE, y = i / WIDE;

  return x >= WIDE - STROKES - most && y >= STROKES_END - STROKES - most && y < STROKES_END + most;
}

static gboolean
is_close (const float *a, const float *b, int pixel)
{
  for (int c = 0; c < 3; c++)
    if (!(fabsf (a[3 * pixel + c] - b[3 * pixel + c]) < 1e-5f))
      return FALSE;
  return TRUE;
}

/* Whether FOUND has the same pixels near the strokes as PIXELS denoised with one of the float methods. */
static gboolean
is_in_float (const FddmDenoiseParams *params, const float *pixels, const float *found, int reach)
{
  const char *const ways[] = { "winograd", "direct", "bf16" };
  gboolean          same   = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (ways) && !same; i++)
    {
      g_autoptr (FddmContext) context = open_way (ways[i], 0);
      g_autoptr (GError)      error   = NULL;
      g_autofree float       *out     = context != NULL ? run (context, params, pixels, WIDE, HIGH, 3, NULL, &error) : NULL;

      g_assert_no_error (error);
      same = out != NULL;
      for (int p = 0; p < WIDE * HIGH && same; p++)
        same = !is_near_strokes (p, reach) || is_close (out, found, p);
    }
  return same;
}

/* The strokes and all that they reach are computed in float, the rest stays in 8 bits, whatever the tiles and the grids. */
static void
test_part (void)
{
  const FddmDenoiseParams cases[] = { params_with (20, 0, 1), params_with (20, 0, 2) };
  const int               reach[] = { 24, 26 }; /* of the network, and of a shifted grid */
  g_autofree float       *sharp   = test_floats (WIDE * HIGH * 3, 0.42f, 0.52f, 5);
  g_autoptr (FddmContext) chosen = open_chosen (0), cut = NULL, int8 = NULL;

  if (chosen == NULL)
    return;
  cut  = open_chosen (100);
  int8 = open_way ("int8", 0);
  test_strokes (sharp, WIDE, STROKES_END, STROKES);
  for (gsize i = 0; i < (g_test_quick () ? 1 : G_N_ELEMENTS (cases)); i++)
    {
      g_autoptr (GError) error     = NULL;
      g_autofree float  *in_8_bits = run (int8, &cases[i], sharp, WIDE, HIGH, 3, NULL, &error);
      g_autofree float  *found     = run (chosen, &cases[i], sharp, WIDE, HIGH, 3, NULL, &error);
      g_autofree float  *tiled     = run (cut, &cases[i], sharp, WIDE, HIGH, 3, NULL, &error);
      int                near = 0, wrong = 0;

      g_assert_no_error (error);
      for (int p = 0; p < WIDE * HIGH; p++)
        {
          g_assert_true (is_close (found, tiled, p));
          if (is_near_strokes (p, reach[i]))
            {
              near++;
              wrong += !is_close (in_8_bits, found, p);
            }
          else if (!is_near_strokes (p, reach[i] + 2 * 64)) /* what two blocks have more */
            g_assert_true (is_close (in_8_bits, found, p));
        }
      g_assert_true (is_in_float (&cases[i], sharp, found, reach[i]));
      g_assert_cmpint (wrong, >, near / 10);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/strays/choice", test_choice);
  g_test_add_func ("/strays/faint", test_faint);
  g_test_add_func ("/strays/part", test_part);
  g_test_add_func ("/strays/tiling-equals-untiled", test_tiling_equals_untiled);
  return test_run_with_own_cache ();
}
