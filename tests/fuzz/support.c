/* support.c: see support.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/fuzz/support.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *folder;

static int
remove_one (const char *path, G_GNUC_UNUSED const struct stat *status, G_GNUC_UNUSED int type,
            G_GNUC_UNUSED struct FTW *place)
{
  return g_remove (path);
}

static void
remove_folder (void)
{
  nftw (folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
  g_clear_pointer (&folder, g_free);
}

int
LLVMFuzzerInitialize (G_GNUC_UNUSED int *argc, G_GNUC_UNUSED char ***argv)
{
  folder = g_dir_make_tmp ("fddm-fuzz-XXXXXX", NULL);
  g_assert_nonnull (folder);
  atexit (remove_folder);
  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  if (fuzz_prepare)
    fuzz_prepare ();
  return 0;
}

const char *
fuzz_folder (void)
{
  return folder;
}

char *
fuzz_path (const char *name)
{
  char            *path   = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  return path;
}

void
fuzz_write (const char *path, const void *bytes, gsize size)
{
  const int file = g_open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  g_assert_cmpint (file, >=, 0);
  g_assert_cmpint (write (file, bytes, size), ==, (gssize) size);
  close (file);
}

void
fuzz_remove (const char *path)
{
  g_assert_true (g_unlink (path) == 0 || errno == ENOENT);
}

char *
fuzz_text (const guint8 *bytes, gsize size)
{
  return g_strndup ((const char *) bytes, size);
}
