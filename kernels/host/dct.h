/* dct.h: the transform of a patch, in both directions.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/fddm-math.h"

/* OUT = A · IN · Aᵀ for D × D matrices; AT is Aᵀ. With a constant D the compiler unrolls the loops. */
static inline __attribute__ ((always_inline)) void
fddm_sandwich (int d, const float *a, const float *at, const float *in, float *out)
{
  float half[FDDM_PATCH_MAX * FDDM_PATCH_MAX];

  for (int u = 0; u < d; u++)
    for (int x = 0; x < d; x++)
      {
        float sum = 0.0f;

        for (int y = 0; y < d; y++)
          sum += a[u * d + y] * in[y * d + x];
        half[u * d + x] = sum;
      }
  for (int u = 0; u < d; u++)
    {
      float row[FDDM_PATCH_MAX] = { 0 };

      for (int x = 0; x < d; x++)
        for (int v = 0; v < d; v++)
          row[v] += half[u * d + x] * at[x * d + v];
      for (int v = 0; v < d; v++)
        out[u * d + v] = row[v];
    }
}
