/* places.c: see places.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/places.h"
#include <string.h>

/* Whether any tile's own part covers a block, wherever it begins. */
static gboolean
covers_a_block (const FddmTiling *tiling, int patch)
{
  return tiling->size == tiling->length || (tiling->size - 2 * tiling->halo - 1) * patch >= FDDM_AGAIN_BLOCK;
}

/* The tile whose own part begins with block (ROW, COLUMN). */
static FddmTile
place (const FddmWork *work, int row, int column)
{
  const int patch = work->context->weights->patch;
  const int top = row * FDDM_AGAIN_BLOCK / patch, left = column * FDDM_AGAIN_BLOCK / patch;
  FddmTile  tile;
  int       bottom, right;

  fddm_tiling_at (&work->down, top, &tile.row, &bottom);
  fddm_tiling_at (&work->across, left, &tile.column, &right);
  fddm_work_extend (work, top, bottom, left, right, &tile);
  return tile;
}

/* Number of blocks from block FIRST on that lie before pixel END; the last one of an axis of LENGTH pixels may be cut off. */
static int
blocks_until (int first, int end, int length)
{
  return (end == length ? end + FDDM_AGAIN_BLOCK - 1 : end) / FDDM_AGAIN_BLOCK - first;
}

/* Takes the blocks that TILE covers, from block (ROW, COLUMN) on, from LEFT. */
static void
take (const FddmWork *work, const FddmTile *tile, int row, int column, guint8 *left)
{
  const FddmRect *own    = &tile->own;
  const int       down   = blocks_until (row, own->y + own->height, work->spec.height);
  const int       across = blocks_until (column, own->x + own->width, work->spec.width);

  for (int y = row; y < row + down; y++)
    memset (left + (gsize) y * work->spec.part->across + column, 0, (gsize) across);
}

gboolean
fddm_work_place (FddmWork *work, GError **error)
{
  const FddmAgain   *part  = work->spec.part;
  const int          patch = work->context->weights->patch;
  g_autofree guint8 *left  = NULL;
  gsize              blocks;

  if (part == NULL || !covers_a_block (&work->down, patch) || !covers_a_block (&work->across, patch))
    return TRUE;
  blocks       = (gsize) part->down * part->across;
  left         = g_try_new (guint8, blocks);
  work->places = g_try_new (FddmTile, part->marked);
  if (left == NULL || work->places == NULL)
    {
      g_clear_pointer (&work->places, g_free); /* the tilings' number counts */
      return fddm_work_no_memory (work, error);
    }
  memcpy (left, part->blocks, blocks);
  for (int y = 0; y < part->down; y++)
    for (int x = 0; x < part->across; x++)
      if (left[(gsize) y * part->across + x])
        {
          const FddmTile tile = place (work, y, x);

          work->places[work->n_places++] = tile;
          take (work, &tile, y, x, left);
        }
  return TRUE;
}
