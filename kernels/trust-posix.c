/* trust-posix.c: see trust.h; owners and modes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/trust.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* In a container, root and others may have another number; the program's owner is believed anyway. */
static gboolean
trusts_owner (uid_t owner)
{
  struct stat program;

  return owner == 0 || owner == geteuid () || (stat ("/proc/self/exe", &program) == 0 && owner == program.st_uid);
}

static gboolean
trusts_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat      about;

  /* In a sticky folder, such as /tmp, nobody replaces the files of others. */
  return stat (folder, &about) == 0 && S_ISDIR (about.st_mode) && trusts_owner (about.st_uid) &&
         ((about.st_mode & (S_IWGRP | S_IWOTH)) == 0 || (about.st_mode & S_ISVTX) != 0);
}

gboolean
fddm_trusts_file (const char *path)
{
  char       *real = g_path_is_absolute (path) ? realpath (path, NULL) : NULL;
  struct stat about;
  gboolean    trusts;

  trusts = real != NULL && stat (real, &about) == 0 && S_ISREG (about.st_mode) && trusts_owner (about.st_uid) &&
           (about.st_mode & (S_IWGRP | S_IWOTH)) == 0 && trusts_folder (path) && trusts_folder (real);
  free (real);
  return trusts;
}
