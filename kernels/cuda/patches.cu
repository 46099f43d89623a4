/* patches.cu: colour and DCT of patches, several patches of one row to a block.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fddm-math.h"
#include "patches.h"

#define THREADS 256

/* Coefficients that a block holds at once, twice over in shared memory: 24 KiB, so that eight blocks share a
 * multiprocessor. */
#define BLOCK_COEFFICIENTS 3072

/* What the threads of a block work on; D is the patch's side where the compiler knows it, else 0. */
template <int D> struct Block {
  int    d, area, size;   /* SIZE: coefficients of a patch */
  int    first, n;        /* patches of the row            */
  float *basis, *a, *b;   /* in shared memory              */

  __device__ __forceinline__
  Block (const FddmPatches &patches, float *shared, int first_column, int end_column, int per_block)
    : d (D ? D : patches.patch), area (d * d), size (patches.channels * area),
      first (first_column + (int) blockIdx.x * per_block), n (min (per_block, end_column - first)),
      basis (shared), a (shared + area), b (a + per_block * size)
  {
    for (int i = threadIdx.x; i < area; i += THREADS)
      basis[i] = patches.basis[i];
  }
};

/* Element (u, x) of A · IN, the product of a plane's column x with row u of the basis, or of its transpose. */
template <bool TRANSPOSED> static __device__ __forceinline__ float
down_columns (const float *basis, const float *plane, int d, int u, int x)
{
  float sum = 0.0f;

  for (int y = 0; y < d; y++)
    sum += basis[TRANSPOSED ? y * d + u : u * d + y] * plane[y * d + x];
  return sum;
}

/* Element (u, v) of HALF · Aᵀ, likewise. */
template <bool TRANSPOSED> static __device__ __forceinline__ float
along_rows (const float *basis, const float *half, int d, int u, int v)
{
  float sum = 0.0f;

  for (int x = 0; x < d; x++)
    sum += half[u * d + x] * basis[TRANSPOSED ? x * d + v : v * d + x];
  return sum;
}

/* FROM -> TO, all planes of the block, by the first half of the sandwich. */
template <int D, bool TRANSPOSED> static __device__ __forceinline__ void
transform_columns (const Block<D> &block, const float *from, float *to)
{
  const int d = D ? D : block.d, area = d * d;

  for (int e = threadIdx.x; e < block.n * block.size; e += THREADS)
    {
      const int at = e % area;

      to[e] = down_columns<TRANSPOSED> (block.basis, from + (e - at), d, at / d, at % d);
    }
  __syncthreads ();
}

/* The second half. TO may be in global memory. */
template <int D, bool TRANSPOSED> static __device__ __forceinline__ void
transform_rows (const Block<D> &block, const float *from, float *to)
{
  const int d = D ? D : block.d, area = d * d;

  for (int e = threadIdx.x; e < block.n * block.size; e += THREADS)
    {
      const int at = e % area;

      to[e] = along_rows<TRANSPOSED> (block.basis, from + (e - at), d, at / d, at % d);
    }
  __syncthreads ();
}

template <int D> static __global__ void
analyse_kernel (const __grid_constant__ FddmPatches patches, const float *pixels, float *coefficients, int per_block)
{
  extern __shared__ float shared[];
  const Block<D> block (patches, shared, 0, patches.columns, per_block);
  const int      d = D ? D : block.d, width = block.n * d;
  const size_t   row_pixels = (size_t) patches.columns * d;
  const float   *in = pixels + (blockIdx.y * d * row_pixels + (size_t) block.first * d) * patches.samples;

  for (int e = threadIdx.x; e < block.n * d * d; e += THREADS)
    {
      const int    i = e / width, x = e % width;
      const float *pixel = in + (i * row_pixels + x) * patches.samples;
      float        rgb[3], ycbcr[3];

      for (int c = 0; c < 3; c++)
        rgb[c] = 2.0f * fddm_clamp (pixel[patches.samples == 1 ? 0 : c], -FDDM_PIXEL_LIMIT, FDDM_PIXEL_LIMIT) - 1.0f;
      fddm_ycbcr_from_rgb (rgb, ycbcr);
      for (int c = 0; c < 3; c++)
        if (c < patches.channels)
          block.a[x / d * block.size + c * d * d + i * d + x % d] = ycbcr[c];
    }
  __syncthreads ();
  transform_columns<D, false> (block, block.a, block.b);
  transform_rows<D, false> (block, block.b,
                            coefficients + ((size_t) blockIdx.y * patches.columns + block.first) * block.size);
}

/* A gray picture (or a gray model) takes the luma. Half, because coefficients belong to [-1,1] and pixels to [0,1]. */
static __device__ __forceinline__ void
write_pixel (float *pixel, int samples, int channels, const float ycbcr[3], float weight)
{
  float rgb[3] = { ycbcr[0], ycbcr[0], ycbcr[0] };

  if (channels == 3 && samples == 3)
    fddm_rgb_from_ycbcr (ycbcr, rgb);
  for (int c = 0; c < 3; c++)
    if (c < samples)
      pixel[c] = 0.5f * weight * rgb[c];
}

template <int D> static __global__ void
synthesise_kernel (const __grid_constant__ FddmPatches patches, const float *coefficients, FddmRegion region,
                   float weight, float *pixels, int per_block)
{
  extern __shared__ float shared[];
  const int      d = D ? D : patches.patch;
  const Block<D> block (patches, shared, region.left / d, (region.right + d - 1) / d, per_block);
  const int      row = region.top / d + (int) blockIdx.y, width = block.n * d;
  const float   *in = coefficients + ((size_t) row * patches.columns + block.first) * block.size;

  for (int e = threadIdx.x; e < block.n * block.size; e += THREADS)
    block.a[e] = in[e];
  __syncthreads ();
  transform_columns<D, true> (block, block.a, block.b);
  transform_rows<D, true> (block, block.b, block.a);
  for (int e = threadIdx.x; e < block.n * d * d; e += THREADS)
    {
      const int    i = e / width, x = e % width, y = row * d + i, column = block.first * d + x;
      const float *plane = block.a + x / d * block.size + i * d + x % d;
      float        ycbcr[3] = { plane[0], 0.0f, 0.0f };

      if (y < region.top || y >= region.bottom || column < region.left || column >= region.right)
        continue;
      for (int c = 1; c < 3; c++)
        if (c < patches.channels)
          ycbcr[c] = plane[c * d * d];
      write_pixel (pixels + ((size_t) (y - region.top) * (region.right - region.left) + (column - region.left)) *
                              patches.samples,
                   patches.samples, patches.channels, ycbcr, weight);
    }
}

/* How N_COLUMNS × N_ROWS patches are dealt out. */
typedef struct {
  int    per_block;
  dim3   grid;
  size_t shared;
} Launch;

static Launch
launch_for (const FddmPatches *patches, int n_columns, int n_rows)
{
  const int area = patches->patch * patches->patch, size = patches->channels * area;
  Launch    launch;

  launch.per_block = MAX (1, BLOCK_COEFFICIENTS / size);
  launch.grid      = dim3 ((n_columns + launch.per_block - 1) / launch.per_block, n_rows);
  launch.shared    = (area + 2 * (size_t) launch.per_block * size) * sizeof (float);
  return launch;
}

gboolean
fddm_patches_analyse (FddmDevice *device, const FddmPatches *patches, const float *pixels, int first_row, int n_rows,
                      FddmTensor *coefficients, GError **error)
{
  const Launch l   = launch_for (patches, patches->columns, n_rows);
  float       *out = (float *) coefficients->data + (size_t) first_row * patches->columns * coefficients->channels;

  switch (patches->patch)
    {
    case 2:
      analyse_kernel<2><<<l.grid, THREADS, l.shared, device->stream>>> (*patches, pixels, out, l.per_block);
      break;
    case 4:
      analyse_kernel<4><<<l.grid, THREADS, l.shared, device->stream>>> (*patches, pixels, out, l.per_block);
      break;
    case 8:
      analyse_kernel<8><<<l.grid, THREADS, l.shared, device->stream>>> (*patches, pixels, out, l.per_block);
      break;
    default:
      analyse_kernel<0><<<l.grid, THREADS, l.shared, device->stream>>> (*patches, pixels, out, l.per_block);
    }
  return fddm_cuda_launched ("the transform", error);
}

gboolean
fddm_patches_synthesise (FddmDevice *device, const FddmPatches *patches, const FddmTensor *coefficients,
                         const FddmRegion *region, float weight, float *pixels, GError **error)
{
  const int    d  = patches->patch;
  const Launch l  = launch_for (patches, (region->right + d - 1) / d - region->left / d,
                                (region->bottom + d - 1) / d - region->top / d);
  const float *in = (const float *) coefficients->data;

  switch (d)
    {
    case 2:
      synthesise_kernel<2><<<l.grid, THREADS, l.shared, device->stream>>> (*patches, in, *region, weight, pixels,
                                                                          l.per_block);
      break;
    case 4:
      synthesise_kernel<4><<<l.grid, THREADS, l.shared, device->stream>>> (*patches, in, *region, weight, pixels,
                                                                          l.per_block);
      break;
    case 8:
      synthesise_kernel<8><<<l.grid, THREADS, l.shared, device->stream>>> (*patches, in, *region, weight, pixels,
                                                                          l.per_block);
      break;
    default:
      synthesise_kernel<0><<<l.grid, THREADS, l.shared, device->stream>>> (*patches, in, *region, weight, pixels,
                                                                          l.per_block);
    }
  return fddm_cuda_launched ("the inverse transform", error);
}
