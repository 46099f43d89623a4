/* installed.c: see installed.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The only source that is told the folders: all others are compiled alike for every prefix, so a compiler's cache can help. */
#include "engine/installed.h"

#ifndef FDDM_MODULEDIR
#define FDDM_MODULEDIR "/usr/local/lib/fddm"
#endif
#ifndef FDDM_WEIGHTSDIR
#define FDDM_WEIGHTSDIR "/usr/local/share/fddm/weights"
#endif
#ifndef FDDM_LOCALEDIR
#define FDDM_LOCALEDIR "/usr/local/share/locale"
#endif
#ifndef FDDM_HELPDIR
#define FDDM_HELPDIR "/usr/local/share/fddm/help"
#endif

char *
fddm_beside_program (const char *name)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder  = program ? g_path_get_dirname (program) : NULL;

  return g_canonicalize_filename (name, folder);
}

const char *
fddm_installed_modules (void)
{
  return FDDM_MODULEDIR;
}

const char *
fddm_installed_weights (void)
{
  return FDDM_WEIGHTSDIR;
}

const char *
fddm_installed_locale (void)
{
  return FDDM_LOCALEDIR;
}

const char *
fddm_installed_help (void)
{
  return FDDM_HELPDIR;
}
