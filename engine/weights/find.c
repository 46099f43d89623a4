/* find.c: search for weights files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/weights/weights.h"

char *
fddm_weights_find (const char *name, const char *const *folders, GError **error)
{
  g_autofree char    *file   = g_strconcat (name, ".safetensors", NULL);
  g_autofree char    *shown  = g_filename_display_name (name);
  g_autoptr (GString) looked = g_string_new (NULL);

  if (g_file_test (name, G_FILE_TEST_IS_REGULAR))
    return g_strdup (name);
  /* A path names one file; only a bare name is looked for. */
  if (strchr (name, G_DIR_SEPARATOR) != NULL || g_path_is_absolute (name))
    {
      g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS, _ ("There is no weights file “%s”."), shown);
      return NULL;
    }
  for (gsize i = 0; folders != NULL && folders[i] != NULL; i++)
    {
      g_autofree char *path   = g_build_filename (folders[i], file, NULL);
      g_autofree char *folder = g_filename_display_name (folders[i]);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
      g_string_append_printf (looked, "%s%s", looked->len ? ", " : "", folder);
    }
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS, _ ("No weights named “%s” in these folders: %s"), shown,
               looked->len ? looked->str : _ ("none"));
  return NULL;
}
