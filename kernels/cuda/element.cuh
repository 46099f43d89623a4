/* element.cuh: reads and writes values of the three number formats as floats.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The format is a run-time value and no template parameter. It is the same for all threads, so the branch costs almost
 * nothing in kernels that are limited by memory, and each kernel is compiled only once. */
#pragma once
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include "kernels/cuda/device.h"

#define FDDM_HALF_MAX 65504.0f

/* A tensor for use in kernels. STRIDE: distance of positions, 0 for a constant tensor. */
typedef struct {
  void       *data;
  FddmElement type;
  int         channels;
  size_t      stride;
} FddmView;

static inline FddmView
fddm_view (const FddmDevice *device, const FddmTensor *tensor)
{
  FddmView view;

  view.data     = tensor->data;
  view.type     = fddm_cuda_element (device, tensor->type);
  view.channels = tensor->channels;
  view.stride   = (size_t) tensor->height * tensor->width == 1 ? 0 : (size_t) tensor->channels;
  return view;
}

static inline size_t
fddm_positions (const FddmTensor *tensor)
{
  return (size_t) tensor->height * tensor->width;
}

static __device__ __forceinline__ float
fddm_load (const void *data, FddmElement type, size_t i)
{
  switch (type)
    {
    case FDDM_ELEMENT_HALF: return __half2float (((const __half *) data)[i]);
    case FDDM_ELEMENT_BF16: return __bfloat162float (((const __nv_bfloat16 *) data)[i]);
    default: return ((const float *) data)[i];
    }
}

static __device__ __forceinline__ void
fddm_store (void *data, FddmElement type, size_t i, float x)
{
  switch (type)
    {
    case FDDM_ELEMENT_HALF:
      /* Clamps, since an infinity would become NaN two layers later. */
      ((__half *) data)[i] = __float2half_rn (fminf (fmaxf (x, -FDDM_HALF_MAX), FDDM_HALF_MAX));
      break;
    case FDDM_ELEMENT_BF16: ((__nv_bfloat16 *) data)[i] = __float2bfloat16_rn (x); break;
    default: ((float *) data)[i] = x;
    }
}

/* Value of channel K at POSITION. */
static __device__ __forceinline__ float
fddm_get (const FddmView &view, size_t position, int k)
{
  return fddm_load (view.data, view.type, position * view.stride + k);
}

/* Sets channel K at POSITION. OUT is never a constant tensor; for a single position, stride 0 is right as well. */
static __device__ __forceinline__ void
fddm_put (const FddmView &view, size_t position, int k, float x)
{
  fddm_store (view.data, view.type, position * view.stride + k, x);
}

static __device__ __forceinline__ float
fddm_activate (FddmActivation activation, float x)
{
  switch (activation)
    {
    case FDDM_ACTIVATION_RELU: return x > 0.0f ? x : 0.0f;
    case FDDM_ACTIVATION_SILU: return x / (1.0f + expf (-x));
    default: return x;
    }
}

/* ---- Four channels at a time: kernels limited by memory profit from wide loads ---- */

/* Approximate number of threads per block. A thread handles groups of four channels of one position; a block handles as many
 * positions as that number allows. */
#define FDDM_THREADS 256

static __host__ __device__ __forceinline__ int
fddm_fours (int channels)
{
  return (channels + 3) / 4;
}

static inline dim3
fddm_fours_block (int channels)
{
  const int fours = MIN (fddm_fours (channels), FDDM_THREADS);

  return dim3 (fours, FDDM_THREADS / fours);
}

static inline dim3
fddm_fours_grid (int channels, size_t positions)
{
  const size_t at_once = fddm_fours_block (channels).y;

  return dim3 ((unsigned int) ((positions + at_once - 1) / at_once));
}

static __device__ __forceinline__ size_t
fddm_position (void)
{
  return (size_t) blockIdx.x * blockDim.y + threadIdx.y;
}

/* Loops over this thread's groups of four of N channels. K: first channel of a group. */
#define FDDM_FOR_FOURS(k, n) for (int k = 4 * (int) threadIdx.x; k < (n); k += 4 * (int) blockDim.x)

/* Whether channels K … K + 3 can be read by a single load. Tensors are aligned to 256 bytes. */
static __device__ __forceinline__ bool
fddm_is_four (const FddmView &view, int k)
{
  return view.channels % 4 == 0 && k % 4 == 0;
}

/* Two 16-bit numbers as stored in memory. */
typedef union {
  unsigned int   bits;
  __half2        half;
  __nv_bfloat162 bf16;
} FddmPair;

static __device__ __forceinline__ float2
fddm_unpack (FddmElement type, unsigned int bits)
{
  const FddmPair both = { bits };

  return type == FDDM_ELEMENT_HALF ? __half22float2 (both.half) : __bfloat1622float2 (both.bf16);
}

static __device__ __forceinline__ unsigned int
fddm_pack (FddmElement type, float x, float y)
{
  FddmPair both = { 0 };

  if (type == FDDM_ELEMENT_HALF)
    both.half = __floats2half2_rn (fminf (fmaxf (x, -FDDM_HALF_MAX), FDDM_HALF_MAX),
                                   fminf (fmaxf (y, -FDDM_HALF_MAX), FDDM_HALF_MAX));
  else
    both.bf16 = __floats2bfloat162_rn (x, y);
  return both.bits;
}

/* Reads channels K … K + 3 at POSITION; zeros beyond the last channel. */
static __device__ __forceinline__ void
fddm_get4 (const FddmView &view, size_t position, int k, float x[4])
{
  const size_t at = position * view.stride + k;

  if (!fddm_is_four (view, k))
    {
      for (int i = 0; i < 4; i++)
        x[i] = k + i < view.channels ? fddm_load (view.data, view.type, at + i) : 0.0f;
    }
  else if (view.type == FDDM_ELEMENT_FLOAT)
    {
      const float4 four = *(const float4 *) ((const float *) view.data + at);

      x[0] = four.x, x[1] = four.y, x[2] = four.z, x[3] = four.w;
    }
  else
    {
      const uint2  four = *(const uint2 *) ((const unsigned short *) view.data + at);
      const float2 low = fddm_unpack (view.type, four.x), high = fddm_unpack (view.type, four.y);

      x[0] = low.x, x[1] = low.y, x[2] = high.x, x[3] = high.y;
    }
}

/* Writes channels K … K + 3 at POSITION, but at most N of them: the view may have more channels than the loop over K. */
static __device__ __forceinline__ void
fddm_put4 (const FddmView &view, size_t position, int k, int n, const float x[4])
{
  const size_t at = position * view.stride + k;

  if (n < 4 || !fddm_is_four (view, k))
    {
      for (int i = 0; i < 4; i++)
        if (i < n)
          fddm_store (view.data, view.type, at + i, x[i]);
    }
  else if (view.type == FDDM_ELEMENT_FLOAT)
    *(float4 *) ((float *) view.data + at) = make_float4 (x[0], x[1], x[2], x[3]);
  else
    *(uint2 *) ((unsigned short *) view.data + at) = make_uint2 (fddm_pack (view.type, x[0], x[1]),
                                                                 fddm_pack (view.type, x[2], x[3]));
}
