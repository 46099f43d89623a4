/* compare.cu: how far the output of a layer is from what our own kernels make of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include "kernels/cuda/element.cuh"
#include "kernels/cuda/layers.h"

#define THREADS 256
#define BLOCKS  64

/* FOUND from value FIRST on against N values of RIGHT. Values of at least LIMIT are left out. */
static __global__ void __launch_bounds__ (THREADS)
compare_kernel (FddmView found, size_t first, FddmView right, size_t n, float limit, FddmDifference *sums)
{
  __shared__ FddmDifference parts[THREADS];
  FddmDifference            mine = {};

  for (size_t i = (size_t) blockIdx.x * THREADS + threadIdx.x; i < n; i += (size_t) BLOCKS * THREADS)
    {
      const float    y = fddm_load (found.data, found.type, first + i), expected = fddm_load (right.data, right.type, i);
      FddmDifference one = {};

      if (!(fabsf (expected) < limit)) /* or not a number */
        continue;
      one.found  = y;
      one.right  = expected;
      one.broken = fabsf (y) <= FLT_MAX ? 0 : 1;
      one.apart  = one.broken ? 0.0 : ((double) y - expected) * ((double) y - expected);
      one.size   = (double) expected * expected;
      fddm_difference_add (&mine, &one);
    }
  parts[threadIdx.x] = mine;
  __syncthreads ();
  if (threadIdx.x > 0)
    return;
  for (int i = 1; i < THREADS; i++)
    fddm_difference_add (&mine, &parts[i]);
  sums[blockIdx.x] = mine;
}

gsize
fddm_cuda_compare_bytes (void)
{
  return BLOCKS * sizeof (FddmDifference);
}

gboolean
fddm_cuda_compare (FddmDevice *device, const FddmTensor *found, int first, const FddmTensor *right, void *sums,
                   FddmDifference *difference, GError **error)
{
  const size_t   row   = (size_t) found->width * found->channels;
  const float    limit = fddm_cuda_element (device, found->type) == FDDM_ELEMENT_HALF ? FDDM_HALF_MAX : FLT_MAX;
  FddmDifference parts[BLOCKS];
  static_assert (sizeof parts <= FDDM_ANSWER_BYTES, "what fddm_cuda_fetch() fetches");

  compare_kernel<<<BLOCKS, THREADS, 0, device->stream>>> (fddm_view (device, found), first * row, fddm_view (device, right),
                                                          right->height * row, limit, (FddmDifference *) sums);
  if (!fddm_cuda_launched ("a comparison", error) ||
      !fddm_cuda_fetch (device, parts, sums, sizeof parts, "a comparison", error))
    return FALSE;
  *difference = {};
  for (int i = 0; i < BLOCKS; i++)
    fddm_difference_add (difference, &parts[i]);
  return TRUE;
}
