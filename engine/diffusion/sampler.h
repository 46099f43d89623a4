/* sampler.h: from noisy coefficients to clean ones: in one step, or in several.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/diffusion/network.h"
#include "engine/diffusion/schedule.h"

/* Estimates X0 = φ(X, NOISE) in the sampler's place. */
typedef gboolean (*FddmEstimateFunc) (gpointer data, const FddmTensor *x, const FddmTensor *noise, FddmTensor *x0,
                                      const FddmTicker *ticker, GError **error);

/* Estimates that lean towards a class (classifier-free guidance, Ho and Salimans, arXiv 2207.12598):
 * φ(any) + STRENGTH · (φ(class) − φ(any)). */
typedef struct {
  float             strength;   /* 1 = φ(class) itself, and the rest is not needed */
  FddmTensor       *other;      /* of X's shape, for the estimate of any           */
  const FddmTensor *one, *zero; /* constant                                        */
} FddmGuidance;

/* What sampling on one tile works with. NOISE is the level of the state that it starts from, constant or by place. */
typedef struct {
  const FddmBackend *backend;
  FddmDevice        *device;
  const FddmWeights *weights;
  FddmNetwork       *network; /* prepared for the tile's size */
  const FddmTensor  *mean, *variance;
  int class;                 /* index of the class, or -1    */
  FddmGuidance     guidance; /* all 0: none                  */
  gboolean         clamp;    /* the pixels of each estimate  */
  FddmEstimateFunc estimate; /* NULL: the network, at once on all of X */
  gpointer         data;     /* of ESTIMATE                  */
} FddmSampler;

/* The least-squares estimate X0 = φ(X, NOISE): one evaluation of the network, or two with guidance. */
gboolean fddm_sampler_estimate (const FddmSampler *sampler, const FddmTensor *x, const FddmTensor *noise, FddmTensor *x0,
                                const FddmTicker *ticker, GError **error);

/* Fermi levels at which a path of N steps stops, rising, the last step (to no noise at all) not among them: N − 1 values
 * in LEVELS. The path leaves from NOISE (constant, C levels) and ends at half an 8-bit step. Levels are spaced evenly in the
 * difficulty curve's integral where the weights have one (Liang et al., arXiv 2411.01629), else evenly. */
void fddm_sampler_levels (const FddmWeights *weights, const FddmSchedule *schedule, const float *noise, int n,
                          double *levels);

/* A path from the noise of a state down to none, and the tensors that its steps need. */
typedef struct {
  const FddmSchedule *schedule;
  const FddmTensor   *noise;     /* level of the state that the path leaves from, constant or by place */
  const double       *levels;    /* Fermi levels where it stops, N − 1 of them (fddm_sampler_levels)   */
  int                 n;         /* steps, the last one to no noise at all                             */
  float               eta;       /* 0: deterministic … 1: fresh noise at every step                    */
  FddmRandom          random;    /* of the first step; the stream counts up from there                 */
  FddmTensor         *x0;        /* of the state's shape: the estimate at each step                    */
  FddmTensor         *from, *to; /* of NOISE's shape: the level before and after a step                */
} FddmPath;

/* Follows PATH, s_k(μ) = min (NOISE_k, exp ((ε_k − μ)/2T')), from the state X, which becomes the sample. FIRST = φ(X, NOISE)
 * is given, for every caller has it; it may lie in the path's own X0. */
gboolean fddm_sampler_run (const FddmSampler *sampler, const FddmPath *path, const FddmTensor *first, FddmTensor *x,
                           const FddmTicker *ticker, GError **error);
