/* window.c: grids, reflection at the picture's edges, mirrored and transposed access.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/tiling/window.h"
#include "kernels/pixels/hot.h"
#include "kernels/pixels/pixels.h"

FddmGrid
fddm_grid (int i, int patch)
{
  /* In quarters of a patch. The second and third grid are as far from the first as possible. */
  static const struct {
    int x, y;
  } quarters[FDDM_GRIDS_MAX] = { { 0, 0 }, { 2, 2 }, { 2, 0 }, { 0, 2 }, { 1, 1 }, { 3, 3 }, { 1, 3 }, { 3, 1 } };

  return (FddmGrid) { .offset_x  = quarters[i].x * patch / 4,
                      .offset_y  = quarters[i].y * patch / 4,
                      .mirror_x  = i & 1,
                      .mirror_y  = (i & 2) != 0,
                      .transpose = (i & 4) != 0 };
}

FddmRect
fddm_rect_grow (const FddmRect *rect, int margin, const FddmRect *within)
{
  const int left   = MAX (rect->x - margin, within->x),
            right  = MIN (rect->x + rect->width + margin, within->x + within->width);
  const int top    = MAX (rect->y - margin, within->y),
            bottom = MIN (rect->y + rect->height + margin, within->y + within->height);

  return (FddmRect) { .x = left, .y = top, .width = right - left, .height = bottom - top };
}

FddmRect
fddm_tile_region (const FddmTile *tile, int patch, int width, int height)
{
  /* Before the tile: the offset of a grid. After the tile: reflection reaches back by the tile's overhang, less than two
   * patches. On all sides: the reach of repair, and that of hot pixels, whose neighbours it may use. */
  const int margin = 2 * patch + FDDM_REPAIR_REACH + FDDM_HOT_REACH;
  const int left = MAX (tile->column * patch - margin, 0), top = MAX (tile->row * patch - margin, 0);
  const int right  = MIN ((tile->column + tile->columns) * patch + margin, width);
  const int bottom = MIN ((tile->row + tile->rows) * patch + margin, height);

  return (FddmRect) { .x = left, .y = top, .width = right - left, .height = bottom - top };
}

/* One axis of a window: N tile pixels, of which the first is picture pixel FIRST of LENGTH. The region begins at REGION. */
typedef struct {
  int      n, first, length, region;
  int      stride; /* floats from one pixel to the next */
  gboolean mirror;
} FDDM_BY_NAME Axis;

/* Fills in OFFSET. Converts the core [*from, *to) from picture to tile pixels. */
static void
fill_axis (const Axis *axis, int *offset, int *from, int *to)
{
  const int n = axis->n, core_from = *from - axis->first, core_to = *to - axis->first;

  for (int i = 0; i < n; i++)
    offset[axis->mirror ? n - 1 - i : i] = (fddm_reflect (axis->first + i, axis->length) - axis->region) * axis->stride;
  *from = axis->mirror ? n - core_to : core_from;
  *to   = axis->mirror ? n - core_from : core_to;
}

void
fddm_window_init (FddmWindow *window, const FddmPictureForm *picture, const FddmTile *tile, const FddmGrid *grid,
                  int *row_offset, int *column_offset)
{
  const int  patch = picture->patch, samples = picture->samples;
  const Axis down   = { .n      = tile->rows * patch,
                        .first  = tile->row * patch - grid->offset_y,
                        .length = picture->height,
                        .region = tile->region.y,
                        .stride = tile->region.width * samples,
                        .mirror = grid->mirror_y };
  const Axis across = { .n      = tile->columns * patch,
                        .first  = tile->column * patch - grid->offset_x,
                        .length = picture->width,
                        .region = tile->region.x,
                        .stride = samples,
                        .mirror = grid->mirror_x };
  int        top = tile->core.y, bottom = top + tile->core.height, left = tile->core.x, right = left + tile->core.width;

  fill_axis (&down, grid->transpose ? column_offset : row_offset, &top, &bottom);
  fill_axis (&across, grid->transpose ? row_offset : column_offset, &left, &right);
  *window = (FddmWindow) {
    .patch          = patch,
    .channels       = picture->channels,
    .channel_stride = samples == 1 ? 0 : 1,
    .rows           = grid->transpose ? tile->columns : tile->rows,
    .columns        = grid->transpose ? tile->rows : tile->columns,
    .n_floats       = (gsize) tile->region.width * tile->region.height * samples,
    .row_offset     = row_offset,
    .column_offset  = column_offset,
    .top            = grid->transpose ? left : top,
    .bottom         = grid->transpose ? right : bottom,
    .left           = grid->transpose ? top : left,
    .right          = grid->transpose ? bottom : right,
  };
}
