/* stamp.c: identification of an unchanged file.
 * SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include "engine/files/stamp.h"

gboolean
fddm_stamp_take (FddmStamp *stamp, const char *path)
{
  struct stat found;

  if (stat (path, &found) != 0)
    return FALSE;
  stamp->device  = (guint64) found.st_dev;
  stamp->inode   = (guint64) found.st_ino;
  stamp->size    = (gint64) found.st_size;
  stamp->changed = (gint64) found.st_mtim.tv_sec * 1000000000 + found.st_mtim.tv_nsec;
  return TRUE;
}

gboolean
fddm_stamp_one_file (const char *a, const char *b)
{
  FddmStamp first, second;

  return fddm_stamp_take (&first, a) && fddm_stamp_take (&second, b) && first.device == second.device &&
         first.inode == second.inode;
}

char *
fddm_stamp_identity (const FddmStamp *stamp)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, stamp->device, stamp->inode);
}
