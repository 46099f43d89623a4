/* schedule.h: noise of each frequency at each Fermi level of the diffusion.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include "kernels/noise-model.h"

typedef struct {
  int    patch;                                       /* side d of a patch, 1 … FDDM_PATCH_MAX                 */
  double temperature;                                 /* T' of (30), > 0; small = frequencies leave one by one */
  double dispersion[FDDM_PATCH_MAX * FDDM_PATCH_MAX]; /* ε_k, row-major (u, v)                                 */
} FddmSchedule;

/* Sets ε_k = −cos πk₁ − cos πk₂ (arXiv 2402.17090, section 5.2.4). k takes d points from 0 to 1 inclusive, as in the
 * authors' program; with OPEN_GRID it is u/d, as in the paper's text. */
void fddm_schedule_init (FddmSchedule *schedule, int patch, gboolean open_grid, double temperature);

/* ᾱ_k of (30) for frequency K in [0, d²) at Fermi level FERMI. */
double fddm_schedule_alpha_bar (const FddmSchedule *schedule, int k, double fermi);

/* Noise-to-signal ratio s_k = √((1 − ᾱ_k)/ᾱ_k) = exp ((ε_k − μ)/2T'). */
double fddm_schedule_noise (const FddmSchedule *schedule, int k, double fermi);

/* Fermi level at which frequency K has the noise level NOISE > 0; inverse of fddm_schedule_noise. */
double fddm_schedule_fermi (const FddmSchedule *schedule, int k, double noise);
