/* test-colours.c: pictures given the colours of others.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "tests/support.h"
#include "kernels/pixels/colours.h"

enum { N = 5000 };

/* N pixels with MEAN and with colours in three directions of their own spread. */
static float *
make_pixels (guint32 seed, const double mean[3], const double spread[3])
{
  GRand *random = g_rand_new_with_seed (seed);
  float *pixels = g_new (float, 3 * N);

  for (int i = 0; i < N; i++)
    {
      const double a = g_rand_double_range (random, -1, 1) * spread[0], b = g_rand_double_range (random, -1, 1) * spread[1],
                   c = g_rand_double_range (random, -1, 1) * spread[2];

      pixels[3 * i]     = (float) (mean[0] + a + b);
      pixels[3 * i + 1] = (float) (mean[1] + a - b + c);
      pixels[3 * i + 2] = (float) (mean[2] + a - c);
    }
  g_rand_free (random);
  return pixels;
}

static FddmColours
colours_of (const float *pixels, int channels)
{
  FddmColours colours = { 0 };

  fddm_colours_add (&colours, pixels, N / 3, channels);
  fddm_colours_add (&colours, pixels + N / 3 * channels, N - N / 3, channels);
  return colours;
}

/* After the change, mean and covariance are the wanted ones; with its own colours a picture stays. */
static void
test_moments (void)
{
  const double dark[] = { 0.2, 0.3, 0.1 }, light[] = { 0.7, 0.5, 0.6 }, flat[] = { 0.02, 0.1, 0.05 },
               lively[]  = { 0.2, 0.03, 0.06 };
  g_autofree float *from = make_pixels (1, dark, flat), *to = make_pixels (2, light, lively), *out = g_new (float, 3 * N);
  const FddmColours have = colours_of (from, 3), wanted = colours_of (to, 3);
  FddmColours       got;
  FddmColourMap     map;
  double            mean[2][3], covariance[2][3][3];

  fddm_colours_map (&have, &wanted, &map);
  fddm_colours_apply (&map, from, N, 3, out);
  got = colours_of (out, 3);
  fddm_colours_moments (&wanted, mean[0], covariance[0]);
  fddm_colours_moments (&got, mean[1], covariance[1]);
  for (int a = 0; a < 3; a++)
    {
      g_assert_cmpfloat_with_epsilon (mean[1][a], mean[0][a], 1e-5);
      for (int b = 0; b < 3; b++)
        g_assert_cmpfloat_with_epsilon (covariance[1][a][b], covariance[0][a][b], 1e-5);
    }
  fddm_colours_map (&have, &have, &map);
  fddm_colours_apply (&map, from, N, 3, out);
  for (int i = 0; i < 3 * N; i++)
    g_assert_cmpfloat_with_epsilon (out[i], from[i], 1e-5);
}

/* Gray is scaled; what does not vary is moved, and its rounding is not blown up. */
static void
test_gray_and_flat (void)
{
  g_autofree float *gray = g_new (float, N), *wide = g_new (float, N), *out = g_new (float, N);
  FddmColours       have, wanted;
  FddmColourMap     map;

  for (int i = 0; i < N; i++)
    {
      gray[i] = (float) (i % 2) * 0.2f;
      wide[i] = 0.5f + (float) (i % 2) * 0.4f;
    }
  have   = colours_of (gray, 1);
  wanted = colours_of (wide, 1);
  fddm_colours_map (&have, &wanted, &map);
  fddm_colours_apply (&map, gray, N, 1, out);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (out[i], wide[i], 1e-5);
  for (int i = 0; i < N; i++)
    gray[i] = 0.25f + (float) (i % 2) * 1e-6f;
  have = colours_of (gray, 1);
  fddm_colours_map (&have, &wanted, &map);
  fddm_colours_apply (&map, gray, N, 1, out);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (out[i], 0.7, 1e-3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/colours/moments", test_moments);
  g_test_add_func ("/colours/gray-and-flat", test_gray_and_flat);
  return g_test_run ();
}
