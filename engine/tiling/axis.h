/* axis.h: how a picture is cut so that no working memory grows with it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * All tiles have the same size, so that what a device prepares for a size is prepared once; those at the picture's edges
 * lie further inside than they need to. Everything is counted in patches. */
#pragma once
#include <glib.h>

/* One axis. */
typedef struct {
  int length; /* of the picture                                                */
  int halo;   /* patches whose values at a tile's inner edge cannot be trusted */
  int count;  /* of tiles                                                      */
  int size;   /* of each, halo included                                        */
} FddmTiling;

/* COUNT tiles of the smallest size that serves. FALSE, TILING unchanged, when the axis can't be cut into so many. */
gboolean fddm_tiling_init (FddmTiling *tiling, int length, int halo, int count);

/* Tile I: it covers [*start, *start + size); its trusted part, the core, is [*core, *core_end). The cores of all tiles
 * make up the axis without overlap. */
void fddm_tiling_get (const FddmTiling *tiling, int i, int *start, int *core, int *core_end);
