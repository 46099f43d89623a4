/* strips.h: a whole picture's coefficients become the pixels that a sink gets, a strip at a time.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/context.h"

/* COEFFICIENTS of a picture in [-1,1] -> WIDTH × HEIGHT pixels in [0,1]. What the patches have more than that is cut off, or,
 * when the picture TILES, it is made smaller so that its opposite edges still meet. */
typedef struct {
  FddmContext      *context;
  const FddmTensor *coefficients;
  int               width, height;
  gboolean          tiles;
  const FddmSink   *sink;
} FddmWriter;

/* Bytes of working memory for pictures of any height that are this wide, or a bound on them. */
gsize    fddm_writer_bytes (int width, int samples);
gboolean fddm_writer_run (const FddmWriter *writer, const FddmTicker *ticker, GError **error);
