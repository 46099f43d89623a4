/* patches.cu: colour conversion and DCT, with several patches of one row per block; and the ends of the network, computed
 * while the coefficients are at hand.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bytes of GPU memory read and written per pixel of a colour picture, for a network in 16 bits: 12 for the pixel, 12 for the
 * coefficients, 12 for the network's input; then 12 for the coefficients, 6 for the network's output, 12 for the pixel; 66
 * in all. As separate operations, analyse (24), precondition (24), estimate (30), difference (36) and synthesise (24) take
 * 138, or 186 with a noise map, which is not stored here. */
#include "kernels/cuda/ends.cuh"
#include "kernels/cuda/patches.h"

#define THREADS 256

/* Coefficients per block, held twice in shared memory: 24 KiB, so that eight blocks share a multiprocessor. */
#define BLOCK_COEFFICIENTS 3072

/* The work of a block. D: side of a patch as a compile-time constant, or 0. */
template <int D> struct Block {
  int    d, area, size; /* size: coefficients per patch */
  int    first, n;      /* patches of the row           */
  float *basis, *a, *b; /* in shared memory             */

  __device__ __forceinline__ Block (const FddmPatches &patches, float *shared, int first_column, int end_column,
                                    int per_block)
      : d (D ? D : patches.patch), area (d * d), size (patches.channels * area),
        first (first_column + (int) blockIdx.x * per_block), n (min (per_block, end_column - first)),
        basis (shared + 2 * per_block * size), a (shared), b (a + per_block * size)
  {
    for (int i = threadIdx.x; i < area; i += THREADS)
      basis[i] = patches.basis[i];
  }

  /* A as a tensor of one position per patch. */
  __device__ __forceinline__ FddmView view () const
  {
    return { a, FDDM_ELEMENT_FLOAT, size, (size_t) size };
  }
};

/* The ends of the network for use in kernels. Without data in NETWORK there are none. */
typedef struct {
  FddmSpread spread;
  FddmView   level, strength, network;
  float      lo, hi;
  bool       varies;
  float      curve[3][FDDM_NOISE_KNOTS];
} Ends;

/* Noise levels S of coefficients K … K + 3, for a patch of side D with DC coefficient DC. */
static __device__ __forceinline__ void
noise_of (const Ends &ends, int k, int d, float dc, float s[4])
{
  fddm_get4 (ends.level, 0, k, s);
  if (!ends.varies)
    return;
  /* DC of an orthonormal DCT is d times the mean. */
  for (int i = 0; i < 4; i++)
    if (k + i < ends.level.channels)
      s[i] *= fddm_noise_curve (ends.curve[(k + i) / (d * d)], dc / d);
}

/* Writes the network's input for coefficients K … K + 3 of the patch at POSITION. */
static __device__ __forceinline__ void
give_input (const Ends &ends, size_t position, int k, int d, float dc, const float y[4])
{
  const int n    = ends.level.channels;
  float     x[4] = { y[0], y[1], y[2], y[3] }, s[4];

  noise_of (ends, k, d, dc, s);
  fddm_to_network (ends.spread, FDDM_INPUT_WHITENED, ends.lo, ends.hi, k, x, s);
  fddm_put4 (ends.network, position, k, n - k, x);
  fddm_put4 (ends.network, position, n + k, n - k, s);
}

/* Replaces coefficients K … K + 3 with their change, according to the network's output. */
static __device__ __forceinline__ void
take_output (const Ends &ends, size_t position, int k, int d, float dc, float y[4])
{
  float x0[4] = { y[0], y[1], y[2], y[3] }, s[4], strength[4];

  noise_of (ends, k, d, dc, s);
  fddm_get4 (ends.strength, 0, k, strength);
  fddm_from_network (ends.spread, FDDM_OUTPUT_RESIDUAL, ends.network, position, k, x0, s);
  for (int i = 0; i < 4; i++)
    y[i] = fddm_difference (y[i], x0[i], strength[i]);
}

/* Element (u, x) of A · IN: product of column x of a plane with row u of A, the basis or its transpose. */
template <bool TRANSPOSED>
static __device__ __forceinline__ float
down_columns (const float *basis, const float *plane, int d, int u, int x)
{
  float sum = 0.0f;

  for (int y = 0; y < d; y++)
    sum += basis[TRANSPOSED ? y * d + u : u * d + y] * plane[y * d + x];
  return sum;
}

/* Element (u, v) of HALF · Aᵀ, likewise. */
template <bool TRANSPOSED>
static __device__ __forceinline__ float
along_rows (const float *basis, const float *half, int d, int u, int v)
{
  float sum = 0.0f;

  for (int x = 0; x < d; x++)
    sum += half[u * d + x] * basis[TRANSPOSED ? x * d + v : v * d + x];
  return sum;
}

/* First half of A · IN · Aᵀ for all planes of the block: FROM to TO. */
template <int D, bool TRANSPOSED>
static __device__ __forceinline__ void
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

/* Second half, likewise. */
template <int D, bool TRANSPOSED>
static __device__ __forceinline__ void
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

static __device__ __forceinline__ size_t
place_of (const FddmPlaces &places, int row, int column)
{
  return (size_t) places.rows[row] + places.columns[column];
}

/* Writes COEFFICIENTS, and the network's input, from position FIRST on. */
template <int D>
static __global__ void
analyse_kernel (const __grid_constant__ FddmPatches patches, FddmPlaces places, FddmView coefficients, size_t first,
                const __grid_constant__ Ends ends, int per_block)
{
  extern __shared__ float4 shared[];
  const Block<D>           block (patches, (float *) shared, 0, patches.columns, per_block);
  const int                fours = fddm_fours (block.size);
  const int                d = D ? D : block.d, width = block.n * d;
  const size_t             row_pixels = (size_t) patches.columns * d;
  const float             *in = places.pixels + (blockIdx.y * d * row_pixels + (size_t) block.first * d) * patches.samples;

  for (int e = threadIdx.x; e < block.n * d * d; e += THREADS)
    {
      const int    i = e / width, x = e % width;
      const float *pixel = places.rows == NULL ? in + (i * row_pixels + x) * patches.samples
                                               : places.pixels + place_of (places, blockIdx.y * d + i, block.first * d + x);
      float        rgb[3], ycbcr[3];

      for (int c = 0; c < 3; c++)
        rgb[c] = 2.0f * fddm_clamp (pixel[c * places.channel_stride], -FDDM_PIXEL_LIMIT, FDDM_PIXEL_LIMIT) - 1.0f;
      fddm_ycbcr_from_rgb (rgb, ycbcr);
      for (int c = 0; c < 3; c++)
        if (c < patches.channels)
          block.a[x / d * block.size + c * d * d + i * d + x % d] = ycbcr[c];
    }
  __syncthreads ();
  transform_columns<D, false> (block, block.a, block.b);
  transform_rows<D, false> (block, block.b, block.a);
  for (int e = threadIdx.x; e < block.n * fours; e += THREADS)
    {
      const int    patch = e / fours, k = e % fours * 4;
      const size_t position = first + (size_t) blockIdx.y * patches.columns + block.first + patch;
      float        y[4];

      fddm_get4 (block.view (), patch, k, y);
      fddm_put4 (coefficients, position, k, block.size - k, y);
      if (ends.network.data != NULL)
        give_input (ends, position, k, d, block.a[patch * block.size], y);
    }
}

/* A gray picture (or a gray model) takes the luma. The factor 0.5 converts from [-1,1], the range of coefficients, to [0,1],
 * that of pixels. */
static __device__ __forceinline__ void
write_pixel (float *pixel, int stride, bool adds, int samples, int channels, const float ycbcr[3], float weight)
{
  float rgb[3] = { ycbcr[0], ycbcr[0], ycbcr[0] };

  if (channels == 3 && samples == 3)
    fddm_rgb_from_ycbcr (ycbcr, rgb);
  for (int c = 0; c < 3; c++)
    if (c < samples)
      pixel[c * stride] = (adds ? pixel[c * stride] : 0.0f) + 0.5f * weight * rgb[c];
}

template <int D>
static __global__ void
synthesise_kernel (const __grid_constant__ FddmPatches patches, FddmView coefficients, const __grid_constant__ Ends ends,
                   FddmRegion region, float weight, FddmPlaces places, int per_block)
{
  extern __shared__ float4 shared[];
  const int                d = D ? D : patches.patch;
  const Block<D>           block (patches, (float *) shared, region.left / d, (region.right + d - 1) / d, per_block);
  const int                row = region.top / d + (int) blockIdx.y, width = block.n * d, fours = fddm_fours (block.size);

  for (int e = threadIdx.x; e < block.n * fours; e += THREADS)
    {
      const int    patch = e / fours, k = e % fours * 4;
      const size_t position = (size_t) row * patches.columns + block.first + patch;
      float        y[4];

      fddm_get4 (coefficients, position, k, y);
      if (ends.network.data != NULL)
        take_output (ends, position, k, d, fddm_get (coefficients, position, 0), y);
      fddm_put4 (block.view (), patch, k, block.size - k, y);
    }
  __syncthreads ();
  transform_columns<D, true> (block, block.a, block.b);
  transform_rows<D, true> (block, block.b, block.a);
  for (int e = threadIdx.x; e < block.n * d * d; e += THREADS)
    {
      const int    i = e / width, x = e % width, y = row * d + i, column = block.first * d + x;
      const float *plane    = block.a + x / d * block.size + i * d + x % d;
      const bool   adds     = places.rows != NULL;
      float        ycbcr[3] = { plane[0], 0.0f, 0.0f };
      size_t       at;

      if (y < region.top || y >= region.bottom || column < region.left || column >= region.right)
        continue;
      for (int c = 1; c < 3; c++)
        if (c < patches.channels)
          ycbcr[c] = plane[c * d * d];
      at = adds ? place_of (places, y, column)
                : ((size_t) (y - region.top) * (region.right - region.left) + (column - region.left)) * patches.samples;
      write_pixel (places.pixels + at, places.channel_stride, adds, patches.samples, patches.channels, ycbcr, weight);
    }
}

/* Division of N_COLUMNS × N_ROWS patches among blocks; shared memory in bytes. */
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

static FddmPlaces
places_for (const FddmPatches *patches, const FddmPlaces *from)
{
  FddmPlaces places = *from;

  if (places.rows == NULL)
    places.channel_stride = patches->samples == 1 ? 0 : 1;
  return places;
}

static Ends
ends_for (const FddmDevice *device, const FddmPatchEnds *from)
{
  Ends ends = {};

  if (from == NULL)
    return ends;
  ends.spread   = fddm_spread (device, &from->mean, &from->variance);
  ends.level    = fddm_view (device, &from->level);
  ends.strength = fddm_view (device, &from->strength);
  ends.network  = fddm_view (device, &from->network);
  ends.lo       = from->lo;
  ends.hi       = from->hi;
  ends.varies   = from->varies;
  memcpy (ends.curve, from->curve, sizeof ends.curve);
  return ends;
}

gboolean
fddm_patches_analyse (FddmDevice *device, const FddmPatches *patches, const FddmPlaces *places, int first_row, int n_rows,
                      FddmTensor *coefficients, const FddmPatchEnds *ends, GError **error)
{
  const Launch l      = launch_for (patches, patches->columns, n_rows);
  const size_t first  = (size_t) first_row * patches->columns;
  const auto   kernel = patches->patch == 2   ? analyse_kernel<2>
                        : patches->patch == 4 ? analyse_kernel<4>
                        : patches->patch == 8 ? analyse_kernel<8>
                                              : analyse_kernel<0>;

  kernel<<<l.grid, THREADS, l.shared, device->stream>>> (
    *patches, places_for (patches, places), fddm_view (device, coefficients), first, ends_for (device, ends), l.per_block);
  return fddm_cuda_launched ("the transform", error);
}

gboolean
fddm_patches_synthesise (FddmDevice *device, const FddmPatches *patches, const FddmTensor *coefficients,
                         const FddmPatchEnds *ends, const FddmRegion *region, float weight, const FddmPlaces *places,
                         GError **error)
{
  const int    d      = patches->patch;
  const Launch l      = launch_for (patches, (region->right + d - 1) / d - region->left / d,
                                    (region->bottom + d - 1) / d - region->top / d);
  const auto   kernel = d == 2   ? synthesise_kernel<2>
                        : d == 4 ? synthesise_kernel<4>
                        : d == 8 ? synthesise_kernel<8>
                                 : synthesise_kernel<0>;

  kernel<<<l.grid, THREADS, l.shared, device->stream>>> (*patches, fddm_view (device, coefficients), ends_for (device, ends),
                                                         *region, weight, places_for (patches, places), l.per_block);
  return fddm_cuda_launched ("the inverse transform", error);
}
