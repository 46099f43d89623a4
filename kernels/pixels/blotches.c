/* blotches.c: see blotches.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/blotches.h"
#include "kernels/fddm-math.h"
#include "kernels/memory.h"
#include "kernels/pixels/pixels.h"
#include "kernels/vector.h"

/* ---- Non-local means ---- */

/* Pixels are computed in blocks of SIDE × SIDE, whose arrays fit into the processor's caches. */
#define SIDE     64
#define REACH    FDDM_NONLOCAL_REACH
#define ROW      (SIDE + 2 * REACH)
#define CHANNELS 3
#define SQUARES  (SIDE + 2)  /* per column: the 3×3 neighbourhoods overhang the block                             */
#define ACROSS   (SIDE + 16) /* per row: whole vectors, since the remainder of a row might be rounded differently */

typedef struct {
  float around[CHANNELS][ROW * ROW + ACROSS]; /* the block and its surroundings, one plane per channel */
  float squares[SQUARES * ACROSS];            /* for one shift: squared differences of pixels          */
  float weight[SIDE * SIDE];                  /* Σ w                                                   */
  float sum[CHANNELS][SIDE * SIDE];           /* Σ w·l                                                 */
} Block;

/* Loads the block with first pixel (LEFT, TOP). Values behind the planes' ends are computed but not used. */
static void
load (Block *block, const float *pixels, int width, int height, int left, int top)
{
  int column[ROW];

  for (int x = 0; x < ROW; x++)
    column[x] = fddm_reflect (left + x - REACH, width) * CHANNELS;
  for (int y = 0; y < ROW; y++)
    {
      const float *row = pixels + (gsize) fddm_reflect (top + y - REACH, height) * width * CHANNELS;

      for (int c = 0; c < CHANNELS; c++)
        for (int x = 0; x < ROW; x++)
          block->around[c][y * ROW + x] = row[column[x] + c];
    }
  for (int c = 0; c < CHANNELS; c++)
    for (int x = 0; x < ACROSS; x++)
      block->around[c][ROW * ROW + x] = 0.0f;
}

/* Each pixel has weight 1 for itself. */
static void
start (Block *block)
{
  for (int i = 0; i < SIDE * SIDE; i++)
    block->weight[i] = 1.0f;
  for (int c = 0; c < CHANNELS; c++)
    for (int y = 0; y < SIDE; y++)
      for (int x = 0; x < SIDE; x++)
        block->sum[c][y * SIDE + x] = block->around[c][(y + REACH) * ROW + x + REACH];
}

/* SHIFT: floats from x to y in a plane. SCALE: factor of the sum of squared differences over the nine pixels and all
 * channels. */
FDDM_INLINE void
add_shift (Block *block, int shift, float scale)
{
  const int corner = (REACH - 1) * (ROW + 1);

  for (int y = 0; y < SQUARES; y++)
    for (int x = 0; x < ACROSS; x++)
      {
        const int at  = corner + y * ROW + x;
        float     sum = 0.0f;

        for (int c = 0; c < CHANNELS; c++)
          {
            const float difference = block->around[c][at] - block->around[c][at + shift];

            sum += difference * difference;
          }
        block->squares[y * ACROSS + x] = sum;
      }
  for (int y = 0; y < SIDE; y++)
    {
      float down[ACROSS];

      for (int x = 0; x < ACROSS; x++)
        down[x] = block->squares[y * ACROSS + x] + block->squares[(y + 1) * ACROSS + x] +
                  block->squares[(y + 2) * ACROSS + x];
      for (int x = 0; x < SIDE; x++)
        {
          const int at    = (y + REACH) * ROW + x + REACH + shift;
          float     share = 1.0f - scale * (down[x] + down[x + 1] + down[x + 2]);

          share = share > 0.0f ? share : 0.0f;
          share *= share;
          share *= share;
          share *= share;
          block->weight[y * SIDE + x] += share;
          for (int c = 0; c < CHANNELS; c++)
            block->sum[c][y * SIDE + x] += share * block->around[c][at];
        }
    }
}

FDDM_VECTORS static void
add_shifts (Block *block, float h)
{
  const float scale = 1.0f / (8.0f * h * h * 9.0f * (float) CHANNELS);

  for (int j = -FDDM_NONLOCAL_SIDE; j <= FDDM_NONLOCAL_SIDE; j++)
    for (int i = -FDDM_NONLOCAL_SIDE; i <= FDDM_NONLOCAL_SIDE; i++)
      if (i != 0 || j != 0)
        add_shift (block, FDDM_NONLOCAL_STEP * (j * ROW + i), scale);
}

/* Writes z − l of the block's first COLUMNS × ROWS pixels to CHANGE, with STRIDE floats per row. */
static void
store (const Block *block, int columns, int rows, float *change, gsize stride)
{
  for (int y = 0; y < rows; y++)
    for (int x = 0; x < columns; x++)
      for (int c = 0; c < CHANNELS; c++)
        change[y * stride + x * CHANNELS + c] = block->sum[c][y * SIDE + x] / block->weight[y * SIDE + x] -
                                                block->around[c][(y + REACH) * ROW + x + REACH];
}

gboolean
fddm_nonlocal_change (const float *pixels, int width, int height, float h, int threads, float *change)
{
  const int across = (width + SIDE - 1) / SIDE, n = across * ((height + SIDE - 1) / SIDE);
  int       workers = CLAMP (threads, 1, MAX (n, 1));
  Block    *blocks  = fddm_memory_new_each (sizeof *blocks, &workers);

  if (blocks == NULL)
    return FALSE;
#pragma omp parallel for schedule(dynamic) num_threads(workers)
  for (int i = 0; i < n; i++)
    {
      const int left = i % across * SIDE, top = i / across * SIDE;
      Block    *block = &blocks[fddm_worker ()];

      load (block, pixels, width, height, left, top);
      start (block);
      add_shifts (block, h);
      store (block, MIN (SIDE, width - left), MIN (SIDE, height - top), change + ((gsize) top * width + left) * CHANNELS,
             (gsize) width * CHANNELS);
    }
  fddm_memory_free (blocks);
  return TRUE;
}

/* ---- Blotches ---- */

#define CELL FDDM_BLOTCHES_CELL

/* Mean of cell I of ROW in each of the three channels, over the pixels present. */
static void
mean_of_cell (const float *pixels, const FddmCellAxis *across, const FddmCellAxis *down, int i, int row, float mean[3])
{
  const int left = MAX (i * CELL - across->shift, 0), right = MIN ((i + 1) * CELL - across->shift, across->pixels);
  const int top = MAX (row * CELL - down->shift, 0), bottom = MIN ((row + 1) * CELL - down->shift, down->pixels);
  float     sum[3] = { 0 };

  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      for (int c = 0; c < 3; c++)
        sum[c] += fddm_clamp (pixels[((gsize) y * across->pixels + x) * 3 + c], -FDDM_PIXEL_LIMIT, FDDM_PIXEL_LIMIT);
  for (int c = 0; c < 3; c++)
    mean[c] = sum[c] / (float) ((right - left) * (bottom - top));
}

static void
spread_row (const float *cells, const FddmCellAxis *across, const FddmCellAxis *down, int y, float *change)
{
  int          row[2], cell[2];
  const float  below = fddm_cells_around (down, y, row);
  const float *upper = cells + (gsize) row[0] * across->cells * 3, *lower = cells + (gsize) row[1] * across->cells * 3;

  for (int x = 0; x < across->pixels; x++)
    {
      const float right = fddm_cells_around (across, x, cell);
      float       value[3], luma;

      for (int c = 0; c < 3; c++)
        {
          const int   left = cell[0] * 3 + c, next = cell[1] * 3 + c;
          const float above = upper[left] + right * (upper[next] - upper[left]);
          const float under = lower[left] + right * (lower[next] - lower[left]);

          value[c] = above + below * (under - above);
        }
      luma = fddm_luma (value);
      for (int c = 0; c < 3; c++)
        change[3 * x + c] = value[c] - luma;
    }
}

gboolean
fddm_blotches_change (const float *pixels, int width, int height, int x, int y, float h, int threads, float *change)
{
  const FddmCellAxis across = fddm_cell_axis (width, x), down = fddm_cell_axis (height, y);
  const gsize        n     = (gsize) across.cells * down.cells * 3;
  float             *cells = fddm_memory_new (2 * n * sizeof *cells);

  if (cells == NULL)
    return FALSE;
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int row = 0; row < down.cells; row++)
    for (int i = 0; i < across.cells; i++)
      mean_of_cell (pixels, &across, &down, i, row, cells + ((gsize) row * across.cells + i) * 3);
  if (!fddm_nonlocal_change (cells, across.cells, down.cells, h, threads, cells + n))
    {
      fddm_memory_free (cells);
      return FALSE;
    }
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int row = 0; row < height; row++)
    spread_row (cells + n, &across, &down, row, change + (gsize) row * width * 3);
  fddm_memory_free (cells);
  return TRUE;
}
