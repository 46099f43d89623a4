/* ends.cuh: the ends of the network (preconditioning and estimate), four coefficients of a patch at a time.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The range of fp16 ends at 65504, and inside a network numbers grow to a hundred times its input
 * (weights/train/RESULTS.md). So in fp16 the excess of the state over FDDM_STATE_MAX standard deviations is withheld from
 * the network and added to its estimate. No picture within [0,1] has such an excess, and it is not noise. Outputs that
 * overflow all the same, to infinity or the number stored for it, or are no numbers, are counted: finite.c reports them. */
#pragma once
#include <float.h>
#include "kernels/fddm-math.h"
#include "kernels/cuda/element.cuh"

#define FDDM_STATE_MAX 512.0f

/* Means and variances of the coefficients; limit of the network's input, in standard deviations; bound of its valid
 * output, and the place to count others. */
typedef struct {
  FddmView   mean, variance;
  float      limit, overflow;
  FddmBroken broken;
} FddmSpread;

static inline FddmSpread
fddm_spread (const FddmDevice *device, const FddmTensor *mean, const FddmTensor *variance)
{
  const bool       is_half = device->network == FDDM_ELEMENT_HALF;
  const FddmSpread spread  = { fddm_view (device, mean), fddm_view (device, variance), is_half ? FDDM_STATE_MAX : FLT_MAX,
                              is_half ? FDDM_HALF_MAX : FLT_MAX, device->broken };

  return spread;
}

/* Converts the state X and noise S of coefficients K … K + 3 to the network's input, in place. */
static __device__ __forceinline__ void
fddm_to_network (const FddmSpread &spread, FddmInputForm form, float lo, float hi, int k, float x[4], float s[4])
{
  float m[4], v[4];

  fddm_get4 (spread.mean, 0, k, m);
  fddm_get4 (spread.variance, 0, k, v);
  for (int i = 0; i < 4; i++)
    {
      const float seen = x[i] - fddm_excess (x[i], s[i], m[i], v[i], spread.limit);

      x[i] = form == FDDM_INPUT_WIENER ? fddm_wiener_state (seen, s[i], m[i], v[i])
                                       : fddm_precondition_state (seen, s[i], m[i], v[i]);
      s[i] = form == FDDM_INPUT_WIENER ? fddm_wiener_noise (s[i], v[i]) : fddm_precondition_noise (s[i], lo, hi);
    }
}

/* F if it is a valid output of the network. Otherwise counts it and returns 0, so that what follows stays finite. */
static __device__ __forceinline__ float
fddm_valid (const FddmSpread &spread, float f)
{
  if (fabsf (f) < spread.overflow)
    return f;
  atomicAdd (spread.broken.count, 1u);
  *(volatile unsigned int *) spread.broken.any = 1;
  return 0.0f;
}

/* Replaces the state X with the estimate of the clean coefficients, from the network's OUTPUT
 * at POSITION. */
static __device__ __forceinline__ void
fddm_from_network (const FddmSpread &spread, FddmOutputForm form, const FddmView &output, size_t position, int k, float x[4],
                   const float s[4])
{
  float m[4], v[4], f[4];

  fddm_get4 (spread.mean, 0, k, m);
  fddm_get4 (spread.variance, 0, k, v);
  fddm_get4 (output, position, k, f);
  for (int i = 0; i < 4; i++)
    {
      const float excess = fddm_excess (x[i], s[i], m[i], v[i], spread.limit), valid = fddm_valid (spread, f[i]);

      x[i] = excess + (form == FDDM_OUTPUT_CLEAN ? fddm_estimate_clean (m[i], v[i], valid)
                                                 : fddm_estimate (x[i] - excess, s[i], m[i], v[i], valid));
    }
}
