/* stamp.h: identification of an unchanged file.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Distinguishes a file from a changed or replaced one. */
typedef struct {
  guint64 device, inode;
  gint64  size;    /* in bytes */
  gint64  changed; /* time of the last change, in nanoseconds */
} FddmStamp;

/* FALSE, with errno set, if PATH cannot be examined. */
gboolean fddm_stamp_take (FddmStamp *stamp, const char *path);

/* Whether both paths lead to one file: by links, or by names that the file system takes for the same. */
gboolean fddm_stamp_one_file (const char *a, const char *b);

/* Whether the contents are the same, judged by size and time; the location may differ. */
static inline gboolean
fddm_stamp_same_contents (const FddmStamp *a, const FddmStamp *b)
{
  return a->size == b->size && a->changed == b->changed;
}

/* Whether both stamps are of the same, unchanged file. */
static inline gboolean
fddm_stamp_same (const FddmStamp *a, const FddmStamp *b)
{
  return a->device == b->device && a->inode == b->inode && fddm_stamp_same_contents (a, b);
}

/* A text that is the same for all paths of one file. Free with g_free. */
char *fddm_stamp_identity (const FddmStamp *stamp);
