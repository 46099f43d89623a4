/* webp-quality.c: see webp-quality.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The header of a VP8 frame (RFC 6386, sections 9.2 to 9.6) up to its quantizer indices. */
#include <math.h>
#include <string.h>
#include "engine/files/webp-quality.h"

#define INDEX_MOST 127
#define SEGMENTS   4
#define FRAME_HEAD 10 /* bytes before the coded header: tag, start code, size */

/* The boolean decoder (section 7), for probabilities of one half only. */
typedef struct {
  const guint8 *bytes;
  gsize         size, at;
  guint32       value, range;
  int           shifts;
} Bits;

static guint32
next_byte (Bits *bits)
{
  return bits->at < bits->size ? bits->bytes[bits->at++] : 0;
}

static int
bit (Bits *bits)
{
  const guint32 split = 1 + (((bits->range - 1) * 128) >> 8), big = split << 8;
  const int     one = bits->value >= big;

  bits->value -= one ? big : 0;
  bits->range = one ? bits->range - split : split;
  while (bits->range < 128)
    {
      bits->value <<= 1;
      bits->range <<= 1;
      if (++bits->shifts == 8)
        {
          bits->shifts = 0;
          bits->value |= next_byte (bits);
        }
    }
  return one;
}

static int
number (Bits *bits, int n)
{
  int value = 0;

  while (n-- > 0)
    value = 2 * value + bit (bits);
  return value;
}

/* A number that is there if a flag says so, with its sign. */
static int
optional (Bits *bits, int n)
{
  int value;

  if (!bit (bits))
    return 0;
  value = number (bits, n);
  return bit (bits) ? -value : value;
}

/* Returns the smallest quantizer index of the frame. */
static int
finest_index (Bits *bits)
{
  int      quantizers[SEGMENTS] = { 0 }, base, least = INDEX_MOST;
  gboolean segments, map, absolute                   = FALSE;

  number (bits, 2); /* colour space, clamping */
  segments = bit (bits) != 0;
  map      = segments && bit (bits);
  if (segments && bit (bits))
    {
      absolute = bit (bits) != 0;
      for (int i = 0; i < SEGMENTS; i++)
        quantizers[i] = optional (bits, 7);
      for (int i = 0; i < SEGMENTS; i++)
        optional (bits, 6);
    }
  for (int i = 0; map && i < 3; i++)
    if (bit (bits))
      number (bits, 8);
  number (bits, 1 + 6 + 3); /* filter */
  if (bit (bits) && bit (bits))
    for (int i = 0; i < 8; i++)
      optional (bits, 6);
  number (bits, 2); /* partitions */
  base = number (bits, 7);
  for (int i = 0; i < (segments ? SEGMENTS : 1); i++)
    least = MIN (least, absolute ? quantizers[i] : base + quantizers[i]);
  return CLAMP (least, 0, INDEX_MOST);
}

/* The VP8 frame in a RIFF file. */
static gboolean
find_frame (const guint8 **bytes, gsize *size)
{
  const guint8 *file = *bytes;
  gsize         at   = 12;

  if (*size < 12 || memcmp (file, "RIFF", 4) != 0)
    return TRUE;
  while (*size >= 8 && at <= *size - 8)
    {
      const gsize length = (gsize) file[at + 4] | (gsize) file[at + 5] << 8 | (gsize) file[at + 6] << 16 |
                           (gsize) file[at + 7] << 24;

      if (memcmp (file + at, "VP8 ", 4) == 0)
        {
          *bytes = file + at + 8;
          *size  = MIN (length, *size - at - 8);
          return TRUE;
        }
      at += 8 + length + (length & 1);
    }
  return FALSE;
}

double
fddm_webp_quality (const guint8 *bytes, gsize size)
{
  Bits   bits;
  double coarseness;

  if (!find_frame (&bytes, &size) || size < FRAME_HEAD + 2 || memcmp (bytes + 3, "\x9d\x01\x2a", 3) != 0)
    return 0;
  bits       = (Bits) { .bytes = bytes + FRAME_HEAD, .size = size - FRAME_HEAD, .range = 255 };
  bits.value = next_byte (&bits) << 8;
  bits.value |= next_byte (&bits);
  /* The inverse of libwebp's choice: index = 127 (1 − ∛x), x = 2/3 quality below 0.75, 2 quality − 1 above. */
  coarseness = pow (1 - (double) finest_index (&bits) / INDEX_MOST, 3);
  return 100 * MAX (coarseness < 0.5 ? coarseness * 1.5 : (coarseness + 1) / 2, 0.01);
}
