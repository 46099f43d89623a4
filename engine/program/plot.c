/* plot.c: two plots of a picture's noise, by brightness and by frequency.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/program/plot.h"
#include <cairo.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "engine/files/place.h"
#include "engine/program/program.h"

#define WIDTH    1120
#define HEIGHT   520
#define TOP      96 /* of both plots */
#define BOTTOM   430
#define MARGIN   76
#define LABELLED 3 /* largest patch with named frequencies */

typedef struct {
  cairo_t              *cairo;
  const FddmNoiseModel *noise;
  int                   channels;
  double                left, right; /* edges of the current plot */
  double                most;        /* value at its top          */
} Plot;

static const double ink[3] = { 0.13, 0.13, 0.15 }, pale[3] = { 0.86, 0.86, 0.88 };
static const double colour[3][3] = { { 0.25, 0.25, 0.28 }, { 0.13, 0.40, 0.85 }, { 0.84, 0.22, 0.18 } };

static const char *
channel_name (int channel)
{
  return channel == 0 ? _ ("Luma (Y)") : channel == 1 ? _ ("Blue (Cb)") : _ ("Red (Cr)");
}

static void
set_ink (Plot *plot, const double rgb[3])
{
  cairo_set_source_rgb (plot->cairo, rgb[0], rgb[1], rgb[2]);
}

/* Writes TEXT anchored at X, Y. ALONG: 0 = left end … 1 = right end of the text. */
static void
write_text (Plot *plot, double x, double y, double along, double size, const char *text)
{
  cairo_text_extents_t extents;

  cairo_set_font_size (plot->cairo, size);
  cairo_text_extents (plot->cairo, text, &extents);
  cairo_move_to (plot->cairo, x - along * extents.x_advance, y);
  cairo_show_text (plot->cairo, text);
}

static void
write_upwards (Plot *plot, double x, double y, double size, const char *text)
{
  cairo_save (plot->cairo);
  cairo_translate (plot->cairo, x, y);
  cairo_rotate (plot->cairo, -G_PI / 2);
  write_text (plot, 0, 0, 0.5, size, text);
  cairo_restore (plot->cairo);
}

static double
height_of (const Plot *plot, double value)
{
  return BOTTOM - (BOTTOM - TOP) * MIN (value / plot->most, 1);
}

/* Smallest step of 1, 2 or 5 times a power of ten that reaches MOST in at most six steps. */
static double
nice_step (double most)
{
  static const double parts[] = { 1, 2, 5, 10 };
  double              power   = pow (10, floor (log10 (most / 6)));

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (6 * parts[i] * power >= most)
      return parts[i] * power;
  return 10 * power;
}

/* Draws grid lines at round values with their numbers, titles and the scale up to MOST, rounded up. */
static void
draw_axes (Plot *plot, double most, const char *title, const char *below)
{
  double step  = nice_step (MAX (most, 1));
  int    lines = (int) ceil (MAX (most, 1) / step - 1e-9);

  plot->most = lines * step;
  cairo_set_line_width (plot->cairo, 1);
  for (int i = 0; i <= lines; i++)
    {
      g_autofree char *number = g_strdup_printf ("%g", i * step);
      double           y      = rint (height_of (plot, i * step)) + 0.5;

      set_ink (plot, i ? pale : ink);
      cairo_move_to (plot->cairo, plot->left, y);
      cairo_line_to (plot->cairo, plot->right, y);
      cairo_stroke (plot->cairo);
      set_ink (plot, ink);
      write_text (plot, plot->left - 8, y + 4, 1, 13, number);
    }
  write_text (plot, (plot->left + plot->right) / 2, TOP - 14, 0.5, 15, title);
  write_text (plot, (plot->left + plot->right) / 2, BOTTOM + 46, 0.5, 13, below);
  write_upwards (plot, plot->left - 46, (TOP + BOTTOM) / 2.0, 13, _ ("Standard deviation in 8-bit steps"));
}

static void
draw_brightness (Plot *plot)
{
  const int last = FDDM_NOISE_KNOTS - 1;
  double    most = 0, width = plot->right - plot->left;

  for (int c = 0; c < plot->channels; c++)
    for (int i = 0; i <= last; i++)
      most = MAX (most, fddm_measured_curve (plot->noise, c, i));
  draw_axes (plot, 1.1 * most, _ ("By brightness"), _ ("Brightness, from black to white"));
  for (int value = 0; value <= 256; value += 64)
    {
      g_autofree char *number = g_strdup_printf ("%d", MIN (value, 255));

      write_text (plot, plot->left + width * MIN (value, 255) / 255, BOTTOM + 20, 0.5, 13, number);
    }
  cairo_set_line_width (plot->cairo, 2.5);
  cairo_set_line_join (plot->cairo, CAIRO_LINE_JOIN_ROUND);
  for (int c = plot->channels - 1; c >= 0; c--)
    {
      set_ink (plot, colour[c]);
      cairo_new_path (plot->cairo);
      for (int i = 0; i <= last; i++)
        cairo_line_to (plot->cairo, plot->left + width * i / last,
                       height_of (plot, fddm_measured_curve (plot->noise, c, i)));
      cairo_stroke (plot->cairo);
    }
}

/* Sort key of frequency K in a patch of side D, from coarse to fine. */
static int
fineness (int k, int d)
{
  return (k / d) * (k / d) + (k % d) * (k % d);
}

static int
by_fineness (gconstpointer a, gconstpointer b, gpointer data)
{
  int d = *(int *) data, first = *(const int *) a, second = *(const int *) b;
  int difference = fineness (first, d) - fineness (second, d);

  return difference ? difference : first - second;
}

static char *
frequency_name (int k, int d)
{
  if (d == 2)
    return g_strdup (k == 0 ? _ ("coarse") : k == 1 ? _ ("vertical lines") : k == 2 ? _ ("horizontal lines") : _ ("fine"));
  return g_strdup_printf ("%d,%d", k / d, k % d);
}

static void
draw_spectrum (Plot *plot)
{
  int    d = plot->noise->patch, n = d * d, order[FDDM_PATCH_MAX * FDDM_PATCH_MAX] = { 0 };
  double most = 0, group = (plot->right - plot->left) / n, bar = 0.76 * group / plot->channels;

  for (int k = 0; k < n; k++)
    {
      order[k] = k;
      for (int c = 0; c < plot->channels; c++)
        most = MAX (most, fddm_measured_level (plot->noise, c, k));
    }
  g_qsort_with_data (order, n, sizeof *order, by_fineness, &d);
  draw_axes (plot, 1.1 * most, _ ("By frequency, at middle gray"), _ ("Frequency, from coarse to fine"));
  for (int i = 0; i < n; i++)
    {
      double left = plot->left + group * i + (group - bar * plot->channels) / 2;

      for (int c = 0; c < plot->channels; c++)
        {
          double top = height_of (plot, fddm_measured_level (plot->noise, c, order[i]));

          set_ink (plot, colour[c]);
          cairo_rectangle (plot->cairo, left + bar * c, top, bar * 0.94, BOTTOM - top);
          cairo_fill (plot->cairo);
        }
      if (d <= LABELLED)
        {
          g_autofree char *name = frequency_name (order[i], d);

          set_ink (plot, ink);
          write_text (plot, plot->left + group * (i + 0.5), BOTTOM + 20, 0.5, 13, name);
        }
    }
}

static void
draw_legend (Plot *plot)
{
  double x = MARGIN;

  for (int c = 0; c < plot->channels; c++)
    {
      cairo_text_extents_t extents;

      set_ink (plot, colour[c]);
      cairo_rectangle (plot->cairo, x, HEIGHT - 28, 22, 10);
      cairo_fill (plot->cairo);
      set_ink (plot, ink);
      write_text (plot, x + 30, HEIGHT - 18, 0, 13, channel_name (c));
      cairo_text_extents (plot->cairo, channel_name (c), &extents);
      x += 30 + extents.x_advance + 28;
    }
  set_ink (plot, ink);
  write_text (plot, WIDTH - 24, HEIGHT - 18, 1, 12, _ ("White noise has the same height everywhere."));
}

/* Writes TEXT, shortened by "…" if it exceeds the width. */
static void
write_title (Plot *plot, double y, double size, const char *text)
{
  g_autoptr (GString)  shown = g_string_new (text);
  cairo_text_extents_t extents;

  cairo_set_font_size (plot->cairo, size);
  for (glong n = g_utf8_strlen (text, -1); n > 1; n--)
    {
      cairo_text_extents (plot->cairo, shown->str, &extents);
      if (extents.x_advance < WIDTH - 48)
        break;
      g_string_truncate (shown, (gsize) (g_utf8_offset_to_pointer (text, n - 1) - text));
      g_string_append (shown, "…");
    }
  write_text (plot, 24, y, 0, size, shown->str);
}

static void
draw (cairo_t *cairo, const FddmNoiseModel *noise, const char *name)
{
  g_autofree char *words = fddm_measured_words (noise), *shown = g_filename_display_basename (name);
  Plot             plot = { .cairo = cairo, .noise = noise, .channels = noise->channels };

  cairo_set_source_rgb (cairo, 1, 1, 1);
  cairo_paint (cairo);
  set_ink (&plot, ink);
  cairo_select_font_face (cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
  write_title (&plot, 30, 17, shown);
  cairo_select_font_face (cairo, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  write_title (&plot, 54, 15, words);
  plot.left  = MARGIN;
  plot.right = WIDTH / 2.0 - 24;
  draw_brightness (&plot);
  plot.left  = WIDTH / 2.0 + MARGIN;
  plot.right = WIDTH - 24;
  draw_spectrum (&plot);
  draw_legend (&plot);
}

static cairo_status_t
append (void *bytes, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (bytes, data, length);
  return CAIRO_STATUS_SUCCESS;
}

/* FALSE with errno set. */
static gboolean
write_new (const GByteArray *bytes, const char *path)
{
  FILE    *file    = g_fopen (path, "wxbe");
  gboolean written = file && fwrite (bytes->data, 1, bytes->len, file) == bytes->len;

  if (file && fclose (file) != 0)
    written = FALSE;
  return written;
}

/* Writes BYTES to PATH, whole or not at all. Returns the problem, or NULL. */
static char *
save (const GByteArray *bytes, const char *path)
{
  FddmPlace place;
  char     *problem;

  if (!fddm_place_init (&place, path))
    return g_strdup (g_strerror (errno));
  problem = write_new (bytes, place.path) ? fddm_place_commit (&place, TRUE) : g_strdup (g_strerror (errno));
  fddm_place_clear (&place);
  return problem;
}

gboolean
fddm_plot_noise (const FddmNoiseModel *noise, const char *name, const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes   = g_byte_array_new ();
  g_autofree char       *problem = NULL, *shown = g_filename_display_name (path);
  cairo_surface_t       *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t               *cairo   = cairo_create (surface);
  cairo_status_t         status;

  draw (cairo, noise, name);
  status = cairo_status (cairo);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream (surface, append, bytes);
  cairo_destroy (cairo);
  cairo_surface_destroy (surface);
  problem = status == CAIRO_STATUS_SUCCESS ? save (bytes, path) : g_strdup (cairo_status_to_string (status));
  if (!problem)
    return TRUE;
  g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_FILE, _ ("Cannot write “%s”: %s"), shown, problem);
  return FALSE;
}
