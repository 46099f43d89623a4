/* whole-exr.c: see whole-exr.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * After the header there is a table of the places of all blocks: of some rows each, or of a tile. A block begins with its
 * coordinates and its size. */
#include <string.h>
#include "engine/files/whole-exr.h"

#define TILED    0x200u /* flags of the version */
#define DEEP     0x800u
#define PARTS    0x1000u
#define TEXT_MAX 256 /* bytes of a name with its end */

typedef struct {
  gint64   left, top, right, bottom;  /* of the pixels, inclusive */
  guint64  compression, across, down; /* across, down: of a tile  */
  gboolean one_level;
} Header;

/* A text up to its zero, into TEXT. FALSE if it is longer than any in good files. */
static gboolean
read_name (FddmCursor *file, char text[TEXT_MAX])
{
  for (int i = 0; i < TEXT_MAX; i++)
    if ((text[i] = (char) fddm_cursor_little (file, 1)) == '\0')
      return TRUE;
  return FALSE;
}

static gint64
read_signed (FddmCursor *file)
{
  return (gint32) fddm_cursor_little (file, 4);
}

static void
take (FddmCursor value, const char *name, Header *header)
{
  if (strcmp (name, "dataWindow") == 0)
    {
      header->left   = read_signed (&value);
      header->top    = read_signed (&value);
      header->right  = read_signed (&value);
      header->bottom = read_signed (&value);
    }
  else if (strcmp (name, "compression") == 0)
    header->compression = fddm_cursor_little (&value, 1);
  else if (strcmp (name, "tiles") == 0)
    {
      header->across    = fddm_cursor_little (&value, 4);
      header->down      = fddm_cursor_little (&value, 4);
      header->one_level = (fddm_cursor_little (&value, 1) & 0xf) == 0;
    }
}

static gboolean
read_header (FddmCursor *file, Header *header)
{
  char name[TEXT_MAX], type[TEXT_MAX];

  while (read_name (file, name) && *name && read_name (file, type))
    {
      const guint64 size = fddm_cursor_little (file, 4);

      take (*file, name, header);
      fddm_cursor_skip (file, size);
    }
  return !fddm_cursor_is_over (file) && *name == '\0' && header->right >= header->left && header->bottom >= header->top;
}

/* Rows of a block, by the number of the compression. */
static guint64
rows_of_block (guint64 compression)
{
  static const guint16 rows[] = { 1, 1, 1, 16, 32, 16, 32, 32, 32, 256 };

  return compression < G_N_ELEMENTS (rows) ? rows[compression] : 0;
}

static guint64
count_blocks (const Header *header, gboolean tiled)
{
  const guint64 width = (guint64) (header->right - header->left + 1), height = (guint64) (header->bottom - header->top + 1);
  const guint64 down = tiled ? header->down : rows_of_block (header->compression), across = tiled ? header->across : width;

  return down && across ? ((width + across - 1) / across) * ((height + down - 1) / down) : 0;
}

gboolean
fddm_whole_exr (FddmCursor file)
{
  Header   header = { .right = -1 };
  guint64  version, blocks;
  gboolean tiled;

  fddm_cursor_skip (&file, 4);
  version = fddm_cursor_little (&file, 4);
  tiled   = (version & TILED) != 0;
  if (version & (DEEP | PARTS))
    return TRUE;
  if (!read_header (&file, &header))
    return FALSE;
  if (tiled && !header.one_level)
    return TRUE;
  blocks = count_blocks (&header, tiled);
  for (guint64 i = 0; i < blocks && !fddm_cursor_is_over (&file); i++)
    {
      const guint64 place = fddm_cursor_little (&file, 8);
      FddmCursor    block = file;

      fddm_cursor_seek (&block, place);
      fddm_cursor_skip (&block, tiled ? 16 : 4);
      fddm_cursor_skip (&block, fddm_cursor_little (&block, 4));
      if (place == 0 || fddm_cursor_is_over (&block)) /* 0: its writer was stopped */
        return FALSE;
    }
  return !fddm_cursor_is_over (&file);
}
