/* jpeg.c: parts of JPEG files that GEGL ignores.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "engine/program/jpeg.h"

#define MARKER_END  0xd9
#define MARKER_SCAN 0xda
#define MARKER_APP0 0xe0
#define MARKER_APP1 0xe1

gboolean
fddm_jpeg_is (const guint8 *bytes, gsize size)
{
  return size >= 4 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
}

/* Marker of the segment at *AT, or 0 at the end of valid segments. START is the segment's offset; AT advances past it. */
static int
next_segment (const guint8 *bytes, gsize size, gsize *at, gsize *start)
{
  gsize length;

  *start = *at;
  if (size < 4 || *at > size - 4 || bytes[*at] != 0xff)
    return 0;
  length = (gsize) bytes[*at + 2] << 8 | bytes[*at + 3];
  if (length < 2 || length > size - *at - 2)
    return 0;
  *at += 2 + length;
  return bytes[*start + 1];
}

gboolean
fddm_jpeg_whole (const guint8 *bytes, gsize size)
{
  gsize at = 2, start;
  int   marker;

  do
    marker = next_segment (bytes, size, &at, &start);
  while (marker != 0 && marker != MARKER_SCAN);

  for (; marker == MARKER_SCAN && at + 1 < size; at++)
    if (bytes[at] == 0xff && bytes[at + 1] == MARKER_END)
      return TRUE;
  return FALSE;
}

/* Finds the Exif segment. */
static gboolean
find_exif (const guint8 *bytes, gsize size, gsize *start, gsize *end)
{
  int marker;

  *end = 2;
  while ((marker = next_segment (bytes, size, end, start)) != 0 && marker != MARKER_SCAN)
    if (marker == MARKER_APP1 && *end - *start > 10 && memcmp (bytes + *start + 4, "Exif\0", 6) == 0)
      return TRUE;
  return FALSE;
}

GBytes *
fddm_jpeg_with_exif (const guint8 *from, gsize from_size, const guint8 *to, gsize to_size)
{
  gsize       start, end, place = 2, from_there, old_start, old_end;
  GByteArray *result;

  if (!fddm_jpeg_is (from, from_size) || !fddm_jpeg_is (to, to_size) || !find_exif (from, from_size, &start, &end) ||
      find_exif (to, to_size, &old_start, &old_end))
    return NULL;
  /* After the JFIF segment, which has to come first. */
  if (next_segment (to, to_size, &place, &from_there) != MARKER_APP0)
    place = 2;
  result = g_byte_array_new ();
  g_byte_array_append (result, to, (guint) place);
  g_byte_array_append (result, from + start, (guint) (end - start));
  g_byte_array_append (result, to + place, (guint) (to_size - place));
  return g_byte_array_free_to_bytes (result);
}
