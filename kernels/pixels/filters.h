/* filters.h: the filters after the network, which take out the noise that it left.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Filters on a change of pixels, after the network: first colour blotches are averaged (pixels/blotches.h), then residual
 * noise is shrunk (pixels/shrinkage.h). With pixels p, change c, and S_ab scaling luma by a and chroma by b:
 *
 *   l = p + S(c) with the full luma and chroma,   b = change of l by the averaging of blotches,
 *   c += rest · chroma · b,                       l += b,
 *   c += rest · S(change of l by the shrinkage, with c as the noise removed) with luma and chroma. */
typedef struct {
  int   width, height, samples;    /* of the arrays, packed; reflected at their edges; samples: 1 or 3      */
  int   x, y;                      /* position in the picture, whose corner blocks and cells are aligned to */
  int   left, top, right, bottom;  /* pixels that are filtered: [left,right) × [top,bottom)                 */
  float luma, chroma;              /* shares that the change has been multiplied by                         */
  float luma_whole, chroma_whole;  /* factors to the whole change: 1 / share, or 0                          */
  float rest;                      /* share of the corrections that is applied                              */
  float shrinkage, shrinkage_most; /* a of shrinkage, and its limit; 0 = off                                */
  float blotches;                  /* h of blotches, for three samples only; 0 = off                        */
} FddmFilters;

/* Arrays of the size that the filters state. */
typedef struct {
  const float *pixels;     /* p; may be ESTIMATE                         */
  float       *change;     /* c                                          */
  float       *estimate;   /* l                                          */
  float       *correction; /* what one filter changes                    */
  int          threads;
} FddmFilterArrays;

/* The filters, one after another. Each rests on those before it; a filter that is off does nothing. FALSE: no memory. */
void     fddm_filters_estimate (const FddmFilters *filters, const FddmFilterArrays *arrays);
gboolean fddm_filters_average (const FddmFilters *filters, const FddmFilterArrays *arrays);

/* The shrinkage is computed row by row of what is filtered: ROWS from the row FIRST on of the array. Then it is applied. */
void     fddm_filters_shrink_begin (const FddmFilters *filters, const FddmFilterArrays *arrays);
gboolean fddm_filters_shrink_rows (const FddmFilters *filters, const FddmFilterArrays *arrays, int first, int rows);
void     fddm_filters_shrink_end (const FddmFilters *filters, const FddmFilterArrays *arrays);
