/* whole-runs.c: see whole-runs.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/files/whole-runs.h"

/* ---- SGI ---- */

gboolean
fddm_whole_sgi (FddmCursor file)
{
  enum { HEADER = 512 };
  guint64    packed, bytes, dimensions, width, height, channels;
  FddmCursor lengths;

  fddm_cursor_skip (&file, 2);
  packed     = fddm_cursor_big (&file, 1);
  bytes      = fddm_cursor_big (&file, 1);
  dimensions = fddm_cursor_big (&file, 2);
  width      = fddm_cursor_big (&file, 2);
  height     = fddm_cursor_big (&file, 2);
  channels   = fddm_cursor_big (&file, 2);
  height     = dimensions < 2 ? 1 : height;
  channels   = dimensions < 3 ? 1 : channels;
  fddm_cursor_seek (&file, HEADER);
  if (!packed)
    {
      fddm_cursor_skip (&file, width * height * channels * bytes);
      return !fddm_cursor_is_over (&file);
    }
  lengths = file;
  fddm_cursor_skip (&lengths, 4 * height * channels);
  for (guint64 i = 0; i < height * channels && !fddm_cursor_is_over (&lengths); i++)
    {
      FddmCursor row = file;

      fddm_cursor_seek (&row, fddm_cursor_big (&file, 4));
      fddm_cursor_skip (&row, fddm_cursor_big (&lengths, 4));
      if (fddm_cursor_is_over (&row))
        return FALSE;
    }
  return !fddm_cursor_is_over (&lengths);
}

/* ---- Sun raster ---- */

gboolean
fddm_whole_ras (FddmCursor file)
{
  enum { HEADER = 32, RUNS = 2, ESCAPE = 0x80 };
  guint64 width, height, bits, type, palette, bytes;

  fddm_cursor_skip (&file, 4);
  width  = fddm_cursor_big (&file, 4);
  height = fddm_cursor_big (&file, 4);
  bits   = fddm_cursor_big (&file, 4);
  fddm_cursor_skip (&file, 4);
  type = fddm_cursor_big (&file, 4);
  fddm_cursor_skip (&file, 4);
  palette = fddm_cursor_big (&file, 4);
  bytes   = (width * bits + 15) / 16 * 2 * height; /* a row has whole words */
  fddm_cursor_seek (&file, HEADER + palette);
  if (type != RUNS)
    fddm_cursor_skip (&file, bytes);
  for (guint64 n = 0; type == RUNS && n < bytes && !fddm_cursor_is_over (&file); n++)
    if (fddm_cursor_little (&file, 1) == ESCAPE)
      {
        const guint64 more = fddm_cursor_little (&file, 1);

        fddm_cursor_skip (&file, more > 0);
        n += more;
      }
  return !fddm_cursor_is_over (&file);
}

/* ---- PCX ---- */

static gboolean
is_pcx (const FddmCursor *file)
{
  const guint8 *b = file->bytes;

  return file->size > 18 && b[0] == 10 && b[1] <= 5 && b[2] == 1 && (b[3] == 1 || b[3] == 2 || b[3] == 4 || b[3] == 8) &&
         (file->size < 66 || (b[64] == 0 && b[65] >= 1 && b[65] <= 4));
}

static gboolean
pcx (FddmCursor file)
{
  enum { HEADER = 128, PALETTE = 1 + 3 * 256 };
  guint64 version, bits, top, bottom, planes, bytes;

  fddm_cursor_skip (&file, 1);
  version = fddm_cursor_little (&file, 1);
  fddm_cursor_skip (&file, 1);
  bits = fddm_cursor_little (&file, 1);
  fddm_cursor_skip (&file, 2);
  top = fddm_cursor_little (&file, 2);
  fddm_cursor_skip (&file, 2);
  bottom = fddm_cursor_little (&file, 2);
  fddm_cursor_seek (&file, 65);
  planes = fddm_cursor_little (&file, 1);
  bytes  = bottom >= top ? fddm_cursor_little (&file, 2) * planes * (bottom - top + 1) : 0;
  fddm_cursor_seek (&file, HEADER);
  for (guint64 n = 0; n < bytes && !fddm_cursor_is_over (&file);)
    {
      const guint64 byte = fddm_cursor_little (&file, 1);

      if (byte >= 0xc0)
        fddm_cursor_skip (&file, 1);
      n += byte >= 0xc0 ? byte - 0xc0 : 1;
    }
  if (version == 5 && bits == 8 && planes == 1)
    fddm_cursor_skip (&file, PALETTE);
  return !fddm_cursor_is_over (&file);
}

/* ---- TGA ---- */

/* Fields that allow few values tell. */
static gboolean
is_tga (const FddmCursor *file)
{
  const guint8  *b       = file->bytes;
  const int      type    = file->size > 18 ? b[2] & ~8 : 0; /* 8: runs */
  const gboolean palette = type == 1 && b[1] == 1 && b[7] >= 15 && b[7] <= 32 && (b[5] | b[6]);
  const gboolean plain   = (type == 2 || type == 3) && b[1] <= 1 && b[3] + b[4] + b[5] + b[6] + b[7] == 0;

  return (palette || plain) && b[16] >= 8 && b[16] <= 32 && b[16] % 8 == 0 && b[17] < 64 && (b[12] | b[13]) &&
         (b[14] | b[15]);
}

static gboolean
tga (FddmCursor file)
{
  guint64 name = fddm_cursor_little (&file, 1), type, colours, bits, pixels, bytes;

  fddm_cursor_skip (&file, 1);
  type = fddm_cursor_little (&file, 1);
  fddm_cursor_skip (&file, 2);
  colours = fddm_cursor_little (&file, 2);
  bits    = fddm_cursor_little (&file, 1);
  fddm_cursor_skip (&file, 4);
  pixels = fddm_cursor_little (&file, 2);
  pixels *= fddm_cursor_little (&file, 2);
  bytes = fddm_cursor_little (&file, 1) / 8;
  fddm_cursor_skip (&file, 1 + name + colours * ((bits + 7) / 8));
  if (!(type & 8))
    fddm_cursor_skip (&file, pixels * bytes);
  for (guint64 n = 0; type & 8 && n < pixels && !fddm_cursor_is_over (&file);)
    {
      const guint64 head = fddm_cursor_little (&file, 1), count = (head & 0x7f) + 1;

      fddm_cursor_skip (&file, head & 0x80 ? bytes : count * bytes);
      n += count;
    }
  return !fddm_cursor_is_over (&file);
}

gboolean
fddm_whole_runs (FddmCursor file)
{
  if (is_pcx (&file))
    return pcx (file);
  return !is_tga (&file) || tga (file);
}
