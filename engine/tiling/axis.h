/* axis.h: division of an axis into tiles, which keeps working memory independent of the picture's size.
 * SPDX-License-Identifier: Apache-2.0
 *
 * All tiles have the same size, so that a device prepares one size only. Tiles at the edges of the picture lie further
 * inside than necessary. The unit is the patch. */
#pragma once
#include <glib.h>

/* One axis. */
typedef struct {
  int length; /* of the picture                                   */
  int halo;   /* patches with wrong values at a tile's inner edge */
  int count;  /* of tiles                                         */
  int size;   /* of a tile, including the halo                    */
} FddmTiling;

/* Divides LENGTH into COUNT tiles of the smallest sufficient size; a large one is rounded up to a multiple of 16. FALSE, with
 * TILING unchanged, if the axis is too short for COUNT tiles. */
gboolean fddm_tiling_init (FddmTiling *tiling, int length, int halo, int count);

/* Tile I covers [*start, *start + size). Its core is [*core, *core_end). The cores of all tiles make up the axis without
 * overlap. */
void fddm_tiling_get (const FddmTiling *tiling, int i, int *start, int *core, int *core_end);

/* A tile with FIRST in its core, as far at its beginning as may be: it starts at *start, and its core ends at *core_end. */
void fddm_tiling_at (const FddmTiling *tiling, int first, int *start, int *core_end);
