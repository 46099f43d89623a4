/* jpeg.c: what a JPEG file tells without its pixels.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "engine/files/jpeg.h"

#define MARKER_END    0xd9
#define MARKER_SCAN   0xda
#define MARKER_TABLES 0xdb

gboolean
fddm_jpeg_is (const guint8 *bytes, gsize size)
{
  return size >= 4 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff;
}

/* Marker of the segment at *AT, or 0 at the end of valid segments. START is the segment's offset, behind fill bytes; AT advances
 * past it. */
static int
next_segment (const guint8 *bytes, gsize size, gsize *at, gsize *start)
{
  gsize length;

  while (*at + 1 < size && bytes[*at] == 0xff && bytes[*at + 1] == 0xff)
    ++*at;
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

#define TABLE      64
#define MOST_APART 4 /* pixels to a sample: more is no valid file */

/* ITU-T T.81, tables K.1 and K.2, in the order of the file. */
static const guint8 standard[2][TABLE] = {
  { 16, 11,  12, 14, 12, 10, 16,  14,  13,  14, 18, 17,  16,  19,  24,  40,  26, 24,  22,  22, 24, 49,
    35, 37,  29, 40, 58, 51, 61,  60,  57,  51, 56, 55,  64,  72,  92,  78,  64, 68,  87,  69, 55, 56,
    80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99 },
  { 17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99 }
};

/* libjpeg's step at QUALITY for the STANDARD one. */
static int
step_at (int quality, int standard_step)
{
  const int scale = quality < 50 ? 5000 / quality : 200 - 2 * quality;

  return CLAMP ((standard_step * scale + 50) / 100, 1, 255);
}

static gboolean
is_coarser (int quality, const guint8 *standard_steps, const guint16 *steps)
{
  for (int i = 0; i < TABLE; i++)
    if (step_at (quality, standard_steps[i]) > steps[i])
      return TRUE;
  return FALSE;
}

/* Reads the tables in a segment of SIZE bytes. The first one in a file is for brightness. */
static void
read_tables (const guint8 *bytes, gsize size, FddmJpegStyle *style)
{
  for (gsize at = 4, width; at < size; at += TABLE * width)
    {
      const int number = bytes[at] & 15;
      guint16   steps[TABLE];

      width = bytes[at++] & 0xf0 ? 2 : 1;
      if (at + TABLE * width > size)
        return;
      for (int i = 0; i < TABLE; i++)
        steps[i] = width == 2 ? (guint16) (bytes[at + 2 * i] << 8 | bytes[at + 2 * i + 1]) : bytes[at + i];
      while (style->quality < 100 && is_coarser (MAX (style->quality, 1), standard[number != 0], steps))
        style->quality++;
      style->quality = MAX (style->quality, 1);
    }
}

/* Reads the sampling factors of the first components in a frame's segment of SIZE bytes. */
static void
read_frame (const guint8 *bytes, gsize size, FddmJpegStyle *style)
{
  const gsize first = 10, colour = 13; /* after length, depth, size and number of components; three bytes each */

  if (size < colour + 3)
    return;
  style->across = (bytes[first + 1] >> 4) / MAX (bytes[colour + 1] >> 4, 1);
  style->down   = (bytes[first + 1] & 15) / MAX (bytes[colour + 1] & 15, 1);
}

gboolean
fddm_jpeg_style (const guint8 *bytes, gsize size, FddmJpegStyle *style)
{
  gsize at = 2, start;
  int   marker;

  *style = (FddmJpegStyle) { .across = 1, .down = 1 };
  if (!fddm_jpeg_is (bytes, size))
    return FALSE;
  while ((marker = next_segment (bytes, size, &at, &start)) != 0 && marker != MARKER_SCAN)
    if (marker == MARKER_TABLES)
      read_tables (bytes + start, at - start, style);
    else if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc)
      {
        read_frame (bytes + start, at - start, style);
        style->progressive = marker == 0xc2;
      }
  style->across = CLAMP (style->across, 1, MOST_APART);
  style->down   = CLAMP (style->down, 1, MOST_APART);
  return style->quality > 0;
}
