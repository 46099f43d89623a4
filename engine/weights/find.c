/* find.c: search for weights files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/weights/weights.h"

/* Fails to find NAME in LOOKED, a list of folders. A file in the current folder is not taken, because it may come from anyone:
 * it lies beside the photos. */
static char *
fail (const char *name, const char *looked, GError **error)
{
  g_autofree char *shown = g_filename_display_name (name);

  if (g_file_test (name, G_FILE_TEST_IS_REGULAR))
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS,
                 _ ("No weights named “%s” in these folders: %s. For the file in the current folder, write “./%s”."), shown,
                 looked, shown);
  else
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS, _ ("No weights named “%s” in these folders: %s"), shown, looked);
  return NULL;
}

/* What may stand before a name in that of its file, by what the network is for. */
static const char *const kinds[] = { "", "denoise-", "generate-" };

/* The file START + NAME + ".safetensors" in the first of FOLDERS that has it, or NULL. */
static char *
find_file (const char *start, const char *name, const char *const *folders)
{
  g_autofree char *file = g_strconcat (start, name, ".safetensors", NULL);

  for (gsize i = 0; folders != NULL && folders[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folders[i], file, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&path);
    }
  return NULL;
}

char *
fddm_weights_find (const char *name, const char *const *folders, GError **error)
{
  g_autofree char    *shown  = g_filename_display_name (name);
  g_autoptr (GString) looked = g_string_new (NULL);

  /* A path names one file; only a bare name is looked for. */
  if (strchr (name, G_DIR_SEPARATOR) != NULL)
    {
      if (g_file_test (name, G_FILE_TEST_IS_REGULAR))
        return g_strdup (name);
      g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS, _ ("There is no weights file “%s”."), shown);
      return NULL;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      char *path = find_file (kinds[i], name, folders);

      if (path != NULL)
        return path;
    }
  for (gsize i = 0; folders != NULL && folders[i] != NULL; i++)
    {
      g_autofree char *folder = g_filename_display_name (folders[i]);

      g_string_append_printf (looked, "%s%s", looked->len ? ", " : "", folder);
    }
  return fail (name, looked->len ? looked->str : _ ("none"), error);
}

char *
fddm_weights_name (const char *path, const char *const *folders)
{
  g_autofree char *file = g_path_get_basename (path);

  if (g_str_has_suffix (file, ".safetensors"))
    file[strlen (file) - strlen (".safetensors")] = '\0';
  for (gsize i = 1; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (file, kinds[i]))
      {
        const char      *name  = file + strlen (kinds[i]);
        g_autofree char *found = *name ? fddm_weights_find (name, folders, NULL) : NULL;

        if (g_strcmp0 (found, path) == 0)
          return g_strdup (name);
      }
  return g_steal_pointer (&file);
}
