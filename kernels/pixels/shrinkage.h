/* shrinkage.h: removes residual noise from an estimate, by frequency.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Shrinkage of DCT coefficients by an empirical Wiener filter (Yaroslavsky, SPIE 1999; Donoho and Johnstone, 1994) in
 * blocks of 32×32 pixels that overlap by half, far larger than a network's patches. With l the Y'CbCr of the estimate, n
 * the noise removed from the photo, d a block's coefficient, and Q the mean of d² over it and its eight neighbours (the
 * block's mean is no noise; it is replaced by the mean of the two coefficients beside it):
 *
 *   d becomes d·Q / (Q + t²),   t = a·√(mean n²), the mean over the block, per channel,
 *
 * because a network leaves no residual noise where it removed none. The mean of a block stays. Blocks blend like half a
 * sine wave. */
#pragma once
#include <glib.h>
#include "kernels/fddm-math.h"

#define FDDM_SHRINKAGE_SIDE  32
#define FDDM_SHRINKAGE_REACH (FDDM_SHRINKAGE_SIDE - 1)
#define FDDM_SHRINKAGE_LEAST 1e-9f /* smallest threshold: its square is a divisor */

/* Weight of a block's pixel X along one axis; the weights of overlapping blocks add up to 1. */
static inline float
fddm_shrinkage_fade (int x)
{
  const double here  = sin (FDDM_PI * (x + 0.5) / FDDM_SHRINKAGE_SIDE);
  const double there = sin (FDDM_PI * ((x + FDDM_SHRINKAGE_SIDE / 2) % FDDM_SHRINKAGE_SIDE + 0.5) / FDDM_SHRINKAGE_SIDE);

  return (float) (here / (here + there));
}

/* Start of the first block that includes pixel I, whose picture coordinate is I + ORIGIN. */
static inline int
fddm_shrinkage_first (int i, int origin)
{
  const int half = FDDM_SHRINKAGE_SIDE / 2;

  return i - ((i + origin) % half + half) % half - half;
}

typedef struct {
  const float *pixels;        /* l, R'G'B' or gray, finite                                       */
  const float *removed;       /* n or -n, multiplied by a share                                  */
  int          width, height; /* of both arrays, packed; reflected at their edges                */
  int          channels;      /* 1 or 3                                                          */
  int          x, y;          /* position in the picture, whose corner the blocks are aligned to */
  float        luma, chroma;  /* 1 / share; 0 = the channel is unchanged                         */
  float        a;
  float        most; /* upper limit of √(mean n²), in the units of the pixels */
} FddmShrinkage;

/* Adds the change of l to CHANGE, packed like PIXELS, for AREA_WIDTH × AREA_HEIGHT pixels from (AREA_X, AREA_Y). If
 * CHANGE was 0, the result does not depend on the number of THREADS that share the work, nor on the rest of the area.
 * FALSE if out of memory. */
gboolean fddm_shrinkage_add (const FddmShrinkage *shrinkage, int area_x, int area_y, int area_width, int area_height,
                             int threads, float *change);
