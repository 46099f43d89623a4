/* torus-axis.h: windows of one size that cover a circle of patches.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* One axis of a torus, in patches. */
typedef struct {
  int length; /* of the circle                                                            */
  int window; /* of a window; if longer than the circle, it covers parts of it repeatedly */
  int count;  /* of windows; 1 = the circle, cut open, without blending                   */
} FddmTorusAxis;

/* MEETS: the ends meet, so that even a circle that fits into one window needs a second one across the cut. */
void fddm_torus_axis_init (FddmTorusAxis *axis, int length, int window, gboolean meets);

/* Start of window I, in [0, length). */
int fddm_torus_axis_start (const FddmTorusAxis *axis, int i);

/* Offset of all windows in estimate STEP along axis WHICH, drawn by SEED: another one each time, so that no seam stays in one
 * place. */
int fddm_torus_axis_shift (const FddmTorusAxis *axis, guint32 seed, guint32 step, guint32 which);

/* Sums up the ramps of all windows at each patch of the circle: SUM has room for LENGTH values. */
void fddm_torus_axis_sum (const FddmTorusAxis *axis, double *sum);

/* Weights of the patches of window I, WEIGHTS having room for one per patch of the window: a smooth ramp over the overlap
 * at either end, divided by SUM. At each patch of the circle the weights of all windows add up to 1. */
void fddm_torus_axis_weights (const FddmTorusAxis *axis, int i, const double *sum, float *weights);
