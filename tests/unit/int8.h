/* int8.h: 8 bits for tests.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/context.h"
#include "tests/support.h"

/* Strokes in the lower right corner, SIDE × SIDE pixels, of a picture of WIDTH × HEIGHT × 3 samples: they do not fit 8 bits. */
static inline void
test_strokes (float *pixels, int width, int height, int side)
{
  for (int y = height - side; y < height; y++)
    for (int x = width - side; x < width; x++)
      for (int c = 0; c < 3; c++)
        pixels[(y * width + x) * 3 + c] = (x + y / 2) % 4 < 2 ? 0.0f : 1.0f;
}

/* Runs the tests with a cache folder of their own, where a choice of convolutions is kept, and no choice from outside. */
static inline int
test_run_with_own_cache (void)
{
  g_autofree char *folder = g_dir_make_tmp ("fddm-cache-XXXXXX", NULL);
  g_autofree char *inner  = g_build_filename (folder, "fddm", NULL);
  g_autofree char *file   = g_build_filename (inner, "convolutions.ini", NULL);
  int              result;

  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
  g_unsetenv ("FDDM_CPU_CONVOLUTION");
  result = g_test_run ();
  g_unlink (file);
  g_rmdir (inner);
  g_rmdir (folder);
  return result;
}

/* Makes 8 bits the fastest way in the cache of times. FALSE if this processor has none. */
static inline gboolean
test_prefer_int8 (void)
{
  const int            way     = FDDM_CONVOLUTION_INT8 - 1;
  g_autofree char     *path    = g_build_filename (g_get_user_cache_dir (), "fddm", "convolutions.ini", NULL);
  g_autoptr (GKeyFile) file    = g_key_file_new ();
  g_autofree char     *group   = NULL;
  g_auto (GStrv)       keys    = NULL;
  gboolean             offered = FALSE;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  group = g_key_file_get_start_group (file);
  keys  = g_key_file_get_keys (file, group, NULL, NULL);
  for (int i = 0; keys != NULL && keys[i] != NULL; i++)
    {
      gsize              n;
      g_autofree double *times = g_key_file_get_double_list (file, group, keys[i], &n, NULL);

      if (times == NULL || n != FDDM_CONVOLUTIONS - 1 || times[way] <= 0)
        continue;
      offered    = TRUE;
      times[way] = 1e-3;
      g_key_file_set_double_list (file, group, keys[i], times, n);
    }
  test_keep (path, file);
  return offered;
}
