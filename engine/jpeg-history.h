/* jpeg-history.h: whether a picture was a JPEG once, and how strongly it was compressed.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Told from the pixels alone, so that it also works on what was cropped or saved in another format since. After scaling,
 * after a change of colours, or with noise added, it can't be told any more, and isn't. */
#pragma once
#include "engine/fddm.h"

G_BEGIN_DECLS

typedef enum {
  FDDM_JPEG_CHROMA_UNKNOWN,
  FDDM_JPEG_CHROMA_FULL,      /* 4:4:4 */
  FDDM_JPEG_CHROMA_HALF       /* 4:2:0: half as wide and half as high */
} FddmJpegChroma;

typedef struct {
  gboolean       found;       /* FALSE: never a JPEG, or it can't be told; all else is 0 then      */
  int            x, y;        /* a corner of JPEG's blocks, 0…7                                     */
  int            quality;     /* 1…100, libjpeg's: the one with the nearest table                   */
  gboolean       standard;    /* the steps are that quality's own                                   */
  int            step[64];    /* luma's quantisation, row-major (u,v); 0 = cannot be told           */
  FddmJpegChroma chroma;
} FddmJpegHistory;

/* Looks into SOURCE, at some small pieces of it however large it is. FALSE when it cannot be read. */
gboolean fddm_jpeg_history_find  (const FddmSource *source, FddmJpegHistory *history, GError **error);

/* The table of luma or of CHROMA for a QUALITY of 1…100 as libjpeg has it: Annex K of ITU-T T.81, scaled. */
void     fddm_jpeg_history_table (int quality, gboolean chroma, int step[64]);

G_END_DECLS
