/* shrinkage.h: what an estimate still has of noise, taken out of its frequencies.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Shrinkage of DCT coefficients by an empirical Wiener filter (Yaroslavsky, SPIE 1999; Donoho and Johnstone, 1994) over blocks
 * of 32×32 pixels that overlap by a half, far larger than a network's patches. With l the estimate's Y'CbCr, n what was taken
 * out of the photo to get there, d a block's coefficient and Q the mean of d² over it and its eight neighbours (for the block's
 * mean, which is no noise, that of the two beside it stands):
 *
 *   d becomes d·Q / (Q + t²),   t = a·√(mean n²), the mean over the block, each channel by itself,
 *
 * for where a network took nothing out it leaves nothing. The mean of the block stays. Blocks fade into each other as half a
 * sine wave does. */
#pragma once
#include <glib.h>

#define FDDM_SHRINKAGE_SIDE  32
#define FDDM_SHRINKAGE_REACH (FDDM_SHRINKAGE_SIDE - 1)

typedef struct {
  const float *pixels;        /* l, R'G'B' or gray, finite                                             */
  const float *removed;       /* n or -n, times a share                                                */
  int          width, height; /* of both, packed; reflected at their edges                             */
  int          channels;      /* 1 or 3                                                                */
  int          x, y;          /* where they begin in the picture, to whose corner blocks are aligned   */
  float        luma, chroma;  /* one over that share; 0: the channel stays as it is                    */
  float        a;
  float        most; /* no √(mean n²) counts for more, in the pixels' units                   */
} FddmShrinkage;

/* Adds what becomes of l, less l, to CHANGE, packed as PIXELS are, for the AREA_WIDTH × AREA_HEIGHT pixels from
 * (AREA_X, AREA_Y) on. Where CHANGE was 0 it doesn't depend on THREADS, which share the work, nor on what else is computed
 * with a pixel. FALSE when memory ran out. */
gboolean fddm_shrinkage_add (const FddmShrinkage *shrinkage, int area_x, int area_y, int area_width, int area_height,
                             int threads, float *change);
