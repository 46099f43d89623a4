/* gegl-start.c: see gegl-start.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/gegl-start.h"
#include <gegl.h>

/* GEGL opens a hundred modules of operations, with the libraries that these need; so it is shown no folder of modules. And babl
 * plans the conversions that it remembers of all programs; if one of them can use a table of all colours, it fills 350 MB to
 * measure tables. For a picture or two, a search for our few conversions takes less. Neither variable is left to programs that
 * this one starts. */
void
fddm_gegl_start (gboolean operations)
{
  const gboolean no_modules = !operations && !g_getenv ("GEGL_PATH");
  const gboolean no_memory  = !operations && !g_getenv ("BABL_INHIBIT_CACHE");

  if (no_modules)
    g_setenv ("GEGL_PATH", "", TRUE);
  if (no_memory)
    g_setenv ("BABL_INHIBIT_CACHE", "1", TRUE);
  gegl_init (NULL, NULL);
  if (no_modules)
    g_unsetenv ("GEGL_PATH");
  if (no_memory)
    g_unsetenv ("BABL_INHIBIT_CACHE");
}
