/* element.cuh: reading and writing values of the three types as floats.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The type is a value, not a template's parameter: it is the same for all threads, so the branch costs next to nothing
 * in kernels that wait for memory, and each kernel exists once. */
#pragma once
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include "device.h"

#define FDDM_HALF_MAX 65504.0f

/* A tensor as kernels see it. STRIDE is the distance of positions: 0 for a constant tensor. */
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
    default:                return ((const float *) data)[i];
    }
}

static __device__ __forceinline__ void
fddm_store (void *data, FddmElement type, size_t i, float x)
{
  switch (type)
    {
    case FDDM_ELEMENT_HALF:
      /* Infinity would become NaN two layers on; the largest number stays a number. */
      ((__half *) data)[i] = __float2half_rn (fminf (fmaxf (x, -FDDM_HALF_MAX), FDDM_HALF_MAX));
      break;
    case FDDM_ELEMENT_BF16:
      ((__nv_bfloat16 *) data)[i] = __float2bfloat16_rn (x);
      break;
    default:
      ((float *) data)[i] = x;
    }
}

/* Channel K at POSITION. */
static __device__ __forceinline__ float
fddm_get (const FddmView &view, size_t position, int k)
{
  return fddm_load (view.data, view.type, position * view.stride + k);
}

/* OUT is never constant, even when it is a single position: there stride 0 serves as well. */
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
    default:                   return x;
    }
}

/* Blocks of 16 channels × 16 positions: any number of channels, and each half warp reads 64 bytes or more in a row. */
#define FDDM_BLOCK_SIDE 16

static inline dim3
fddm_position_block (void)
{
  return dim3 (FDDM_BLOCK_SIDE, FDDM_BLOCK_SIDE);
}

static inline dim3
fddm_position_grid (size_t positions)
{
  return dim3 ((unsigned int) ((positions + FDDM_BLOCK_SIDE - 1) / FDDM_BLOCK_SIDE));
}

static __device__ __forceinline__ size_t
fddm_position (void)
{
  return (size_t) blockIdx.x * FDDM_BLOCK_SIDE + threadIdx.y;
}
