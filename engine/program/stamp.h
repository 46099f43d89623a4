/* stamp.h: whether a file is still the one that it was.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* What tells a file from another one that took its place. */
typedef struct {
  guint64 device, inode;
  gint64  size;    /* in bytes                                */
  gint64  changed; /* time of the last change, in nanoseconds */
} FddmStamp;

/* FALSE, with errno set, when there is no file PATH. */
gboolean fddm_stamp_take (FddmStamp *stamp, const char *path);

/* Whether the file's contents are the same, wherever it lies: size and time. */
static inline gboolean
fddm_stamp_same_contents (const FddmStamp *a, const FddmStamp *b)
{
  return a->size == b->size && a->changed == b->changed;
}

/* Whether the two are one file, unchanged. */
static inline gboolean
fddm_stamp_same (const FddmStamp *a, const FddmStamp *b)
{
  return a->device == b->device && a->inode == b->inode && fddm_stamp_same_contents (a, b);
}
