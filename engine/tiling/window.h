/* window.h: geometry of tiles, and the place of a tile's pixels in its region.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"
#include "kernels/backend.h"

/* A placement of the patch grid on the picture. Averaging over several hides the grid. */
typedef struct {
  int      offset_x, offset_y;            /* reflected pixels before the first one, 0 … d−1 */
  gboolean mirror_x, mirror_y, transpose; /* of the tile; transposed last                   */
} FddmGrid;

#define FDDM_GRIDS_MAX FDDM_DENOISE_AVERAGES_MAX

/* Grid I of FDDM_GRIDS_MAX for patches of side PATCH; 0 is the plain one. */
FddmGrid fddm_grid (int i, int patch);

/* A rectangle in picture pixels: [x, x + width) × [y, y + height). */
typedef struct {
  int x, y, width, height;
} FddmRect;

/* A tile: patches [row, row + rows) × [column, column + columns) of the plain grid, shifted by the grid's offset. REGION:
 * pixels read. CORE: pixels with right values, which are synthesised. OWN: pixels written, the core less the reach of the
 * filters. The own parts make up the picture. */
typedef struct {
  int      row, column, rows, columns;
  FddmRect region, core, own;
} FddmTile;

/* Number of pixels in the tile's region. */
static inline gsize
fddm_tile_pixels (const FddmTile *tile)
{
  return (gsize) tile->region.width * tile->region.height;
}

/* RECT, extended by MARGIN pixels to each side, within WITHIN. */
FddmRect fddm_rect_grow (const FddmRect *rect, int margin, const FddmRect *within);

/* Region of TILE in a WIDTH × HEIGHT picture: all pixels that any grid may access, including by reflection. */
FddmRect fddm_tile_region (const FddmTile *tile, int patch, int width, int height);

/* Format of a picture, as far as windows depend on it. */
typedef struct {
  int width, height; /* in pixels                                   */
  int samples;       /* per pixel of the region: 1 (gray) or 3      */
  int patch;         /* side d of a patch                           */
  int channels;      /* of the coefficients: 3 (YCbCr) or 1         */
} FDDM_BY_NAME FddmPictureForm;

/* Fills in WINDOW and its offsets. ROW_OFFSET and COLUMN_OFFSET each have room for (longer side of the tile) · patch. */
void fddm_window_init (FddmWindow *window, const FddmPictureForm *picture, const FddmTile *tile, const FddmGrid *grid,
                       int *row_offset, int *column_offset);
