/* flatten.c: see flatten.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/program/pictures/flatten.h"
#include "engine/program/pictures/rows.h"

/* Puts N pixels of COLOURS samples and alpha over white. Returns whether any was not opaque. */
static gboolean
put_over_white (const float *from, float *to, int n, int colours)
{
  gboolean changed = FALSE;

  for (int i = 0; i < n; i++, from += colours + 1, to += colours)
    {
      const float alpha = from[colours];

      changed |= alpha < 1;
      for (int c = 0; c < colours; c++)
        to[c] = alpha < 1 ? from[c] * alpha + (1 - alpha) : from[c];
    }
  return changed;
}

static gboolean
flatten_rows (FddmRows *from, FddmRows *to)
{
  const int    colours = babl_format_get_n_components (to->format);
  const float *row;
  gboolean     changed = FALSE;

  while ((row = (const float *) (const void *) fddm_rows_read (from)))
    {
      float *flat = (float *) (void *) fddm_rows_fill (to);

      if (!flat)
        break;
      changed |= put_over_white (row, flat, from->width, colours);
    }
  fddm_rows_finish (to);
  return changed;
}

GeglBuffer *
fddm_flatten (GeglBuffer *buffer, gboolean *changed)
{
  const char            *depth  = babl_get_name (babl_format_get_type (gegl_buffer_get_format (buffer), 0));
  const Babl            *floats = fddm_rows_format (buffer, "float", FDDM_ROWS_GRAY);
  const Babl            *format = fddm_rows_format (buffer, depth, FDDM_ROWS_GRAY);
  g_autoptr (GeglBuffer) flat   = gegl_buffer_new (gegl_buffer_get_extent (buffer), format);
  FddmRows               from, to;
  gboolean enough = fddm_rows_init (&from, buffer, fddm_rows_format (buffer, "float", FDDM_ROWS_GRAY | FDDM_ROWS_ALPHA));

  enough = fddm_rows_init (&to, flat, floats) && enough;
  if (enough)
    *changed = flatten_rows (&from, &to);
  fddm_rows_clear (&from);
  fddm_rows_clear (&to);
  return enough ? g_steal_pointer (&flat) : NULL;
}
