/* installed.c: see installed.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/installed.h"

char *
fddm_beside_program (const char *name)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder  = program ? g_path_get_dirname (program) : NULL;

  return g_canonicalize_filename (name, folder);
}
