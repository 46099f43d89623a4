/* finish.h: what a tile's pixels still go through when the network is done with them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What was gathered to change becomes, in this order: with sampled texture as strong as the photo shows it to be; with blotches
 * of colour averaged; with frequencies shrunk; weighted by bands. Then it is added to the photo, and the tile is written, its
 * uncertainty too. */
#pragma once
#include "engine/denoise/tile.h"

/* Whether what is to change is gathered for that, rather than added to the photo at once. */
gboolean fddm_denoise_gathers (const FddmDenoiseJob *job);

/* Pixels that are looked at around those which are written. */
int      fddm_denoise_margin  (const FddmDenoiseJob *job);

gboolean fddm_denoise_end     (FddmDenoiseJob *job, const FddmTile *tile, const FddmTicker *ticker, GError **error);
