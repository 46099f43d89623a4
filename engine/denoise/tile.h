/* tile.h: the tiles' way through: patches, noise, sampler and network, and back.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/diffusion/sampler.h"
#include "engine/denoise/workspace.h"

#define FDDM_STEPS_MAX 64

/* Less than this is nothing where it is divided by. */
#define FDDM_PERCENT_LEAST 0.01

/* One call of fddm_denoise_uncertain. */
typedef struct {
  FddmContext             *context;
  const FddmDenoiseParams *params;
  const FddmSource        *source;
  const FddmSink          *sink, *uncertainty;   /* UNCERTAINTY may be NULL */
  FddmProgress             progress;
  gpointer                 data;        /* of PROGRESS */
  const FddmNoiseModel    *known;       /* what was measured before; NULL: it is measured now */
  FddmReport              *report;
  gboolean                 removes;     /* anything; else the photo goes through as it is */
  FddmNoiseModel           noise;
  FddmNoiseModel           fine;        /* where sampled texture is to be strengthened: what the photo's fine waves have of it */
  gboolean                 strengthens;
  float                    shrinkage;   /* a of pixels/shrinkage.h; 0: nothing is shrunk */
  float                    most;        /* likewise, pixels in [0,1] */
  float                    blotches;    /* h of blotches of colour (pixels/blotches.h), pixels in [0,1]; 0: none are averaged */
  FddmTensor              *level;       /* of the noise, per frequency, before brightness changes it */
  FddmTensor              *strength;    /* what leaves, likewise */
  FddmTensor              *whole, *nothing;   /* 1 and 0 for every frequency */
  double                   levels[FDDM_STEPS_MAX];
  FddmWork                 work;
} FddmDenoiseJob;

/* What the job needs of its tiles, its noise being known. */
FddmWorkSpec fddm_denoise_spec (const FddmDenoiseJob *job);

/* Reads each tile, denoises it on every grid and writes it. */
gboolean     fddm_denoise_tiles (FddmDenoiseJob *job, const FddmTicker *ticker, GError **error);
