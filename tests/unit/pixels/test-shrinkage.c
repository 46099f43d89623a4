/* test-shrinkage.c: what an estimate still has of noise, removed: against the PyTorch implementation, and on the way through
 * the engine.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "tests/unit/denoising.h"
#include "kernels/pixels/pixels.h"
#include "kernels/pixels/shrinkage.h"

/* What changes of the whole picture. */
static float *
change_of (const float *pixels, const float *removed, int width, int height, int channels, int x, int y, int threads)
{
  FddmShrinkage shrinkage = { .pixels   = pixels,
                              .removed  = removed,
                              .width    = width,
                              .height   = height,
                              .channels = channels,
                              .x        = x,
                              .y        = y,
                              .luma     = 1,
                              .chroma   = 1,
                              .a        = 2,
                              .most     = 0.02f };
  float        *change    = g_new0 (float, (gsize) width * height * channels);

  g_assert_true (fddm_shrinkage_add (&shrinkage, 0, 0, width, height, threads, change));
  return change;
}

static void
check_golden (const char *name, int channels)
{
  g_autofree char            *bytes = NULL;
  g_autoptr (FddmSafetensors) file  = test_golden_open (&bytes);
  int                         c, height, width;
  g_autofree float           *picture  = test_golden_image (file, "nonlocal.picture", &c, &height, &width);
  g_autofree float           *noise    = test_golden_image (file, "shrinkage.removed", &c, &height, &width);
  g_autofree float           *expected = test_golden_image (file, name, &c, &height, &width);
  g_autofree float           *pixels   = g_new (float, (gsize) width * height * channels);
  g_autofree float           *removed = g_new (float, (gsize) width * height * channels), *change = NULL;

  g_assert_cmpint (c, ==, channels);
  fddm_pixels_copy (picture, fddm_strides_packed (width, 3), pixels, fddm_strides_packed (width, channels), width, height,
                    channels);
  fddm_pixels_copy (noise, fddm_strides_packed (width, 3), removed, fddm_strides_packed (width, channels), width, height,
                    channels);
  change = change_of (pixels, removed, width, height, channels, 6, 9, 2);
  for (int i = 0; i < width * height * channels; i++)
    g_assert_cmpfloat_with_epsilon (change[i], expected[i], 3e-6);
}

static void
test_golden (void)
{
  check_golden ("shrinkage.colour", 3);
  check_golden ("shrinkage.gray", 1);
}

/* Where nothing was removed nothing changes, and next to something that was no further than its block. */
static void
test_nothing_removed (void)
{
  enum { WIDTH = 150, HEIGHT = 60, N = WIDTH * HEIGHT * 3 };
  g_autofree float *pixels = test_floats (N, 0.2f, 0.8f, 4), *removed = g_new0 (float, N), *change = NULL, *some = NULL;

  change = change_of (pixels, removed, WIDTH, HEIGHT, 3, 0, 0, 2);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (change[i], ==, 0.0);
  removed[(30 * WIDTH + 75) * 3] = 1.0f;
  some                           = change_of (pixels, removed, WIDTH, HEIGHT, 3, 0, 0, 2);
  for (int i = 0; i < N; i++)
    if (ABS (i / 3 % WIDTH - 75) >= FDDM_SHRINKAGE_SIDE)
      g_assert_cmpfloat (some[i], ==, 0.0);
  g_assert_cmpfloat (test_error (some, change, N), >, 1e-4);
}

/* Glints and numbers out of all bounds make nothing that isn't finite, and a glint that was removed takes no texture along. */
static void
test_outliers (void)
{
  static const float odd[] = { 1.0f, -0.5f, 7.0f, 1e30f, -3e38f, 3e38f };
  enum { WIDTH = 200, HEIGHT = 64, N = WIDTH * HEIGHT };
  g_autofree float *pixels = test_floats (N, 0.3f, 0.5f, 9), *removed = test_floats (N, -0.03f, 0.03f, 3), *change = NULL;
  g_autofree float *plain = change_of (pixels, removed, WIDTH, HEIGHT, 1, 0, 0, 1), *glint = NULL;

  removed[20 * WIDTH + 100] = 50.0f;
  glint                     = change_of (pixels, removed, WIDTH, HEIGHT, 1, 0, 0, 1);
  g_assert_cmpfloat (test_error (glint, plain, N), <, 0.3);
  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    pixels[20 * WIDTH + 5 + 10 * i] = removed[40 * WIDTH + 5 + 10 * i] = odd[i];
  pixels[11 * WIDTH + 55] = 3e38f; /* a block's symmetric rows are added */
  change                  = change_of (pixels, removed, WIDTH, HEIGHT, 1, 0, 0, 1);
  for (int i = 0; i < N; i++)
    g_assert_true (isfinite (change[i]) && ABS (change[i]) < 1.0f);
}

/* A part of the picture, a piece that has what is looked at around it, more threads: the same to the bit. */
static void
test_pieces (void)
{
  enum { WIDTH = 211, HEIGHT = 190, X = 61, Y = 37, AREA_WIDTH = 97, AREA_HEIGHT = 83, REACH = FDDM_SHRINKAGE_REACH };
  enum { PIECE_WIDTH = AREA_WIDTH + 2 * REACH, PIECE_HEIGHT = AREA_HEIGHT + 2 * REACH, N = WIDTH * HEIGHT * 3 };
  g_autofree float *pixels = test_floats (N, 0.2f, 0.3f, 2), *removed = test_floats (N, -0.03f, 0.03f, 7);
  g_autofree float *whole = change_of (pixels, removed, WIDTH, HEIGHT, 3, 0, 0, 3);
  g_autofree float *again = change_of (pixels, removed, WIDTH, HEIGHT, 3, 0, 0, 1);
  g_autofree float *piece = g_new (float, PIECE_WIDTH * PIECE_HEIGHT * 3), *part = NULL;
  g_autofree float *other     = g_new (float, PIECE_WIDTH * PIECE_HEIGHT * 3);
  FddmShrinkage     shrinkage = { .pixels   = pixels,
                                  .removed  = removed,
                                  .width    = WIDTH,
                                  .height   = HEIGHT,
                                  .channels = 3,
                                  .luma     = 1,
                                  .chroma   = 1,
                                  .a        = 2,
                                  .most     = 0.02f };

  g_assert_cmpmem (whole, N * 4, again, N * 4);
  fddm_pixels_mix (again + (Y * WIDTH + X) * 3, again, WIDTH * 3, AREA_WIDTH * 3, AREA_HEIGHT, 0.0f, 0.0f);
  g_assert_true (fddm_shrinkage_add (&shrinkage, X, Y, AREA_WIDTH, 19, 2, again));
  g_assert_true (fddm_shrinkage_add (&shrinkage, X, Y + 19, AREA_WIDTH, AREA_HEIGHT - 19, 1, again));
  g_assert_cmpmem (whole, N * 4, again, N * 4);
  fddm_pixels_copy (pixels + ((Y - REACH) * WIDTH + X - REACH) * 3, fddm_strides_packed (WIDTH, 3), piece,
                    fddm_strides_packed (PIECE_WIDTH, 3), PIECE_WIDTH, PIECE_HEIGHT, 3);
  fddm_pixels_copy (removed + ((Y - REACH) * WIDTH + X - REACH) * 3, fddm_strides_packed (WIDTH, 3), other,
                    fddm_strides_packed (PIECE_WIDTH, 3), PIECE_WIDTH, PIECE_HEIGHT, 3);
  part = change_of (piece, other, PIECE_WIDTH, PIECE_HEIGHT, 3, X - REACH, Y - REACH, 1);
  for (int y = 0; y < AREA_HEIGHT; y++)
    g_assert_cmpmem (whole + ((Y + y) * WIDTH + X) * 3, AREA_WIDTH * 12, part + ((REACH + y) * PIECE_WIDTH + REACH) * 3,
                     AREA_WIDTH * 12);
}

/* Shares of what was removed say the same of it. */
static void
test_shares_of_removed (void)
{
  enum { SIZE = 70, N = SIZE * SIZE * 3 };
  g_autofree float *pixels = test_floats (N, 0.2f, 0.3f, 2), *removed = test_floats (N, -0.01f, 0.01f, 7);
  g_autofree float *whole = change_of (pixels, removed, SIZE, SIZE, 3, 0, 0, 1), *change = g_new0 (float, N);
  g_autofree float *part      = g_new0 (float, N);
  FddmShrinkage     shrinkage = { .pixels   = pixels,
                                  .removed  = part,
                                  .width    = SIZE,
                                  .height   = SIZE,
                                  .channels = 3,
                                  .luma     = 2,
                                  .chroma   = 4,
                                  .a        = 2,
                                  .most     = 0.02f };

  fddm_pixels_add_shares (part, removed, SIZE * SIZE, 3, 0.5f, 0.25f);
  g_assert_true (fddm_shrinkage_add (&shrinkage, 0, 0, SIZE, SIZE, 1, change));
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (change[i], whole[i], 1e-6);
}

/* Pictures smaller than a block: the mean stays, and there is less of what it varies by. */
static void
test_tiny (void)
{
  for (int width = 1; width <= 4; width++)
    for (int channels = 1; channels <= 3; channels += 2)
      {
        const int         n      = width * 3 * channels;
        g_autofree float *pixels = test_floats (n, 0.695f, 0.705f, 2), *removed = g_new (float, n), *change = NULL;
        double            before = 0, after = 0;

        fddm_pixels_fill (removed, n, 0.1f);
        change = change_of (pixels, removed, width, 3, channels, 3, 5, 4);
        for (int i = 0; i < n; i++)
          {
            before += (pixels[i] - 0.7) * (pixels[i] - 0.7);
            after += (pixels[i] + change[i] - 0.7) * (pixels[i] + change[i] - 0.7);
          }
        g_assert_cmpfloat (after, <, 0.8 * before);
      }
}

/* A constant that is added changes nothing. */
static void
test_constant (void)
{
  enum { SIZE = 64, N = SIZE * SIZE };
  g_autofree float *pixels = g_new (float, N), *removed = test_floats (N, -0.01f, 0.01f, 7), *dark = NULL, *bright = NULL;

  for (int i = 0; i < N; i++)
    pixels[i] = 0.0005f * sinf (i % SIZE * 0.1f) + 0.0005f * cosf (i / SIZE * 0.15f);
  dark = change_of (pixels, removed, SIZE, SIZE, 1, 0, 0, 1);
  for (int i = 0; i < N; i++)
    pixels[i] += 0.5f;
  bright = change_of (pixels, removed, SIZE, SIZE, 1, 0, 0, 1);
  g_assert_cmpfloat (fabsf (dark[20 * SIZE + 20]), >, 1e-4);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (dark[i], bright[i], 1e-6);
}

static void
test_shares (void)
{
  const float change[] = { 1, 2, 3, 0.5f, 0.5f, 0.5f }; /* the second is gray: no chroma */
  float       both[] = { 0, 0, 0, 0, 0, 0 }, gray[] = { 1, 1 };
  const float luma = 0.299f * 1 + 0.587f * 2 + 0.114f * 3;

  fddm_pixels_add_shares (both, change, 2, 3, 0.5f, 2.0f);
  for (int c = 0; c < 3; c++)
    {
      g_assert_cmpfloat_with_epsilon (both[c], 0.5 * luma + 2 * (change[c] - luma), 1e-6);
      g_assert_cmpfloat_with_epsilon (both[3 + c], 0.25, 1e-6);
    }
  fddm_pixels_add_shares (gray, change, 2, 1, 0.5f, 9.0f);
  g_assert_cmpfloat_with_epsilon (gray[1], 2.0, 1e-6);
}

/* ---- On the way through the engine ---- */

enum { SIDE = 120, SAMPLES = SIDE * SIDE * 3 };

/* Of which the network leaves something to be removed. */
static float *
even_picture (int width, int height)
{
  return test_floats ((gsize) width * height * 3, 0.49f, 0.51f, 6);
}

static float *
result (const FddmDenoiseParams *params, const float *pixels)
{
  return run_on (FDDM_DEVICE_REFERENCE, 0, 0, params, pixels, SIDE, SIDE, 3, NULL);
}

/* Half of luma's and a quarter of chroma's change is just that, of what the network left as well. */
static void
test_strengths (void)
{
  g_autofree float *pixels = even_picture (SIDE, SIDE);
  FddmDenoiseParams all = params_with (40, 0, 1), some = all;
  g_autofree float *whole = result (&all, pixels), *change = g_new (float, SAMPLES), *out = NULL;

  some.luma   = 50;
  some.chroma = 25;
  out         = result (&some, pixels);
  for (int i = 0; i < SAMPLES; i++)
    change[i] = whole[i] - pixels[i];
  fddm_pixels_add_shares (pixels, change, SIDE * SIDE, 3, 0.5f, 0.25f);
  for (int i = 0; i < SAMPLES; i++)
    g_assert_cmpfloat_with_epsilon (out[i], pixels[i], 1e-5);
}

/* Where one of the two stays, all of it does. */
static void
test_one_of_two (void)
{
  g_autofree float *pixels = even_picture (SIDE, SIDE);

  for (int i = 0; i < 4; i++)
    {
      FddmDenoiseParams params = params_with (40, 0, 1);
      g_autofree float *out = NULL, *change = g_new (float, SAMPLES);

      *(i % 2 ? &params.luma : &params.chroma) = i < 2 ? 0 : 1e-50;
      out                                      = result (&params, pixels);
      for (int k = 0; k < SAMPLES; k++)
        change[k] = out[k] - pixels[k];
      for (int k = 0; k < SIDE * SIDE; k++)
        {
          const float *c = change + 3 * k, luma = 0.299f * c[0] + 0.587f * c[1] + 0.114f * c[2];

          for (int j = 0; j < 3; j++)
            g_assert_cmpfloat_with_epsilon (i % 2 ? luma : c[j] - luma, 0, 1e-5);
        }
    }
}

/* Tiles change nothing, weighted by bands or not. At 100 percent detail nothing is shrunk: the memory shows it. */
static void
test_tiles (void)
{
  enum { WIDTH = 64, HEIGHT = 700 };
  g_autofree float *pixels = even_picture (WIDTH, HEIGHT);

  for (int i = 0; i < 4; i++)
    {
      FddmDenoiseParams most = params_with (40, i / 2 ? 50 : 0, 1), all = params_with (40, 100, 1);
      FddmReport        cut, cut_all, whole, whole_all;
      g_autofree float *a = NULL, *b = NULL, *c = NULL;

      most.coarse = i % 2 ? 200 : 100;
      most.steps = all.steps = 1; /* no texture is strengthened */
      a                      = run_on (FDDM_DEVICE_REFERENCE, 100, 0, &most, pixels, WIDTH, HEIGHT, 3, &cut);
      b                      = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &most, pixels, WIDTH, HEIGHT, 3, &whole);
      c                      = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &all, pixels, WIDTH, HEIGHT, 3, &whole_all);
      if (i ==
          2) /* what it looks at and its memory are counted; the first and the last tile have no neighbour on one side */
        {
          g_autofree float *d = run_on (FDDM_DEVICE_REFERENCE, 100, 0, &all, pixels, WIDTH, HEIGHT, 3, &cut_all);

          g_assert_cmpuint (whole.memory, ==, whole_all.memory + 2 * WIDTH * HEIGHT * 3 * sizeof (float));
          g_assert_cmpint ((cut.tile_height - cut_all.tile_height) * cut.tiles, >=,
                           2 * FDDM_SHRINKAGE_REACH * (cut.tiles - 1));
        }
      g_assert_cmpmem (a, WIDTH * HEIGHT * 12, b, WIDTH * HEIGHT * 12);
      g_assert_cmpint (cut.tiles, >, 1);
    }
}

/* The estimate, which one step to detail 100 gives, and what shrinkage changes of it; half of that is enough where half of detail
 * comes back. The noise is white. */
static void
test_threshold (void)
{
  g_autofree float *pixels = even_picture (SIDE, SIDE);

  for (int i = 0; i < 4; i++)
    {
      const double      level = i / 2 ? 40 : 5, detail = i % 2 ? 50 : 0;
      FddmDenoiseParams params = params_with (level, detail, 1), all = params_with (level, 100, 1);
      g_autofree float *out = NULL, *estimate = NULL, *removed = g_new (float, SAMPLES), *change = g_new0 (float, SAMPLES);
      FddmShrinkage     shrinkage = { .removed  = removed,
                                      .width    = SIDE,
                                      .height   = SIDE,
                                      .channels = 3,
                                      .luma     = 1,
                                      .chroma   = 1,
                                      .a        = 0.22f,
                                      .most     = 8 / 255.0f };

      params.steps = all.steps = 1;
      out                      = result (&params, pixels);
      estimate                 = result (&all, pixels);
      for (int k = 0; k < SAMPLES; k++)
        removed[k] = pixels[k] - estimate[k];
      shrinkage.pixels = estimate;
      g_assert_true (fddm_shrinkage_add (&shrinkage, 0, 0, SIDE, SIDE, 1, change));
      g_assert_cmpfloat (test_error (estimate, out, SAMPLES), >, 1e-4);
      fddm_pixels_mix (estimate, change, SAMPLES, SAMPLES, 1, 1.0f, (float) (1 - detail / 100));
      for (int k = 0; k < SAMPLES; k++)
        g_assert_cmpfloat_with_epsilon (out[k], estimate[k], 1e-5);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shrinkage/golden", test_golden);
  g_test_add_func ("/shrinkage/nothing-removed", test_nothing_removed);
  g_test_add_func ("/shrinkage/outliers", test_outliers);
  g_test_add_func ("/shrinkage/pieces", test_pieces);
  g_test_add_func ("/shrinkage/shares-of-removed", test_shares_of_removed);
  g_test_add_func ("/shrinkage/constant", test_constant);
  g_test_add_func ("/shrinkage/tiny", test_tiny);
  g_test_add_func ("/shrinkage/shares", test_shares);
  g_test_add_func ("/shrinkage/strengths", test_strengths);
  g_test_add_func ("/shrinkage/one-of-two", test_one_of_two);
  g_test_add_func ("/shrinkage/tiles", test_tiles);
  g_test_add_func ("/shrinkage/threshold", test_threshold);
  return g_test_run ();
}
