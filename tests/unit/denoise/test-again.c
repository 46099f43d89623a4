/* test-again.c: blocks that are marked, and a sink that passes on what lies in them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/again.h"
#include "tests/support.h"

enum { WIDTH = 300, HEIGHT = 150, SAMPLES = 3, FLOATS = WIDTH * HEIGHT * SAMPLES };

static void
assert_marked (const FddmAgain *again, const char *expected)
{
  g_autoptr (GString) found = g_string_new (NULL);

  for (int y = 0; y < again->down; y++)
    {
      for (int x = 0; x < again->across; x++)
        g_string_append_c (found, again->blocks[y * again->across + x] ? '#' : '.');
      g_string_append_c (found, '\n');
    }
  g_assert_cmpstr (found->str, ==, expected);
}

static void
test_marks (void)
{
  const FddmRect inner = { 64, 64, 64, 64 }, crossing = { 191, -5, 2, 7 }, corner = { 299, 149, 50, 50 },
                 outside = { 300, 0, 9, 9 };
  const FddmRect beside = { 128, 64, 30, 64 }, edge = { 127, 70, 1, 1 }, around = { 0, 0, WIDTH, HEIGHT };
  FddmAgain      again;

  g_assert_true (fddm_again_init (&again, WIDTH, HEIGHT));
  fddm_again_mark (&again, &outside);
  g_assert_false (fddm_again_meets (&again, &around));
  fddm_again_mark (&again, &inner);
  assert_marked (&again, "..........\n..........\n..##......\n..##......\n..........\n");
  g_assert_true (fddm_again_meets (&again, &edge));
  g_assert_false (fddm_again_meets (&again, &beside));
  g_assert_false (fddm_again_meets (&again, &outside));
  fddm_again_mark (&again, &crossing);
  fddm_again_mark (&again, &corner);
  fddm_again_mark (&again, &inner);
  assert_marked (&again, ".....##...\n..........\n..##......\n..##......\n.........#\n");
  g_assert_cmpuint (again.marked, ==, 7);
  g_assert_false (fddm_again_is_much (&again)); /* of 50 */
  fddm_again_mark (&again, &beside);
  g_assert_false (fddm_again_is_much (&again));
  fddm_again_mark (&again, &around);
  g_assert_cmpuint (again.marked, ==, 50);
  g_assert_true (fddm_again_is_much (&again));
  fddm_again_clear (&again);
}

typedef struct {
  float *pixels;
  int    left; /* writes until one fails */
} Target;

static gboolean
keep (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error)
{
  Target *target = data;

  if (target->left-- == 0)
    {
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "full");
      return FALSE;
    }
  for (int row = 0; row < height; row++)
    memcpy (target->pixels + ((gsize) (y + row) * WIDTH + x) * SAMPLES, pixels + (gsize) row * width * SAMPLES,
            (gsize) width * SAMPLES * sizeof *pixels);
  return TRUE;
}

/* Writes PICTURE through SINK in rectangles whose edges are not those of blocks. */
static gboolean
write_all (const FddmSink *sink, const float *picture, GError **error)
{
  g_autofree float *packed = g_new (float, FLOATS);

  for (int y = 0; y < HEIGHT; y += 77)
    for (int x = 0; x < WIDTH; x += 101)
      {
        const int width = MIN (101, WIDTH - x), height = MIN (77, HEIGHT - y);

        for (int row = 0; row < height; row++)
          memcpy (packed + row * width * SAMPLES, picture + ((y + row) * WIDTH + x) * SAMPLES,
                  sizeof (float) * width * SAMPLES);
        if (!sink->write (sink->data, x, y, width, height, packed, error))
          return FALSE;
      }
  return TRUE;
}

static void
test_sink (void)
{
  const FddmRect     marks[] = { { 0, 0, 1, 1 }, { 64, 0, 1, 1 }, { 192, 64, 1, 1 }, { 290, 140, 1, 1 } };
  g_autofree float  *picture = test_floats (FLOATS, 0, 1, 3), *written = g_new0 (float, FLOATS);
  Target             target = { written, G_MAXINT };
  const FddmSink     inner  = { .write = keep, .data = &target };
  FddmAgain          again;
  FddmAgainFilter    filter = { &again, &inner, SAMPLES };
  const FddmSink     sink   = fddm_again_sink (&filter);
  g_autoptr (GError) error  = NULL;

  g_assert_true (fddm_again_init (&again, WIDTH, HEIGHT));
  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    fddm_again_mark (&again, &marks[i]);
  g_assert_true (write_all (&sink, picture, &error));
  for (int i = 0; i < FLOATS; i++)
    {
      const int x = i / SAMPLES % WIDTH / FDDM_AGAIN_BLOCK, y = i / SAMPLES / WIDTH / FDDM_AGAIN_BLOCK;

      g_assert_cmpfloat (written[i], ==, again.blocks[y * again.across + x] ? picture[i] : 0.0f);
    }
  target.left = 2;
  g_assert_false (write_all (&sink, picture, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  fddm_again_clear (&again);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/again/marks", test_marks);
  g_test_add_func ("/again/sink", test_sink);
  return g_test_run ();
}
