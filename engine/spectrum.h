/* spectrum.h: how strong each frequency of one picture is, told from its noisy coefficients.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Textures of one kind differ in that far more than a network finds out by itself: it sees places, and its norms take the
 * strength away. The logarithm of a picture's variance is taken to be normally distributed around that of its class. */
#pragma once
#include "weights.h"

/* VARIANCE (C floats): those whose Wiener filter is the mean of all that ENERGY leaves possible, the mean squares of
 * x − m over PLACES patches, at the noise level NOISE (C, [-1,1]). CLASS: an index or -1. For weights with own_prior; those of
 * the mean colours are the prior's. weights/train/fddm/spectrum.py does the same, and golden values compare. */
void fddm_spectrum_own_variance (const FddmWeights *weights, int class, const double *energy, const float *noise, int places,
                                 float *variance);
