/* bench.h: how fast the library computes a network's convolutions by themselves, and the steps of one that generates.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"

/* Runs nothing but the network's convolutions, on a tile of WIDTH × HEIGHT pixels, for at least SECONDS.
 * RATE: multiply-adds a second. */
gboolean fddm_bench_convolutions (FddmContext *context, int width, int height, double seconds, double *rate, GError **error);

/* A way of convolving on the CPU. */
typedef struct {
  const char *name;  /* "bf16", "winograd" or "direct", as FDDM_CPU_CONVOLUTION has it */
  double      rate;  /* multiply-adds a second; 0 = not on this processor              */
  gboolean    taken; /* by CONTEXT                                                     */
} FddmBenchWay;

#define FDDM_BENCH_WAYS 3

/* The same for each way of the CPU, which CONTEXT must be on. */
gboolean fddm_bench_ways (FddmContext *context, int width, int height, double seconds, FddmBenchWay ways[FDDM_BENCH_WAYS],
                          GError **error);

typedef struct {
  int    side;               /* pixels of a window                                                      */
  double windows;            /* estimated: each by one evaluation of the network                        */
  double seconds, processor; /* that they took; seconds of one processor core, where those compute it   */
  int    at_once;            /* windows                                                                 */
} FddmBenchSteps;

/* Estimates windows of the size that the network was trained on as fddm_generate does, for at least SECONDS. */
gboolean fddm_bench_steps (FddmContext *context, double seconds, FddmBenchSteps *steps, GError **error);
