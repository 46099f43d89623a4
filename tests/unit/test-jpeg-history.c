/* test-jpeg-history.c: pictures that were JPEGs, and others.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <unistd.h>
#include <gegl.h>
#include <glib/gstdio.h>
#include "engine/gegl-pixels.h"
#include "engine/jpeg-history.h"

#define WIDTH  560
#define HEIGHT 432

/* R'G'B' in 8-bit steps. */
typedef struct {
  int    width, height;
  guint8 at[2 * HEIGHT][2 * WIDTH][3];
} Picture;

/* ---- Pictures ---- */

static double
gauss (GRand *rand)
{
  return sqrt (-2 * log (1 - g_rand_double (rand))) * cos (2 * G_PI * g_rand_double (rand));
}

static guint8
whole (double value)
{
  return (guint8) CLAMP (rint (value), 0, 255);
}

/* Like a photograph: waves of all lengths, the longer the stronger, each in a colour of its own. */
static Picture *
photograph (guint32 seed)
{
  g_autoptr (GRand)   rand = g_rand_new_with_seed (seed);
  g_autofree double  *sum = g_new0 (double, HEIGHT * WIDTH * 3);
  Picture            *picture = g_new0 (Picture, 1);
  double              wave[40][6];

  for (int i = 0; i < 40; i++)
    {
      double frequency = 0.02 * pow (110, i / 39.0), angle = 2 * G_PI * g_rand_double (rand);

      wave[i][0] = frequency * cos (angle);
      wave[i][1] = frequency * sin (angle);
      wave[i][2] = 2 * G_PI * g_rand_double (rand);
      for (int c = 0; c < 3; c++)
        wave[i][3 + c] = (2.4 / sqrt (frequency) + 2.4) * (2 + gauss (rand));
    }
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int i = 0; i < 40; i++)
        {
          double bend = 3 * sin (0.011 * x + 0.3 * i) + 3 * sin (0.013 * y - 0.2 * i);
          double value = sin (wave[i][0] * x + wave[i][1] * y + wave[i][2] + bend);

          for (int c = 0; c < 3; c++)
            sum[(y * WIDTH + x) * 3 + c] += wave[i][3 + c] * value;
        }
  picture->width = WIDTH;
  picture->height = HEIGHT;
  for (int i = 0; i < HEIGHT * WIDTH; i++)
    for (int c = 0; c < 3; c++)
      picture->at[i / WIDTH][i % WIDTH][c] = whole (125 + 0.5 * sum[i * 3 + c]);
  return picture;
}

static void
cut (Picture *picture, int left, int top)
{
  picture->width -= left;
  picture->height -= top;
  for (int y = 0; y < picture->height; y++)
    memmove (picture->at[y], picture->at[y + top][left], (gsize) picture->width * 3);
}

static void
add_noise (Picture *picture, double sigma)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (int y = 0; y < picture->height; y++)
    for (int x = 0; x < picture->width; x++)
      for (int c = 0; c < 3; c++)
        picture->at[y][x][c] = whole (picture->at[y][x][c] + sigma * gauss (rand));
}

/* To PERCENT of its size, each pixel between four. */
static void
scale (Picture *picture, int percent)
{
  g_autofree Picture *old = g_memdup2 (picture, sizeof *picture);

  picture->width = (old->width - 1) * percent / 100;
  picture->height = (old->height - 1) * percent / 100;
  for (int y = 0; y < picture->height; y++)
    for (int x = 0; x < picture->width; x++)
      for (int c = 0; c < 3; c++)
        {
          double down = 100.0 * y / percent, across = 100.0 * x / percent, v = down - (int) down, h = across - (int) across;
          int    i = (int) down, j = (int) across;

          picture->at[y][x][c] = whole ((1 - v) * ((1 - h) * old->at[i][j][c] + h * old->at[i][j + 1][c])
                                        + v * ((1 - h) * old->at[i + 1][j][c] + h * old->at[i + 1][j + 1][c]));
        }
}

/* ---- JPEG: libjpeg's, and one by the book whose steps are free ---- */

/* Through a JPEG file and back, as libjpeg does it; GEGL keeps chroma at full size. */
static void
save_as_jpeg (Picture *picture, int quality)
{
  g_autofree char        *path = g_strdup_printf ("%s/fddm-test-%d.jpg", g_get_tmp_dir (), getpid ());
  const Babl             *format = babl_format ("R'G'B' u8");
  GeglRectangle           all = { 0, 0, picture->width, picture->height };
  g_autoptr (GeglBuffer)  from = gegl_buffer_new (&all, format);
  GeglBuffer             *back = NULL;
  g_autoptr (GeglNode)    saving = gegl_node_new (), loading = gegl_node_new ();
  GeglNode               *save, *sink;

  gegl_buffer_set (from, &all, 0, format, picture->at, (int) sizeof picture->at[0]);
  save = gegl_node_new_child (saving, "operation", "gegl:jpg-save", "path", path, "quality", quality, NULL);
  gegl_node_link (gegl_node_new_child (saving, "operation", "gegl:buffer-source", "buffer", from, NULL), save);
  gegl_node_process (save);
  sink = gegl_node_new_child (loading, "operation", "gegl:buffer-sink", "buffer", &back, "format", NULL, NULL);
  gegl_node_link (gegl_node_new_child (loading, "operation", "gegl:jpg-load", "path", path, NULL), sink);
  gegl_node_process (sink);
  g_assert_nonnull (back);
  gegl_buffer_get (back, &all, 1.0, format, picture->at, (int) sizeof picture->at[0], GEGL_ABYSS_NONE);
  g_object_unref (back);
  g_unlink (path);
}

static double
basis (int frequency, int place)
{
  return sqrt (frequency ? 0.25 : 0.125) * cos (G_PI / 8 * (place + 0.5) * frequency);
}

/* One block of a plane, by the definition of the DCT. */
static void
quantise_block (double block[8][8], const int step[64])
{
  double result[8][8] = { { 0 } };

  for (int u = 0; u < 8; u++)
    for (int v = 0; v < 8; v++)
      {
        double sum = 0;

        for (int y = 0; y < 8; y++)
          for (int x = 0; x < 8; x++)
            sum += basis (u, y) * basis (v, x) * (block[y][x] - 128);
        sum = step[8 * u + v] * rint (sum / step[8 * u + v]);
        for (int y = 0; y < 8; y++)
          for (int x = 0; x < 8; x++)
            result[y][x] += basis (u, y) * basis (v, x) * sum;
      }
  for (int i = 0; i < 64; i++)
    block[i / 8][i % 8] = CLAMP (rint (result[i / 8][i % 8] + 128), 0, 255);
}

typedef struct {
  double at[HEIGHT][WIDTH];
} Plane;

/* Y, Cb or Cr of the picture, in whole steps. */
static void
take_plane (const Picture *picture, int c, Plane *plane)
{
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        const guint8 *p = picture->at[y][x];
        double        luma = 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];

        plane->at[y][x] = rint (c == 0 ? luma : c == 1 ? 128 + (p[2] - luma) / 1.772 : 128 + (p[0] - luma) / 1.402);
      }
}

static void
quantise_plane (Plane *plane, int width, int height, const int step[64])
{
  for (int top = 0; top < height; top += 8)
    for (int left = 0; left < width; left += 8)
      {
        double block[8][8];

        for (int i = 0; i < 64; i++)
          block[i / 8][i % 8] = plane->at[top + i / 8][left + i % 8];
        quantise_block (block, step);
        for (int i = 0; i < 64; i++)
          plane->at[top + i / 8][left + i % 8] = block[i / 8][i % 8];
      }
}

/* Quantises means of 2 × 2, and makes the plane of them again as libjpeg does: three quarters of the nearest and one of the
 * next, in both directions. */
static void
quantise_half (Plane *plane, const int step[64])
{
  g_autofree Plane *half = g_new0 (Plane, 1);
  const int         width = WIDTH / 2, height = HEIGHT / 2;

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      half->at[y][x] = rint ((plane->at[2 * y][2 * x] + plane->at[2 * y][2 * x + 1] + plane->at[2 * y + 1][2 * x]
                              + plane->at[2 * y + 1][2 * x + 1]) / 4);
  quantise_plane (half, width, height, step);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        int next_y = CLAMP (y / 2 + (y % 2 ? 1 : -1), 0, height - 1), next_x = CLAMP (x / 2 + (x % 2 ? 1 : -1), 0, width - 1);

        plane->at[y][x] = floor ((9 * half->at[y / 2][x / 2] + 3 * half->at[y / 2][next_x] + 3 * half->at[next_y][x / 2]
                                  + half->at[next_y][next_x] + (x % 2 ? 7 : 8)) / 16);
      }
}

/* What a JPEG with luma's and chroma's STEPS makes of the picture. */
static void
quantise (Picture *picture, const int luma[64], const int chroma[64], gboolean half)
{
  g_autofree Plane *planes = g_new (Plane, 3);

  for (int c = 0; c < 3; c++)
    {
      take_plane (picture, c, &planes[c]);
      if (c > 0 && half)
        quantise_half (&planes[c], chroma);
      else
        quantise_plane (&planes[c], WIDTH, HEIGHT, c > 0 ? chroma : luma);
    }
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        double lightness = planes[0].at[y][x], cb = planes[1].at[y][x] - 128, cr = planes[2].at[y][x] - 128;

        picture->at[y][x][0] = whole (lightness + 1.402 * cr);
        picture->at[y][x][1] = whole (lightness - 0.344136 * cb - 0.714136 * cr);
        picture->at[y][x][2] = whole (lightness + 1.772 * cb);
      }
}

/* ---- Asking ---- */

static FddmJpegHistory
history_of (const Picture *picture, int channels)
{
  g_autofree float *pixels = g_new (float, picture->width * picture->height * channels);
  FddmImage         image = { pixels, picture->width, picture->height, channels, (gsize) (picture->width * channels),
                              (gsize) channels };
  FddmSource        source = fddm_image_source (&image);
  FddmJpegHistory   history;
  GError           *error = NULL;

  for (int i = 0; i < picture->width * picture->height; i++)
    for (int c = 0; c < channels; c++)
      pixels[i * channels + c] = picture->at[i / picture->width][i % picture->width][c] / 255.0f;
  g_assert_true (fddm_jpeg_history_find (&source, &history, &error));
  g_assert_no_error (error);
  return history;
}

static void
assert_nothing (const Picture *picture, const char *what)
{
  FddmJpegHistory history = history_of (picture, 3);

  if (history.found)
    g_error ("%s was taken for a JPEG of quality %d, on %d,%d", what, history.quality, history.x, history.y);
  g_assert_cmpint (history.quality + history.chroma + history.step[1], ==, 0);
}

/* ---- Tests ---- */

/* Two entries of each table as `cjpeg -quality N` writes them, and the ends. */
static void
test_tables_are_libjpegs (void)
{
  int step[64];

  fddm_jpeg_history_table (50, FALSE, step);
  g_assert_cmpint (step[0], ==, 16);
  g_assert_cmpint (step[63], ==, 99);
  fddm_jpeg_history_table (75, FALSE, step);
  g_assert_cmpint (step[0], ==, 8);
  g_assert_cmpint (step[1], ==, 6);
  fddm_jpeg_history_table (75, TRUE, step);
  g_assert_cmpint (step[0], ==, 9);
  g_assert_cmpint (step[63], ==, 50);
  fddm_jpeg_history_table (100, FALSE, step);
  g_assert_cmpint (step[53], ==, 1);
  fddm_jpeg_history_table (1, TRUE, step);
  g_assert_cmpint (step[0], ==, 255);
}

static void
test_qualities_and_grids_are_found (void)
{
  static const struct { int quality, left, top; } cases[] = { { 40, 0, 0 },  { 50, 1, 0 },  { 60, 3, 7 },  { 75, 9, 13 },
                                                              { 85, 15, 2 }, { 90, 0, 11 }, { 95, 5, 5 },  { 98, 6, 9 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree Picture *picture = photograph ((guint32) i);
      FddmJpegHistory     history;
      int                 step[64];

      save_as_jpeg (picture, cases[i].quality);
      cut (picture, cases[i].left, cases[i].top);
      history = history_of (picture, 3);
      g_assert_true (history.found);
      g_assert_cmpint (history.quality, ==, cases[i].quality);
      g_assert_true (history.standard);
      g_assert_cmpint (history.x, ==, (16 - cases[i].left) % 8);
      g_assert_cmpint (history.y, ==, (16 - cases[i].top) % 8);
      fddm_jpeg_history_table (cases[i].quality, FALSE, step);
      g_assert_cmpmem (history.step, sizeof step, step, sizeof step);
    }
}

/* Gray JPEGs and those with chroma at full size; an error in chroma is worse than not to know. */
static void
test_chroma_is_told (void)
{
  static const int qualities[] = { 60, 80, 92 };

  for (gsize i = 0; i < G_N_ELEMENTS (qualities); i++)
    {
      g_autofree Picture *full = photograph (20), *half = photograph (20);
      int                 luma[64], chroma[64];

      fddm_jpeg_history_table (qualities[i], FALSE, luma);
      fddm_jpeg_history_table (qualities[i], TRUE, chroma);
      quantise (full, luma, chroma, FALSE);
      cut (full, 3, 10);
      quantise (half, luma, chroma, TRUE);
      cut (half, 3, 10);
      g_assert_cmpint (history_of (full, 3).chroma, ==, FDDM_JPEG_CHROMA_FULL);
      g_assert_cmpint (history_of (half, 3).chroma, ==, FDDM_JPEG_CHROMA_HALF);
      g_assert_cmpint (history_of (full, 1).chroma, ==, FDDM_JPEG_CHROMA_UNKNOWN);
    }
}

/* As cameras have them. */
static void
test_other_steps_are_found (void)
{
  g_autofree Picture *picture = photograph (30);
  FddmJpegHistory     history;
  int                 step[64], known = 0;

  for (int k = 0; k < 64; k++)
    step[k] = 4 + 2 * (k / 8) + k % 8;
  quantise (picture, step, step, FALSE);
  cut (picture, 2, 1);
  history = history_of (picture, 3);
  g_assert_true (history.found);
  g_assert_false (history.standard);
  g_assert_cmpint (history.x, ==, 6);
  g_assert_cmpint (history.y, ==, 7);
  g_assert_cmpint (history.quality, >=, 75);
  g_assert_cmpint (history.quality, <=, 92);
  for (int k = 0; k < 64; k++)
    {
      g_assert_true (history.step[k] == 0 || history.step[k] == step[k]);
      known += history.step[k] > 0;
    }
  g_assert_cmpint (known, >=, 12);
}

/* The last of two compressions, each on its own grid. */
static void
test_the_last_compression_counts (void)
{
  g_autofree Picture *picture = photograph (40);
  FddmJpegHistory     history;

  save_as_jpeg (picture, 60);
  cut (picture, 3, 6);
  save_as_jpeg (picture, 90);
  history = history_of (picture, 3);
  g_assert_true (history.found);
  g_assert_cmpint (history.quality, ==, 90);
  g_assert_cmpint (history.x + history.y, ==, 0);
}

static void
test_what_was_never_a_jpeg (void)
{
  g_autofree Picture *picture = photograph (50);
  Picture            *p = picture;

  assert_nothing (picture, "a clean picture");
  add_noise (picture, 6);
  assert_nothing (picture, "a noisy picture");
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      for (int c = 0; c < 3; c++)
        p->at[y][x][c] = whole (40 + 0.15 * x + 0.2 * y + 9 * c);
  assert_nothing (picture, "a slope");
  for (int i = 0; i < HEIGHT * WIDTH * 3; i++)
    p->at[i / 3 / WIDTH][i / 3 % WIDTH][i % 3] = (i / 3 % WIDTH / 9 + i / 3 / WIDTH / 7) % 2 ? 40 : 210;
  assert_nothing (picture, "a checkerboard");
  for (int i = 0; i < HEIGHT * WIDTH * 3; i++)
    p->at[i / 3 / WIDTH][i / 3 % WIDTH][i % 3]
      = (guint8) (30 + (i / 3 % WIDTH % 24 * 37 + i / 3 / WIDTH % 24 * 101 + i % 3) % 150);
  assert_nothing (picture, "a repeated tile");
  for (int i = 0; i < HEIGHT * WIDTH * 3; i++)
    p->at[i / 3 / WIDTH][i / 3 % WIDTH][i % 3] = 77;
  assert_nothing (picture, "a single colour");
}

static void
test_what_was_changed_since (void)
{
  static const int qualities[] = { 50, 92 };

  for (gsize i = 0; i < G_N_ELEMENTS (qualities); i++)
    {
      g_autofree Picture *picture = photograph (60), *copy = NULL;

      save_as_jpeg (picture, qualities[i]);
      for (double sigma = 1; sigma < 9; sigma *= 2)
        {
          g_free (copy);
          copy = g_memdup2 (picture, sizeof *picture);
          add_noise (copy, sigma);
          assert_nothing (copy, "a JPEG with noise");
        }
      for (int percent = 70; percent <= 170; percent += 25)
        {
          g_free (copy);
          copy = g_memdup2 (picture, sizeof *picture);
          scale (copy, percent);
          assert_nothing (copy, "a scaled JPEG");
        }
    }
}

static void
test_small_pictures_tell_nothing (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 7, 300 }, { 71, 72 }, { 72, 72 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree Picture *picture = photograph (70);

      picture->width = sizes[i][0];
      picture->height = sizes[i][1];
      assert_nothing (picture, "a small picture");
    }
}

static gboolean
cannot_read (G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED int x, G_GNUC_UNUSED int y, G_GNUC_UNUSED int width,
             G_GNUC_UNUSED int height, G_GNUC_UNUSED float *pixels, G_GNUC_UNUSED GError **error)
{
  return FALSE;
}

static void
test_errors_come_up (void)
{
  FddmSource         source = { 200, 200, 3, cannot_read, NULL };
  g_autoptr (GError) error = NULL;
  FddmJpegHistory    history;

  g_assert_false (fddm_jpeg_history_find (&source, &history, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_READ);
  g_assert_false (history.found);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_test_add_func ("/jpeg-history/tables-are-libjpegs", test_tables_are_libjpegs);
  g_test_add_func ("/jpeg-history/qualities-and-grids-are-found", test_qualities_and_grids_are_found);
  g_test_add_func ("/jpeg-history/chroma-is-told", test_chroma_is_told);
  g_test_add_func ("/jpeg-history/other-steps-are-found", test_other_steps_are_found);
  g_test_add_func ("/jpeg-history/the-last-compression-counts", test_the_last_compression_counts);
  g_test_add_func ("/jpeg-history/what-was-never-a-jpeg", test_what_was_never_a_jpeg);
  g_test_add_func ("/jpeg-history/what-was-changed-since", test_what_was_changed_since);
  g_test_add_func ("/jpeg-history/small-pictures-tell-nothing", test_small_pictures_tell_nothing);
  g_test_add_func ("/jpeg-history/errors-come-up", test_errors_come_up);
  result = g_test_run ();
  gegl_exit ();
  return result;
}
