/* cursor.c: see cursor.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/files/cursor.h"

gboolean
fddm_cursor_is_over (const FddmCursor *cursor)
{
  return cursor->at > cursor->size;
}

void
fddm_cursor_skip (FddmCursor *cursor, guint64 count)
{
  cursor->at = count > cursor->size ? cursor->size + 1 : MIN (cursor->at + (gsize) count, cursor->size + 1);
}

void
fddm_cursor_seek (FddmCursor *cursor, guint64 at)
{
  cursor->at = 0;
  fddm_cursor_skip (cursor, at);
}

static guint64
number (FddmCursor *cursor, int bytes, gboolean little)
{
  const gsize start = cursor->at;
  guint64     value = 0;

  fddm_cursor_skip (cursor, (guint64) bytes);
  if (fddm_cursor_is_over (cursor))
    return 0;
  for (int i = 0; i < bytes; i++)
    value = value << 8 | cursor->bytes[start + (gsize) (little ? bytes - 1 - i : i)];
  return value;
}

guint64
fddm_cursor_big (FddmCursor *cursor, int bytes)
{
  return number (cursor, bytes, FALSE);
}

guint64
fddm_cursor_little (FddmCursor *cursor, int bytes)
{
  return number (cursor, bytes, TRUE);
}
