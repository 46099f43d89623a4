/* nonlocal.h: what looks alike in a picture, averaged.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Non-local means (Buades, Coll and Morel, CVPR 2005) of a picture l that has little noise left:
 *
 *   z(x) = Σ w(x, y)·l(y) / Σ w(x, y),   w(x, y) = (1 − d/8h²)⁸, 0 from d = 8h² on, which is nearly exp (−d/h²),
 *
 * d the mean square of l's differences over the 3×3 pixels around x and y and the channels. Of the pixels around x every
 * third one in a row and column is looked at: neighbours have the same noise left and much the same texture, so that they say
 * little and blur. */
#pragma once
#include <glib.h>

/* Pixels from one y to the next, how many of them to each side of x, and how far a pixel's z looks. */
#define FDDM_NONLOCAL_STEP  3
#define FDDM_NONLOCAL_SIDE  3
#define FDDM_NONLOCAL_REACH (FDDM_NONLOCAL_STEP * FDDM_NONLOCAL_SIDE + 1)

/* z − l to CHANGE. PIXELS (l) and CHANGE are packed arrays of WIDTH × HEIGHT pixels with three finite samples each, reflected at
 * their edges. H > 0, in their units. THREADS share the work; the result doesn't depend on them, nor, further inside than the
 * reach, on where the array ends. FALSE when memory ran out. */
gboolean fddm_nonlocal_change (const float *pixels, int width, int height, float h, int threads, float *change);
