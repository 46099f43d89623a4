/* like.h: the state from which a picture like an example is sampled.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/generate/example.h"

/* Fermi level at which sampling with CLOSENESS starts: the weights' first for 0, rising. */
double fddm_like_level (const FddmContext *context, double closeness);

/* Number of steps for the rest of the path, of STEPS for all of it. */
int fddm_like_steps (double closeness, int steps);

/* Bytes of host memory for a torus of HEIGHT × WIDTH pixels. */
gsize fddm_like_bytes (int width, int height, int samples);

/* X = EXAMPLE, pieced together anew to the size of X by RANDOM's seed, with noise of the level NOISE (constant). X0, of the same
 * shape, is overwritten. */
gboolean fddm_like_start (const FddmContext *context, const FddmExample *example, const FddmTensor *noise,
                          const FddmRandom *random, FddmTensor *x0, FddmTensor *x, GError **error);
