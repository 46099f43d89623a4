/* sampler.h: from noisy to clean coefficients, in one step or several.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/diffusion/network.h"
#include "engine/diffusion/schedule.h"

/* Computes X0 = φ(X, NOISE) in place of the sampler's network. */
typedef gboolean (*FddmEstimateFunc) (gpointer data, const FddmTensor *x, const FddmTensor *noise, FddmTensor *x0,
                                      const FddmTicker *ticker, GError **error);

/* Classifier-free guidance towards a class (Ho and Salimans, arXiv 2207.12598): φ(any) + STRENGTH · (φ(class) − φ(any)). */
typedef struct {
  float             strength;   /* 1 = φ(class) alone; the members below are then unused */
  FddmTensor       *other;      /* shape of X, for φ(any)                                */
  const FddmTensor *one, *zero; /* constant                                              */
} FddmGuidance;

/* The network, constants and options for sampling one tile. */
typedef struct {
  const FddmBackend *backend;
  FddmDevice        *device;
  const FddmWeights *weights;
  FddmNetwork       *network; /* prepared for the tile's size */
  const FddmTensor  *mean, *variance;
  int class;                 /* index of the class, or -1                    */
  FddmGuidance     guidance; /* all 0 = none                                 */
  gboolean         clamp;    /* clamps the pixels of each estimate to [-1,1] */
  FddmEstimateFunc estimate; /* NULL = the network, on all of X at once      */
  gpointer         data;     /* for ESTIMATE                                 */
} FddmSampler;

/* Least-squares estimate X0 = φ(X, NOISE). Evaluates the network once, or twice with guidance. */
gboolean fddm_sampler_estimate (const FddmSampler *sampler, const FddmTensor *x, const FddmTensor *noise, FddmTensor *x0,
                                const FddmTicker *ticker, GError **error);

/* Fermi level at which the last frequency has half an 8-bit step of noise, or the least of the weights' noise range where that is
 * more: the end of all paths. */
double fddm_sampler_end (const FddmWeights *weights, const FddmSchedule *schedule);

/* Fermi levels of the N steps of a path, rising, without the last step to noise 0: N − 1 values in LEVELS. The path
 * starts at NOISE (constant, C levels) and ends as above. The levels divide the integral of the weights'
 * difficulty curve evenly (Liang et al., arXiv 2411.01629); without a curve they are evenly spaced. */
void fddm_sampler_levels (const FddmWeights *weights, const FddmSchedule *schedule, const float *noise, int n,
                          double *levels);

/* A path from the noise of a state to noise 0, and tensors for its steps. */
typedef struct {
  const FddmSchedule *schedule;
  const FddmTensor   *noise;     /* noise of the initial state, constant or by place               */
  const double       *levels;    /* Fermi levels of the steps, N − 1 of them (fddm_sampler_levels) */
  int                 n;         /* number of steps, including the last, to noise 0                */
  float               eta;       /* 0 (deterministic) … 1 (fresh noise at every step)              */
  FddmRandom          random;    /* of the first step; the stream counts up from there             */
  FddmTensor         *x0;        /* shape of the state: estimate at each step                      */
  FddmTensor         *from, *to; /* shape of NOISE: level before and after a step                  */
  FddmTensor         *previous;  /* shape of the state: asks for steps of second order; or NULL    */
  FddmTensor         *before;    /* shape of NOISE; unused without PREVIOUS                        */
} FddmPath;

/* Follows PATH, s_k(μ) = min (NOISE_k, exp ((ε_k − μ)/2T')), from the state X. X becomes the sample. The caller provides
 * FIRST = φ(X, NOISE), which may be the path's own X0. The first step and the last one are always of first order. */
gboolean fddm_sampler_run (const FddmSampler *sampler, const FddmPath *path, const FddmTensor *first, FddmTensor *x,
                           const FddmTicker *ticker, GError **error);
