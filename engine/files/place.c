/* place.c: see place.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include "engine/files/place.h"

#define LINKS_MOST 40 /* that lead to each other: as many as Linux follows */

/* Where PATH leads, even to a file that does not exist. NULL with errno set. */
static char *
follow_links (const char *path)
{
  char *target = g_strdup (path);

  for (int i = 0; i < LINKS_MOST; i++)
    {
      g_autofree char *next   = g_file_read_link (target, NULL);
      g_autofree char *parent = NULL, *before = target;

      if (!next)
        return g_steal_pointer (&before);
      parent = g_path_get_dirname (before);
      target = g_path_is_absolute (next) ? g_strdup (next) : g_build_filename (parent, next, NULL);
    }
  g_free (target);
  errno = ELOOP;
  return NULL;
}

/* Whether there is a device, a pipe or a socket, which a file must not replace. */
static gboolean
is_special (const char *path)
{
  struct stat found;

  return stat (path, &found) == 0 && !S_ISREG (found.st_mode) && !S_ISDIR (found.st_mode);
}

gboolean
fddm_place_init (FddmPlace *place, const char *path)
{
  g_autofree char *target = follow_links (path), *name = NULL;

  if (!target)
    return FALSE;
  if (is_special (target))
    {
      errno = ENOTSUP;
      return FALSE;
    }
  if (!fddm_temporary_beside (&place->temporary, target))
    return FALSE;
  name             = g_path_get_basename (target);
  place->path      = g_build_filename (place->temporary.path, name, NULL);
  place->target    = g_steal_pointer (&target);
  place->is_sealed = FALSE;
  return TRUE;
}

void
fddm_place_clear (FddmPlace *place)
{
  fddm_temporary_remove (&place->temporary);
  g_free (place->path);
  g_free (place->target);
}

static gboolean
sync_folder_of (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  int              folder = g_open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean         synced = folder >= 0 && (fsync (folder) == 0 || errno == EINVAL); /* some file systems cannot */

  if (folder >= 0)
    close (folder);
  return synced || folder < 0; /* a folder need not be readable */
}

/* Gives FILE the owner and permissions of OLD. Another user's file can only be followed by one's own. */
static gboolean
take_over (int file, const char *old)
{
  struct stat before, now;

  if (stat (old, &before) != 0 || fstat (file, &now) != 0)
    return TRUE;
  if ((before.st_uid != now.st_uid || before.st_gid != now.st_gid) && fchown (file, before.st_uid, before.st_gid) != 0 &&
      errno != EPERM)
    return FALSE;
  return fchmod (file, before.st_mode & 0777) == 0;
}

/* Gives the file its name, unless a file has it already. */
static gboolean
take_free_name (const FddmPlace *place)
{
  struct stat found;

  if (link (place->path, place->target) == 0)
    return TRUE; /* the other name goes with the temporary folder */
  if (errno == EEXIST)
    return FALSE;
  if (lstat (place->target, &found) != 0) /* a file system without links */
    return g_rename (place->path, place->target) == 0;
  errno = EEXIST;
  return FALSE;
}

char *
fddm_place_seal (FddmPlace *place)
{
  int file   = g_open (place->path, O_RDWR | O_CLOEXEC, 0);
  int reason = 0;

  place->is_sealed = file >= 0 && take_over (file, place->target) && fsync (file) == 0;
  reason           = errno;
  if (file >= 0)
    close (file);
  return place->is_sealed ? NULL : g_strdup (g_strerror (reason));
}

char *
fddm_place_commit (FddmPlace *place, gboolean replace)
{
  char *problem = place->is_sealed ? NULL : fddm_place_seal (place);

  if (problem)
    return problem;
  return (replace ? g_rename (place->path, place->target) == 0 : take_free_name (place)) && sync_folder_of (place->target)
           ? NULL
           : g_strdup (g_strerror (errno));
}
