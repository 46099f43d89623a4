/* turn.c: see turn.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/program/pictures/turn.h"
#include <string.h>
#include "engine/program/program.h"

#define STRIP 64 /* rows of the upright picture that are made at once */

/* Where the upright pixel (x, y) lies in the other picture, which is WIDTH × HEIGHT. */
typedef struct {
  gboolean swap;          /* x and y, first */
  gboolean across, down;  /* then mirrored  */
  int      width, height; /* of the other   */
} Turn;

static Turn
turn_of (GeglBuffer *buffer, int orientation)
{
  return (Turn) { .swap   = orientation >= 5,
                  .across = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8,
                  .down   = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7,
                  .width  = gegl_buffer_get_width (buffer),
                  .height = gegl_buffer_get_height (buffer) };
}

/* The part of the other picture that becomes N upright rows from row FIRST on. */
static GeglRectangle
part_of (const Turn *turn, int first, int n)
{
  const gboolean mirrored = turn->swap ? turn->across : turn->down;
  const int      from     = mirrored ? (turn->swap ? turn->width : turn->height) - first - n : first;

  return turn->swap ? *GEGL_RECTANGLE (from, 0, n, turn->height) : *GEGL_RECTANGLE (0, from, turn->width, n);
}

/* Puts the pixels of PART, of SIZE bytes each, into WIDTH × ROWS upright ones. */
static void
turn_part (const Turn *turn, const GeglRectangle *part, const guint8 *from, guint8 *to, int width, int rows, gsize size)
{
  for (int y = 0; y < rows; y++)
    for (int x = 0; x < width; x++, to += size)
      {
        int column = turn->swap ? y : x, row = turn->swap ? x : y;

        column = turn->across ? part->width - 1 - column : column;
        row    = turn->down ? part->height - 1 - row : row;
        memcpy (to, from + ((gsize) row * (gsize) part->width + (gsize) column) * size, size);
      }
}

GeglBuffer *
fddm_turn (GeglBuffer *buffer, int orientation)
{
  const Turn             turn  = turn_of (buffer, orientation);
  const int              width = turn.swap ? turn.height : turn.width, height = turn.swap ? turn.width : turn.height;
  const Babl            *format  = gegl_buffer_get_format (buffer);
  const gsize            size    = (gsize) babl_format_get_bytes_per_pixel (format);
  g_autoptr (GeglBuffer) upright = NULL;
  g_autofree guint8     *from = NULL, *to = NULL;

  if (orientation < 2 || orientation > 8)
    return g_object_ref (buffer);
  upright = gegl_buffer_new (GEGL_RECTANGLE (0, 0, width, height), format);
  from    = g_try_malloc_n ((gsize) width * STRIP, size);
  to      = g_try_malloc_n ((gsize) width * STRIP, size);
  if (!from || !to)
    return NULL;
  for (int first = 0; first < height && !fddm_cli_interrupted (); first += STRIP)
    {
      const int           rows = MIN (STRIP, height - first);
      const GeglRectangle part = part_of (&turn, first, rows);

      gegl_buffer_get (buffer, &part, 1.0, format, from, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      turn_part (&turn, &part, from, to, width, rows, size);
      gegl_buffer_set (upright, GEGL_RECTANGLE (0, first, width, rows), 0, format, to, GEGL_AUTO_ROWSTRIDE);
    }
  return g_steal_pointer (&upright);
}
