/* jpeg-comb.h: DCT coefficients of a picture's blocks on some grid, and the combs that quantisation left in them.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/fddm.h"

/* ---- jpeg-pieces.c ---- */

/* Side of a piece in pixels: 8 × 8 blocks on each of the 64 grids. Pieces lie at multiples of 16. */
#define FDDM_JPEG_PIECE 72
/* Histograms of magnitudes: quarters of a step, up to 128 steps. */
#define FDDM_JPEG_BINS      512
#define FDDM_JPEG_BIN_WIDTH 0.25

typedef guint16 FddmJpegHistogram[64][FDDM_JPEG_BINS];   /* for each frequency, row-major */

/* Planes in whole 8-bit steps, as JPEG's decoder had them before it made R'G'B' of them; chroma centred on 0. */
typedef struct {
  float    plane[3][FDDM_JPEG_PIECE * FDDM_JPEG_PIECE];
  gboolean lost[FDDM_JPEG_PIECE * FDDM_JPEG_PIECE];      /* black, white or no number: not what the decoder had */
} FddmJpegPiece;

/* How many pieces are looked at, 0 where the picture is too small. */
int      fddm_jpeg_pieces_count (const FddmSource *source);
/* Piece I of them, spread evenly over the picture. */
gboolean fddm_jpeg_pieces_read  (const FddmSource *source, int i, FddmJpegPiece *piece, GError **error);
/* Adds luma's blocks on all 64 grids to the HISTOGRAMS [8·y + x] of the grids through (x,y). */
void     fddm_jpeg_pieces_luma  (const FddmJpegPiece *piece, FddmJpegHistogram histograms[64]);
/* Adds the blocks of PLANE on the grid through (X,Y), every SCALE = 1 or 2 pixels a sample. Where SCALE is 2, what
 * libjpeg's smooth enlargement did is undone first, if SMOOTH, else each 2 × 2 pixels are averaged. */
void     fddm_jpeg_pieces_plane (const FddmJpegPiece *piece, int plane, int x, int y, int scale, gboolean smooth,
                                 FddmJpegHistogram histogram);

/* ---- jpeg-comb.c ---- */

/* Steps that are looked for: 1 … 128. */
#define FDDM_JPEG_STEPS 128

/* Logarithms of how much likelier a magnitude is when it was quantised with a step than when it was not at all. */
typedef struct {
  int   first;                                           /* bin: magnitudes below tell nothing */
  float gain[FDDM_JPEG_BINS][FDDM_JPEG_STEPS];           /* of step 1 + index */
} FddmJpegComb;

/* ROUNDING: standard deviation of a coefficient around its multiple of the step. */
FddmJpegComb *fddm_jpeg_comb_new   (double rounding);
/* GAIN[i]: summed over what COUNTS holds; their number is returned. */
double        fddm_jpeg_comb_gains (const FddmJpegComb *comb, const guint16 counts[FDDM_JPEG_BINS],
                                    float gain[FDDM_JPEG_STEPS]);
/* Adds up how far the magnitudes above STEP / 2 are from multiples of STEP; how many there are. */
double        fddm_jpeg_comb_stray (const guint16 counts[FDDM_JPEG_BINS], int step, double *distance);
