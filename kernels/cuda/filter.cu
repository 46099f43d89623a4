/* filter.cu: the filters after the network: colour blotches averaged, residual noise shrunk (shrink.cu), both applied.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bytes of GPU memory per pixel of a colour picture: 24 to average cells, 36 to apply. */
#include "kernels/cuda/photo.cuh"

/* ---- Blotches ---- */

#define CELL  FDDM_BLOTCHES_CELL
#define REACH FDDM_NONLOCAL_REACH

/* Cells computed by a block, one by each thread; and read by it. */
#define ACROSS      32
#define DOWN        8
#define WIDE        (ACROSS + 2 * REACH)
#define HIGH        (DOWN + 2 * REACH)
#define CELL_BLOCKS 32768 /* maximum number of rows of blocks per launch */

/* Maximum number of rows of cells per launch, a multiple of DOWN. CUDA would allow 65535 rows of blocks; this few are checked
 * against the reference. */
#define NONLOCAL_ROWS (1024 * DOWN)

/* Means of the estimate over cells, whose change is not yet known. */
static __global__ void
cells_kernel (const Photo photo, float *cells)
{
  const int i = (int) (blockIdx.x * blockDim.x + threadIdx.x), row = (int) blockIdx.y;
  const int left = max (i * CELL - photo.across.shift, 0), right = min ((i + 1) * CELL - photo.across.shift, photo.width);
  const int top = max (row * CELL - photo.down.shift, 0), bottom = min ((row + 1) * CELL - photo.down.shift, photo.height);
  float     sum[3] = { 0.0f, 0.0f, 0.0f };

  if (i >= photo.across.cells)
    return;
  for (int y = top; y < bottom; y++)
    for (int x = left; x < right; x++)
      {
        float l[MOST], n[MOST];

        read_pixel (photo, x, y, l, n);
        for (int c = 0; c < 3; c++)
          sum[c] += fddm_clamp (l[c], -FDDM_PIXEL_LIMIT, FDDM_PIXEL_LIMIT);
      }
  for (int c = 0; c < 3; c++)
    cells[((size_t) row * photo.across.cells + i) * 3 + c] = sum[c] / (float) ((right - left) * (bottom - top));
}

/* Non-local means of CELLS from row FIRST on. SCALE: factor of the sum of squared differences over the nine cells and all
 * channels. */
static __global__ void
nonlocal_kernel (const float *cells, int width, int height, int first, float scale, float *change)
{
  __shared__ float around[3][HIGH * WIDE];
  const int        i = threadIdx.x % ACROSS, j = threadIdx.x / ACROSS, at = (j + REACH) * WIDE + i + REACH;
  const int        left = (int) blockIdx.x * ACROSS, top = first + (int) blockIdx.y * DOWN;
  float            weight = 1.0f, sum[3];

  for (int e = threadIdx.x; e < HIGH * WIDE; e += ACROSS * DOWN)
    {
      const int    x = fddm_reflect (left + e % WIDE - REACH, width), y = fddm_reflect (top + e / WIDE - REACH, height);
      const float *cell = cells + ((size_t) y * width + x) * 3;

      for (int c = 0; c < 3; c++)
        around[c][e] = cell[c];
    }
  __syncthreads ();
  for (int c = 0; c < 3; c++)
    sum[c] = around[c][at];
  for (int v = -FDDM_NONLOCAL_SIDE; v <= FDDM_NONLOCAL_SIDE; v++)
    for (int u = -FDDM_NONLOCAL_SIDE; u <= FDDM_NONLOCAL_SIDE; u++)
      {
        const int shift    = FDDM_NONLOCAL_STEP * (v * WIDE + u);
        float     distance = 0.0f, share;

        if (u == 0 && v == 0)
          continue;
        for (int c = 0; c < 3; c++)
          for (int y = -1; y <= 1; y++)
            for (int x = -1; x <= 1; x++)
              {
                const int   near  = at + y * WIDE + x;
                const float apart = around[c][near] - around[c][near + shift];

                distance += apart * apart;
              }
        share = fmaxf (1.0f - scale * distance, 0.0f);
        share *= share;
        share *= share;
        share *= share;
        weight += share;
        for (int c = 0; c < 3; c++)
          sum[c] += share * around[c][at + shift];
      }
  if (left + i < width && top + j < height)
    for (int c = 0; c < 3; c++)
      change[((size_t) (top + j) * width + left + i) * 3 + c] = sum[c] / weight - around[c][at];
}

/* Writes the change of the cells to CHANGE. CELLS: room for the cells. */
static gboolean
average (FddmDevice *device, const Photo *photo, float h, float *cells, float *change, GError **error)
{
  const int   width = photo->across.cells, height = photo->down.cells;
  const float scale = 1.0f / (8.0f * h * h * 9.0f * 3.0f);

  for (int row = 0; row < height; row += CELL_BLOCKS)
    {
      Photo strip = *photo;

      strip.down.shift -= row * CELL;
      cells_kernel<<<dim3 ((width + 127) / 128, MIN (CELL_BLOCKS, height - row)), 128, 0, device->stream>>> (
        strip, cells + (size_t) row * width * 3);
      if (!fddm_cuda_launched ("averaging blotches", error))
        return FALSE;
    }
  for (int row = 0; row < height; row += NONLOCAL_ROWS)
    {
      const int rows = MIN (NONLOCAL_ROWS, height - row);

      nonlocal_kernel<<<dim3 ((width + ACROSS - 1) / ACROSS, (rows + DOWN - 1) / DOWN), ACROSS * DOWN, 0, device->stream>>> (
        cells, width, height, row, scale, change);
      if (!fddm_cuda_launched ("averaging blotches", error))
        return FALSE;
    }
  return TRUE;
}

/* ---- All filters ---- */

#define THREADS 256

typedef struct {
  int left, top, right, bottom;
} Bounds;

/* CHANGE plus the corrections, LUMA and CHROMA being the shares of that by shrinkage. CORRECTION may be NULL. blockIdx.y:
 * row, modulo the size of the grid. */
static __global__ void
apply_kernel (const Photo photo, const Bounds bounds, float luma, float chroma, const float *correction, float *change)
{
  const int x = bounds.left + (int) (blockIdx.x * THREADS + threadIdx.x);

  if (x >= bounds.right)
    return;
  for (int y = bounds.top + (int) blockIdx.y; y < bounds.bottom; y += (int) gridDim.y)
    {
      const size_t at      = ((size_t) y * photo.width + x) * photo.samples;
      float        b[MOST] = { 0.0f, 0.0f, 0.0f }, shrunk[MOST] = { 0.0f, 0.0f, 0.0f };

      if (photo.cells != NULL)
        blotches_of (photo, x, y, b);
      for (int c = 0; c < MOST; c++)
        if (c < photo.samples && correction != NULL)
          shrunk[c] = correction[at + c];
      scale_shares (shrunk, photo.samples, luma, chroma);
      for (int c = 0; c < MOST; c++)
        if (c < photo.samples)
          change[at + c] = change[at + c] + photo.blotches * b[c] + shrunk[c];
    }
}

static gsize
cells_floats (const FddmFilters *f)
{
  return f->blotches > 0.0f ? (gsize) fddm_cell_axis (f->width, f->x).cells * fddm_cell_axis (f->height, f->y).cells * 3 : 0;
}

/* Room for the correction, the cells and their change. */
gsize
fddm_filters_floats (const FddmFilters *filters)
{
  return (gsize) filters->width * filters->height * filters->samples + 2 * cells_floats (filters);
}

gboolean
fddm_filters_launch (FddmDevice *device, const FddmFilters *filters, const float *pixels, float *change, float *room,
                     GError **error)
{
  const FddmFilters *f      = filters;
  const Bounds       bounds = { f->left, f->top, f->right, f->bottom };
  const gsize        floats = (gsize) f->width * f->height * f->samples;
  float             *cells  = room + floats;
  Photo              photo;

  photo.pixels   = pixels;
  photo.change   = change;
  photo.cells    = NULL;
  photo.width    = f->width;
  photo.height   = f->height;
  photo.samples  = f->samples;
  photo.luma     = f->luma_whole;
  photo.chroma   = f->chroma_whole;
  photo.blotches = f->rest * f->chroma;
  photo.across   = fddm_cell_axis (f->width, f->x);
  photo.down     = fddm_cell_axis (f->height, f->y);
  if (f->blotches > 0.0f)
    {
      float *averaged = cells + cells_floats (f);

      if (!average (device, &photo, f->blotches, cells, averaged, error))
        return FALSE;
      photo.cells = averaged;
    }
  if (f->shrinkage > 0.0f && !fddm_photo_shrink (device, f, &photo, room, error))
    return FALSE;
  apply_kernel<<<dim3 ((f->right - f->left + THREADS - 1) / THREADS, MIN (f->bottom - f->top, 32768)), THREADS, 0,
                 device->stream>>> (photo, bounds, f->rest * f->luma, f->rest * f->chroma, f->shrinkage > 0.0f ? room : NULL,
                                    change);
  return fddm_cuda_launched ("applying filters", error);
}
