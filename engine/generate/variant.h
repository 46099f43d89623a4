/* variant.h: which picture's own mean and variances a generated one has.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/weights/weights.h"

/* One of those that WEIGHTS keep for CLASS (an index, or -1: any of all), drawn by SEED. MEAN and VARIANCE (C floats each) are
 * the weights' own; without variants they are those over all pictures. */
void fddm_variant_draw (const FddmWeights *weights, int class, guint32 seed, const float **mean, const float **variance);
