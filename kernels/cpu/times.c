/* times.c: see times.h. The file has a group for each processor and a line for each shape: "3x3 64-64=851.2;274.5;428.1".
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cpu/times.h"
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include "kernels/trust.h"

/* A larger file was not written by this program. */
#define BYTES_MAX (1 << 20)

/* Upper bound of a plausible time. */
#define NANOSECONDS_MAX 1e12

static char *
cache_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "fddm", NULL);
}

static char *
cache_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), "fddm", "convolutions.ini", NULL);
}

/* Brackets would end the name of a group. */
static char *
group_of (const char *processor)
{
  return g_strdelimit (g_strdup (processor), "[]", '/');
}

static char *
key_of (const FddmConvShape *shape)
{
  return g_strdup_printf ("%dx%d %d-%d", shape->kernel, shape->kernel, shape->in_channels, shape->out_channels);
}

/* Reads the file. Returns an empty key file if it is missing, too large or damaged, or if others can write it. What is in it is
 * believed within bounds only, and what it makes the choice of is tried for right results. */
static GKeyFile *
load (void)
{
  g_autofree char *path  = cache_path ();
  GKeyFile        *file  = g_key_file_new ();
  GKeyFile        *empty = NULL;
  GStatBuf         status;

  if (g_stat (path, &status) == 0 && S_ISREG (status.st_mode) && status.st_size <= BYTES_MAX && fddm_trusts_file (path) &&
      g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return file;
  empty = g_key_file_new ();
  g_key_file_unref (file);
  return empty;
}

static gboolean
is_sensible (const double *times, gsize n)
{
  if (n != FDDM_CONVOLUTIONS - 1)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (!(times[i] >= 0.0 && times[i] < NANOSECONDS_MAX))
      return FALSE;
  return times[FDDM_CONVOLUTION_DIRECT - 1] > 0.0;
}

static gboolean
look_up (GKeyFile *file, const char *processor, const FddmConvShape *shape, FddmTimes times)
{
  g_autofree char   *group = group_of (processor), *key = key_of (shape);
  gsize              n    = 0;
  g_autofree double *list = g_key_file_get_double_list (file, group, key, &n, NULL);

  if (list == NULL || !is_sensible (list, n))
    return FALSE;
  times[FDDM_CONVOLUTION_FASTEST] = 0.0;
  memcpy (times + 1, list, n * sizeof *list);
  return TRUE;
}

gboolean
fddm_times_read (const char *processor, const FddmConvShape *shape, FddmTimes times)
{
  g_autoptr (GKeyFile) file = load ();

  return look_up (file, processor, shape, times);
}

void
fddm_times_keep (const char *processor, const FddmConvShape *shape, FddmTimes times)
{
  g_autoptr (GKeyFile) file   = load ();
  g_autofree char     *folder = cache_folder (), *path = cache_path ();
  g_autofree char     *group = group_of (processor), *key = key_of (shape), *text = NULL;
  gsize                length;

  if (look_up (file, processor, shape, times))
    return;
  g_key_file_set_double_list (file, group, key, times + 1, FDDM_CONVOLUTIONS - 1);
  text = g_key_file_to_data (file, &length, NULL);
  if (!fddm_trusts_file (path))
    g_unlink (path); /* newer versions of GLib would keep its permissions */
  /* Atomic: GLib writes a temporary file and renames it. */
  if (g_mkdir_with_parents (folder, 0700) == 0)
    g_file_set_contents_full (path, text, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}
