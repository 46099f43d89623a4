/* gegl-start.c: see gegl-start.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/gegl-start.h"
#include <gegl.h>

/* Sets a variable, if there is none, and returns whether it did. */
static gboolean
set_for_now (const char *name, const char *value)
{
  if (g_getenv (name))
    return FALSE;
  g_setenv (name, value, TRUE);
  return TRUE;
}

/* GEGL opens a hundred modules of operations, with the libraries that these need; so it is shown no folder of modules. And babl
 * plans the conversions that it remembers of all programs; if one of them can use a table of all colours, it fills 350 MB to
 * measure tables. A search for our few conversions takes less. Neither variable is left to programs that this one starts. */
void
fddm_gegl_start (gboolean operations)
{
  const gboolean no_modules = !operations && set_for_now ("GEGL_PATH", "");
  const gboolean no_memory  = set_for_now ("BABL_INHIBIT_CACHE", "1");

  gegl_init (NULL, NULL);
  if (no_modules)
    g_unsetenv ("GEGL_PATH");
  if (no_memory)
    g_unsetenv ("BABL_INHIBIT_CACHE");
}
