/* like.h: the state from which a picture like an example is sampled.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/generate/example.h"
#include "engine/ticker.h"
#include "kernels/pixels/quilt.h"

/* Fermi level at which sampling with CLOSENESS starts: the weights' first for 0, rising. */
double fddm_like_level (const FddmContext *context, double closeness);

/* Number of steps for the rest of the path, of STEPS for all of it. */
int fddm_like_steps (double closeness, int steps);

/* Bytes of host memory for a torus of HEIGHT × WIDTH pixels. */
gsize fddm_like_bytes (int width, int height, int samples);

/* Runs QUILT, whose places may be NULL for lack of memory. TICKER is told its start again and again, so that its listener can
 * cancel. */
gboolean fddm_like_quilt (FddmQuilt *quilt, const FddmTicker *ticker, GError **error);

/* X = EXAMPLE, pieced together anew to the size of X by RANDOM's seed, with noise of the level NOISE (constant). X0, of the same
 * shape, is overwritten. TICKER as above. */
gboolean fddm_like_start (const FddmContext *context, const FddmExample *example, const FddmTensor *noise,
                          const FddmRandom *random, FddmTensor *x0, FddmTensor *x, const FddmTicker *ticker, GError **error);
