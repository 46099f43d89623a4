/* check.h: every operation on two devices, the one under test and the reference, and what they differ by.
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

/* The same tensor on both. */
typedef struct {
  FddmTensor *tested, *ref;
} Twin;

typedef enum {
  FILL_RANDOM,   /* within ±1                                              */
  FILL_POSITIVE, /* (0.01, 1): noise levels, variances                     */
  FILL_WIDE,     /* (10, 100): variances that make any number an ordinary one */
  FILL_EXTREME   /* zeros, tiny and large numbers of either sign           */
} Fill;

/* Both hold the same numbers, as far as the tested device can hold them: what a later comparison finds is arithmetic. */
Twin   bench_twin (Bench *bench, FddmTensorType type, int height, int width, int channels, Fill fill);
void   bench_twin_free (Bench *bench, Twin twin);
float *bench_values (Bench *bench, gsize n, Fill fill);

/* Counts a check: passed if the relative distance (L2) of the tested numbers from the reference's is at most
 * TOLERANCE and none is non-finite where the reference's is finite. */
void bench_compare (Bench *bench, const float *tested, const float *ref, gsize n, double tolerance, const char *format, ...)
  G_GNUC_PRINTF (6, 7);
void bench_compare_twin (Bench *bench, Twin twin, double tolerance, const char *format, ...) G_GNUC_PRINTF (4, 5);
/* Counts a check of another kind. */
void bench_expect (Bench *bench, gboolean ok, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* A failure of a call itself: counted, said, and its error freed. Returns OK. */
gboolean bench_ran (Bench *bench, gboolean ok, GError **error, const char *what);

/* The relative error that a single rounding to NETWORK numbers makes, generously. */
double bench_rounding (Bench *bench);

void check_tensors (Bench *bench);
void check_transform (Bench *bench);
void check_sampling (Bench *bench);
void check_convolution (Bench *bench);
void check_layers (Bench *bench);
void check_torus (Bench *bench);
void check_memory (Bench *bench);
