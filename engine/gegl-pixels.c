/* gegl-pixels.c: a GeglBuffer as the engine's source and sink.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/gegl-alpha.h"
#include "engine/gegl-rows.h"

/* Pixels written at a time. */
#define STRIP_PIXELS (1 << 15)

/* Whether SPACE has a linear transfer curve, as in images with a linear profile: coded 0.5 is then 0.5 in linear light. */
static gboolean
is_linear (const Babl *space)
{
  const Babl *coded = babl_format_with_space ("Y' float", space);
  const Babl *light = babl_format_with_space ("Y float", space);
  float       half = 0.5f, result = 0;

  babl_process (babl_fish (coded, light), &half, &result, 1);
  return result > 0.45f;
}

/* The network needs perceptually coded pixels. The R'G'B' formats use the space's own curve, the one by which the image's
 * samples are coded, so that samples pass unchanged. Only if that curve is linear, the sRGB curve replaces it (R~G~B~ in
 * babl). */
static const Babl *
coded_format (gboolean gray, gboolean alpha, const Babl *space)
{
  static const char *const names[2][2][2] = { /* indices: linear, gray, alpha */
                                              { { "R'G'B' float", "R'G'B'A float" }, { "Y' float", "Y'A float" } },
                                              { { "R~G~B~ float", "R~G~B~A float" }, { "Y~ float", "Y~A float" } }
  };

  return babl_format_with_space (names[is_linear (space)][gray][alpha], space);
}

static gboolean
is_gray (const Babl *format)
{
  return (babl_get_model_flags (babl_format_get_model (format)) & BABL_MODEL_FLAG_GRAY) != 0;
}

const Babl *
fddm_gegl_pixels_format (const Babl *format, const Babl *space)
{
  return format ? coded_format (is_gray (format), babl_format_has_alpha (format) != 0, space ? space : format)
                : coded_format (FALSE, TRUE, space);
}

void
fddm_gegl_pixels_init (FddmGeglPixels *pixels, GeglBuffer *from, GeglBuffer *to, const GeglRectangle *bounds,
                       const Babl *space)
{
  const Babl    *format = gegl_buffer_get_format (from);
  const gboolean gray   = is_gray (format);

  if (!space)
    space = format;
  pixels->from         = from;
  pixels->to           = to;
  pixels->bounds       = *bounds;
  pixels->format       = coded_format (gray, FALSE, space);
  pixels->from_alpha   = babl_format_has_alpha (format) ? coded_format (gray, TRUE, space) : NULL;
  pixels->format_alpha = NULL;
  if (babl_format_has_alpha (to ? gegl_buffer_get_format (to) : format))
    pixels->format_alpha = coded_format (gray, TRUE, space);
}

static GeglRectangle
within (const FddmGeglPixels *pixels, int x, int y, int width, int height)
{
  return *GEGL_RECTANGLE (pixels->bounds.x + x, pixels->bounds.y + y, width, height);
}

/* A rectangle that several threads share. */
typedef struct {
  FddmGeglPixels *pixels;
  GeglRectangle   rectangle; /* in the buffers */
  gsize           row;       /* samples        */
  float          *into;      /* one of both    */
  const float    *floats;
} Area;

static Area
area_of (FddmGeglPixels *pixels, int x, int y, int width, int height)
{
  return (Area) { .pixels    = pixels,
                  .rectangle = within (pixels, x, y, width, height),
                  .row       = (gsize) width * (gsize) babl_format_get_n_components (pixels->format) };
}

static gboolean
read_rows (gpointer data, int y, int height, G_GNUC_UNUSED GError **error)
{
  const Area         *area = data;
  const GeglRectangle rows = { area->rectangle.x, y, area->rectangle.width, height };

  gegl_buffer_get (area->pixels->from, &rows, 1.0, area->pixels->format,
                   area->into + (gsize) (y - area->rectangle.y) * area->row, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return TRUE;
}

static gboolean
read_pixels (gpointer data, int x, int y, int width, int height, float *floats, GError **error)
{
  FddmGeglPixels *pixels = data;
  Area            area   = area_of (pixels, x, y, width, height);

  if (pixels->from_alpha)
    return fddm_gegl_alpha_read (pixels, &area.rectangle, floats, error);
  area.into = floats;
  fddm_gegl_know (gegl_buffer_get_format (pixels->from), pixels->format);
  return fddm_gegl_rows (pixels->from, area.rectangle.y, height, 1, read_rows, &area, error);
}

static gboolean
read_visible (gpointer data, int x, int y, int width, int height, guint8 *visible, GError **error)
{
  FddmGeglPixels *pixels    = data;
  GeglRectangle   rectangle = within (pixels, x, y, width, height);

  if (fddm_gegl_alpha_look (pixels, &rectangle, visible, NULL, 0) >= 0)
    return TRUE;
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_MEMORY, _ ("Not enough memory to read %d × %d pixels. Close other programs."),
               width, height);
  return FALSE;
}

gboolean
fddm_gegl_is_opaque (GeglBuffer *buffer, const GeglRectangle *bounds)
{
  GeglBufferIterator *iterator;

  if (!babl_format_has_alpha (gegl_buffer_get_format (buffer)))
    return TRUE;
  iterator = gegl_buffer_iterator_new (buffer, bounds, 0, babl_format ("Y'A float"), GEGL_ACCESS_READ, GEGL_ABYSS_NONE, 1);
  while (gegl_buffer_iterator_next (iterator))
    {
      const float *pixels = iterator->items[0].data;

      for (glong i = 0; i < iterator->length; i++)
        if (!(pixels[2 * i + 1] >= 1.0f))
          {
            gegl_buffer_iterator_stop (iterator);
            return FALSE;
          }
    }
  return TRUE;
}

/* Converts FLOATS to the format OWN of TO, into CODED, keeping the alpha that CODED holds on entry. FALSE if out of
 * memory. */
static gboolean
encode (const FddmGeglPixels *pixels, const Babl *own, const float *floats, int channels, gsize n, guint8 *coded)
{
  g_autofree float *with_alpha = NULL;

  if (!pixels->format_alpha)
    {
      babl_process (babl_fish (pixels->format, own), floats, coded, (long) n);
      return TRUE;
    }
  with_alpha = g_try_new (float, n * (gsize) (channels + 1));
  if (!with_alpha)
    return FALSE;
  babl_process (babl_fish (own, pixels->format_alpha), coded, with_alpha, (long) n);
  for (gsize i = 0; i < n; i++)
    memcpy (with_alpha + i * (gsize) (channels + 1), floats + i * (gsize) channels, (gsize) channels * sizeof (float));
  babl_process (babl_fish (pixels->format_alpha, own), with_alpha, coded, (long) n);
  return TRUE;
}

static gboolean
is_changed (const float *after, const float *before, int channels)
{
  return memcmp (after, before, channels == 1 ? sizeof *after : 3 * sizeof *after) != 0;
}

/* Copies those of N pixels of SIZE bytes that are VISIBLE and that AFTER, floats, has otherwise than BEFORE, in runs. */
static void
copy_changed (const float *after, const float *before, int channels, const guint8 *visible, gsize n, const guint8 *from,
              guint8 *to, gsize size)
{
  gsize first = 0; /* of the run */

  for (gsize i = 0; i <= n; i++)
    if (i == n || !visible[i] || !is_changed (after + i * (gsize) channels, before + i * (gsize) channels, channels))
      {
        if (i > first)
          memcpy (to + first * size, from + first * size, (i - first) * size);
        first = i + 1;
      }
}

/* Writes a strip. Only changed visible pixels are converted to TO's own format and copied over its contents. Converting the
 * others there and back would round them. */
static gboolean
write_strip (FddmGeglPixels *pixels, const GeglRectangle *rectangle, const float *floats, GError **error)
{
  const Babl        *own      = gegl_buffer_get_format (pixels->to);
  const int          channels = babl_format_get_n_components (pixels->format);
  const gsize        n = (gsize) rectangle->width * (gsize) rectangle->height, pixel = (gsize) channels * sizeof (float);
  const gsize        own_pixel = (gsize) babl_format_get_bytes_per_pixel (own);
  g_autofree float  *before    = g_try_malloc_n (n, pixel);
  g_autofree guint8 *there     = g_try_malloc_n (n, own_pixel);
  g_autofree guint8 *coded     = g_try_malloc_n (n, own_pixel);
  g_autofree guint8 *visible   = g_try_malloc (n);

  if (!before || !there || !coded || !visible ||
      fddm_gegl_alpha_look (pixels, rectangle, visible, before, (gsize) rectangle->width * (gsize) channels) < 0)
    goto no_memory;
  gegl_buffer_get (pixels->to, rectangle, 1.0, own, there, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  if (pixels->format_alpha)
    memcpy (coded, there, n * own_pixel);
  if (!encode (pixels, own, floats, channels, n, coded))
    goto no_memory;
  copy_changed (floats, before, channels, visible, n, coded, there, own_pixel);
  gegl_buffer_set (pixels->to, rectangle, 0, own, there, GEGL_AUTO_ROWSTRIDE);
  return TRUE;

no_memory:
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_MEMORY, _ ("Not enough memory to write %d × %d pixels. Close other programs."),
               rectangle->width, rectangle->height);
  return FALSE;
}

/* Writes rows in strips that the processor's caches hold. Of a conversion of many pixels at once babl keeps copies in doubles,
 * a hundred bytes a pixel. */
static gboolean
write_rows (gpointer data, int y, int height, GError **error)
{
  const Area *area = data;
  const int   rows = MAX (STRIP_PIXELS / area->rectangle.width, 1), end = y + height;

  for (; y < end; y += rows)
    {
      const GeglRectangle strip = { area->rectangle.x, y, area->rectangle.width, MIN (rows, end - y) };

      if (!write_strip (area->pixels, &strip, area->floats + (gsize) (y - area->rectangle.y) * area->row, error))
        return FALSE;
    }
  return TRUE;
}

/* The conversions of writing. */
static void
know_all (const FddmGeglPixels *pixels)
{
  const Babl *from = gegl_buffer_get_format (pixels->from), *own = gegl_buffer_get_format (pixels->to);

  fddm_gegl_know (from, pixels->from_alpha ? pixels->from_alpha : pixels->format);
  if (!pixels->format_alpha)
    {
      fddm_gegl_know (pixels->format, own);
      return;
    }
  fddm_gegl_know (own, pixels->format_alpha);
  fddm_gegl_know (pixels->format_alpha, own);
}

static gboolean
write_pixels (gpointer data, int x, int y, int width, int height, const float *floats, GError **error)
{
  FddmGeglPixels *pixels = data;
  Area            area   = area_of (pixels, x, y, width, height);

  area.floats = floats;
  know_all (pixels);
  return fddm_gegl_rows (pixels->to, area.rectangle.y, height, 1, write_rows, &area, error);
}

GeglBuffer *
fddm_gegl_pixels_gray_new (GeglBuffer *like, const Babl *space)
{
  const Babl *format = gegl_buffer_get_format (like), *depth = babl_format_get_type (format, 0);
  const char *name = depth == babl_type ("u8") ? "Y' u8" : depth == babl_type ("u16") ? "Y' u16" : "Y' float";

  return gegl_buffer_new (gegl_buffer_get_extent (like), babl_format_with_space (name, space ? space : format));
}

FddmSource
fddm_gegl_pixels_source (FddmGeglPixels *pixels)
{
  return (FddmSource) { .width    = pixels->bounds.width,
                        .height   = pixels->bounds.height,
                        .channels = babl_format_get_n_components (pixels->format),
                        .read     = read_pixels,
                        .data     = pixels,
                        .visible  = pixels->from_alpha ? read_visible : NULL };
}

FddmSink
fddm_gegl_pixels_sink (FddmGeglPixels *pixels)
{
  return (FddmSink) { write_pixels, pixels };
}

double
fddm_gegl_pixels_brightest (FddmGeglPixels *pixels)
{
  const FddmSource  source = fddm_gegl_pixels_source (pixels);
  const gsize       n      = (gsize) source.width * (gsize) source.channels;
  g_autofree float *row    = g_try_new (float, n);
  float             most   = 0.0f;

  for (int y = 0; row && y < source.height; y++)
    {
      if (!source.read (source.data, 0, y, source.width, 1, row, NULL))
        return 1.0;
      for (gsize i = 0; i < n; i++)
        most = fmaxf (most, row[i]); /* which a sample that is no number leaves as it is */
      if (most > FDDM_DARK)
        return 1.0;
    }
  return row ? most : 1.0;
}

static gboolean
paint_canvas (gpointer data, int x, int y, int width, int height, const float *pixels, G_GNUC_UNUSED GError **error)
{
  FddmGeglCanvas *canvas = data;

  gegl_buffer_set (canvas->to, GEGL_RECTANGLE (x, y, width, height), 0, canvas->format, pixels, GEGL_AUTO_ROWSTRIDE);
  return TRUE;
}

FddmSink
fddm_gegl_canvas_sink (FddmGeglCanvas *canvas, GeglBuffer *to, int channels)
{
  *canvas = (FddmGeglCanvas) { to, babl_format (channels == 1 ? "Y' float" : "R'G'B' float") };
  return (FddmSink) { paint_canvas, canvas };
}

/* Coded by the transfer curve by which FORMAT stores samples, so that none is applied. */
const Babl *
fddm_gegl_data_format (const Babl *format, int channels)
{
  static const char *const names[3][2] = { { "Y' float", "R'G'B' float" },
                                           { "Y float", "RGB float" },
                                           { "Y~ float", "R~G~B~ float" } };
  const BablModelFlag      flags       = babl_get_model_flags (babl_format_get_model (format));
  const int                curve       = flags & BABL_MODEL_FLAG_LINEAR ? 1 : flags & BABL_MODEL_FLAG_PERCEPTUAL ? 2 : 0;

  return babl_format_with_space (names[curve][channels == 3], format);
}

FddmSink
fddm_gegl_data_sink (FddmGeglCanvas *canvas, GeglBuffer *to, int channels)
{
  *canvas = (FddmGeglCanvas) { to, fddm_gegl_data_format (gegl_buffer_get_format (to), channels) };
  return (FddmSink) { paint_canvas, canvas };
}
