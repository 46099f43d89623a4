/* rows.c: see rows.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include "engine/gegl-rows.h"
#include "engine/program/program.h"
#include "engine/program/pictures/rows.h"

#define STRIP       64         /* rows: the height of GEGL's tiles; fewer in a picture that is lower */
#define STRIP_BYTES (64 << 20) /* or so wide that they take more  */
#define PIXELS_MOST G_MAXINT32 /* a small file can claim any size */

static gboolean
may_have_thread (void)
{
  int threads;

  g_object_get (gegl_config (), "threads", &threads, NULL);
  return threads > 1;
}

gboolean
fddm_rows_init (FddmRows *rows, GeglBuffer *buffer, const Babl *format)
{
  const Babl *own   = gegl_buffer_get_format (buffer);
  const int   width = gegl_buffer_get_width (buffer);

  *rows          = (FddmRows) { .buffer = buffer, .format = format, .width = width };
  rows->size     = (gsize) width * (gsize) babl_format_get_bytes_per_pixel (format);
  rows->height   = gegl_buffer_get_height (buffer);
  rows->in_strip = (int) CLAMP (STRIP_BYTES / rows->size, 1, (gsize) MIN (STRIP, rows->height));
  rows->strip    = g_try_malloc_n ((gsize) rows->in_strip, rows->size);
  if (rows->strip && rows->in_strip < rows->height && may_have_thread ())
    rows->moving = g_try_malloc_n ((gsize) rows->in_strip, rows->size);
  if (!rows->moving)
    rows->moving = rows->strip;
  fddm_gegl_know (own, format);
  fddm_gegl_know (format, own);
  return rows->strip != NULL;
}

/* ---- Strips ---- */

static gpointer
put (gpointer data)
{
  FddmRows *rows = data;

  gegl_buffer_set (rows->buffer, &rows->moved, 0, rows->format, rows->moving, GEGL_AUTO_ROWSTRIDE);
  return NULL;
}

static gpointer
get (gpointer data)
{
  FddmRows *rows = data;

  gegl_buffer_get (rows->buffer, &rows->moved, 1.0, rows->format, rows->moving, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return NULL;
}

/* Lets MOVE work on MOVING, which is for N rows from row FIRST on. */
static void
begin (FddmRows *rows, GThreadFunc move, int first, int n)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (rows->buffer);

  rows->moved = *GEGL_RECTANGLE (extent->x, extent->y + first, rows->width, n);
  rows->mover = rows->moving != rows->strip ? g_thread_try_new ("rows", move, rows, NULL) : NULL;
  if (!rows->mover)
    move (rows);
}

static void
end (FddmRows *rows)
{
  if (rows->mover)
    g_thread_join (g_steal_pointer (&rows->mover));
}

static void
swap (FddmRows *rows)
{
  guint8 *strip = rows->strip;

  rows->strip  = rows->moving;
  rows->moving = strip;
}

void
fddm_rows_clear (FddmRows *rows)
{
  end (rows);
  if (rows->moving != rows->strip)
    g_free (rows->moving);
  g_free (rows->strip);
  rows->strip = rows->moving = NULL;
}

/* ---- Rows ---- */

/* Hands the strip with the row before the current one to the buffer. */
static void
flush (FddmRows *rows)
{
  const int first = (rows->at - 1) / rows->in_strip * rows->in_strip;

  end (rows);
  swap (rows);
  begin (rows, put, first, rows->at - first);
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
  end (rows);
}

static void
begin_get (FddmRows *rows, int first)
{
  begin (rows, get, first, MIN (rows->in_strip, rows->height - first));
}

/* Makes the strip from the current row on the current one, and begins to fetch the next. */
static void
fetch (FddmRows *rows)
{
  const gboolean ahead = rows->moving != rows->strip;

  if (rows->at == 0 || !ahead)
    begin_get (rows, rows->at);
  end (rows);
  swap (rows);
  if (ahead && rows->at + rows->in_strip < rows->height)
    begin_get (rows, rows->at + rows->in_strip);
}

guint8 *
fddm_rows_read (FddmRows *rows)
{
  const int at = rows->at % rows->in_strip;

  if (fddm_cli_interrupted () || rows->at >= rows->height)
    return NULL;
  if (at == 0)
    fetch (rows);
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
