/* rows.c: see rows.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include "engine/program/program.h"
#include "engine/program/pictures/rows.h"

#define STRIP       64         /* rows: the height of GEGL's tiles; fewer in a picture that is lower */
#define STRIP_BYTES (64 << 20) /* or so wide that they take more  */
#define PIXELS_MOST G_MAXINT32 /* a small file can claim any size */

gboolean
fddm_rows_init (FddmRows *rows, GeglBuffer *buffer, const Babl *format)
{
  const int width = gegl_buffer_get_width (buffer);

  *rows          = (FddmRows) { .buffer = buffer, .format = format, .width = width };
  rows->size     = (gsize) width * (gsize) babl_format_get_bytes_per_pixel (format);
  rows->height   = gegl_buffer_get_height (buffer);
  rows->in_strip = (int) CLAMP (STRIP_BYTES / rows->size, 1, (gsize) MIN (STRIP, rows->height));
  rows->strip    = g_try_malloc_n ((gsize) rows->in_strip, rows->size);
  return rows->strip != NULL;
}

void
fddm_rows_clear (FddmRows *rows)
{
  g_clear_pointer (&rows->strip, g_free);
}

/* The N rows before the current one. */
static GeglRectangle
strip_before (const FddmRows *rows, int n)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (rows->buffer);

  return *GEGL_RECTANGLE (extent->x, extent->y + rows->at - n, rows->width, n);
}

static void
flush (FddmRows *rows)
{
  const int           n         = rows->at % rows->in_strip ? rows->at % rows->in_strip : rows->in_strip;
  const GeglRectangle rectangle = strip_before (rows, n);

  gegl_buffer_set (rows->buffer, &rectangle, 0, rows->format, rows->strip, GEGL_AUTO_ROWSTRIDE);
}

guint8 *
fddm_rows_fill (FddmRows *rows)
{
  if (fddm_cli_interrupted () || rows->at >= rows->height)
    return NULL;
  if (rows->at > 0 && rows->at % rows->in_strip == 0)
    flush (rows);
  return rows->strip + (gsize) (rows->at++ % rows->in_strip) * rows->size;
}

void
fddm_rows_finish (FddmRows *rows)
{
  if (rows->at > 0)
    flush (rows);
}

guint8 *
fddm_rows_read (FddmRows *rows)
{
  const int at = rows->at % rows->in_strip;

  if (fddm_cli_interrupted () || rows->at >= rows->height)
    return NULL;
  if (at == 0)
    {
      const int           n    = MIN (rows->in_strip, rows->height - rows->at);
      const GeglRectangle next = (rows->at += n, strip_before (rows, n));

      rows->at -= n;
      gegl_buffer_get (rows->buffer, &next, 1.0, rows->format, rows->strip, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
    }
  rows->at++;
  return rows->strip + (gsize) at * rows->size;
}

GeglBuffer *
fddm_rows_buffer (gint64 width, gint64 height, const Babl *format, char **problem)
{
  /* The engine takes no longer sides; a row of them alone could take gigabytes. */
  if (width > 0 && height > 0 && width <= FDDM_SIDE_MAX && height <= FDDM_SIDE_MAX && height <= PIXELS_MOST / width)
    return gegl_buffer_new (GEGL_RECTANGLE (0, 0, (int) width, (int) height), format);
  /* translators: width and height of a picture */
  *problem = g_strdup_printf (_ ("%" G_GINT64_FORMAT " × %" G_GINT64_FORMAT " pixels are too many"), width, height);
  return NULL;
}

gboolean
fddm_rows_is_gray (const Babl *format)
{
  return (babl_get_model_flags (babl_format_get_model (format)) & BABL_MODEL_FLAG_GRAY) != 0;
}

const Babl *
fddm_rows_format (GeglBuffer *buffer, const char *depth, FddmRowsFlags flags)
{
  const Babl    *own        = gegl_buffer_get_format (buffer);
  const gboolean gray       = (flags & FDDM_ROWS_GRAY) && fddm_rows_is_gray (own);
  const gboolean alpha      = (flags & FDDM_ROWS_ALPHA) && babl_format_has_alpha (own);
  const gboolean associated = (flags & FDDM_ROWS_ASSOCIATED) && alpha &&
                              (babl_get_model_flags (babl_format_get_model (own)) & BABL_MODEL_FLAG_ASSOCIATED);
  const char      *model = gray ? (associated ? "Y'aA"
                                   : alpha    ? "Y'A"
                                              : "Y'")
                                : (associated ? "R'aG'aB'aA"
                                   : alpha    ? "R'G'B'A"
                                              : "R'G'B'");
  g_autofree char *name  = g_strdup_printf ("%s %s", model, depth);

  return babl_format_with_space (name, own);
}
