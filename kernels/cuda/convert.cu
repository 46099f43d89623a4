/* convert.cu: conversion between floats and the number format of tensors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cuda/element.cuh"

#define THREADS 256

static __global__ void
store_kernel (const float *values, void *data, FddmElement type, size_t first, size_t n)
{
  size_t i = (size_t) blockIdx.x * THREADS + threadIdx.x;

  if (i < n)
    fddm_store (data, type, first + i, values[i]);
}

static __global__ void
load_kernel (const void *data, FddmElement type, size_t first, size_t n, float *values)
{
  size_t i = (size_t) blockIdx.x * THREADS + threadIdx.x;

  if (i < n)
    values[i] = fddm_load (data, type, first + i);
}

static unsigned int
blocks (gsize n)
{
  return (unsigned int) ((n + THREADS - 1) / THREADS);
}

gboolean
fddm_cuda_store_floats (FddmDevice *device, const float *values, FddmTensor *tensor, gsize first, gsize n, GError **error)
{
  store_kernel<<<blocks (n), THREADS, 0, device->stream>>> (values, tensor->data, fddm_cuda_element (device, tensor->type),
                                                            first, n);
  return fddm_cuda_launched ("an upload", error);
}

gboolean
fddm_cuda_load_floats (FddmDevice *device, const FddmTensor *tensor, gsize first, gsize n, float *values, GError **error)
{
  load_kernel<<<blocks (n), THREADS, 0, device->stream>>> (tensor->data, fddm_cuda_element (device, tensor->type), first, n,
                                                           values);
  return fddm_cuda_launched ("a download", error);
}
