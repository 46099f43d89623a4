/* shrink.h: reduces a picture while it is received. Each pixel of the result is the mean of a square.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

#include "engine/fddm.h"

typedef struct {
  GeglRectangle part;           /* the part of the input to keep */
  int           step, channels; /* side of a square; samples per pixel */
  int           across, down;   /* size of the result */
  float        *sums;           /* packed; means after fddm_shrink_end */
  int          *counts;         /* pixels received; a pixel comes more than once if a GPU has failed */
} FddmShrink;

/* Prepares SHRINK for an input of which PART is kept. */
void     fddm_shrink_init (FddmShrink *shrink, const GeglRectangle *part, int step, int channels);
FddmSink fddm_shrink_sink (FddmShrink *shrink);
/* Returns the result, packed; free with g_free. Clears SHRINK. */
float *fddm_shrink_end (FddmShrink *shrink);
