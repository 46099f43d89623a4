/* bench.h: speed of a network's convolutions alone, and of the sampling steps of a generating network.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"

/* Runs only the network's convolutions, on one tile of WIDTH × HEIGHT pixels, for at least SECONDS. RATE: multiply-adds
 * per second. */
gboolean fddm_bench_convolutions (FddmContext *context, int width, int height, double seconds, double *rate, GError **error);

/* A way of convolving on the CPU. */
typedef struct {
  const char *name;  /* "bf16", "winograd", "direct" or "int8", as FDDM_CPU_CONVOLUTION has it */
  double      rate;  /* multiply-adds a second; 0 = not on this processor              */
  gboolean    taken; /* by CONTEXT                                                     */
} FddmBenchWay;

#define FDDM_BENCH_WAYS 4

/* The same for each way of the CPU, which CONTEXT must be on. */
gboolean fddm_bench_ways (FddmContext *context, int width, int height, double seconds, FddmBenchWay ways[FDDM_BENCH_WAYS],
                          GError **error);

typedef struct {
  int    side;               /* pixels of a window's side                                  */
  double windows;            /* estimates of a window, one network evaluation each         */
  double seconds, processor; /* elapsed; of one processor core, meaningful only on the CPU */
  int    at_once;            /* windows computed in parallel                               */
} FddmBenchSteps;

/* Estimates windows of the network's training size, as fddm_generate does, for at least SECONDS. */
gboolean fddm_bench_steps (FddmContext *context, double seconds, FddmBenchSteps *steps, GError **error);
