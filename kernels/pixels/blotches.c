/* blotches.c: see blotches.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/blotches.h"
#include "kernels/fddm-math.h"
#include "kernels/memory.h"

#define CELL FDDM_BLOTCHES_CELL

/* One axis of the cells that the pixels belong to. */
typedef struct {
  int pixels, cells;
  int shift; /* offset of the first pixel in its cell */
} Axis;

static Axis
axis_of (int pixels, int begin)
{
  const int shift = begin % CELL;

  return (Axis) { pixels, (shift + pixels + CELL - 1) / CELL, shift };
}

/* Mean of cell I of ROW in each of the three channels, over the pixels present. */
static void
mean_of_cell (const float *pixels, const Axis *across, const Axis *down, int i, int row, float mean[3])
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

/* The two cells around pixel I (at the picture's edges the last cell), and the weight of the second. */
static float
cells_of (const Axis *axis, int i, int cell[2])
{
  const float at    = ((float) (i + axis->shift) + 0.5f) / CELL - 0.5f;
  const int   first = at < 0.0f ? -1 : (int) at;

  cell[0] = MAX (first, 0);
  cell[1] = MIN (first + 1, axis->cells - 1);
  return at - (float) first;
}

static void
spread_row (const float *cells, const Axis *across, const Axis *down, int y, float *change)
{
  int          row[2], cell[2];
  const float  below = cells_of (down, y, row);
  const float *upper = cells + (gsize) row[0] * across->cells * 3, *lower = cells + (gsize) row[1] * across->cells * 3;

  for (int x = 0; x < across->pixels; x++)
    {
      const float right = cells_of (across, x, cell);
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
  const Axis  across = axis_of (width, x), down = axis_of (height, y);
  const gsize n     = (gsize) across.cells * down.cells * 3;
  float      *cells = fddm_memory_new (2 * n * sizeof *cells);

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
