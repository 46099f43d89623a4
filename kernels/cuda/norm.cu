/* norm.cu: group norm, a block to a group: each reads and writes its own channels only, in an order that does not
 * change, so that the same input gives the same bits.
 * SPDX-License-Identifier: Apache-2.0 */
#include "element.cuh"

#define THREADS 1024
#define EPSILON 1e-5

/* The sum of X over the block, for every thread. Doubles: the sums run over a whole picture. */
static __device__ double
block_sum (double x)
{
  __shared__ double warps[THREADS / 32];
  double            sum = 0.0;

  for (int offset = 16; offset > 0; offset /= 2)
    x += __shfl_down_sync (0xFFFFFFFFu, x, offset);
  __syncthreads ();   /* the sum before this one may still be being read */
  if (threadIdx.x % 32 == 0)
    warps[threadIdx.x / 32] = x;
  __syncthreads ();
  for (int i = 0; i < THREADS / 32; i++)
    sum += warps[i];
  return sum;
}

static __global__ void __launch_bounds__ (THREADS)
group_norm_kernel (FddmView in, FddmView weight, FddmView bias, int size, FddmActivation activation, FddmView out,
                   size_t positions)
{
  const size_t n     = positions * size;
  const int    first = (int) blockIdx.x * size;
  double       sum = 0.0, squares = 0.0, mean;
  float        scale;

  for (size_t i = threadIdx.x; i < n; i += THREADS)
    sum += fddm_get (in, i / size, first + (int) (i % size));
  mean = block_sum (sum) / n;
  for (size_t i = threadIdx.x; i < n; i += THREADS)
    {
      double apart = fddm_get (in, i / size, first + (int) (i % size)) - mean;

      squares += apart * apart;
    }
  scale = (float) (1.0 / sqrt (block_sum (squares) / n + EPSILON));
  for (size_t i = threadIdx.x; i < n; i += THREADS)
    {
      const int   k = first + (int) (i % size);
      const float x = (float) (fddm_get (in, i / size, k) - mean) * scale;

      fddm_put (out, i / size, k, fddm_activate (activation, x * fddm_get (weight, 0, k) + fddm_get (bias, 0, k)));
    }
}

gboolean
fddm_cuda_group_norm (FddmDevice *device, const FddmTensor *in, const FddmTensor *weight, const FddmTensor *bias,
                      int groups, FddmActivation activation, FddmTensor *out, GError **error)
{
  if (!fddm_cuda_enter (device, error))
    return FALSE;
  group_norm_kernel<<<groups, THREADS, 0, device->stream>>> (
    fddm_view (device, in), fddm_view (device, weight), fddm_view (device, bias), in->channels / groups, activation,
    fddm_view (device, out), fddm_positions (in));
  return fddm_cuda_launched ("a group norm", error);
}
