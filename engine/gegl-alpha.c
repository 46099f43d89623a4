/* gegl-alpha.c: see gegl-alpha.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/gegl-alpha.h"
#include "engine/gegl-rows.h"
#include "kernels/pixels/fill.h"

/* Side of the parts that are filled at a time, which bounds the memory; what lies around a part is computed again in each. */
#define PART 512

/* Rows whose alpha is converted at a time. */
#define STRIP 64

/* Reads STRIP as fddm_gegl_alpha_look does, with room for its pixels in SAMPLES. Returns the number of hidden pixels. */
static gint64
look_at_strip (const FddmGeglPixels *pixels, const GeglRectangle *strip, float *samples, guint8 *visible, float *colours,
               gsize stride)
{
  const gsize  channels = (gsize) babl_format_get_n_components (pixels->format);
  const float *sample   = samples;
  gint64       hidden   = 0;

  gegl_buffer_get (pixels->from, strip, 1.0, pixels->from_alpha, samples, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (int y = 0; y < strip->height; y++)
    for (int x = 0; x < strip->width; x++, sample += channels + 1)
      {
        const gboolean seen = sample[channels] >= FDDM_ALPHA_HIDDEN;

        *visible++ = (guint8) seen;
        hidden += !seen;
        if (colours)
          memcpy (colours + (gsize) y * stride + (gsize) x * channels, sample, channels * sizeof *sample);
      }
  return hidden;
}

gint64
fddm_gegl_alpha_look (const FddmGeglPixels *pixels, const GeglRectangle *place, guint8 *visible, float *colours,
                      gsize stride)
{
  const gsize       row     = (gsize) place->width;
  g_autofree float *samples = NULL;
  gint64            hidden  = 0;

  if (!pixels->from_alpha)
    {
      memset (visible, 1, row * (gsize) place->height);
      if (colours)
        gegl_buffer_get (pixels->from, place, 1.0, pixels->format, colours, (int) (stride * sizeof *colours),
                         GEGL_ABYSS_NONE);
      return 0;
    }
  samples = g_try_new (float, row * STRIP * (gsize) babl_format_get_n_components (pixels->from_alpha));
  for (int y = 0; samples && y < place->height; y += STRIP)
    {
      const GeglRectangle strip = { place->x, place->y + y, place->width, MIN (STRIP, place->height - y) };

      hidden += look_at_strip (pixels, &strip, samples, visible + (gsize) y * row,
                               colours ? colours + (gsize) y * stride : NULL, stride);
    }
  return samples ? hidden : -1;
}

/* PLACE and what its hidden pixels depend on. */
static GeglRectangle
surroundings (const FddmGeglPixels *pixels, const GeglRectangle *place)
{
  const GeglRectangle *bounds = &pixels->bounds;
  const int            x = place->x - bounds->x, y = place->y - bounds->y;
  const int            left   = MAX (x - x % FDDM_FILL_CELL - FDDM_FILL_REACH, 0);
  const int            top    = MAX (y - y % FDDM_FILL_CELL - FDDM_FILL_REACH, 0);
  const int            right  = MIN (x + place->width + FDDM_FILL_CELL + FDDM_FILL_REACH, bounds->width);
  const int            bottom = MIN (y + place->height + FDDM_FILL_CELL + FDDM_FILL_REACH, bounds->height);

  return (GeglRectangle) { bounds->x + left, bounds->y + top, right - left, bottom - top };
}

/* Reads PART, which has hidden pixels, into FLOATS, with STRIDE floats per row. FALSE if out of memory. */
static gboolean
read_filled (const FddmGeglPixels *pixels, const GeglRectangle *part, float *floats, gsize stride)
{
  const GeglRectangle around   = surroundings (pixels, part);
  const gsize         n        = (gsize) around.width * (gsize) around.height;
  const gsize         channels = (gsize) babl_format_get_n_components (pixels->format);
  g_autofree float   *colours  = g_try_new (float, n * channels);
  g_autofree guint8  *visible  = g_try_new (guint8, n);

  if (!colours || !visible || fddm_gegl_alpha_look (pixels, &around, visible, colours, (gsize) around.width * channels) < 0)
    return FALSE;
  if (!fddm_pixels_fill_hidden (colours, visible, around.width, around.height, (int) channels))
    return FALSE;
  for (int y = 0; y < part->height; y++)
    memcpy (floats + (gsize) y * stride,
            colours + ((gsize) (part->y - around.y + y) * (gsize) around.width + (gsize) (part->x - around.x)) * channels,
            (gsize) part->width * channels * sizeof *floats);
  return TRUE;
}

/* Reads PART into FLOATS, with STRIDE floats per row. VISIBLE has room for its pixels. FALSE if out of memory. */
static gboolean
read_part (const FddmGeglPixels *pixels, const GeglRectangle *part, float *floats, gsize stride, guint8 *visible)
{
  const gint64 hidden = fddm_gegl_alpha_look (pixels, part, visible, floats, stride);

  return hidden > 0 ? read_filled (pixels, part, floats, stride) : hidden == 0;
}

/* A place that several threads read. */
typedef struct {
  const FddmGeglPixels *pixels;
  GeglRectangle         place;
  gsize                 stride;
  float                *floats;
} Area;

/* Reads rows of the area, in parts. */
static gboolean
read_rows (gpointer data, int y, int height, GError **error)
{
  const Area        *area     = data;
  const gsize        channels = (gsize) babl_format_get_n_components (area->pixels->format);
  const int          right    = area->place.x + area->place.width;
  g_autofree guint8 *visible  = g_try_new (guint8, PART * (gsize) height);
  gboolean           done     = visible != NULL;

  for (int x = area->place.x; done && x < right; x += PART)
    {
      const GeglRectangle part = { x, y, MIN (PART, right - x), height };
      const gsize         at   = (gsize) (y - area->place.y) * area->stride + (gsize) (x - area->place.x) * channels;

      done = read_part (area->pixels, &part, area->floats + at, area->stride, visible);
    }
  if (!done)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_MEMORY, _ ("Not enough memory to read %d × %d pixels. Close other programs."),
                 area->place.width, area->place.height);
  return done;
}

gboolean
fddm_gegl_alpha_read (const FddmGeglPixels *pixels, const GeglRectangle *place, float *floats, GError **error)
{
  const Babl *format = gegl_buffer_get_format (pixels->from);
  Area        area   = { .pixels = pixels, .place = *place, .floats = floats };

  fddm_gegl_know (format, pixels->from_alpha);
  area.stride = (gsize) place->width * (gsize) babl_format_get_n_components (pixels->format);
  return fddm_gegl_rows (pixels->from, place->y, place->height, PART, read_rows, &area, error);
}
