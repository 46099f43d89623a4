/* blotches.h: averages the coarse colour blotches of camera noise.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A network sees too small an area to tell them from the colours of the photo. The picture is therefore reduced to cells,
 * averaged by non-local means, and the change of chroma is interpolated linearly between the centres of cells.
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
#include "kernels/fddm-math.h"

/* Pixels from one y to the next; number of them to each side of x; reach of a pixel's z. */
#define FDDM_NONLOCAL_STEP  3
#define FDDM_NONLOCAL_SIDE  3
#define FDDM_NONLOCAL_REACH (FDDM_NONLOCAL_STEP * FDDM_NONLOCAL_SIDE + 1)

/* Writes z − l to CHANGE. PIXELS (l) and CHANGE are packed arrays of WIDTH × HEIGHT pixels with three finite samples,
 * reflected at their edges. H > 0, in their units. THREADS share the work. The result does not depend on their number,
 * nor, further inside than the reach, on the extent of the array. FALSE if out of memory. */
gboolean fddm_nonlocal_change (const float *pixels, int width, int height, float h, int threads, float *change);

#define FDDM_BLOTCHES_CELL  4 /* side in pixels */
#define FDDM_BLOTCHES_REACH ((FDDM_NONLOCAL_REACH + 2) * FDDM_BLOTCHES_CELL - 1)

/* One axis of the cells that the pixels belong to. */
typedef struct {
  int pixels, cells;
  int shift; /* offset of the first pixel in its cell */
} FddmCellAxis;

/* The cells of PIXELS, the first of which is at BEGIN in the picture. */
static inline FddmCellAxis
fddm_cell_axis (int pixels, int begin)
{
  FddmCellAxis axis;

  axis.shift  = begin % FDDM_BLOTCHES_CELL;
  axis.pixels = pixels;
  axis.cells  = (axis.shift + pixels + FDDM_BLOTCHES_CELL - 1) / FDDM_BLOTCHES_CELL;
  return axis;
}

/* The two cells around pixel I (at the picture's edges the last cell), and the weight of the second. */
FDDM_MATH float
fddm_cells_around (const FddmCellAxis *axis, int i, int cell[2])
{
  const float at    = ((float) (i + axis->shift) + 0.5f) / FDDM_BLOTCHES_CELL - 0.5f;
  const int   first = at < 0.0f ? -1 : (int) at;

  cell[0] = first > 0 ? first : 0;
  cell[1] = first + 1 < axis->cells - 1 ? first + 1 : axis->cells - 1;
  return at - (float) first;
}

/* Approximate working memory in floats for an array of FLOATS. */
#define FDDM_BLOTCHES_FLOATS(floats) ((floats) * 2 / (FDDM_BLOTCHES_CELL * FDDM_BLOTCHES_CELL))

/* Writes the change of PIXELS to CHANGE. Both are packed arrays of WIDTH × HEIGHT R'G'B' pixels with finite samples. (X,
 * Y): position of the array in the picture, whose corner the cells are aligned to. H > 0, in the units of the pixels.
 * THREADS share the work. Where the array ends inside the picture, pixels within the reach of its edge are invalid. FALSE
 * if out of memory. */
gboolean fddm_blotches_change (const float *pixels, int width, int height, int x, int y, float h, int threads,
                               float *change);
