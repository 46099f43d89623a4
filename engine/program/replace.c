/* replace.c: a finished file takes its final name.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include "engine/program/replace.h"

char *
fddm_replace_target (const char *path)
{
  char *real   = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? realpath (path, NULL) : NULL;
  char *target = g_strdup (real ? real : path);

  free (real);
  return target;
}

/* Some file systems cannot sync folders, which is no failure. */
static void
sync_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  const int        file   = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (file < 0)
    return;
  (void) fsync (file);
  close (file);
}

/* Only root may give files away. */
static gboolean
become_like (int file, const struct stat *old)
{
  if (fchown (file, old->st_uid, old->st_gid) != 0 && fchown (file, (uid_t) -1, old->st_gid) != 0)
    g_debug ("the owner of a file has changed");
  return fchmod (file, old->st_mode & 0777) == 0;
}

gboolean
fddm_replace (const char *path, const char *target)
{
  const int   file = g_open (path, O_RDWR | O_CLOEXEC, 0);
  struct stat old;
  gboolean    done = file >= 0 && (stat (target, &old) != 0 || become_like (file, &old)) && fsync (file) == 0 &&
                  g_rename (path, target) == 0;

  if (file >= 0)
    close (file);
  if (done)
    sync_folder (target);
  return done;
}
