/* cursor.h: a place in the bytes of a file.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Reading beyond the end gives zeros and moves the place beyond the end, which the caller checks last. */
typedef struct {
  const guint8 *bytes;
  gsize         size, at;
} FddmCursor;

/* Whether something beyond the end was read or skipped. */
gboolean fddm_cursor_is_over (const FddmCursor *cursor);

void fddm_cursor_skip (FddmCursor *cursor, guint64 count);

/* Moves to the place AT, counted from the start of the file. */
void fddm_cursor_seek (FddmCursor *cursor, guint64 at);

/* A number of 1 to 8 bytes, the highest or the lowest first. */
guint64 fddm_cursor_big (FddmCursor *cursor, int bytes);
guint64 fddm_cursor_little (FddmCursor *cursor, int bytes);
