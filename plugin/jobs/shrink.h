/* shrink.h: a picture made smaller while it comes, each of its pixels the mean of a square.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

#include "engine/fddm.h"

typedef struct {
  GeglRectangle part;           /* of what comes; the rest is left out                       */
  int           step, channels; /* side of a square, and samples of a pixel                  */
  int           across, down;   /* size of the result                                        */
  float        *sums;           /* packed; means after _end                                  */
  int          *counts;         /* pixels that came, more than once each if a GPU has failed */
} FddmShrink;

/* What comes is a rectangle of which PART is kept. */
void     fddm_shrink_init (FddmShrink *shrink, const GeglRectangle *part, int step, int channels);
FddmSink fddm_shrink_sink (FddmShrink *shrink);
/* The result, packed; free with g_free. Nothing is left of SHRINK. */
float *fddm_shrink_end (FddmShrink *shrink);
