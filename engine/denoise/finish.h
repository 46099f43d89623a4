/* finish.h: what a tile's pixels still go through when the network is done with them.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What was gathered to change becomes, in this order: with sampled texture as strong as the photo shows it to be; with blotches
 * of colour averaged; with frequencies shrunk; weighted by bands. */
#pragma once
#include "engine/denoise/job.h"
#include "engine/denoise/workspace.h"

/* Whether what is to change is gathered for that, rather than added to the photo at once. */
gboolean fddm_finish_gathers (const FddmDenoiseJob *job);

/* Pixels that are looked at around those which are written. */
int fddm_finish_margin (const FddmDenoiseJob *job);

/* Finishes what WORK has gathered of TILE. The photo is repaired, if it had to be, no longer. */
gboolean fddm_finish_tile (const FddmDenoiseJob *job, FddmWork *work, const FddmTile *tile, const FddmTicker *ticker,
                           GError **error);

/* Makes of the variance that WORK has of TILE the standard deviation that is shown. */
void fddm_finish_uncertainty (FddmWork *work, const FddmTile *tile);
