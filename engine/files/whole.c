/* whole.c: whether a picture file reaches its end.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "engine/files/whole.h"
#include "engine/files/jpeg.h"

/* A place in the file. Reading beyond the end gives zeros and moves the place beyond the end, which the caller checks last. */
typedef struct {
  const guint8 *bytes;
  gsize         size, at;
} Place;

static gboolean
is_over (const Place *place)
{
  return place->at > place->size;
}

static void
skip (Place *place, guint64 count)
{
  place->at = count > place->size ? place->size + 1 : MIN (place->at + (gsize) count, place->size + 1);
}

static guint64
number (Place *place, int bytes, gboolean little)
{
  const gsize start = place->at;
  guint64     value = 0;

  skip (place, bytes);
  if (is_over (place))
    return 0;
  for (int i = 0; i < bytes; i++)
    value = value << 8 | place->bytes[start + (gsize) (little ? bytes - 1 - i : i)];
  return value;
}

#define BIG(place, bytes)    number (place, bytes, FALSE)
#define LITTLE(place, bytes) number (place, bytes, TRUE)

static gboolean
png (Place place)
{
  guint64 length, kind;

  skip (&place, 8);
  do
    {
      length = BIG (&place, 4);
      kind   = BIG (&place, 4);
      skip (&place, length + 4);
    }
  while (!is_over (&place) && kind != 0x49454e44); /* IEND */
  return !is_over (&place);
}

static gboolean
riff (Place place)
{
  guint64 length;

  skip (&place, 4);
  length = LITTLE (&place, 4);
  skip (&place, length);
  return !is_over (&place);
}

/* Sub-blocks, each after its length, up to an empty one. */
static void
gif_blocks (Place *place)
{
  guint64 length;

  while ((length = LITTLE (place, 1)) > 0)
    skip (place, length);
}

static void
gif_colours (Place *place, guint64 flags)
{
  if (flags & 0x80)
    skip (place, 3u << ((flags & 7) + 1));
}

static gboolean
gif (Place place)
{
  guint64 kind, flags;

  skip (&place, 10);
  flags = LITTLE (&place, 1);
  skip (&place, 2);
  gif_colours (&place, flags);
  while ((kind = LITTLE (&place, 1)) == 0x2c || kind == 0x21)
    {
      skip (&place, kind == 0x2c ? 8 : 1);
      if (kind == 0x2c)
        {
          flags = LITTLE (&place, 1);
          gif_colours (&place, flags);
          skip (&place, 1);
        }
      gif_blocks (&place);
    }
  return kind == 0x3b && !is_over (&place);
}

static gboolean
bmp (Place place)
{
  guint64 data, width, height, bits, packing;
  gint32  rows;

  skip (&place, 10);
  data = LITTLE (&place, 4);
  if (LITTLE (&place, 4) < 40)
    return TRUE; /* OS/2 */
  width   = LITTLE (&place, 4);
  rows    = (gint32) LITTLE (&place, 4); /* negative: from the top */
  height  = (guint64) ABS ((gint64) rows);
  bits    = (LITTLE (&place, 4) >> 16) & 0xff;
  packing = LITTLE (&place, 4);
  if (packing != 0 && packing != 3 && packing != 6)
    return !is_over (&place); /* run lengths: the size follows from the data */
  place.at = 0;
  skip (&place, data);
  skip (&place, (width * bits + 31) / 32 * 4 * height);
  return !is_over (&place);
}

static gboolean
psd (Place place)
{
  guint64 large, channels, height, width, depth, packing, row;

  skip (&place, 4);
  large = BIG (&place, 2) == 2;
  skip (&place, 6);
  channels = BIG (&place, 2);
  height   = BIG (&place, 4);
  width    = BIG (&place, 4);
  depth    = BIG (&place, 2);
  skip (&place, 2);
  for (int section = 0; section < 3; section++)
    skip (&place, BIG (&place, large && section == 2 ? 8 : 4));
  packing = BIG (&place, 2);
  if (packing == 0)
    skip (&place, (width * depth + 7) / 8 * height * channels);
  else if (packing == 1)
    {
      Place lengths = place;

      skip (&place, (large ? 4 : 2) * height * channels);
      for (row = 0; row < height * channels && !is_over (&place); row++)
        skip (&place, BIG (&lengths, large ? 4 : 2));
    }
  return !is_over (&place);
}

/* There is no signature; fields that allow few values tell. */
static gboolean
is_tga (const Place *place)
{
  const guint8 *b = place->bytes;

  return place->size > 18 && b[1] <= 1 && (b[2] == 2 || b[2] == 3) && b[16] >= 8 && b[16] <= 32 && b[16] % 8 == 0 &&
         b[17] < 64 && (b[12] | b[13]) && (b[14] | b[15]) && b[3] + b[4] + b[5] + b[6] + b[7] == 0;
}

static gboolean
tga (Place place)
{
  guint64 name = LITTLE (&place, 1), width, height, bits;

  skip (&place, 11);
  width  = LITTLE (&place, 2);
  height = LITTLE (&place, 2);
  bits   = LITTLE (&place, 1);
  skip (&place, 1 + name);
  skip (&place, width * height * bits / 8);
  return !is_over (&place);
}

gboolean
fddm_whole (const guint8 *bytes, gsize size)
{
  static const struct {
    const char *magic;
    int         length;
    gboolean (*check) (Place place);
  } kinds[] = {
    { "\x89PNG\r\n\x1a\n", 8, png }, { "RIFF", 4, riff }, { "GIF8", 4, gif }, { "BM", 2, bmp }, { "8BPS", 4, psd }
  };
  Place place = { .bytes = bytes, .size = size };

  if (fddm_jpeg_is (bytes, size))
    return fddm_jpeg_whole (bytes, size);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (size >= (gsize) kinds[i].length && memcmp (bytes, kinds[i].magic, (gsize) kinds[i].length) == 0)
      return kinds[i].check (place);
  return !is_tga (&place) || tga (place);
}
