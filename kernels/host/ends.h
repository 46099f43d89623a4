/* ends.h: the network's two ends on the host, a patch at a time, whatever pass over memory that is part of.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/host/host.h"

/* What is the same for all patches. Noise that does not differ from place to place needs its roots and its logarithm once:
 * the tables are for that. */
typedef struct {
  int           n; /* coefficients of a patch                                   */
  const float  *mean, *variance;
  FddmInputForm form;
  float         lo, hi;
  gboolean      constant;                                    /* whether the tables hold                                   */
  float         state[FDDM_COEF_MAX], level[FDDM_COEF_MAX];  /* factor of the state; what the network sees of the noise */
  float         wiener[FDDM_COEF_MAX], share[FDDM_COEF_MAX]; /* factors of the state and of the network's output        */
} FddmHostEnds;

/* NOISE: the level where it is the same everywhere, else NULL. Without a network's input to make, form and range do not
 * matter. */
void fddm_host_ends_init (FddmHostEnds *ends, const FddmConditioning *conditioning, const float *noise);
/* The noise of a patch of coefficients Y, its levels and the channels' curves given. */
void fddm_host_ends_noise (const float *level, const float (*curve)[FDDM_NOISE_KNOTS], int channels, int patch,
                           const float *y, float *noise);
/* The network's input, 2·n values, for the state X of NOISE, which a constant one's tables stand for. */
void fddm_host_ends_input (const FddmHostEnds *ends, const float *x, const float *noise, float *input);
/* The clean coefficients, from the network's OUTPUT. */
void fddm_host_ends_estimate (const FddmHostEnds *ends, const float *x, const float *noise, const float *output, float *x0);
