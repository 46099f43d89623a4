/* blotches.h: coarse blotches of colour, as cameras' noise has them, averaged away.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A network sees too little around a pixel to tell them from the photo's colours. Where a quarter of the size looks alike
 * (nonlocal.h), what averaging changes there of chroma is carried over to the pixels, linearly between the middles of cells. */
#pragma once
#include "kernels/pixels/nonlocal.h"

#define FDDM_BLOTCHES_CELL  4 /* pixels */
#define FDDM_BLOTCHES_REACH ((FDDM_NONLOCAL_REACH + 2) * FDDM_BLOTCHES_CELL - 1)

/* About what that takes besides, in floats, for an array of so many. */
#define FDDM_BLOTCHES_FLOATS(floats) ((floats) * 2 / (FDDM_BLOTCHES_CELL * FDDM_BLOTCHES_CELL))

/* What changes of PIXELS to CHANGE, both packed arrays of WIDTH × HEIGHT pixels with three finite samples each, R'G'B'. (X, Y):
 * where they begin in the picture, to whose corner cells are aligned. H > 0, in the pixels' units. THREADS share the work.
 * Where the array ends, but not the picture, pixels nearer than the reach are not to be used. FALSE when memory ran out. */
gboolean fddm_blotches_change (const float *pixels, int width, int height, int x, int y, float h, int threads,
                               float *change);
