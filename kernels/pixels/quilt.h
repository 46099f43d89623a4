/* quilt.h: a picture pieced together from overlapping blocks of another (Efros and Freeman, Image Quilting, 2001).
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

typedef struct {
  const float *example; /* packed, finite                                                       */
  int          example_width, example_height;
  int          channels;                  /* of both pictures: 1 or 3                                       */
  float       *pixels;                    /* packed: the picture, whose opposite edges meet                 */
  guint8      *known;                     /* for each pixel: 0 = still to be filled                         */
  int          width, height;             /* of the picture                                                 */
  int          block_width, block_height; /* at most as large as example and picture            */
  int          overlap_x, overlap_y;      /* a seam runs within this distance of a block's edge */
  int          across, down;              /* number of blocks                                   */
  const int   *x, *y;                     /* left and upper edges of the blocks, rising         */
  guint32      seed;
  gboolean (*goes_on) (gpointer data); /* asked before each block; NULL = goes on */
  gpointer data;                       /* passed to GOES_ON                       */
} FddmQuilt;

/* Places the blocks, row by row. Each is taken from where the example fits well to the known pixels below the block, but not
 * from where it would only continue a neighbour. Within the overlap a seam of least difference separates known pixels that
 * stay from those that are replaced; all pixels farther inside are replaced. FALSE if memory is short, or GOES_ON says no. */
gboolean fddm_quilt (const FddmQuilt *quilt);
