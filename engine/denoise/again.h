/* again.h: the part of a picture that is computed again.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/tiling/window.h"

/* Side of a block, in pixels: small beside a tile, large beside the work for one. */
#define FDDM_AGAIN_BLOCK 32

/* Blocks of a picture, some of them marked. All 0: none is. */
typedef struct {
  int     down, across, width, height; /* WIDTH and HEIGHT of the picture, in pixels */
  guint8 *blocks;                      /* 1 where one is marked                      */
  gsize   marked;
} FddmAgain;

/* Blocks of a WIDTH × HEIGHT picture, none marked. FALSE if out of memory. */
gboolean fddm_again_init (FddmAgain *again, int width, int height);
void     fddm_again_clear (FddmAgain *again);

/* Marks the blocks that RECT touches. */
void fddm_again_mark (FddmAgain *again, const FddmRect *rect);
/* Whether RECT touches a marked block. */
gboolean fddm_again_meets (const FddmAgain *again, const FddmRect *rect);
/* Whether so much is marked that the whole picture is no more work, as parts of it need pixels around them. */
gboolean fddm_again_is_much (const FddmAgain *again);

/* Passes what lies in marked blocks on to SINK, whose pixels have SAMPLES. */
typedef struct {
  const FddmAgain *again;
  const FddmSink  *sink;
  int              samples;
} FddmAgainFilter;

/* A sink that passes on what FILTER says, which must outlive it. */
FddmSink fddm_again_sink (FddmAgainFilter *filter);
