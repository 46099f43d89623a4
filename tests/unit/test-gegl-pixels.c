/* test-gegl-pixels.c: buffers of every kind through the engine's source and sink.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "engine/gegl-pixels.h"
#include "engine/gegl-rows.h"

#define SIDE 12

static const char *const formats[] = { "R'G'B' u8", "R'G'B'A u8",  "Y' u8",        "Y'A u8",  "RGB u8",   "RGB u16",
                                       "RGBA u16",  "R'G'B'A u16", "Y u16",        "Y'A u16", "RGB half", "R'G'B'A half",
                                       "RGB float", "RGBA float",  "R'G'B' float", "Y float", "YA float", "R'G'B'A double" };

/* A buffer of random bits; in float formats some of them NaN, infinite or far out of range. */
static GeglBuffer *
random_buffer (const Babl *format, guint32 seed)
{
  g_autoptr (GRand)  rand   = g_rand_new_with_seed (seed);
  GeglBuffer        *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, SIDE, SIDE), format);
  gsize              bytes  = (gsize) babl_format_get_bytes_per_pixel (format) * SIDE * SIDE;
  g_autofree guint8 *data   = g_malloc (bytes);

  for (gsize i = 0; i < bytes; i++)
    data[i] = (guint8) g_rand_int (rand);
  gegl_buffer_set (buffer, NULL, 0, format, data, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static guint8 *
bytes_of (GeglBuffer *buffer)
{
  const Babl *format = gegl_buffer_get_format (buffer);
  guint8     *data   = g_malloc ((gsize) babl_format_get_bytes_per_pixel (format) * SIDE * SIDE);

  gegl_buffer_get (buffer, NULL, 1.0, format, data, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return data;
}

/* What was not changed keeps its bits, in every format; a changed pixel gets its value and keeps its alpha. */
static void
test_unchanged_pixels_keep_their_bits (gconstpointer name)
{
  static const float     shown[] = { 0.7f, 0.6f, 0.5f, 0.4f }; /* the pixel to be changed: alpha must not hide it */
  const Babl            *format  = babl_format (name);
  gsize                  pixel   = (gsize) babl_format_get_bytes_per_pixel (format);
  g_autoptr (GeglBuffer) from    = random_buffer (format, 5);
  g_autoptr (GeglBuffer) to      = gegl_buffer_dup (from);
  g_autofree guint8     *before  = bytes_of (from);
  g_autofree guint8     *after   = NULL;
  GeglRectangle          bounds  = { 2, 3, 8, 7 };
  FddmGeglPixels         pixels;
  FddmSource             source;
  FddmSink               sink;
  float                  floats[8 * 7 * 3], one[4], was[4];

  g_free (before);
  gegl_buffer_set (from, GEGL_RECTANGLE (6, 8, 1, 1), 0, babl_format ("R'G'B'A float"), shown, GEGL_AUTO_ROWSTRIDE);
  gegl_buffer_copy (from, NULL, GEGL_ABYSS_NONE, to, NULL);
  before = bytes_of (from);
  fddm_gegl_pixels_init (&pixels, from, to, &bounds, NULL);
  source = fddm_gegl_pixels_source (&pixels);
  sink   = fddm_gegl_pixels_sink (&pixels);
  g_assert_cmpint (source.width, ==, 8);
  g_assert_cmpint (source.height, ==, 7);
  g_assert_cmpint (source.channels, ==, strchr (name, 'G') ? 3 : 1);
  g_assert_true (source.read (source.data, 0, 0, 8, 7, floats, NULL));

  /* In two parts, and the pixel (4, 5) of the rectangle changed. */
  for (int c = 0; c < source.channels; c++)
    floats[(5 * 8 + 4) * source.channels + c] = 0.25f;
  g_assert_true (sink.write (sink.data, 0, 0, 8, 2, floats, NULL));
  g_assert_true (sink.write (sink.data, 0, 2, 8, 5, floats + 2 * 8 * source.channels, NULL));

  after = bytes_of (to);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      if (x != 2 + 4 || y != 3 + 5)
        g_assert_cmpmem (before + (y * SIDE + x) * pixel, pixel, after + (y * SIDE + x) * pixel, pixel);
  gegl_buffer_get (to, GEGL_RECTANGLE (6, 8, 1, 1), 1.0, babl_format ("R'G'B'A float"), one, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  gegl_buffer_get (from, GEGL_RECTANGLE (6, 8, 1, 1), 1.0, babl_format ("R'G'B'A float"), was, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  for (int c = 0; c < 3; c++)
    g_assert_cmpfloat_with_epsilon (one[c], 0.25f, 0.03); /* a linear u8 is as coarse as that */
  g_assert_true (one[3] == was[3] || (isnan (one[3]) && isnan (was[3])));
}

/* ---- Alpha ---- */

#define WIDE 1300
#define HIGH 640

/* A gradient, with holes of all sizes in its alpha, and hidden pixels of any colour. */
static GeglBuffer *
holed_buffer (float *shown)
{
  GeglBuffer       *buffer = gegl_buffer_new (GEGL_RECTANGLE (-7, 11, WIDE, HIGH), babl_format ("R'G'B'A float"));
  g_autofree float *pixels = g_new (float, (gsize) WIDE * HIGH * 4);
  g_autoptr (GRand) rand   = g_rand_new_with_seed (8);

  for (gsize i = 0; i < (gsize) WIDE * HIGH; i++)
    {
      const int x = (int) (i % WIDE), y = (int) (i / WIDE), hole = (x / 37 + y / 53) % 3;

      for (int c = 0; c < 3; c++)
        pixels[4 * i + c] = 0.2f + 0.0004f * (float) (x + y) + 0.05f * (float) c;
      pixels[4 * i + 3] = x > 700 || hole == 0 || g_rand_int_range (rand, 0, 9) == 0 ? 0.0f : 0.5f;
      memcpy (shown + 4 * i, pixels + 4 * i, 4 * sizeof *pixels);
      for (int c = 0; c < 3 && pixels[4 * i + 3] == 0; c++)
        pixels[4 * i + c] = (float) g_rand_double_range (rand, -3, 4);
    }
  gegl_buffer_set (buffer, NULL, 0, babl_format ("R'G'B'A float"), pixels, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

/* Hidden pixels are read as colours that continue the visible ones: close to the gradient in its holes, middle gray far away. */
static void
test_hidden_pixels_are_filled (void)
{
  g_autofree float      *shown  = g_new (float, (gsize) WIDE * HIGH * 4);
  g_autofree float      *read   = g_new (float, (gsize) WIDE * HIGH * 3);
  g_autofree guint8     *seen   = g_new (guint8, (gsize) WIDE * HIGH);
  g_autoptr (GeglBuffer) buffer = holed_buffer (shown);
  FddmGeglPixels         pixels;
  FddmSource             source;

  fddm_gegl_pixels_init (&pixels, buffer, NULL, gegl_buffer_get_extent (buffer), NULL);
  source = fddm_gegl_pixels_source (&pixels);
  g_assert_true (source.read (source.data, 0, 0, WIDE, HIGH, read, NULL));
  g_assert_true (source.visible (source.data, 0, 0, WIDE, HIGH, seen, NULL));
  for (int y = 0; y < HIGH; y++)
    for (int x = 0; x < WIDE; x++)
      for (int c = 0; c < 3; c++)
        {
          const gsize i   = (gsize) y * WIDE + x;
          const float was = shown[4 * i + c], got = read[3 * i + c];

          g_assert_cmpint (seen[i], ==, shown[4 * i + 3] > 0);
          if (seen[i])
            g_assert_true (got == was);
          else if (x < 680)
            g_assert_cmpfloat_with_epsilon (got, was, 0.0004 * 2 * 64); /* a mean of visible ones within 64 */
          else if (x > 700 + 4 * 32)
            g_assert_cmpfloat_with_epsilon (got, 0.5, 1e-6);
          else
            g_assert_true (got > 0.2f && got < 0.9f);
        }
}

/* What is read does not depend on the rectangle, to the bit. */
static void
test_filling_does_not_depend_on_the_rectangle (void)
{
  static const GeglRectangle parts[] = { { 0, 0, 5, 640 },       { 3, 1, 700, 33 },   { 511, 509, 40, 77 },
                                         { 640, 100, 660, 540 }, { 1299, 639, 1, 1 }, { 200, 200, 600, 1 } };
  g_autofree float          *whole   = g_new (float, (gsize) WIDE * HIGH * 4);
  g_autofree float          *read    = g_new (float, (gsize) WIDE * HIGH * 3);
  g_autoptr (GeglBuffer)     buffer  = holed_buffer (whole);
  FddmGeglPixels             pixels;
  FddmSource                 source;

  fddm_gegl_pixels_init (&pixels, buffer, NULL, gegl_buffer_get_extent (buffer), NULL);
  source = fddm_gegl_pixels_source (&pixels);
  g_assert_true (source.read (source.data, 0, 0, WIDE, HIGH, whole, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      const GeglRectangle *part = &parts[i];

      g_assert_true (source.read (source.data, part->x, part->y, part->width, part->height, read, NULL));
      for (int y = 0; y < part->height; y++)
        g_assert_cmpmem (read + (gsize) y * part->width * 3, part->width * 3 * sizeof *read,
                         whole + ((gsize) (part->y + y) * WIDE + part->x) * 3, part->width * 3 * sizeof *read);
    }
}

/* Whatever the engine gives, hidden pixels keep their bits. */
static void
test_hidden_pixels_keep_their_bits (void)
{
  const gsize            n      = (gsize) WIDE * HIGH;
  g_autofree float      *shown  = g_new (float, n * 4);
  g_autofree float      *before = g_new (float, n * 4);
  g_autofree float      *after  = g_new (float, n * 4);
  g_autofree float      *floats = g_new (float, n * 3);
  g_autoptr (GeglBuffer) from = holed_buffer (shown), to = gegl_buffer_dup (from);
  FddmGeglPixels         pixels;
  FddmSink               sink;

  for (gsize i = 0; i < n * 3; i++)
    floats[i] = 0.75f;
  fddm_gegl_pixels_init (&pixels, from, to, gegl_buffer_get_extent (from), NULL);
  sink = fddm_gegl_pixels_sink (&pixels);
  g_assert_true (sink.write (sink.data, 0, 0, WIDE, HIGH, floats, NULL));
  gegl_buffer_get (from, NULL, 1.0, babl_format ("R'G'B'A float"), before, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  gegl_buffer_get (to, NULL, 1.0, babl_format ("R'G'B'A float"), after, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (gsize i = 0; i < n; i++)
    if (before[4 * i + 3] == 0)
      g_assert_cmpmem (after + 4 * i, 4 * sizeof *after, before + 4 * i, 4 * sizeof *before);
    else
      g_assert_true (after[4 * i] == 0.75f && after[4 * i + 3] == before[4 * i + 3]);
}

static void
assert_half (const Babl *space, const char *name, float expected)
{
  g_autoptr (GeglBuffer) buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 1, 1), babl_format_with_space (name, space));
  FddmGeglPixels         pixels;
  FddmSource             source;
  float                  light[4] = { 0.25f, 0.25f, 0.25f, 1 }, read[3];

  gegl_buffer_set (buffer, NULL, 0, babl_format_with_space ("RGBA float", space), light, GEGL_AUTO_ROWSTRIDE);
  fddm_gegl_pixels_init (&pixels, buffer, NULL, GEGL_RECTANGLE (0, 0, 1, 1), space);
  source = fddm_gegl_pixels_source (&pixels);
  g_assert_true (source.read (source.data, 0, 0, 1, 1, read, NULL));
  g_assert_cmpfloat_with_epsilon (read[0], expected, 1e-4);
}

/* 1.055 · 0.25^(1/2.4) − 0.055 in sRGB and where the space's own curve is a line; the space's own curve elsewhere. */
static void
test_coding_is_perceptual (void)
{
  const Babl *line  = babl_space_from_chromaticities ("test-linear", 0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06,
                                                      babl_trc ("linear"), NULL, NULL, BABL_SPACE_FLAG_NONE);
  const Babl *gamma = babl_space_from_chromaticities ("test-gamma", 0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06,
                                                      babl_trc_gamma (1.8), NULL, NULL, BABL_SPACE_FLAG_NONE);

  assert_half (babl_space ("sRGB"), "RGB float", 0.537099f);
  assert_half (babl_space ("sRGB"), "Y float", 0.537099f);
  assert_half (line, "RGB float", 0.537099f);
  assert_half (line, "R'G'B'A float", 0.537099f);
  assert_half (line, "Y' float", 0.537099f);
  assert_half (gamma, "R'G'B' float", 0.462937f);
}

/* Numbers are stored as they are, in every precision and with every transfer curve; alpha is 1. */
static void
test_data_have_no_curve (gconstpointer name)
{
  const Babl *gamma  = babl_space_from_chromaticities ("test-data", 0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06,
                                                       babl_trc_gamma (1.8), NULL, NULL, BABL_SPACE_FLAG_NONE);
  const Babl *format = babl_format_with_space (name, gamma);
  const int   n = babl_format_get_n_components (format), alpha = babl_format_has_alpha (format) != 0;
  const Babl *raw                = babl_format_n (babl_format_get_type (format, 0), n);
  g_autoptr (GeglBuffer) to      = gegl_buffer_new (GEGL_RECTANGLE (0, 0, SIDE, SIDE), format);
  const float            one[]   = { 0.75f, 0.25f, 0.5f };
  const int              samples = n - alpha;
  float                  stored[SIDE * SIDE * 4];

  for (int channels = 1; channels <= samples; channels += 2)
    {
      g_autofree guint8 *bytes = NULL;
      FddmGeglCanvas     canvas;
      const FddmSink     sink = fddm_gegl_data_sink (&canvas, to, channels);

      g_assert_true (sink.write (sink.data, 3, 2, 1, 1, one, NULL));
      bytes = bytes_of (to);
      babl_process (babl_fish (raw, babl_format_n (babl_type ("float"), n)), bytes, stored, SIDE * SIDE);
      for (int c = 0; c < samples; c++)
        g_assert_cmpfloat_with_epsilon (stored[(2 * SIDE + 3) * n + c], one[channels == 1 ? 0 : c], 0.6 / 255);
      if (alpha)
        g_assert_cmpfloat_with_epsilon (stored[(2 * SIDE + 3) * n + samples], 1, 1e-3);
    }
}

/* ---- Threads ---- */

static void
use_threads (int n)
{
  g_object_set (gegl_config (), "threads", n, NULL);
}

enum { ROWS = 900, OFFSET = 300 };

typedef struct {
  int count[ROWS]; /* of row I - OFFSET */
  int least, top, bottom, tile;
  int bad; /* the row whose part fails */
} Visits;

static gboolean
visit (gpointer data, int y, int height, GError **error)
{
  Visits *visits = data;

  g_assert_true (y == visits->top || y % visits->tile == 0);
  g_assert_true (y + height == visits->bottom || (y + height) % visits->tile == 0);
  g_assert_true (height >= visits->least || y == visits->top || y + height == visits->bottom);
  for (int i = y; i < y + height; i++)
    visits->count[i + OFFSET]++;
  if (visits->bad < y || visits->bad >= y + height)
    return TRUE;
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_READ, "%d", y);
  return FALSE;
}

/* Each row is done once, in parts that end where tiles do. */
static void
test_rows_are_done_once (void)
{
  static const struct {
    int y, height, least;
  } cases[] = { { 0, 1, 1 }, { 0, 600, 1 }, { 7, 500, 1 }, { -70, 300, 1 }, { 130, 400, 200 }, { -200, 777, 512 } };
  g_autoptr (GeglBuffer) buffer = random_buffer (babl_format ("Y' u8"), 3);

  for (int threads = 1; threads <= 5; threads += 2)
    for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        const int top = cases[i].y, bottom = top + cases[i].height;
        Visits    visits = { .least = cases[i].least, .top = top, .bottom = bottom, .bad = G_MAXINT };

        use_threads (threads);
        g_object_get (buffer, "tile-height", &visits.tile, NULL);
        g_assert_true (fddm_gegl_rows (buffer, top, cases[i].height, cases[i].least, visit, &visits, NULL));
        for (int y = 0; y < ROWS; y++)
          g_assert_cmpint (visits.count[y], ==, y - OFFSET >= top && y - OFFSET < bottom);
      }
}

static void
test_one_part_fails (void)
{
  g_autoptr (GeglBuffer) buffer = random_buffer (babl_format ("Y' u8"), 3);
  g_autoptr (GError)     error  = NULL;
  Visits                 visits = { .bottom = 500, .bad = 400 };

  use_threads (3);
  g_object_get (buffer, "tile-height", &visits.tile, NULL);
  g_assert_false (fddm_gegl_rows (buffer, 0, 500, 1, visit, &visits, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_READ);
  g_assert_cmpint (atoi (error->message), ==, 400 / visits.tile * visits.tile);
}

/* What is read and written by THREADS threads: of a picture with hidden parts, each sample made a quarter darker. */
static guint8 *
through_threads (int threads)
{
  enum { WIDTH = 90, HEIGHT = 700 };
  const Babl            *format = babl_format ("R'G'B'A u8");
  const GeglRectangle    all    = { 0, 0, WIDTH, HEIGHT };
  g_autoptr (GeglBuffer) from   = gegl_buffer_new (&all, format);
  g_autoptr (GeglBuffer) to     = NULL;
  g_autoptr (GRand)      rand   = g_rand_new_with_seed (8);
  g_autofree float      *floats = g_new (float, WIDTH * HEIGHT * 3);
  guint8                *data   = g_malloc (WIDTH * HEIGHT * 4);
  FddmGeglPixels         pixels;

  for (int i = 0; i < WIDTH * HEIGHT * 4; i++)
    data[i] = (guint8) (i % 4 == 3 && i / 4000 % 3 == 0 ? 0 : g_rand_int (rand) | 64);
  gegl_buffer_set (from, NULL, 0, format, data, GEGL_AUTO_ROWSTRIDE);
  to = gegl_buffer_dup (from);
  use_threads (threads);
  fddm_gegl_pixels_init (&pixels, from, to, &all, NULL);
  g_assert_true (fddm_gegl_pixels_source (&pixels).read (&pixels, 0, 0, WIDTH, HEIGHT, floats, NULL));
  for (int i = 0; i < WIDTH * HEIGHT * 3; i++)
    floats[i] *= 0.75f;
  g_assert_true (fddm_gegl_pixels_sink (&pixels).write (&pixels, 0, 0, WIDTH, HEIGHT, floats, NULL));
  gegl_buffer_get (to, NULL, 1.0, format, data, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  data = g_realloc (data, WIDTH * HEIGHT * (4 + 3 * sizeof (float)));
  memcpy (data + WIDTH * HEIGHT * 4, floats, WIDTH * HEIGHT * 3 * sizeof (float));
  return data;
}

static void
test_threads_change_nothing (void)
{
  g_autofree guint8 *one = through_threads (1), *seven = through_threads (7);

  g_assert_cmpmem (one, 90 * 700 * 16, seven, 90 * 700 * 16);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *path = g_strdup_printf ("/gegl-pixels/unchanged-pixels-keep-their-bits/%s", formats[i]);
      g_autofree char *data = g_strdup_printf ("/gegl-pixels/data-have-no-curve/%s", formats[i]);

      g_test_add_data_func (path, formats[i], test_unchanged_pixels_keep_their_bits);
      g_test_add_data_func (data, formats[i], test_data_have_no_curve);
    }
  g_test_add_func ("/gegl-pixels/hidden-pixels-are-filled", test_hidden_pixels_are_filled);
  g_test_add_func ("/gegl-pixels/filling-does-not-depend-on-the-rectangle", test_filling_does_not_depend_on_the_rectangle);
  g_test_add_func ("/gegl-pixels/hidden-pixels-keep-their-bits", test_hidden_pixels_keep_their_bits);
  g_test_add_func ("/gegl-pixels/coding-is-perceptual", test_coding_is_perceptual);
  g_test_add_func ("/gegl-pixels/rows-are-done-once", test_rows_are_done_once);
  g_test_add_func ("/gegl-pixels/one-part-fails", test_one_part_fails);
  g_test_add_func ("/gegl-pixels/threads-change-nothing", test_threads_change_nothing);
  result = g_test_run ();
  gegl_exit ();
  return result;
}
