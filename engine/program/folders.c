/* folders.c: see folders.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/program/folders.h"
#include <string.h>

/* Sorts GIMP profiles by version, newest first, other names last. */
static int
newest_first (gconstpointer a, gconstpointer b)
{
  const char *one = *(char *const *) a, *other = *(char *const *) b;

  if (!g_ascii_isdigit (*one) != !g_ascii_isdigit (*other))
    return g_ascii_isdigit (*one) ? -1 : 1;
  return strverscmp (other, one);
}

/* Adds fddm/ of every GIMP profile. */
static void
add_profiles (GStrvBuilder *folders)
{
  g_autofree char      *base  = g_build_filename (g_get_user_config_dir (), "GIMP", NULL);
  g_autoptr (GDir)      dir   = g_dir_open (base, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char           *name;

  while (dir && (name = g_dir_read_name (dir)))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, newest_first);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *folder = g_build_filename (base, names->pdata[i], "fddm", NULL);

      if (g_file_test (folder, G_FILE_TEST_IS_DIR))
        g_strv_builder_add (folders, folder);
    }
}

void
fddm_own_folders (GStrvBuilder *folders)
{
  g_autofree char *own   = g_build_filename (g_get_user_data_dir (), "fddm", "weights", NULL);
  const char      *named = g_getenv ("FDDM_WEIGHTS_DIR");

  if (named && *named)
    g_strv_builder_add (folders, named);
  g_strv_builder_add (folders, own);
  add_profiles (folders);
}
