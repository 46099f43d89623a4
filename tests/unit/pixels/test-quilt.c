/* test-quilt.c: pictures pieced together from blocks.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "tests/support.h"
#include "kernels/pixels/quilt.h"

enum { SIDE = 64, WIDTH = 96, HEIGHT = 72, BLOCK = 24, PERIOD = 8 };

/* Blocks each of which overlaps its neighbours by a third, around the whole torus. */
static const int starts_x[] = { 0, 16, 32, 48, 64, 80 }, starts_y[] = { 0, 14, 28, 43, 57 };

static FddmQuilt
quilt_of (const float *example, int channels, guint32 seed, float *pixels, guint8 *known)
{
  memset (known, 0, WIDTH * HEIGHT);
  memset (pixels, 0, sizeof (float) * WIDTH * HEIGHT * (gsize) channels);
  return (FddmQuilt) { .example        = example,
                       .example_width  = SIDE,
                       .example_height = SIDE,
                       .channels       = channels,
                       .pixels         = pixels,
                       .known          = known,
                       .width          = WIDTH,
                       .height         = HEIGHT,
                       .block_width    = BLOCK,
                       .block_height   = BLOCK,
                       .overlap_x      = 8,
                       .overlap_y      = 8,
                       .across         = G_N_ELEMENTS (starts_x),
                       .down           = G_N_ELEMENTS (starts_y),
                       .x              = starts_x,
                       .y              = starts_y,
                       .seed           = seed };
}

/* All pixels are filled, each with a colour of the example, and neighbours are mostly neighbours there, across the edges, too:
 * the example's samples tell their place. */
static void
test_pieces (void)
{
  g_autofree float  *example = g_new (float, SIDE * SIDE * 3), *pixels = g_new (float, WIDTH * HEIGHT * 3);
  g_autofree guint8 *known  = g_new (guint8, WIDTH * HEIGHT);
  GRand             *random = g_rand_new_with_seed (5);
  int                apart  = 0;
  FddmQuilt          quilt;

  for (int i = 0; i < SIDE * SIDE; i++)
    {
      example[3 * i]     = (float) (i % SIDE) / 1000.0f;
      example[3 * i + 1] = (float) (i / SIDE) / 1000.0f;
      example[3 * i + 2] = (float) g_rand_double (random);
    }
  g_rand_free (random);
  quilt = quilt_of (example, 3, 1, pixels, known);
  g_assert_true (fddm_quilt (&quilt));
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    {
      const int    right = i % WIDTH == WIDTH - 1 ? i - WIDTH + 1 : i + 1;
      const int    x = (int) (pixels[3 * i] * 1000.0f + 0.5f), y = (int) (pixels[3 * i + 1] * 1000.0f + 0.5f);
      const float *from = example + (y * SIDE + x) * 3;

      g_assert_cmpint (known[i], ==, 1);
      g_assert_cmpmem (pixels + 3 * i, 3 * sizeof (float), from, 3 * sizeof (float));
      apart += x == SIDE - 1 || memcmp (pixels + 3 * right, from + 3, 3 * sizeof (float)) != 0;
    }
  g_assert_cmpint (apart, >, HEIGHT);
  /* At most one fault a row for each column of blocks, and one a column for each row of blocks, where its seam steps. */
  g_assert_cmpint (apart, <=, HEIGHT * (int) G_N_ELEMENTS (starts_x) + WIDTH * (int) G_N_ELEMENTS (starts_y));
}

/* A pattern that fits into the torus goes on around it without a fault. */
static void
test_pattern_goes_on (void)
{
  g_autofree float  *example = g_new (float, SIDE * SIDE), *pixels = g_new (float, WIDTH * HEIGHT);
  g_autofree guint8 *known = g_new (guint8, WIDTH * HEIGHT);

  for (int i = 0; i < SIDE * SIDE; i++)
    example[i] = (float) ((i % SIDE % PERIOD * 5 + i / SIDE % PERIOD * 3) % PERIOD) / PERIOD;
  for (guint32 seed = 0; seed < 5; seed++)
    {
      FddmQuilt quilt = quilt_of (example, 1, seed, pixels, known);

      g_assert_true (fddm_quilt (&quilt));
      for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
          {
            g_assert_cmpfloat (pixels[y * WIDTH + x], ==, pixels[y * WIDTH + (x + PERIOD) % WIDTH]);
            g_assert_cmpfloat (pixels[y * WIDTH + x], ==, pixels[(y + PERIOD) % HEIGHT * WIDTH + x]);
          }
    }
}

/* What is known and outside of the blocks stays; the same seed gives the same picture, another one another. */
static void
test_known_stays (void)
{
  g_autofree float  *example = g_new (float, SIDE * SIDE), *pixels = g_new (float, WIDTH * HEIGHT);
  g_autofree float  *first = g_new (float, WIDTH * HEIGHT);
  g_autofree guint8 *known = g_new (guint8, WIDTH * HEIGHT);
  const int          x     = 40;

  for (int i = 0; i < SIDE * SIDE; i++)
    example[i] = (float) (i * 7919 % 1009) / 1009.0f;
  for (guint32 round = 0; round < 3; round++)
    {
      FddmQuilt quilt = quilt_of (example, 1, round / 2, pixels, known);

      memset (known, 1, WIDTH * HEIGHT);
      for (int y = 0; y < HEIGHT; y++)
        memset (known + y * WIDTH + x + 8, 0, BLOCK - 16);
      for (int i = 0; i < WIDTH * HEIGHT; i++)
        pixels[i] = known[i] ? 2.0f : -1.0f;
      quilt.x         = &x;
      quilt.across    = 1;
      quilt.overlap_y = 8;
      g_assert_true (fddm_quilt (&quilt));
      for (int i = 0; i < WIDTH * HEIGHT; i++)
        if (i % WIDTH < x || i % WIDTH >= x + BLOCK)
          g_assert_cmpfloat (pixels[i], ==, 2.0f);
        else
          g_assert_cmpfloat (pixels[i], >=, 0.0f);
      if (round == 0)
        memcpy (first, pixels, sizeof (float) * WIDTH * HEIGHT);
      else
        g_assert_cmpint (memcmp (first, pixels, sizeof (float) * WIDTH * HEIGHT) == 0, ==, round == 1);
    }
}

/* Each side of a block is cut where it differs least from what is known: outside of the cut that stays. */
static void
test_cut_where_alike (void)
{
  g_autofree float  *example = g_new (float, SIDE * SIDE), *pixels = g_new (float, WIDTH * HEIGHT);
  g_autofree guint8 *known = g_new (guint8, WIDTH * HEIGHT);
  const int          x = 30, y = 20, left = 3, right = 5, upper = 2, lower = 6;
  FddmQuilt          quilt = quilt_of (example, 1, 1, pixels, known);

  for (int i = 0; i < SIDE * SIDE; i++)
    example[i] = 0.5f;
  for (int j = 0; j < HEIGHT; j++)
    for (int i = 0; i < WIDTH; i++)
      {
        known[j * WIDTH + i]  = 1;
        pixels[j * WIDTH + i] = i == x + left || i == x + BLOCK - 1 - right || j == y + upper || j == y + BLOCK - 1 - lower
                                  ? 0.5f
                                  : 0.9f;
      }
  quilt.x      = &x;
  quilt.y      = &y;
  quilt.across = quilt.down = 1;
  g_assert_true (fddm_quilt (&quilt));
  for (int j = y + upper + 1; j < y + BLOCK - 1 - lower; j++)
    for (int i = x; i < x + BLOCK; i++)
      {
        const gboolean stays = i < x + left || i > x + BLOCK - 1 - right;

        g_assert_cmpfloat (pixels[j * WIDTH + i], ==, stays ? 0.9f : 0.5f);
      }
  for (int i = x + left + 1; i < x + BLOCK - 1 - right; i++)
    for (int j = y; j < y + BLOCK; j++)
      {
        const gboolean stays = j < y + upper || j > y + BLOCK - 1 - lower;

        g_assert_cmpfloat (pixels[j * WIDTH + i], ==, stays ? 0.9f : 0.5f);
      }
}

static gboolean
count_down (gpointer data)
{
  return --*(int *) data > 0;
}

/* Who says no before the third block gets no more than two. */
static void
test_stopped (void)
{
  g_autofree float  *example = test_floats (SIDE * SIDE, 0, 1, 3), *pixels = g_new (float, WIDTH * HEIGHT);
  g_autofree guint8 *known = g_new (guint8, WIDTH * HEIGHT);
  FddmQuilt          quilt = quilt_of (example, 1, 1, pixels, known);
  int                left = 3, filled = 0;

  quilt.goes_on = count_down;
  quilt.data    = &left;
  g_assert_false (fddm_quilt (&quilt));
  g_assert_cmpint (left, ==, 0);
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    filled += known[i];
  g_assert_cmpint (filled, ==, (BLOCK + starts_x[1]) * BLOCK);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quilt/pieces", test_pieces);
  g_test_add_func ("/quilt/pattern-goes-on", test_pattern_goes_on);
  g_test_add_func ("/quilt/known-stays", test_known_stays);
  g_test_add_func ("/quilt/cut-where-alike", test_cut_where_alike);
  g_test_add_func ("/quilt/stopped", test_stopped);
  return g_test_run ();
}
