/* gegl-start.c: see gegl-start.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/gegl-start.h"
#include <gegl.h>
#include "engine/babl-memory.h"

/* The range of GEGL's own property. */
#define THREADS_MOST 64

/* GEGL opens a hundred modules of operations, with the libraries that these need; so it is shown no folder of modules. The
 * variable is not left to programs that this one starts. What babl remembers of conversions stays in use: it chooses among
 * them by time, so without it the last bit of a picture differs from run to run. */
static void
start (gpointer operations)
{
  const gboolean no_modules = !GPOINTER_TO_INT (operations) && !g_getenv ("GEGL_PATH");

  if (no_modules)
    g_setenv ("GEGL_PATH", "", TRUE);
  gegl_init (NULL, NULL);
  if (no_modules)
    g_unsetenv ("GEGL_PATH");
}

void
fddm_gegl_start (gboolean operations, const char *cache)
{
  fddm_babl_with (cache, start, GINT_TO_POINTER (operations));
}

void
fddm_gegl_limit (int threads)
{
  if (threads > 0)
    g_object_set (gegl_config (), "threads", MIN (threads, THREADS_MOST), NULL);
}
