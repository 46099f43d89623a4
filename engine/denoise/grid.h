/* grid.h: the stages of a tile on the device, run once per grid.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Call them in the order of declaration. If the network is evaluated only once, neighbouring stages merge into one pass
 * over memory: fddm_grid_analyse also maps the noise and preconditions, fddm_grid_invert also estimates and applies the
 * strengths, and the functions in between do nothing. Where pixels flow through the network band by band,
 * fddm_grid_run_network does it all. The results are identical. */
#pragma once
#include "engine/denoise/job.h"
#include "engine/denoise/workspace.h"
#include "engine/diffusion/sampler.h"

/* One tile on one grid. */
typedef struct {
  FddmContext       *context;
  const FddmRemoval *removal;
  FddmCoefficients  *coefficients;
  FddmWindow         window;
  const float       *photo;   /* finite                                                                    */
  float             *target;  /* the change is added to this array                                         */
  gsize              pixels;  /* of the tile's region                                                      */
  int                samples; /* per pixel                                                                 */
  float             *spare;   /* an array like PHOTO; NULL if nothing is gathered or probed */
  float             *change, *variance, *texture; /* see FddmTilePixels                                    */
  FddmRandom         random;                      /* of the first step; probes take other streams */
  int                number;
  gboolean           once; /* one network evaluation, merged stages */
  FddmTicker         asking, probing, sampling;
} FddmGridPass;

/* Number of network evaluations on grid NUMBER. */
int fddm_grid_evaluations (const FddmRemoval *removal, int number);

/* Starts grid NUMBER of the tile in WORK and allocates its tensors. Waits for the previous grid. TICKER covers all grids
 * of the tile. */
gboolean fddm_grid_begin (FddmGridPass *pass, const FddmRemoval *removal, FddmWork *work, const FddmTile *tile, int number,
                          const FddmTicker *ticker, GError **error);
/* Forward transform: R'G'B' -> Y'CbCr -> patches -> DCT, giving y. */
gboolean fddm_grid_analyse (FddmGridPass *pass, GError **error);
/* Noise map s: the noise level at each patch's brightness. */
gboolean fddm_grid_map_noise (FddmGridPass *pass, GError **error);
/* Network input: y and ln s, preconditioned. */
gboolean fddm_grid_precondition (FddmGridPass *pass, GError **error);
/* F_θ of the preconditioned input. */
gboolean fddm_grid_run_network (FddmGridPass *pass, GError **error);
/* Least-squares estimate φ(y, s). */
gboolean fddm_grid_estimate (FddmGridPass *pass, GError **error);
/* Sets the tile's variance to that of the clean photo given the noisy one, if uncertainty is requested. */
gboolean fddm_grid_probe (FddmGridPass *pass, GError **error);
/* For detail: samples a plausible clean photo along the diffusion's path from s to 0. */
gboolean fddm_grid_sample (FddmGridPass *pass, GError **error);
/* The change: estimate (mixed with the sample by detail) − y, scaled by luma and chroma. */
gboolean fddm_grid_weigh (FddmGridPass *pass, GError **error);
/* Starts the inverse transform (DCT, R'G'B') that adds the change to the target. fddm_grid_finish waits for its end. */
gboolean fddm_grid_invert (FddmGridPass *pass, GError **error);
/* Waits until the target is complete. */
gboolean fddm_grid_finish (FddmContext *context, GError **error);
