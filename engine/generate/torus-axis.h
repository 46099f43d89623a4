/* torus-axis.h: how windows of one size cover a circle of patches.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* One axis of a torus, in patches. */
typedef struct {
  int length; /* of the circle                                                                         */
  int window; /* of each window; it may be longer than the circle, and then sees some of it repeatedly  */
  int count;  /* of windows; 1: it is the circle itself, cut open, and nothing is blended              */
} FddmTorusAxis;

/* MEETS: the two ends meet, so that even a circle that fits into one window needs a second one across the cut. */
void fddm_torus_axis_init (FddmTorusAxis *axis, int length, int window, gboolean meets);

/* Where window I starts, in [0, length). */
int fddm_torus_axis_start (const FddmTorusAxis *axis, int i);

/* How much each of window I's places counts, window floats: a smooth ramp over the overlap at either end. Over all windows
 * the WEIGHTS that come to a place of the circle sum to 1. */
void fddm_torus_axis_weights (const FddmTorusAxis *axis, int i, float *weights);
