/* ends.h: the ends of the network on the host (preconditioning and estimate), a run of patches at a time, for use within any
 * pass over memory.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/host/host.h"

/* Largest number of patches in a run. */
#define FDDM_RUN 16

/* Constants of all patches, the arrays repeated for each patch of a run. Where the noise does not depend on the place, its roots
 * and logarithms are computed once, in the tables. */
typedef struct {
  int            n; /* coefficients per patch */
  FddmInputForm  form;
  FddmOutputForm output;
  float          lo, hi;
  float          mean[FDDM_COEF_MAX], variance[FDDM_COEF_MAX];
  gboolean       constant;                                    /* whether the tables are valid                     */
  float          state[FDDM_COEF_MAX], level[FDDM_COEF_MAX];  /* factor of the state; noise input of the network  */
  float          wiener[FDDM_COEF_MAX], share[FDDM_COEF_MAX]; /* factors of the state and of the network's output */
} FddmHostEnds;

/* Patches of N coefficients in a run: enough for the widest vectors, and few enough for the stack. */
static inline int
fddm_host_run (int n)
{
  return MIN (FDDM_RUN, FDDM_COEF_MAX / n);
}

/* NOISE: noise levels, n values, if they are the same everywhere, otherwise NULL. Input form and range of CONDITIONING are
 * ignored unless the network's input is computed. */
void fddm_host_ends_init (FddmHostEnds *ends, const FddmConditioning *conditioning, const float *noise);
/* Writes the noise levels of PATCHES with coefficients Y to NOISE, from LEVEL by coefficient and CURVE by channel. */
void fddm_host_ends_noise (const float *level, const float (*curve)[FDDM_NOISE_KNOTS], int channels, int patch, int patches,
                           const float *y, float *noise);
/* Writes the network's INPUT, 2·n values for each of PATCHES, for state X. NOISE, n values for each, is ignored where the tables
 * are valid. */
void fddm_host_ends_input (const FddmHostEnds *ends, int patches, const float *x, const float *noise, float *input);
/* Writes the estimates of PATCHES' clean coefficients to X0, from state X and the network's OUTPUT. NOISE as above. FALSE if
 * OUTPUT has values that are not finite, or so large that the pixels would not be. */
gboolean fddm_host_ends_estimate (const FddmHostEnds *ends, int patches, const float *x, const float *noise,
                                  const float *output, float *x0);

/* Notes that the network's output overflowed. Any thread may call it. */
static inline void
fddm_host_ends_overflow (int *overflowed)
{
  __atomic_store_n (overflowed, TRUE, __ATOMIC_RELAXED);
}

/* Fails if OVERFLOWED. */
gboolean fddm_host_ends_finish (gboolean overflowed, GError **error);
