/* job.h: what is to be done to a photo, the same for all its tiles.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/context.h"

#define FDDM_STEPS_MAX 64

/* Less than this is nothing where it is divided by. */
#define FDDM_PERCENT_LEAST 0.01

/* What is removed, and how the network is asked. */
typedef struct {
  gboolean       removes;       /* anything; else the photo goes through as it is                  */
  gboolean       samples;       /* detail is sampled, in STEPS steps                               */
  gboolean       probes;        /* for the uncertainty, on the first grid                          */
  gboolean       keeps_texture; /* what sampling adds is kept, to be strengthened                  */
  int            grids, steps;
  double         detail;       /* share of the sample in the result, 0 … 1                        */
  double         luma, chroma; /* shares of what is removed that leave the photo                  */
  guint32        seed;
  FddmNoiseModel noise;
  gboolean       noise_varies;           /* from place to place                                             */
  double         levels[FDDM_STEPS_MAX]; /* Fermi levels of the steps                                    */
  FddmTensor    *level;                  /* of the noise, per frequency, before brightness changes it       */
  FddmTensor    *strength;               /* what leaves, likewise                                           */
  FddmTensor    *whole, *nothing;        /* 1 and 0 for every frequency, where the network is asked more than once */
} FddmRemoval;

/* What the pixels go through when the network is done with them. */
typedef struct {
  gboolean       strengthens; /* sampled texture, of which the photo's fine waves have FINE noise */
  FddmNoiseModel fine;
  float          shrinkage, most; /* a and its bound, of pixels/shrinkage.h, pixels in [0,1]; 0: nothing is shrunk */
  float          blotches;        /* h of blotches of colour (pixels/blotches.h), likewise; 0: none are averaged   */
} FddmCleaning;

/* A photo to be denoised. */
typedef struct {
  FddmContext             *context;
  const FddmDenoiseParams *params;
  const FddmSource        *source;
  const FddmSink          *sink, *uncertainty; /* UNCERTAINTY may be NULL */
  const FddmNoiseModel    *known;              /* noise that was measured before; NULL: it is measured now */
  FddmRemoval              removal;
  FddmCleaning             cleaning;
} FddmDenoiseJob;
