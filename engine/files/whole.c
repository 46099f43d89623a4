/* whole.c: whether a picture file reaches its end.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "engine/files/whole.h"
#include "engine/files/cursor.h"
#include "engine/files/jpeg.h"
#include "engine/files/whole-exr.h"
#include "engine/files/whole-runs.h"

#define BIG(cursor, bytes)    fddm_cursor_big (cursor, bytes)
#define LITTLE(cursor, bytes) fddm_cursor_little (cursor, bytes)

static gboolean
png (FddmCursor cursor)
{
  guint64 length, kind;

  fddm_cursor_skip (&cursor, 8);
  do
    {
      length = BIG (&cursor, 4);
      kind   = BIG (&cursor, 4);
      fddm_cursor_skip (&cursor, length + 4);
    }
  while (!fddm_cursor_is_over (&cursor) && kind != 0x49454e44); /* IEND */
  return !fddm_cursor_is_over (&cursor);
}

/* JPEG XL in boxes. The last one may reach to the end, wherever that is; whether it does, only a decoder can tell. */
static gboolean
boxes (FddmCursor cursor)
{
  enum { WHOLE = 0x6a786c63, PART = 0x6a786c70 }; /* "jxlc" and "jxlp", the kinds with pixels */
  gboolean complete = FALSE;

  while (cursor.at < cursor.size)
    {
      const gsize   start  = cursor.at;
      guint64       length = BIG (&cursor, 4);
      const guint64 kind   = BIG (&cursor, 4);

      if (length == 1)
        length = BIG (&cursor, 8);
      complete |= kind == WHOLE || (kind == PART && BIG (&cursor, 1) >= 0x80); /* part of a number: the last one */
      if (length == 0)
        return complete && !fddm_cursor_is_over (&cursor);
      fddm_cursor_seek (&cursor, start);
      fddm_cursor_skip (&cursor, MAX (length, 8));
    }
  return complete && !fddm_cursor_is_over (&cursor);
}

static gboolean
riff (FddmCursor cursor)
{
  guint64 length;

  fddm_cursor_skip (&cursor, 4);
  length = LITTLE (&cursor, 4);
  fddm_cursor_skip (&cursor, length);
  return !fddm_cursor_is_over (&cursor);
}

/* Sub-blocks, each after its length, up to an empty one. */
static void
gif_blocks (FddmCursor *cursor)
{
  guint64 length;

  while ((length = LITTLE (cursor, 1)) > 0)
    fddm_cursor_skip (cursor, length);
}

static void
gif_colours (FddmCursor *cursor, guint64 flags)
{
  if (flags & 0x80)
    fddm_cursor_skip (cursor, 3u << ((flags & 7) + 1));
}

static gboolean
gif (FddmCursor cursor)
{
  guint64 kind, flags;

  fddm_cursor_skip (&cursor, 10);
  flags = LITTLE (&cursor, 1);
  fddm_cursor_skip (&cursor, 2);
  gif_colours (&cursor, flags);
  while ((kind = LITTLE (&cursor, 1)) == 0x2c || kind == 0x21)
    {
      fddm_cursor_skip (&cursor, kind == 0x2c ? 8 : 1);
      if (kind == 0x2c)
        {
          flags = LITTLE (&cursor, 1);
          gif_colours (&cursor, flags);
          fddm_cursor_skip (&cursor, 1);
        }
      gif_blocks (&cursor);
    }
  return kind == 0x3b && !fddm_cursor_is_over (&cursor);
}

static gboolean
bmp (FddmCursor cursor)
{
  guint64 data, header, width, height, bits, packing;
  gint32  rows;

  fddm_cursor_skip (&cursor, 10);
  data   = LITTLE (&cursor, 4);
  header = LITTLE (&cursor, 4);
  if (header < 40)
    return TRUE; /* OS/2 */
  if (header > cursor.size)
    return FALSE; /* with any packing */
  width   = LITTLE (&cursor, 4);
  rows    = (gint32) LITTLE (&cursor, 4); /* negative: from the top */
  height  = (guint64) ABS ((gint64) rows);
  bits    = (LITTLE (&cursor, 4) >> 16) & 0xff;
  packing = LITTLE (&cursor, 4);
  if (packing != 0 && packing != 3 && packing != 6)
    return !fddm_cursor_is_over (&cursor); /* run lengths: the size follows from the data */
  fddm_cursor_seek (&cursor, data);
  fddm_cursor_skip (&cursor, (width * bits + 31) / 32 * 4 * height);
  return !fddm_cursor_is_over (&cursor);
}

static gboolean
psd (FddmCursor cursor)
{
  guint64 large, channels, height, width, depth, packing, row;

  fddm_cursor_skip (&cursor, 4);
  large = BIG (&cursor, 2) == 2;
  fddm_cursor_skip (&cursor, 6);
  channels = BIG (&cursor, 2);
  height   = BIG (&cursor, 4);
  width    = BIG (&cursor, 4);
  depth    = BIG (&cursor, 2);
  fddm_cursor_skip (&cursor, 2);
  for (int section = 0; section < 3; section++)
    fddm_cursor_skip (&cursor, BIG (&cursor, large && section == 2 ? 8 : 4));
  packing = BIG (&cursor, 2);
  if (packing == 0)
    fddm_cursor_skip (&cursor, (width * depth + 7) / 8 * height * channels);
  else if (packing == 1)
    {
      FddmCursor lengths = cursor;

      fddm_cursor_skip (&cursor, (large ? 4 : 2) * height * channels);
      for (row = 0; row < height * channels && !fddm_cursor_is_over (&cursor); row++)
        fddm_cursor_skip (&cursor, BIG (&lengths, large ? 4 : 2));
    }
  return !fddm_cursor_is_over (&cursor);
}

/* Value of a FITS card "NAME    =      VALUE" at the cursor, or MISSING. */
static gint64
card_value (const FddmCursor *cursor, const char *name, gint64 missing)
{
  char      text[81] = "";
  const int length   = (int) strlen (name);

  if (cursor->at + 80 > cursor->size)
    return missing;
  memcpy (text, cursor->bytes + cursor->at, 80);
  return strncmp (text, name, (gsize) length) == 0 && (text[length] == ' ' || text[length] == '=') && text[8] == '='
           ? g_ascii_strtoll (text + 9, NULL, 10)
           : missing;
}

/* The first picture, after cards of 80 bytes in blocks of 2880. */
static gboolean
fits (FddmCursor cursor)
{
  enum { CARD = 80, BLOCK = 2880 };
  gint64 bits = 0, axes = 0, size = 1;

  for (; !fddm_cursor_is_over (&cursor); fddm_cursor_skip (&cursor, CARD))
    {
      if (cursor.at + CARD <= cursor.size && memcmp (cursor.bytes + cursor.at, "END     ", 8) == 0)
        break;
      bits = CLAMP (card_value (&cursor, "BITPIX", bits), -64, 64);
      axes = card_value (&cursor, "NAXIS", axes);
      for (int i = 1; i <= MIN (axes, 9); i++)
        {
          const char name[] = { 'N', 'A', 'X', 'I', 'S', (char) ('0' + i), '\0' };

          size *= CLAMP (card_value (&cursor, name, 1), 0, G_MAXINT32);
          size = MIN (size, G_MAXINT32);
        }
    }
  fddm_cursor_skip (&cursor, CARD);
  fddm_cursor_seek (&cursor, (cursor.at + BLOCK - 1) / BLOCK * BLOCK);
  fddm_cursor_skip (&cursor, axes > 0 ? (guint64) (size * ABS (bits / 8)) : 0);
  return !fddm_cursor_is_over (&cursor);
}

gboolean
fddm_whole (const guint8 *bytes, gsize size)
{
  static const struct {
    const char *magic;
    int         length;
    gboolean (*check) (FddmCursor cursor);
  } kinds[]         = { { "\x89PNG\r\n\x1a\n", 8, png },
                        { "\0\0\0\x0cJXL ", 8, boxes },
                        { "RIFF", 4, riff },
                        { "GIF8", 4, gif },
                        { "BM", 2, bmp },
                        { "8BPS", 4, psd },
                        { "\x76\x2f\x31\x01", 4, fddm_whole_exr },
                        { "\x01\xda", 2, fddm_whole_sgi },
                        { "\x59\xa6\x6a\x95", 4, fddm_whole_ras },
                        { "SIMPLE  =", 9, fits } };
  FddmCursor cursor = { .bytes = bytes, .size = size };

  if (fddm_jpeg_is (bytes, size))
    return fddm_jpeg_whole (bytes, size);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (size >= (gsize) kinds[i].length && memcmp (bytes, kinds[i].magic, (gsize) kinds[i].length) == 0)
      return kinds[i].check (cursor);
  return fddm_whole_runs (cursor);
}
