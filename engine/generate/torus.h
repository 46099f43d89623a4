/* torus.h: estimates of a torus, a picture of any size with meeting edges, by a network trained on small pictures.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The network sees overlapping windows of its training size, placed anywhere on the torus. Their estimates are blended
 * smoothly. On a device with several threads, windows are computed in parallel, small ones with one thread
 * each, which is fastest. */
#pragma once
#include "engine/context.h"
#include "engine/diffusion/sampler.h"
#include "engine/generate/torus-axis.h"

/* Maximum number of windows computed in parallel. Each has its own copy of the network's weights. */
#define FDDM_TORUS_LANES_MAX 16

/* Resources for computing one window at a time. */
typedef struct {
  FddmDevice  *device;  /* the context's, or one beside it                                      */
  FddmNetwork *network; /* likewise                                                             */
  FddmTensor  *x, *x0;  /* a window's state and estimate; NULL if one window is the whole torus */
  FddmSampler  sampler;
} FddmTorusLane;

typedef struct {
  FddmContext  *context;
  FddmTorusAxis down, across;
  gsize         bytes; /* of the lanes; after planning, of everything, including the torus' state and estimates */
  int           n_lanes;
  FddmTorusLane lanes[FDDM_TORUS_LANES_MAX];
  FddmTensor   *one, *zero;                     /* constant                              */
  FddmTensor  **down_weights, **across_weights; /* one per window; NULL without blending */
} FddmTorus;

/* Plans a torus of DOWN × ACROSS with as many lanes as threads, windows and memory allow. EXTRA: bytes that the caller
 * uses. CLASS: index of a class, or -1. Call fddm_torus_clear even after a failure. */
gboolean fddm_torus_init (FddmTorus *torus, FddmContext *context, const FddmTorusAxis *down, const FddmTorusAxis *across,
                          int class, gsize extra, GError **error);
/* Allocates the tensors and the blending weights. Nothing large is allocated before. */
gboolean fddm_torus_prepare (FddmTorus *torus, GError **error);
void     fddm_torus_clear (FddmTorus *torus);
/* Replaces the mean and variances over all training pictures by MEAN and VARIANCE (constant), which must outlive the
 * torus. */
void fddm_torus_use (FddmTorus *torus, const FddmTensor *mean, const FddmTensor *variance);

int fddm_torus_windows (const FddmTorus *torus);

/* X0 = estimate of X at the noise level NOISE (constant), with all windows shifted by (ROW, COLUMN) patches. */
gboolean fddm_torus_estimate (FddmTorus *torus, const FddmTensor *x, const FddmTensor *noise, int row, int column,
                              FddmTensor *x0, const FddmTicker *ticker, GError **error);
