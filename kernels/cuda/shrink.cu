/* shrink.cu: residual noise shrunk: a block of threads for each block of pixels, a warp for each channel, a thread for each
 * column.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bytes of GPU memory per pixel of a colour picture: pixel and change are read in four passes (96), and the correction is
 * added up in an array (84). Multiply-adds per pixel: four transforms of length 32 in four overlapping blocks and three
 * channels, 16 each: 768. */
#include "kernels/cuda/photo.cuh"
#include "kernels/pixels/shrinkage.h"

#define SIDE  FDDM_SHRINKAGE_SIDE
#define HALF  (SIDE / 2)
#define PITCH (SIDE + 1) /* of a plane in shared memory: rows and columns are read without conflicts */
#define WARP  32

/* Maximum number of rows of blocks per launch. CUDA would allow 65535; this few are checked against the reference. */
#define BLOCK_ROWS 1024

/* The even rows of the DCT are symmetric, the odd rows antisymmetric, so their left halves suffice. As an argument, they are
 * in constant memory, where a multiplication reads them at no cost. */
typedef struct {
  float even[HALF * HALF], odd[HALF * HALF]; /* row k: frequency 2k or 2k + 1 */
  float fade[SIDE];
} Tables;

typedef struct {
  int   first_x, first_y;         /* of the first block of the picture's grid that is needed */
  int   left, top, right, bottom; /* pixels that are needed                                  */
  float a, most;
} Shrinkage;

static __device__ __forceinline__ void
transform (const Tables &t, float v[SIDE])
{
  float sum[HALF], difference[HALF];

#pragma unroll
  for (int i = 0; i < HALF; i++)
    {
      sum[i]        = v[i] + v[SIDE - 1 - i];
      difference[i] = v[i] - v[SIDE - 1 - i];
    }
#pragma unroll
  for (int k = 0; k < HALF; k++)
    {
      float even = 0.0f, odd = 0.0f;

#pragma unroll
      for (int i = 0; i < HALF; i++)
        {
          even += t.even[k * HALF + i] * sum[i];
          odd += t.odd[k * HALF + i] * difference[i];
        }
      v[2 * k]     = even;
      v[2 * k + 1] = odd;
    }
}

static __device__ __forceinline__ void
transform_back (const Tables &t, float v[SIDE])
{
  float sum[HALF], difference[HALF];

#pragma unroll
  for (int i = 0; i < HALF; i++)
    {
      sum[i] = difference[i] = 0.0f;
#pragma unroll
      for (int k = 0; k < HALF; k++)
        {
          sum[i] += t.even[k * HALF + i] * v[2 * k];
          difference[i] += t.odd[k * HALF + i] * v[2 * k + 1];
        }
    }
#pragma unroll
  for (int i = 0; i < HALF; i++)
    {
      v[i]            = sum[i] + difference[i];
      v[SIDE - 1 - i] = sum[i] - difference[i];
    }
}

/* Gives each thread of the warp a row where it had a column, or the reverse. */
static __device__ __forceinline__ void
transpose (float *plane, int lane, float v[SIDE])
{
  __syncwarp ();
#pragma unroll
  for (int k = 0; k < SIDE; k++)
    plane[k * PITCH + lane] = v[k];
  __syncwarp ();
#pragma unroll
  for (int k = 0; k < SIDE; k++)
    v[k] = plane[lane * PITCH + k];
}

/* Replaces each coefficient d, except the first, by its change −d·t²/(Q + t²). The thread has row LANE. */
static __device__ __forceinline__ void
shrink (float *plane, int lane, float t2, float v[SIDE])
{
  const float *upper = plane + max (lane - 1, 0) * PITCH, *lower = plane + min (lane + 1, SIDE - 1) * PITCH;
  float       *mine = plane + lane * PITCH;
  float        before, here, after;

  __syncwarp ();
#pragma unroll
  for (int k = 0; k < SIDE; k++)
    mine[k] = v[k] * v[k];
  __syncwarp ();
  if (lane == 0)
    mine[0] = (mine[1] + plane[PITCH]) / 2.0f;
  __syncwarp ();
  here   = upper[0] + mine[0] + lower[0];
  before = here;
#pragma unroll
  for (int k = 0; k < SIDE; k++)
    {
      after = k + 1 < SIDE ? upper[k + 1] + mine[k + 1] + lower[k + 1] : here;
      v[k] *= -t2 / ((before + here + after) * (1.0f / 9.0f) + t2);
      before = here;
      here   = after;
    }
  if (lane == 0)
    v[0] = 0.0f;
}

/* Sum of X over the warp, the same in each thread. */
static __device__ __forceinline__ float
warp_sum (float x)
{
  for (int offset = WARP / 2; offset > 0; offset /= 2)
    x += __shfl_xor_sync (0xFFFFFFFFu, x, offset);
  return x;
}

/* Y'CbCr of the clamped RGB; gray stays. */
static __device__ __forceinline__ void
convert (int samples, float rgb[MOST])
{
  float ycbcr[MOST];

  for (int c = 0; c < MOST; c++)
    rgb[c] = fddm_clamp (rgb[c], -FDDM_PIXEL_LIMIT, FDDM_PIXEL_LIMIT);
  if (samples == 1)
    return;
  fddm_ycbcr_from_rgb (rgb, ycbcr);
  for (int c = 0; c < MOST; c++)
    rgb[c] = ycbcr[c];
}

/* Every second block in both directions, from block (ODD_X, ODD_Y) on: those do not overlap, so that sums have one order.
 * The blocks from (0, 0) on cover all pixels and write, the others add. */
static __global__ void __launch_bounds__ (MOST * WARP)
shrink_kernel (const __grid_constant__ Tables t, const __grid_constant__ Photo photo, const Shrinkage s, int odd_x,
               int odd_y, float *correction)
{
  __shared__ float planes[MOST][SIDE * PITCH], energies[MOST][MOST];
  const int        lane = threadIdx.x % WARP, warp = threadIdx.x / WARP, samples = photo.samples;
  const int        left   = s.first_x + (2 * (int) blockIdx.x + odd_x) * HALF;
  const int        top    = s.first_y + (2 * (int) blockIdx.y + odd_y) * HALF;
  const int        column = fddm_reflect (left + lane, photo.width);
  float           *plane  = planes[warp];
  float            v[SIDE], energy[MOST] = { 0.0f, 0.0f, 0.0f }, threshold;

  for (int y = warp; y < SIDE; y += samples)
    {
      float l[MOST], n[MOST];

      read_pixel (photo, column, fddm_reflect (top + y, photo.height), l, n);
      convert (samples, l);
      convert (samples, n);
      for (int c = 0; c < MOST; c++)
        if (c < samples)
          {
            planes[c][y * PITCH + lane] = l[c];
            energy[c] += n[c] * n[c] * (1.0f / (SIDE * SIDE));
          }
    }
  for (int c = 0; c < MOST; c++)
    {
      energy[c] = warp_sum (energy[c]);
      if (lane == 0)
        energies[c][warp] = energy[c];
    }
  __syncthreads ();
  threshold = 0.0f;
  for (int i = 0; i < samples; i++)
    threshold += energies[warp][i];
  threshold = s.a * fminf ((warp == 0 ? photo.luma : photo.chroma) * sqrtf (threshold), s.most);

#pragma unroll
  for (int y = 0; y < SIDE; y++)
    v[y] = plane[y * PITCH + lane];
#pragma unroll 1
  for (int pass = 0; pass < 2; pass++)
    {
      transform (t, v);
      if (pass == 0)
        transpose (plane, lane, v);
    }
  shrink (plane, lane, threshold * threshold, v);
#pragma unroll 1
  for (int pass = 0; pass < 2; pass++)
    {
      transform_back (t, v);
      if (pass == 0)
        transpose (plane, lane, v);
    }
  __syncwarp ();
#pragma unroll
  for (int y = 0; y < SIDE; y++)
    plane[y * PITCH + lane] = threshold > FDDM_SHRINKAGE_LEAST ? v[y] * t.fade[y] * t.fade[lane] : 0.0f;
  __syncthreads ();

  for (int y = warp; y < SIDE; y += samples)
    {
      const int    i = top + y, j = left + lane;
      const size_t at          = ((size_t) i * photo.width + j) * samples;
      float        ycbcr[MOST] = { planes[0][y * PITCH + lane], 0.0f, 0.0f }, rgb[MOST];

      if (i < s.top || i >= s.bottom || j < s.left || j >= s.right)
        continue;
      for (int c = 1; c < MOST; c++)
        if (c < samples)
          ycbcr[c] = planes[c][y * PITCH + lane];
      fddm_rgb_from_ycbcr (ycbcr, rgb);
      for (int c = 0; c < MOST; c++)
        if (c < samples)
          correction[at + c] = odd_x + odd_y > 0 ? correction[at + c] + rgb[c] : rgb[c];
    }
}

static Tables
make_tables (void)
{
  Tables t;

  for (int k = 0; k < HALF; k++)
    for (int x = 0; x < HALF; x++)
      {
        t.even[k * HALF + x] = (float) fddm_dct_basis (SIDE, 2 * k, x);
        t.odd[k * HALF + x]  = (float) fddm_dct_basis (SIDE, 2 * k + 1, x);
      }
  for (int x = 0; x < SIDE; x++)
    t.fade[x] = fddm_shrinkage_fade (x);
  return t;
}

/* Number of blocks from FIRST on, every second one of the grid, that begin before END. */
static int
n_blocks (int first, int end)
{
  return (end - first + SIDE - 1) / SIDE;
}

gboolean
fddm_photo_shrink (FddmDevice *device, const FddmFilters *f, const Photo *photo, float *correction, GError **error)
{
  const Tables    t = make_tables ();
  const Shrinkage s = { fddm_shrinkage_first (f->left, f->x),
                        fddm_shrinkage_first (f->top, f->y),
                        f->left,
                        f->top,
                        f->right,
                        f->bottom,
                        f->shrinkage,
                        f->shrinkage_most };

  for (int odd = 0; odd < 4; odd++)
    {
      const int odd_x = odd % 2, odd_y = odd / 2;
      const int columns = n_blocks (s.first_x + odd_x * HALF, f->right),
                rows    = n_blocks (s.first_y + odd_y * HALF, f->bottom);

      for (int row = 0; row < rows; row += BLOCK_ROWS)
        {
          Shrinkage strip = s;

          strip.first_y += row * SIDE;
          shrink_kernel<<<dim3 (columns, MIN (BLOCK_ROWS, rows - row)), f->samples * WARP, 0, device->stream>>> (
            t, *photo, strip, odd_x, odd_y, correction);
          if (!fddm_cuda_launched ("shrinking noise", error))
            return FALSE;
        }
    }
  return TRUE;
}
