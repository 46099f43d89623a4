/* folders.c: see folders.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/folders.h"

#include <libintl.h>

#include "engine/installed.h"

char **
fddm_folders_weights (const char *profile)
{
  char **folders = g_new0 (char *, 4);

  folders[0] = g_build_filename (profile, "fddm", NULL);
  folders[1] = fddm_beside_program ("weights");
  folders[2] = g_strdup (fddm_installed_weights ());
  return folders;
}

/* NAME beside the program where there is such a folder, else the system's. */
static char *
own_or_system (const char *name, const char *system)
{
  g_autofree char *own = fddm_beside_program (name);

  return g_file_test (own, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&own) : g_strdup (system);
}

char *
fddm_folders_help (void)
{
  return own_or_system ("help", fddm_installed_help ());
}

char *
fddm_folders_locale (void)
{
  return own_or_system ("locale", fddm_installed_locale ());
}

void
fddm_folders_bind_locale (void)
{
  g_autofree char *folder = fddm_folders_locale ();

  bindtextdomain (GETTEXT_PACKAGE, folder);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}
