/* nonlocal.h: averages similar pixels.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Non-local means (Buades, Coll and Morel, CVPR 2005) of a picture l with little noise:
 *
 *   z(x) = Σ w(x, y)·l(y) / Σ w(x, y),   w(x, y) = (1 − d/8h²)⁸, 0 from d = 8h² on, which is nearly exp (−d/h²),
 *
 * where d is the mean squared difference of l over the 3×3 pixels around x and y and the channels. y takes every third
 * pixel around x in both directions: adjacent pixels share the residual noise and much of the texture, so that they would
 * add little information and blur. */
#pragma once
#include <glib.h>

/* Pixels from one y to the next; number of them to each side of x; reach of a pixel's z. */
#define FDDM_NONLOCAL_STEP  3
#define FDDM_NONLOCAL_SIDE  3
#define FDDM_NONLOCAL_REACH (FDDM_NONLOCAL_STEP * FDDM_NONLOCAL_SIDE + 1)

/* Writes z − l to CHANGE. PIXELS (l) and CHANGE are packed arrays of WIDTH × HEIGHT pixels with three finite samples,
 * reflected at their edges. H > 0, in their units. THREADS share the work. The result does not depend on their number,
 * nor, further inside than the reach, on the extent of the array. FALSE if out of memory. */
gboolean fddm_nonlocal_change (const float *pixels, int width, int height, float h, int threads, float *change);
