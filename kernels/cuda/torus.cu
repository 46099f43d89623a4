/* torus.cu: windows of a torus, and the clamping of coefficients to displayable pixels.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/fddm-math.h"
#include "kernels/cuda/element.cuh"

#define AREA_MAX (FDDM_PATCH_MAX * FDDM_PATCH_MAX)

static __global__ void
copy_window_kernel (FddmView torus, int height, int width, int row, int column, int window_width, FddmView window,
                    size_t positions)
{
  const size_t position = fddm_position ();
  size_t       from;

  if (position >= positions)
    return;
  from = (row + position / window_width) % height * width + (column + position % window_width) % width;
  FDDM_FOR_FOURS (k, window.channels)
    {
      float x[4];

      fddm_get4 (torus, from, k, x);
      fddm_put4 (window, position, k, window.channels - k, x);
    }
}

gboolean
fddm_cuda_copy_window (FddmDevice *device, const FddmTensor *torus, int row, int column, FddmTensor *window, GError **error)
{
  const size_t n = fddm_positions (window);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  copy_window_kernel<<<fddm_fours_grid (window->channels, n), fddm_fours_block (window->channels), 0, device->stream>>> (
    fddm_view (device, torus), torus->height, torus->width, row, column, window->width, fddm_view (device, window), n);
  return fddm_cuda_launched ("reading a window", error);
}

typedef struct {
  int height, width;
} Size;

typedef struct {
  FddmView window, torus;
  FddmView down, across; /* weights of the window's rows and columns */
  Size     window_size, torus_size;
  int      row, column;   /* position in the torus of the window's first row and column */
  int      reached_width; /* columns of the torus that the window covers                */
} Addition;

/* Runs over the positions that the window covers. Each adds all of its contributions, in a fixed order. */
static __global__ void
add_window_kernel (const __grid_constant__ Addition a, size_t positions)
{
  const size_t position = fddm_position ();
  const int    y = (int) (position / a.reached_width), x = (int) (position % a.reached_width);
  size_t       to;

  if (position >= positions)
    return;
  to = (size_t) ((a.row + y) % a.torus_size.height) * a.torus_size.width + (a.column + x) % a.torus_size.width;
  FDDM_FOR_FOURS (k, a.torus.channels)
    {
      float sum[4], more[4];

      fddm_get4 (a.torus, to, k, sum);
      for (int i = y; i < a.window_size.height; i += a.torus_size.height)
        for (int j = x; j < a.window_size.width; j += a.torus_size.width)
          {
            const float weight = fddm_get (a.down, 0, i) * fddm_get (a.across, 0, j);

            fddm_get4 (a.window, (size_t) i * a.window_size.width + j, k, more);
            for (int l = 0; l < 4; l++)
              sum[l] += weight * more[l];
          }
      fddm_put4 (a.torus, to, k, a.torus.channels - k, sum);
    }
}

gboolean
fddm_cuda_add_window (FddmDevice *device, const FddmTensor *window, const FddmTensor *down, const FddmTensor *across,
                      int row, int column, FddmTensor *torus, GError **error)
{
  const int      width = MIN (window->width, torus->width);
  const size_t   n     = (size_t) width * MIN (window->height, torus->height);
  const Addition a     = { fddm_view (device, window),
                           fddm_view (device, torus),
                           fddm_view (device, down),
                           fddm_view (device, across),
                           { window->height, window->width },
                           { torus->height, torus->width },
                           row,
                           column,
                           width };

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  add_window_kernel<<<fddm_fours_grid (torus->channels, n), fddm_fours_block (torus->channels), 0, device->stream>>> (a, n);
  return fddm_cuda_launched ("adding a window", error);
}

typedef struct {
  int   patch, channels;
  float basis[AREA_MAX]; /* (frequency, place) */
} Basis;

/* Sum over I of A[I · A_STEP] · B[I · B_STEP]. */
static __device__ __forceinline__ float
product (int n, const float *a, int a_step, const float *b, int b_step)
{
  float sum = 0.0f;

  for (int i = 0; i < n; i++)
    sum += a[i * a_step] * b[i * b_step];
  return sum;
}

/* A block handles one patch. A thread handles one pixel and one frequency, both with index (UP, LEFT). */
static __global__ void
clamp_kernel (const __grid_constant__ Basis b, FddmView coefficients)
{
  __shared__ float plane[3][AREA_MAX], half[3][AREA_MAX];
  const int        d = b.patch, here = threadIdx.x, up = here / d, left = here % d;
  const size_t     position = blockIdx.x;
  float            pixel[3] = {};

  for (int c = 0; c < b.channels; c++)
    plane[c][here] = fddm_get (coefficients, position, c * d * d + here);
  __syncthreads ();
  for (int c = 0; c < b.channels; c++)
    half[c][here] = product (d, b.basis + up, d, plane[c] + left, d);
  __syncthreads ();
  for (int c = 0; c < b.channels; c++)
    pixel[c] = product (d, half[c] + up * d, 1, b.basis + left, d);
  fddm_clamp_ycbcr (pixel, b.channels);
  for (int c = 0; c < b.channels; c++)
    plane[c][here] = pixel[c];
  __syncthreads ();
  for (int c = 0; c < b.channels; c++)
    half[c][here] = product (d, b.basis + up * d, 1, plane[c] + left, d);
  __syncthreads ();
  for (int c = 0; c < b.channels; c++)
    fddm_put (coefficients, position, c * d * d + here, product (d, half[c] + up * d, 1, b.basis + left * d, 1));
}

gboolean
fddm_cuda_clamp (FddmDevice *device, int patch, FddmTensor *coefficients, GError **error)
{
  Basis b = { patch, coefficients->channels / (patch * patch), {} };

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  for (int u = 0; u < patch; u++)
    for (int x = 0; x < patch; x++)
      b.basis[u * patch + x] = (float) fddm_dct_basis (patch, u, x);
  clamp_kernel<<<(unsigned int) fddm_positions (coefficients), patch * patch, 0, device->stream>>> (
    b, fddm_view (device, coefficients));
  return fddm_cuda_launched ("the clamping of pixels", error);
}
