/* temporary.c: folders for unfinished files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include "engine/files/temporary.h"

#define PREFIX        ".fddm-"       /* followed by six letters */
#define SETTLED_AGE   10             /* seconds: newer folders may not be locked yet */
#define FORGOTTEN_AGE (24 * 60 * 60) /* seconds: no process writes a picture for that long */

/* Opens and locks FOLDER. -1 if another process holds the lock (errno is EWOULDBLOCK), or locks are unsupported. */
static int
lock_folder (const char *folder)
{
  int lock = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (lock >= 0 && flock (lock, LOCK_EX | LOCK_NB) != 0)
    {
      const int reason = errno;

      close (lock);
      errno = reason;
      return -1;
    }
  return lock;
}

void
fddm_temporary_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char      *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

gboolean
fddm_temporary_beside (FddmTemporary *temporary, const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *folder = g_build_filename (parent, PREFIX "XXXXXX", NULL);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      errno = EISDIR;
      return FALSE;
    }
  if (!g_mkdtemp (folder))
    return FALSE;
  temporary->lock = lock_folder (folder);
  temporary->path = g_steal_pointer (&folder);
  return TRUE;
}

void
fddm_temporary_remove (FddmTemporary *temporary)
{
  fddm_temporary_remove_folder (temporary->path);
  if (temporary->lock >= 0)
    close (temporary->lock);
  g_free (temporary->path);
}

/* Whether no living process holds FOLDER. */
static gboolean
is_free (const char *folder, double age)
{
  const int      lock = lock_folder (folder);
  const gboolean held = lock < 0 && errno == EWOULDBLOCK;

  if (lock >= 0)
    close (lock);
  /* Where there are no locks, age decides. */
  return lock >= 0 || (!held && age > FORGOTTEN_AGE);
}

/* Whether a folder with the permissions MODE can be one of g_mkdtemp's, which nobody else may enter. Not all file systems keep
 * permissions: what a new one in PARENT gets tells. */
static gboolean
is_made_here (const char *parent, mode_t mode)
{
  g_autofree char *probe = g_build_filename (parent, PREFIX "XXXXXX", NULL);
  struct stat      found;
  gboolean         made;

  if ((mode & 0777) == 0700)
    return TRUE;
  if (!g_mkdtemp (probe))
    return FALSE;
  made = lstat (probe, &found) == 0 && (found.st_mode & 0777) == (mode & 0777);
  g_rmdir (probe);
  return made;
}

/* Folders of other users are theirs to remove: they could exchange them meanwhile. */
static gboolean
is_left_over (const char *parent, const char *folder)
{
  struct stat found;
  double      age;

  if (lstat (folder, &found) != 0 || !S_ISDIR (found.st_mode) || found.st_uid != geteuid ())
    return FALSE;
  age = difftime (time (NULL), found.st_mtime);
  return age >= SETTLED_AGE && is_made_here (parent, found.st_mode) && is_free (folder, age);
}

void
fddm_temporary_sweep (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char      *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, PREFIX) && strlen (name) == strlen (PREFIX) + 6)
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        if (is_left_over (folder, path))
          fddm_temporary_remove_folder (path);
      }
}

void
fddm_temporary_sweep_beside (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  fddm_temporary_sweep (folder);
}
