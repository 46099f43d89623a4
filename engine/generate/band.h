/* band.h: a band of a picture sampled anew, the rest of it held.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/generate/example.h"
#include "engine/tiling/window.h"

/* What a band is made of. */
typedef struct {
  FddmContext       *context;
  const FddmExample *example; /* measured */
  int class;                  /* index, or -1 */
  int     steps;              /* of the whole path */
  double  eta;
  guint32 seed;
} FddmBandMaterial;

/* A piece of a picture, whose sides are multiples of the patch. */
typedef struct {
  int      width, height;
  float   *pixels;           /* packed, with the example's number of samples, in [0,1] */
  FddmRect band;             /* in PIXELS                                              */
  gboolean meets_x, meets_y; /* whether its left and right, upper and lower edges are neighbours */
} FddmBandPiece;

/* Samples the band of PIECE anew so that it continues what lies around it. Pixels outside of the band change slightly, too; the
 * caller uses those of the band only. */
gboolean fddm_band_sample (const FddmBandMaterial *material, const FddmBandPiece *piece, const FddmTicker *ticker,
                           GError **error);
