/* again.c: see again.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/again.h"
#include "engine/error.h"
#include "kernels/pixels/pixels.h"
#include <glib/gi18n-lib.h>

/* One of so many blocks, with what is around it, is about as much work as a part as it is in the whole. */
#define MUCH 4

static int
blocks_along (int pixels)
{
  return (pixels + FDDM_AGAIN_BLOCK - 1) / FDDM_AGAIN_BLOCK;
}

gboolean
fddm_again_init (FddmAgain *again, int width, int height)
{
  *again = (FddmAgain) { .down = blocks_along (height), .across = blocks_along (width), .width = width, .height = height };
  again->blocks = g_try_new0 (guint8, (gsize) again->down * again->across);
  return again->blocks != NULL;
}

void
fddm_again_clear (FddmAgain *again)
{
  g_clear_pointer (&again->blocks, g_free);
  again->marked = 0;
}

/* The blocks that RECT touches, counted in blocks. */
static FddmRect
touched (const FddmAgain *again, const FddmRect *rect)
{
  const FddmRect whole = { .width = again->width, .height = again->height }, inside = fddm_rect_grow (rect, 0, &whole);
  const int      left = inside.x / FDDM_AGAIN_BLOCK, top = inside.y / FDDM_AGAIN_BLOCK;

  if (inside.width <= 0 || inside.height <= 0)
    return (FddmRect) { 0 };
  return (FddmRect) { .x      = left,
                      .y      = top,
                      .width  = blocks_along (inside.x + inside.width) - left,
                      .height = blocks_along (inside.y + inside.height) - top };
}

void
fddm_again_mark (FddmAgain *again, const FddmRect *rect)
{
  const FddmRect blocks = touched (again, rect);

  for (int y = blocks.y; y < blocks.y + blocks.height; y++)
    for (int x = blocks.x; x < blocks.x + blocks.width; x++)
      {
        guint8 *block = &again->blocks[(gsize) y * again->across + x];

        again->marked += !*block;
        *block = TRUE;
      }
}

gboolean
fddm_again_meets (const FddmAgain *again, const FddmRect *rect)
{
  const FddmRect blocks = touched (again, rect);

  for (int y = blocks.y; y < blocks.y + blocks.height; y++)
    for (int x = blocks.x; x < blocks.x + blocks.width; x++)
      if (again->blocks[(gsize) y * again->across + x])
        return TRUE;
  return FALSE;
}

gboolean
fddm_again_is_much (const FddmAgain *again)
{
  return again->marked > (gsize) again->down * again->across / MUCH;
}

/* Writes the columns [FROM,TO) of PIXELS, packed, which RECT has of the picture. */
static gboolean
write_columns (const FddmAgainFilter *filter, const FddmRect *rect, int from, int to, const float *pixels, GError **error)
{
  const int         samples = filter->samples, width = to - from;
  g_autofree float *packed = g_try_new (float, (gsize) width * rect->height * samples);

  if (packed == NULL)
    {
      g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_MEMORY,
                           _ ("Not enough memory for a strip of the picture; close other programs"));
      return FALSE;
    }
  fddm_pixels_copy (pixels + (gsize) (from - rect->x) * samples, fddm_strides_packed (rect->width, samples), packed,
                    fddm_strides_packed (width, samples), width, rect->height, samples);
  return filter->sink->write (filter->sink->data, from, rect->y, width, rect->height, packed, error);
}

/* Writes what is marked in RECT, which lies in one row of blocks; marked blocks that are neighbours at once. */
static gboolean
write_strip (const FddmAgainFilter *filter, const FddmRect *rect, const float *pixels, GError **error)
{
  const FddmAgain *again = filter->again;
  const guint8    *row   = again->blocks + (gsize) (rect->y / FDDM_AGAIN_BLOCK) * again->across;
  const int        end   = rect->x + rect->width;
  int              from  = rect->x;

  while (from < end)
    {
      const guint8 wanted = row[from / FDDM_AGAIN_BLOCK];
      int          to     = from;

      while (to < end && row[to / FDDM_AGAIN_BLOCK] == wanted)
        to = MIN ((to / FDDM_AGAIN_BLOCK + 1) * FDDM_AGAIN_BLOCK, end);
      if (wanted && !write_columns (filter, rect, from, to, pixels, error))
        return FALSE;
      from = to;
    }
  return TRUE;
}

static gboolean
write_marked (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error)
{
  const FddmAgainFilter *filter = data;
  const int              bottom = y + height;

  for (int top = y, next; top < bottom; top = next)
    {
      const FddmRect strip = { x, top, width, MIN ((top / FDDM_AGAIN_BLOCK + 1) * FDDM_AGAIN_BLOCK, bottom) - top };

      if (!write_strip (filter, &strip, pixels + (gsize) (top - y) * width * filter->samples, error))
        return FALSE;
      next = top + strip.height;
    }
  return TRUE;
}

FddmSink
fddm_again_sink (FddmAgainFilter *filter)
{
  return (FddmSink) { .write = write_marked, .data = filter };
}
