/* torus.h: estimates of a picture of any size whose opposite edges meet, by a network that has seen small ones.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The network looks at overlapping windows of the size it was trained on, wherever they lie on the torus, and their estimates
 * pass into each other smoothly. Several windows are computed at once where the device has threads for them: small as they are,
 * a thread for each is what they are fastest with. */
#pragma once
#include "engine/context.h"
#include "engine/diffusion/sampler.h"
#include "engine/generate/torus-axis.h"

/* Windows computed at once, at most: each has the network's weights laid out for itself. */
#define FDDM_TORUS_LANES_MAX 16

/* What one window at a time is computed with. */
typedef struct {
  FddmDevice  *device;  /* the context's, or one beside it          */
  FddmNetwork *network; /* likewise                                 */
  FddmTensor  *x, *x0;  /* of a window: its state and its estimate; NULL when the window is the whole torus */
  FddmSampler  sampler;
} FddmTorusLane;

typedef struct {
  FddmContext  *context;
  FddmTorusAxis down, across;
  gsize         bytes; /* of the lanes; of all of it, once planned, the torus' own two tensors included */
  int           n_lanes;
  FddmTorusLane lanes[FDDM_TORUS_LANES_MAX];
  FddmTensor   *one, *zero;                     /* constant                  */
  FddmTensor  **down_weights, **across_weights; /* one for each window; NULL when nothing is blended */
} FddmTorus;

/* A torus of DOWN × ACROSS and as many lanes as threads, windows and the memory allow, EXTRA bytes being the caller's. CLASS:
 * an index or -1. Clear it also after a failure. */
gboolean fddm_torus_init (FddmTorus *torus, FddmContext *context, const FddmTorusAxis *down, const FddmTorusAxis *across,
                          int class, gsize extra, GError **error);
/* The tensors and weights that estimates need; until then nothing large has been allocated. */
gboolean fddm_torus_prepare (FddmTorus *torus, GError **error);
void     fddm_torus_clear (FddmTorus *torus);
/* The coefficients' MEAN and VARIANCE (constant), in place of those over all pictures. They must outlive the torus. */
void fddm_torus_use (FddmTorus *torus, const FddmTensor *mean, const FddmTensor *variance);

int fddm_torus_windows (const FddmTorus *torus);

/* X0 = the estimate of X at the level NOISE (constant), all windows moved by (ROW, COLUMN) patches. */
gboolean fddm_torus_estimate (FddmTorus *torus, const FddmTensor *x, const FddmTensor *noise, int row, int column,
                              FddmTensor *x0, const FddmTicker *ticker, GError **error);
