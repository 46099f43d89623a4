/* test-texture.c: sampled texture made as strong as the photo shows that there is.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "tests/unit/denoising.h"
#include "engine/noise/model.h"
#include "kernels/pixels/pixels.h"
#include "kernels/pixels/texture.h"

enum { SIDE = 512, N = SIDE * SIDE };
#define SIGMA 0.06f /* of the noise in luma, [0,1] */

/* Planes of independent white noise of standard deviation SIZE, from -√3 to √3 of them. */
static float *
white (float size, guint32 seed)
{
  return test_floats (N, -sqrtf (3) * size, sqrtf (3) * size, seed);
}

static FddmNoiseModel
model_of (float sigma)
{
  FddmNoiseModel model;

  fddm_noise_white (&model, 2, 1, TRUE, 255 * sigma);
  return model;
}

/* Root mean square away from the edges. */
static double
size_of (const float *plane)
{
  double sum = 0;
  int    n   = 0;

  for (int y = 150; y < SIDE - 150; y++)
    for (int x = 150; x < SIDE - 150; x++, n++)
      sum += (double) plane[y * SIDE + x] * plane[y * SIDE + x];
  return sqrt (sum / n);
}

/* A texture of size HAVE, a photo with noise and WANTED times as much texture, and its estimate; on the right of SIDE / 2 with
 * nothing wanting where PARTLY. */
typedef struct {
  float *texture, *planes[FDDM_TEXTURE_PLANES], *scratch;
} Planes;

static Planes
planes_new (float have, float wanted, gboolean partly)
{
  Planes            p     = { .texture = white (have, 1), .scratch = g_new (float, N) };
  g_autofree float *noise = white (SIGMA, 3);

  p.planes[0] = white (have, 2);
  for (int i = 1; i < FDDM_TEXTURE_PLANES; i++)
    p.planes[i] = g_new (float, N);
  for (int i = 0; i < N; i++)
    {
      const gboolean even = partly && i % SIDE > SIDE / 2;

      p.planes[1][i] = 0.5f + 0.2f * sinf (0.01f * (i % SIDE));
      p.planes[0][i] = p.planes[1][i] + noise[i] + (even ? 1.0f : wanted) * p.planes[0][i];
    }
  return p;
}

static void
planes_clear (Planes *p)
{
  g_free (p->texture);
  g_free (p->scratch);
  for (int i = 0; i < FDDM_TEXTURE_PLANES; i++)
    g_free (p->planes[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Planes, planes_clear)

/* The factor g by which it grows: from what is to be added, (g − 1) times the fine waves of the texture. */
static double
factor_of (float have, float wanted)
{
  g_auto (Planes)      p     = planes_new (have, wanted, FALSE);
  const FddmNoiseModel model = model_of (SIGMA);
  g_autofree float    *fine = g_memdup2 (p.texture, N * sizeof *fine), *smooth = g_new (float, N);

  for (int round = 0; round < 2; round++)
    {
      memcpy (smooth, fine, N * sizeof *fine);
      fddm_smooth (smooth, SIDE, SIDE, SIDE, 1, 1, p.scratch);
      for (int i = 0; i < N; i++)
        fine[i] -= smooth[i];
    }
  fddm_texture_strengthen (p.texture, p.planes, SIDE, SIDE, &model, p.scratch);
  return 1 + size_of (p.texture) / size_of (fine);
}

static void
test_strength (void)
{
  g_assert_cmpfloat_with_epsilon (factor_of (0.03f, 1.5f), 1.5, 0.03);
  g_assert_cmpfloat_with_epsilon (factor_of (0.03f, 1.8f), 1.8, 0.03);
  g_assert_cmpfloat_with_epsilon (factor_of (0.03f, 9.0f), 2.0, 1e-5); /* not more */
  g_assert_cmpfloat (factor_of (0.03f, 1.0f), ==, 1.0);                /* nothing is wanting */
  g_assert_cmpfloat (factor_of (0.03f, 0.5f), ==, 1.0);                /* nor is there too little when there is too much */
  g_assert_cmpfloat (factor_of (0.005f, 1.5f), ==, 1.0);               /* too little to be told from noise */
}

/* A pixel that the photo alone has, and a glint that the estimate has as well, don't make texture grow around them. */
static void
test_outliers (void)
{
  g_auto (Planes)      p     = planes_new (0.03f, 1.0f, FALSE);
  const FddmNoiseModel model = model_of (SIGMA);

  p.planes[0][(SIDE + 1) * (SIDE / 2)] += 3.0f;
  p.planes[0][(SIDE + 1) * (SIDE / 4)] += 60.0f;
  p.planes[1][(SIDE + 1) * (SIDE / 4)] += 59.8f;
  fddm_texture_strengthen (p.texture, p.planes, SIDE, SIDE, &model, p.scratch);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (p.texture[i], ==, 0);
}

/* A piece tells the same of its pixels as the whole, as far from its edges as strengthening looks. */
static void
test_reach (void)
{
  enum { LEFT = 30, TOP = 70, WIDTH = 400, HEIGHT = 360 };
  g_auto (Planes)      whole = planes_new (0.03f, 1.8f, TRUE), piece = planes_new (0.03f, 1.8f, TRUE);
  const FddmNoiseModel model = model_of (SIGMA);
  float               *of[]  = { piece.texture, piece.planes[0], piece.planes[1] };

  for (gsize i = 0; i < G_N_ELEMENTS (of); i++)
    for (int y = 0; y < HEIGHT; y++)
      memmove (of[i] + y * WIDTH, of[i] + (TOP + y) * SIDE + LEFT, WIDTH * sizeof (float));
  fddm_texture_strengthen (whole.texture, whole.planes, SIDE, SIDE, &model, whole.scratch);
  fddm_texture_strengthen (piece.texture, piece.planes, WIDTH, HEIGHT, &model, piece.scratch);
  for (int y = FDDM_TEXTURE_REACH; y < HEIGHT - FDDM_TEXTURE_REACH; y++)
    for (int x = FDDM_TEXTURE_REACH; x < WIDTH - FDDM_TEXTURE_REACH; x++)
      g_assert_cmpfloat_with_epsilon (piece.texture[y * WIDTH + x], whole.texture[(TOP + y) * SIDE + LEFT + x], 1e-7);
}

static void
test_luma (void)
{
  const float pixels[] = { 1, 0, 0, 0, 2, 0, 0, 0, 3 };
  float       plane[]  = { 1, 1, 1 };

  fddm_pixels_add_luma (plane, pixels, 3, 3, 2.0f);
  g_assert_cmpfloat_with_epsilon (plane[0], 1 + 2 * 0.299, 1e-6);
  g_assert_cmpfloat_with_epsilon (plane[1], 1 + 4 * 0.587, 1e-6);
  g_assert_cmpfloat_with_epsilon (plane[2], 1 + 6 * 0.114, 1e-6);
  fddm_pixels_add_luma (plane, pixels, 3, 1, 1.0f);
  g_assert_cmpfloat_with_epsilon (plane[0], 2 + 2 * 0.299, 1e-6);
}

static void
test_gray (void)
{
  const float plane[]  = { 1, 10 };
  float       pixels[] = { 1, 2, 3, 4, 5, 6 };

  fddm_pixels_add_gray (pixels, plane, 2, 3, 0.5f);
  for (int i = 0; i < 6; i++)
    g_assert_cmpfloat (pixels[i], ==, i + 1 + (i < 3 ? 0.5f : 5.0f));
  fddm_pixels_add_gray (pixels, plane, 2, 1, 2.0f);
  g_assert_cmpfloat (pixels[1], ==, 22.5f);
}

/* White noise, stronger on the right, which the meter cannot tell from texture. */
static float *
noisy_picture (int width, int height)
{
  float *pixels = test_floats ((gsize) width * height * 3, -0.1f, 0.1f, 5);

  for (int i = 0; i < width * height * 3; i++)
    pixels[i] = 0.5f + pixels[i] * (i / 3 % width < width / 2 ? 1.0f : 1.3f);
  return pixels;
}

/* Percentages that are next to nothing. */
static void
test_next_to_nothing (void)
{
  enum { WIDTH = 120, HEIGHT = 100 };
  g_autofree float *pixels = noisy_picture (WIDTH, HEIGHT);

  for (int i = 0; i < 2; i++)
    {
      FddmDenoiseParams params = params_with (0, i ? 1e-50 : 60, 2);
      g_autofree float *out    = NULL;

      params.luma = i ? 100 : 1e-50;
      out         = run_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, WIDTH, HEIGHT, 3, NULL);
      for (int k = 0; k < WIDTH * HEIGHT * 3; k++)
        g_assert_true (isfinite (out[k]));
    }
}

/* Tiles look as far around as strengthening does, and its planes count. Where luma's noise stays, nothing is strengthened. White
 * noise whose level is told is strengthened as measured noise is. */
static void
test_margin_and_memory (void)
{
  enum { WIDTH = 900, HEIGHT = 64, N_SAMPLES = WIDTH * HEIGHT * 3 };
  g_autofree float *pixels   = noisy_picture (WIDTH, HEIGHT);
  FddmDenoiseParams measured = params_with (0, 100, 2), told = params_with (20, 100, 2), plain = measured;
  FddmReport        whole, cut, by_hand, plain_whole, plain_cut;
  g_autofree float *a = run_on (FDDM_DEVICE_CPU, 0, 0, &measured, pixels, WIDTH, HEIGHT, 3, &whole);
  g_autofree float *b = run_on (FDDM_DEVICE_CPU, 100, 0, &measured, pixels, WIDTH, HEIGHT, 3, &cut);
  g_autofree float *c = run_on (FDDM_DEVICE_CPU, 100, 0, &told, pixels, WIDTH, HEIGHT, 3, &by_hand);
  g_autofree float *d = NULL, *e = NULL;

  plain.luma = 0;
  d          = run_on (FDDM_DEVICE_CPU, 0, 0, &plain, pixels, WIDTH, HEIGHT, 3, &plain_whole);
  e          = run_on (FDDM_DEVICE_CPU, 100, 0, &plain, pixels, WIDTH, HEIGHT, 3, &plain_cut);
  g_assert_cmpint (whole.tiles, ==, 1);
  g_assert_cmpint (cut.tiles, ==, 9);
  g_assert_cmpint (plain_cut.tiles, ==, 9);
  /* The first and the last tile have no neighbour on one side, so that all of them are the smaller for it. */
  g_assert_cmpint ((cut.tile_width - plain_cut.tile_width) * 9, >=, 2 * FDDM_TEXTURE_REACH * 8);
  g_assert_cmpint (by_hand.tile_width, ==, cut.tile_width);
  g_assert_cmpuint (whole.memory, >=,
                    plain_whole.memory + (2 * 3 + 1 + FDDM_TEXTURE_PLANES) * WIDTH * HEIGHT * sizeof (float));
  for (int i = 0; i < N_SAMPLES; i++)
    g_assert_cmpfloat_with_epsilon (a[i], b[i], 1e-4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/texture/strength", test_strength);
  g_test_add_func ("/texture/reach", test_reach);
  g_test_add_func ("/texture/outliers", test_outliers);
  g_test_add_func ("/texture/luma", test_luma);
  g_test_add_func ("/texture/gray", test_gray);
  g_test_add_func ("/texture/next-to-nothing", test_next_to_nothing);
  g_test_add_func ("/texture/margin-and-memory", test_margin_and_memory);
  return g_test_run ();
}
