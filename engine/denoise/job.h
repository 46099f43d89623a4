/* job.h: a denoising job, constant for all tiles.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/context.h"

/* Percentages below this count as 0 where they are divisors. */
#define FDDM_PERCENT_LEAST 0.01

/* The noise, and how it is removed. */
typedef struct {
  gboolean       removes;       /* FALSE: the photo is copied                      */
  gboolean       samples;       /* detail is sampled in STEPS steps                */
  gboolean       probes;        /* uncertainty is probed, on the first grid        */
  gboolean       keeps_texture; /* the sampled texture is kept, to be strengthened */
  gboolean       is_raised;     /* the change is gathered apart                    */
  int            grids, steps;
  double         detail;       /* share of the sample in the result, 0 … 1                  */
  double         luma, chroma; /* strengths: shares of the residual that are removed, 0 … 1 */
  guint32        seed;
  FddmNoiseModel noise;
  float          hot;                            /* noise of a sample, in [0,1] units, to find hot pixels; 0 = they stay */
  gboolean       noise_varies;                   /* the level depends on brightness                                */
  double         levels[FDDM_DENOISE_STEPS_MAX]; /* Fermi levels of the steps                                      */
  FddmTensor    *level;                          /* noise level per coefficient, before the brightness curve       */
  FddmTensor    *strength;                       /* strength per coefficient                                       */
  FddmTensor    *whole, *nothing;                /* 1 and 0 per coefficient; NULL without probes and kept texture */
} FddmRemoval;

/* Filters after the network. */
typedef struct {
  gboolean       strengthens; /* sampled texture; FINE is the noise in the photo's fine waves */
  FddmNoiseModel fine;
  float          shrinkage, most; /* a and its limit (pixels/shrinkage.h), pixels in [0,1]; 0 = off     */
  float          blotches;        /* h of colour blotches (pixels/blotches.h), pixels in [0,1]; 0 = off */
} FddmCleaning;

/* A photo to denoise. */
typedef struct {
  FddmContext             *context;
  const FddmDenoiseParams *params;
  const FddmSource        *source;
  const FddmSink          *sink, *uncertainty; /* UNCERTAINTY may be NULL                    */
  const FddmNoiseModel    *known;              /* noise measured earlier; NULL = measure now */
  FddmRemoval              removal;
  double                   raise;  /* largest band strength over 1: the factor on the noise in RAISED; 0 = none */
  FddmRemoval              raised; /* as REMOVAL                                                                */
  FddmCleaning             cleaning;
} FddmDenoiseJob;
