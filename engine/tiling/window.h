/* window.h: where a tile's pixels lie in the rectangle of the picture that was read for it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/backend.h"

/* One way of laying the patch grid over the picture. Averaging over several hides the grid. */
typedef struct {
  int      offset_x, offset_y;            /* pixels of reflection before the first one, 0 … d−1 */
  gboolean mirror_x, mirror_y, transpose; /* of the tile, the last of them transposing          */
} FddmGrid;

#define FDDM_GRIDS_MAX 8

/* Grid I of FDDM_GRIDS_MAX for patches of side PATCH; 0 is the plain one. */
FddmGrid fddm_grid (int i, int patch);

/* A rectangle in picture pixels: [x, x + width) × [y, y + height). */
typedef struct {
  int x, y, width, height;
} FddmRect;

/* A tile: patches [row, row + rows) × [column, column + columns) of the plain grid, moved by the grid's offset; REGION is
 * what was read of the picture, CORE what of it can be trusted and is synthesised, OWN what the tile answers for: the core,
 * or less where a filter looks around. The own parts make up the picture. */
typedef struct {
  int      row, column, rows, columns;
  FddmRect region, core, own;
} FddmTile;

/* Pixels of the tile's region. */
static inline gsize
fddm_tile_pixels (const FddmTile *tile)
{
  return (gsize) tile->region.width * tile->region.height;
}

/* RECT and what lies within MARGIN pixels of it in WITHIN. */
FddmRect fddm_rect_grow (const FddmRect *rect, int margin, const FddmRect *within);

/* What to read for TILE from a WIDTH × HEIGHT picture: all that any grid's pixels, reflected, may touch. */
FddmRect fddm_tile_region (const FddmTile *tile, int patch, int width, int height);

/* Fills in WINDOW and the offsets behind it: ROW_OFFSET and COLUMN_OFFSET have room for (the longer side of the tile) ·
 * patch each. SAMPLES: of a pixel in the region, 1 (gray) or 3. */
void fddm_window_init (FddmWindow *window, const FddmTile *tile, const FddmGrid *grid, int patch, int channels, int samples,
                       int width, int height, int *row_offset, int *column_offset);
