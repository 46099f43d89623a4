/* test-nonlocal.c: what looks alike, averaged, and blotches of colour.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "tests/unit/denoising.h"
#include "kernels/pixels/blotches.h"
#include "kernels/pixels/pixels.h"

/* z − l. */
static float *
change_of (const float *pixels, int width, int height, float h, int threads)
{
  float *change = g_new (float, (gsize) width * height * 3);

  g_assert_true (fddm_nonlocal_change (pixels, width, height, h, threads, change));
  return change;
}

/* What changes of the golden picture is as NAME has it: of all that looks alike, or of blotches. */
static void
check_golden (const char *name, gboolean blotches)
{
  g_autofree char            *bytes = NULL;
  g_autoptr (FddmSafetensors) file  = test_golden_open (&bytes);
  int                         c, height, width;
  g_autofree float           *picture  = test_golden_image (file, "nonlocal.picture", &c, &height, &width);
  g_autofree float           *expected = test_golden_image (file, name, &c, &height, &width);
  g_autofree float           *change   = change_of (picture, width, height, 0.04f, 2);

  if (blotches)
    g_assert_true (fddm_blotches_change (picture, width, height, 6, 9, 0.06f, 2, change));
  for (int i = 0; i < width * height * 3; i++)
    g_assert_cmpfloat_with_epsilon (change[i], expected[i], 2e-6);
}

static void
test_golden (void)
{
  check_golden ("nonlocal.change", FALSE);
}

static void
test_blotches_golden (void)
{
  check_golden ("nonlocal.blotches", TRUE);
}

/* On a wide picture of two even halves noise goes, but not the step between them. */
static void
test_step (void)
{
  enum { WIDTH = 150, HEIGHT = 70, N = WIDTH * HEIGHT * 3 };
  const float       noise  = 0.01f;
  g_autofree float *pixels = test_floats (N, -sqrtf (3) * noise, sqrtf (3) * noise, 4), *change = NULL;
  double            left = 0, sum = 0;

  for (int i = 0; i < N; i++)
    pixels[i] += i / 3 % WIDTH < WIDTH / 2 ? 0.3f : 0.5f;
  change = change_of (pixels, WIDTH, HEIGHT, 0.02f, 1);
  for (int i = 0; i < N; i++)
    {
      const double error = pixels[i] + change[i] - (i / 3 % WIDTH < WIDTH / 2 ? 0.3 : 0.5);

      left += error * error;
      sum += error;
    }
  g_assert_cmpfloat (sqrt (left / N), <, 0.3 * noise);
  g_assert_cmpfloat_with_epsilon (sum / N, 0, 5e-4);
}

/* What stands alone stays, whatever its numbers are, and makes nothing that isn't finite of its cells. */
static void
test_outliers (void)
{
  static const float odd[] = { 1.0f, -0.5f, 7.0f, 1e30f, -3e38f, 3e38f };
  enum { WIDTH = 64, HEIGHT = 40, N = WIDTH * HEIGHT * 3 };
  g_autofree float *pixels = test_floats (N, 0.4f, 0.41f, 9), *change = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    fddm_pixels_fill (pixels + (20 * WIDTH + 5 + 10 * i) * 3, 3, odd[i]);
  change = change_of (pixels, WIDTH, HEIGHT, 0.02f, 1);
  for (int i = 0; i < N; i++)
    g_assert_true (isfinite (change[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    g_assert_cmpfloat (change[(20 * WIDTH + 5 + 10 * i) * 3], ==, 0.0);
  fddm_pixels_fill (pixels + (20 * WIDTH + 54) * 3, 3, 3e38f); /* in a cell with another one */
  g_assert_true (fddm_blotches_change (pixels, WIDTH, HEIGHT, 0, 0, 0.02f, 1, change));
  for (int i = 0; i < N; i++)
    g_assert_true (isfinite (change[i]) && ABS (change[i]) < 0.01f);
}

/* More threads, a piece that has what is looked at around it: the same to the bit. */
static void
test_pieces (void)
{
  enum { WIDTH = 211, HEIGHT = 190, X = 61, Y = 37, INNER = 83, REACH = FDDM_NONLOCAL_REACH, PIECE = INNER + 2 * REACH };
  g_autofree float *pixels = test_floats (WIDTH * HEIGHT * 3, 0.2f, 0.3f, 2);
  g_autofree float *whole  = change_of (pixels, WIDTH, HEIGHT, 0.05f, 3);
  g_autofree float *again  = change_of (pixels, WIDTH, HEIGHT, 0.05f, 1);
  g_autofree float *piece = g_new (float, PIECE * PIECE * 3), *part = NULL;

  g_assert_cmpmem (whole, WIDTH * HEIGHT * 12, again, WIDTH * HEIGHT * 12);
  fddm_pixels_copy (pixels + (Y * WIDTH + X) * 3, fddm_strides_packed (WIDTH, 3), piece, fddm_strides_packed (PIECE, 3),
                    PIECE, PIECE, 3);
  part = change_of (piece, PIECE, PIECE, 0.05f, 1);
  for (int y = REACH; y < REACH + INNER; y++)
    g_assert_cmpmem (whole + ((Y + y) * WIDTH + X + REACH) * 3, INNER * 12, part + (y * PIECE + REACH) * 3, INNER * 12);
}

/* The same of blotches: what is as far inside as they are looked for is the same, wherever the piece begins. */
static void
test_pieces_of_blotches (void)
{
  enum { WIDTH = 210, HEIGHT = 205, REACH = FDDM_BLOTCHES_REACH, PIECE = 2 * REACH + 30, BYTES = WIDTH * HEIGHT * 12 };
  g_autofree float *pixels = test_floats (WIDTH * HEIGHT * 3, 0.2f, 0.3f, 2), *whole = g_new (float, WIDTH * HEIGHT * 3);
  g_autofree float *again = g_new (float, WIDTH * HEIGHT * 3), *piece = g_new (float, PIECE * PIECE * 3);
  g_autofree float *part = g_new (float, PIECE * PIECE * 3);

  g_assert_true (fddm_blotches_change (pixels, WIDTH, HEIGHT, 0, 0, 0.05f, 1, whole));
  g_assert_true (fddm_blotches_change (pixels, WIDTH, HEIGHT, 0, 0, 0.05f, 3, again));
  g_assert_cmpmem (whole, BYTES, again, BYTES);
  for (int at = 10; at < 14; at++)
    {
      fddm_pixels_copy (pixels + (at * WIDTH + at + 1) * 3, fddm_strides_packed (WIDTH, 3), piece,
                        fddm_strides_packed (PIECE, 3), PIECE, PIECE, 3);
      g_assert_true (fddm_blotches_change (piece, PIECE, PIECE, at + 1, at, 0.05f, 2, part));
      for (int y = REACH; y < PIECE - REACH; y++)
        g_assert_cmpmem (whole + ((at + y) * WIDTH + at + 1 + REACH) * 3, 30 * 12, part + (y * PIECE + REACH) * 3, 30 * 12);
    }
}

/* h whose square is no number any more, on what is all alike. */
static void
test_next_to_nothing (void)
{
  enum { SIDE = 30, N = SIDE * SIDE * 3 };
  g_autofree float *even = g_new (float, N);

  fddm_pixels_fill (even, N, 0.5f);
  for (float h = 1e-3f; h > 1e-40f; h *= 1e-3f)
    {
      g_autofree float *change = change_of (even, SIDE, SIDE, h, 1);

      for (int i = 0; i < N; i++)
        g_assert_cmpfloat_with_epsilon (change[i], 0, 4e-6);
    }
}

/* Pictures smaller than what is looked at. */
static void
test_tiny (void)
{
  for (int width = 1; width <= 4; width++)
    {
      g_autofree float *even = g_new (float, width * 3), *change = NULL;

      fddm_pixels_fill (even, width * 3, 0.7f);
      change = change_of (even, width, 1, 0.05f, 4);
      for (int i = 0; i < width * 3; i++)
        g_assert_cmpfloat_with_epsilon (change[i], 0, 4e-6);
      g_assert_true (fddm_blotches_change (even, width, 1, 3, 3, 0.05f, 4, change));
      for (int i = 0; i < width * 3; i++)
        g_assert_cmpfloat_with_epsilon (change[i], 0, 4e-6);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nonlocal/golden", test_golden);
  g_test_add_func ("/nonlocal/step", test_step);
  g_test_add_func ("/nonlocal/outliers", test_outliers);
  g_test_add_func ("/nonlocal/pieces", test_pieces);
  g_test_add_func ("/nonlocal/next-to-nothing", test_next_to_nothing);
  g_test_add_func ("/nonlocal/tiny", test_tiny);
  g_test_add_func ("/nonlocal/blotches-golden", test_blotches_golden);
  g_test_add_func ("/nonlocal/pieces-of-blotches", test_pieces_of_blotches);
  return g_test_run ();
}
