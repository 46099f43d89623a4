/* bench.h: how fast the library computes a network's convolutions by themselves, and the steps of one that generates.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"

/* Runs nothing but the network's convolutions, on a tile of WIDTH × HEIGHT pixels, for at least SECONDS.
 * RATE: multiply-adds a second. */
gboolean fddm_bench_convolutions (FddmContext *context, int width, int height, double seconds, double *rate, GError **error);

typedef struct {
  int    side;               /* pixels of a window                                                      */
  double windows;            /* estimated: each by one evaluation of the network                        */
  double seconds, processor; /* that they took; seconds of one processor core, where those compute it   */
  int    at_once;            /* windows                                                                 */
} FddmBenchSteps;

/* Estimates windows of the size that the network was trained on as fddm_generate does, for at least SECONDS. */
gboolean fddm_bench_steps (FddmContext *context, double seconds, FddmBenchSteps *steps, GError **error);
