/* test-smooth.c: smoothing by the cubic spline filter, against its definition.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/smooth.h"
#include "tests/support.h"

enum { WIDTH = 23, HEIGHT = 19, SPARE = 5 };

static const double taps[] = { 1 / 16.0, 4 / 16.0, 6 / 16.0, 4 / 16.0, 1 / 16.0 };

static double
expected (const float *pixels, gsize stride, int width, int height, int channels, int step, int x, int y, int c)
{
  double sum = 0;

  for (int j = 0; j < 5; j++)
    for (int i = 0; i < 5; i++)
      sum += taps[j] * taps[i] *
             pixels[(gsize) test_mirrored (y + (j - 2) * step, height) * stride +
                    (gsize) (test_mirrored (x + (i - 2) * step, width) * channels + c)];
  return sum;
}

static void
assert_smooth (int width, int height, int channels, int step)
{
  const gsize       stride = (gsize) width * channels + SPARE, n = stride * height;
  g_autofree float *before = test_floats (n, -1, 2, 7), *after = g_memdup2 (before, n * sizeof (float));
  g_autofree float *scratch = g_new (float, (gsize) width * height * channels);

  fddm_smooth (after, stride, width, height, channels, step, scratch);
  for (int y = 0; y < height; y++)
    {
      for (int x = 0; x < width; x++)
        for (int c = 0; c < channels; c++)
          g_assert_cmpfloat_with_epsilon (after[y * stride + (gsize) (x * channels + c)],
                                          expected (before, stride, width, height, channels, step, x, y, c), 2e-6);
      for (int i = 0; i < SPARE; i++) /* beside the rectangle */
        g_assert_cmpfloat (after[y * stride + (gsize) (width * channels + i)], ==,
                           before[y * stride + (gsize) (width * channels + i)]);
    }
}

static void
test_definition (void)
{
  for (int channels = 1; channels <= 3; channels += 2)
    for (int step = 1; step <= 8; step *= 2)
      assert_smooth (WIDTH, HEIGHT, channels, step);
}

/* Smaller than the filter's reach. */
static void
test_small (void)
{
  for (int width = 1; width <= 6; width++)
    for (int height = 1; height <= 6; height++)
      for (int step = 1; step <= 4; step *= 2)
        assert_smooth (width, height, 3, step);
}

/* A wave of W radians per pixel along both axes keeps cos⁴ (W/2) for each. */
static void
test_waves (void)
{
  float pixels[WIDTH * HEIGHT], scratch[WIDTH * HEIGHT];

  for (int k = 1; k < 8; k++)
    {
      const double wx = k * 0.4, wy = (8 - k) * 0.35, kept = pow (cos (wx / 2), 4) * pow (cos (wy / 2), 4);

      for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
          pixels[y * WIDTH + x] = (float) (cos (wx * x) * cos (wy * y));
      fddm_smooth (pixels, WIDTH, WIDTH, HEIGHT, 1, 1, scratch);
      for (int y = 2; y < HEIGHT - 2; y++)
        for (int x = 2; x < WIDTH - 2; x++)
          g_assert_cmpfloat_with_epsilon (pixels[y * WIDTH + x], kept * cos (wx * x) * cos (wy * y), 1e-6);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/smooth/definition", test_definition);
  g_test_add_func ("/smooth/small", test_small);
  g_test_add_func ("/smooth/waves", test_waves);
  return g_test_run ();
}
