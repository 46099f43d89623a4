/* grid.h: the stages that a tile goes through on the device, once on each grid of patches.
 * SPDX-License-Identifier: Apache-2.0
 *
 * They are called in the order in which they stand here. Where the network is asked once, neighbouring stages are one pass over
 * memory: analysis then does the noise map's work and the network's input, and the inverse does the estimate's and the
 * strengths'; the stages in between have nothing left to do. The results are the same. */
#pragma once
#include "engine/denoise/job.h"
#include "engine/denoise/workspace.h"
#include "engine/diffusion/sampler.h"

/* One grid of one tile. */
typedef struct {
  FddmContext       *context;
  const FddmRemoval *removal;
  FddmCoefficients  *coefficients;
  FddmWindow         window;
  const float       *photo;                       /* finite                                                  */
  float             *target;                      /* what is to change is added to it                        */
  gsize              pixels;                      /* of the tile's region                                    */
  int                samples;                     /* of each                                                 */
  float             *spare;                       /* an array like PHOTO; NULL where neither probes nor texture are wanted */
  float             *change, *variance, *texture; /* see FddmTilePixels                      */
  FddmRandom         random;                      /* of the first probe and the first step: streams from 0 on */
  int                number;
  gboolean           once; /* the network is asked once                               */
  FddmTicker         asking, probing, sampling;
} FddmGridPass;

/* Evaluations of the network on grid NUMBER. */
int fddm_grid_evaluations (const FddmRemoval *removal, int number);

/* The tile in WORK on grid NUMBER, and the tensors for it. Waits for the grid before. TICKER is that of all the tile's grids. */
gboolean fddm_grid_begin (FddmGridPass *pass, const FddmRemoval *removal, FddmWork *work, const FddmTile *tile, int number,
                          const FddmTicker *ticker, GError **error);
/* R'G'B' -> Y'CbCr -> patches -> DCT: y. */
gboolean fddm_grid_analyse (FddmGridPass *pass, GError **error);
/* The noise level at each patch's brightness: s. */
gboolean fddm_grid_map_noise (FddmGridPass *pass, GError **error);
/* What the network is given: y and ln s, preconditioned. */
gboolean fddm_grid_precondition (FddmGridPass *pass, GError **error);
/* F of the preconditioned input. */
gboolean fddm_grid_run_network (FddmGridPass *pass, GError **error);
/* The least-squares estimate φ(y, s). */
gboolean fddm_grid_estimate (FddmGridPass *pass, GError **error);
/* How sure that estimate is, where it is wanted: to the tile's variance. */
gboolean fddm_grid_probe (FddmGridPass *pass, GError **error);
/* For detail: a sample of what the photo may have been, along the diffusion's path from s to 0. */
gboolean fddm_grid_sample (FddmGridPass *pass, GError **error);
/* What is to change: the shares of luma and chroma, and of detail, of what was removed. */
gboolean fddm_grid_weigh (FddmGridPass *pass, GError **error);
/* The inverse DCT and R'G'B', begun: the grid's part of the change, to the target. fddm_grid_finish waits for it. */
gboolean fddm_grid_invert (FddmGridPass *pass, GError **error);
/* Until the target has all of what was begun to be added. */
gboolean fddm_grid_finish (FddmContext *context, GError **error);
