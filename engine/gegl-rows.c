/* gegl-rows.c: see gegl-rows.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/gegl-rows.h"

/* The part of PART rows in which row Y lies. */
static int
part_of (int y, int part)
{
  return y / part - (y % part < 0);
}

gboolean
fddm_gegl_rows (GeglBuffer *buffer, int y, int height, int least, FddmGeglRows work, gpointer data, GError **error)
{
  gboolean whole = TRUE;
  int      part, threads, first, n;

  g_object_get (buffer, "tile-height", &part, NULL);
  g_object_get (gegl_config (), "threads", &threads, NULL);
  part    = (least + part - 1) / part * part;
  first   = part_of (y, part);
  n       = part_of (y + height - 1, part) - first + 1;
  threads = CLAMP (threads, 1, MAX (n, 1));
#pragma omp parallel for schedule(dynamic) num_threads(threads)
  for (int i = 0; i < n; i++)
    {
      const int from = MAX ((first + i) * part, y), to = MIN ((first + i + 1) * part, y + height);
      GError   *own = NULL;

      if (work (data, from, to - from, &own))
        continue;
#pragma omp critical(fddm_gegl_rows)
      {
        if (whole)
          g_propagate_error (error, own);
        else
          g_clear_error (&own);
        whole = FALSE;
      }
    }
  return whole;
}

void
fddm_gegl_know (const Babl *from, const Babl *to)
{
  babl_fish (from, to);
}
