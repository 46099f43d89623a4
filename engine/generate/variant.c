/* variant.c: choice of a variant by the seed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/variant.h"
#include "kernels/fddm-math.h"

/* Keeps these random numbers independent of those of the state and the windows. */
#define KEY 0x56415249u

void
fddm_variant_draw (const FddmWeights *weights, int class, guint32 seed, const float **mean, const float **variance)
{
  guint32 bits[4] = { 0, 0, 0, 0 }, first = 0, count = (guint32) weights->n_variants;
  gsize   row;

  *mean     = weights->mean;
  *variance = weights->variance;
  if (weights->n_variants == 0)
    return;
  for (int k = 0; k < class; k++)
    first += (guint32) weights->variants[k];
  if (class >= 0)
    count = (guint32) weights->variants[class];
  fddm_philox (bits, seed, KEY);
  row       = first + bits[0] % count;
  *mean     = weights->own_mean + row * (gsize) weights->coefficients;
  *variance = weights->own_variance + row * (gsize) weights->coefficients;
}
