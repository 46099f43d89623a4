/* variant.h: mean and variances of a single training picture, which a generated picture takes on.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/weights/weights.h"

/* Draws by SEED one of the variants that WEIGHTS hold for CLASS (an index, or -1 for any). MEAN and VARIANCE (C floats
 * each) belong to the weights. Without variants they are those over all training pictures. */
void fddm_variant_draw (const FddmWeights *weights, int class, guint32 seed, const float **mean, const float **variance);

/* Index of the class named SUBJECT; -1 for NULL, "" and a subject that is no class but kept as pictures (kept.h). The error
 * for an unknown one lists the known ones. */
gboolean fddm_variant_class (const FddmWeights *weights, const char *subject, int *class, GError **error);
