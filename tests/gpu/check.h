/* check.h: compares each operation on the device under test with the reference.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include "kernels/backend.h"

typedef struct {
  const FddmBackend *backend, *ref;
  FddmDevice        *device, *ref_device;
  GRand             *rand;
  int                passed, failed;
} Bench;

/* The same tensor on both devices. */
typedef struct {
  FddmTensor *tested, *ref;
} Twin;

typedef enum {
  FILL_RANDOM,   /* within ±1                                              */
  FILL_POSITIVE, /* (0.01, 1): noise levels, variances                     */
  FILL_WIDE,     /* (10, 100): variances that make any number a likely one */
  FILL_EXTREME   /* zeros, tiny and large numbers of either sign           */
} Fill;

/* Both tensors hold the same numbers, rounded as the tested device stores them, so that a later comparison measures the
 * arithmetic only. */
Twin   bench_twin (Bench *bench, FddmTensorType type, int height, int width, int channels, Fill fill);
void   bench_twin_free (Bench *bench, Twin twin);
float *bench_values (Bench *bench, gsize n, Fill fill);

/* Counts a check. It passes if the relative L2 error of TESTED against REF is at most TOLERANCE, and TESTED is finite
 * wherever REF is. */
void bench_compare (Bench *bench, const float *tested, const float *ref, gsize n, double tolerance, const char *format, ...)
  G_GNUC_PRINTF (6, 7);
void bench_compare_twin (Bench *bench, Twin twin, double tolerance, const char *format, ...) G_GNUC_PRINTF (4, 5);
/* Counts a check of any other kind. */
void bench_expect (Bench *bench, gboolean ok, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* If OK is FALSE, counts and prints the failure of the call WHAT, and frees the error. Returns OK. */
gboolean bench_ran (Bench *bench, gboolean ok, GError **error, const char *what);

/* Upper bound of the relative error of a single rounding to the NETWORK format. */
double bench_rounding (Bench *bench);

void check_tensors (Bench *bench);
void check_transform (Bench *bench);
void check_filter (Bench *bench);
void check_meter (Bench *bench);
void check_sampling (Bench *bench);
void check_convolution (Bench *bench);
void check_layers (Bench *bench);
void check_torus (Bench *bench);
void check_memory (Bench *bench);
