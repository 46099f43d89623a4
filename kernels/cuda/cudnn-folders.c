/* cudnn-folders.c: see cudnn-folders.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cuda/cudnn-folders.h"
#include <string.h>

/* Folder of the library, as meson found it; may be empty. */
#ifndef FDDM_CUDNN_FOLDER
#define FDDM_CUDNN_FOLDER ""
#endif

static void
add_file (GPtrArray *files, const char *folder, const char *library)
{
  char *path = g_build_filename (folder, library, NULL);

  if (g_path_is_absolute (folder) && g_file_test (path, G_FILE_TEST_EXISTS) &&
      !g_ptr_array_find_with_equal_func (files, path, g_str_equal, NULL))
    g_ptr_array_add (files, path);
  else
    g_free (path);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Every Python's packages below PREFIX/lib, the newest Python last. */
static void
add_python (GPtrArray *files, const char *prefix, const char *library)
{
  static const char *const packages[] = { "site-packages", "dist-packages" };
  g_autofree char         *folder     = g_build_filename (prefix, "lib", NULL);
  g_autoptr (GDir)         dir        = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray)    pythons    = g_ptr_array_new_with_free_func (g_free);
  const char              *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "python3"))
      g_ptr_array_add (pythons, g_strdup (name));
  g_ptr_array_sort (pythons, by_name);
  for (guint i = 0; i < pythons->len; i++)
    for (guint j = 0; j < G_N_ELEMENTS (packages); j++)
      {
        g_autofree char *path = g_build_filename (folder, g_ptr_array_index (pythons, i), packages[j], "nvidia", "cudnn",
                                                  "lib", NULL);

        add_file (files, path, library);
      }
}

static void
add_below (GPtrArray *files, const char *prefix, const char *folder, const char *library)
{
  g_autofree char *path = g_build_filename (prefix, folder, NULL);

  add_file (files, path, library);
}

GPtrArray *
fddm_cudnn_files (const char *library)
{
  GPtrArray       *files      = g_ptr_array_new_with_free_func (g_free);
  const char      *conda      = g_getenv ("CONDA_PREFIX");
  g_autofree char *local      = g_build_filename (g_get_home_dir (), ".local", NULL);
  const char      *pythons[]  = { g_getenv ("VIRTUAL_ENV"), conda, local, "/usr/local", "/usr" };
  const char      *toolkits[] = { g_getenv ("CUDA_HOME"), g_getenv ("CUDA_PATH"), "/usr/local/cuda", "/opt/cuda" };

  add_file (files, FDDM_CUDNN_FOLDER, library);
  if (conda != NULL && *conda != '\0')
    add_below (files, conda, "lib", library);
  for (guint i = 0; i < G_N_ELEMENTS (pythons); i++)
    if (pythons[i] != NULL && *pythons[i] != '\0')
      add_python (files, pythons[i], library);
  for (guint i = 0; i < G_N_ELEMENTS (toolkits); i++)
    if (toolkits[i] != NULL && *toolkits[i] != '\0')
      {
        add_below (files, toolkits[i], "lib64", library);
        add_below (files, toolkits[i], "lib", library);
        add_below (files, toolkits[i], "targets/x86_64-linux/lib", library);
      }
  return files;
}
