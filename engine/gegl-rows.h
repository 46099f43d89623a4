/* gegl-rows.h: work on the rows of a GeglBuffer, shared by threads.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

/* Does HEIGHT rows from row Y on. Called by several threads at once, each time for other rows. */
typedef gboolean (*FddmGeglRows) (gpointer data, int y, int height, GError **error);

/* Divides the HEIGHT rows of BUFFER from Y on among as many threads as GEGL has been set to use, in parts of LEAST rows or more
 * that end where its tiles do. FALSE with the error of one part if any fails. */
gboolean fddm_gegl_rows (GeglBuffer *buffer, int y, int height, int least, FddmGeglRows work, gpointer data, GError **error);

/* Has babl find its way from one format to another, before threads ask for it. At the first use it looks for the fastest one, and
 * threads that come meanwhile could take another, with other last bits. */
void fddm_gegl_know (const Babl *from, const Babl *to);
