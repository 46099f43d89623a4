/* test-light.c: slopes of light, and pictures without them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/generate/material.h"
#include "engine/generate/light.h"

enum { WIDTH = 160, HEIGHT = 112, FLOATS = WIDTH * HEIGHT * 3 };

/* A picture of another one under a light that is different for each channel. */
typedef struct {
  FddmSource        source;
  const FddmSource *under; /* NULL = all gray */
  double            strength;
} Lit;

/* The light, without its mean over the picture: a slope, a bend, and a twist. */
static double
light_at (const Lit *lit, int x, int y, int c)
{
  const double u = (2.0 * x + 1) / WIDTH - 1, v = (2.0 * y + 1) / HEIGHT - 1;

  return lit->strength *
         ((0.5 - 0.2 * c) * u + 0.2 * v - 0.3 * (u * u - 1.0 / 3) + 0.1 * c * u * v + 0.1 * (v * v - 1.0 / 3));
}

static gboolean
read_lit (gpointer data, int x, int y, int width, int height, float *pixels, GError **error)
{
  const Lit *lit = data;

  if (lit->under == NULL)
    for (int i = 0; i < width * height * 3; i++)
      pixels[i] = 0.3f;
  else if (!lit->under->read (lit->under->data, x, y, width, height, pixels, error))
    return FALSE;
  for (int j = 0; j < height; j++)
    for (int i = 0; i < width; i++)
      for (int c = 0; c < 3; c++)
        *pixels++ *= (float) exp (light_at (lit, x + i, y + j, c));
  return TRUE;
}

static void
lit_init (Lit *lit, const FddmSource *under, double strength)
{
  *lit = (Lit) { .source   = { .width = WIDTH, .height = HEIGHT, .channels = 3, .read = read_lit, .data = lit },
                 .under    = under,
                 .strength = strength };
}

/* SOURCE without its light. */
static float *
removed (const FddmSource *source, gboolean even)
{
  g_autoptr (GError) error  = NULL;
  float             *pixels = g_new (float, FLOATS);
  FddmLight          light;
  FddmSource         plain;

  g_assert_true (fddm_light_measure (&light, source, &error));
  g_assert_true (light.even == even);
  plain = fddm_light_removed (&light);
  g_assert_true (plain.read (plain.data, 0, 0, WIDTH, HEIGHT, pixels, &error));
  return pixels;
}

/* Of one gray under a light that is such a surface there remains the gray. */
static void
test_gray_remains (void)
{
  g_autofree float *pixels = NULL;
  Lit               lit;

  lit_init (&lit, NULL, 1);
  pixels = removed (&lit.source, FALSE);
  for (int i = 0; i < FLOATS; i++)
    g_assert_cmpfloat_with_epsilon (pixels[i], 0.3, 0.3 * 0.003);
}

/* Whatever light a material is under, the same of it remains. */
static void
test_material_remains (void)
{
  g_autofree float *some = NULL, *other = NULL;
  Material          material;
  Lit               lit;

  material_init (&material, WIDTH, HEIGHT, 3);
  lit_init (&lit, &material.source, 0.7);
  some = removed (&lit.source, FALSE);
  lit_init (&lit, &material.source, -0.5);
  other = removed (&lit.source, FALSE);
  for (int i = 0; i < FLOATS; i++)
    g_assert_cmpfloat_with_epsilon (some[i], other[i], 0.02 * some[i]);
}

/* Light that hardly varies stays, to the bit. */
static void
test_even_light_stays (void)
{
  g_autofree float *before = g_new (float, FLOATS), *after = NULL;
  Lit               lit;

  lit_init (&lit, NULL, 0.02);
  read_lit (&lit, 0, 0, WIDTH, HEIGHT, before, NULL);
  after = removed (&lit.source, TRUE);
  g_assert_cmpmem (before, FLOATS * sizeof (float), after, FLOATS * sizeof (float));
}

static void
test_pieces (void)
{
  enum { X = 31, Y = 47, PIECE_WIDTH = 60, PIECE_HEIGHT = 5 };
  float             piece[PIECE_WIDTH * PIECE_HEIGHT * 3];
  g_autofree float *whole = NULL;
  FddmLight         light;
  FddmSource        plain;
  Lit               lit;

  lit_init (&lit, NULL, 1);
  whole = removed (&lit.source, FALSE);
  g_assert_true (fddm_light_measure (&light, &lit.source, NULL));
  plain = fddm_light_removed (&light);
  g_assert_true (plain.read (plain.data, X, Y, PIECE_WIDTH, PIECE_HEIGHT, piece, NULL));
  for (int y = 0; y < PIECE_HEIGHT; y++)
    g_assert_cmpmem (piece + y * PIECE_WIDTH * 3, PIECE_WIDTH * 12, whole + ((Y + y) * WIDTH + X) * 3, PIECE_WIDTH * 12);
}

/* Pixels that are no numbers or beyond white count as they are seen, and black as the darkest gray: all factors are numbers. */
static gboolean
read_faulty (gpointer data, int x, int y, int width, int height, float *pixels, GError **error)
{
  const float values[] = { NAN, INFINITY, -INFINITY, 1e30f, 0, -5, 0.5f };

  if (!read_lit (data, x, y, width, height, pixels, error))
    return FALSE;
  for (int j = 0; j < height; j++)
    for (int i = 0; i < width; i++)
      if ((x + i) % 3 == 0 || y + j < HEIGHT / 2)
        pixels[(j * width + i) * 3] = values[(x + i) % (int) G_N_ELEMENTS (values)];
  return TRUE;
}

static void
test_faulty_pixels (void)
{
  g_autoptr (GError) error = NULL;
  FddmLight          light;
  Lit                lit;

  lit_init (&lit, NULL, 1);
  lit.source.read = read_faulty;
  g_assert_true (fddm_light_measure (&light, &lit.source, &error));
  for (int c = 0; c < 3; c++)
    for (int k = 0; k < FDDM_LIGHT_TERMS; k++)
      g_assert_cmpfloat (fabs (light.surface[c][k]), <, 10);
}

static void
test_unreadable (void)
{
  g_autoptr (GError) error = NULL;
  FddmLight          light;
  Material           material;

  material_init (&material, WIDTH, HEIGHT, 3);
  material.fails = TRUE;
  g_assert_false (fddm_light_measure (&light, &material.source, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_IO);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/light/gray-remains", test_gray_remains);
  g_test_add_func ("/light/material-remains", test_material_remains);
  g_test_add_func ("/light/even-light-stays", test_even_light_stays);
  g_test_add_func ("/light/pieces", test_pieces);
  g_test_add_func ("/light/faulty-pixels", test_faulty_pixels);
  g_test_add_func ("/light/unreadable", test_unreadable);
  return g_test_run ();
}
