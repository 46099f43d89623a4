/* strips.h: from a picture's coefficients to pixels in a sink, strip by strip.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/context.h"

/* Converts COEFFICIENTS, of a picture in [-1,1], to WIDTH × HEIGHT pixels in [0,1]. A surplus of the patches is cropped.
 * If TILES is set, the picture is scaled down instead, so that opposite edges still meet, and begins in the middle of a patch, so
 * that they meet within one. */
typedef struct {
  FddmContext      *context;
  const FddmTensor *coefficients;
  int               width, height;
  gboolean          tiles;
  const FddmSink   *sink;
} FddmWriter;

/* Upper bound of the working memory in bytes, for WIDTH and any height. */
gsize    fddm_writer_bytes (int width, int samples);
gboolean fddm_writer_run (const FddmWriter *writer, const FddmTicker *ticker, GError **error);
