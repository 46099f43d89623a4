/* blotches.h: averages the coarse colour blotches of camera noise.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A network sees too small an area to tell them from the colours of the photo. The picture is therefore reduced to cells,
 * averaged by nonlocal.h, and the change of chroma is interpolated linearly between the centres of cells. */
#pragma once
#include "kernels/pixels/nonlocal.h"

#define FDDM_BLOTCHES_CELL  4 /* side in pixels */
#define FDDM_BLOTCHES_REACH ((FDDM_NONLOCAL_REACH + 2) * FDDM_BLOTCHES_CELL - 1)

/* Approximate working memory in floats for an array of FLOATS. */
#define FDDM_BLOTCHES_FLOATS(floats) ((floats) * 2 / (FDDM_BLOTCHES_CELL * FDDM_BLOTCHES_CELL))

/* Writes the change of PIXELS to CHANGE. Both are packed arrays of WIDTH × HEIGHT R'G'B' pixels with finite samples. (X,
 * Y): position of the array in the picture, whose corner the cells are aligned to. H > 0, in the units of the pixels.
 * THREADS share the work. Where the array ends inside the picture, pixels within the reach of its edge are invalid. FALSE
 * if out of memory. */
gboolean fddm_blotches_change (const float *pixels, int width, int height, int x, int y, float h, int threads,
                               float *change);
