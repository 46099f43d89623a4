/* finish.h: filters on a tile's change, after the network.
 * SPDX-License-Identifier: Apache-2.0
 *
 * In this order: sampled texture is strengthened to the photo's measure; colour blotches are averaged; residual noise is
 * shrunk; the change is weighted by bands. */
#pragma once
#include "engine/denoise/job.h"
#include "engine/denoise/workspace.h"

/* Whether a filter is active, so that the change is accumulated separately instead of being added to the photo at once. */
gboolean fddm_finish_gathers (const FddmDenoiseJob *job);

/* Whether the device averages blotches and shrinks noise, by fddm_finish_start. A GPU does, unless sampled texture is to be
 * strengthened before, or a band is above 100 %. */
gboolean fddm_finish_on_device (const FddmDenoiseJob *job);

/* Reach of all active filters: pixels needed around the own part. */
int fddm_finish_margin (const FddmDenoiseJob *job);

/* Starts the filters of the device on the change of TILE, where it has some. Call after the last grid's inverse. */
gboolean fddm_finish_start (const FddmDenoiseJob *job, FddmWork *work, const FddmTile *tile, GError **error);

/* Finishes the change of TILE in WORK. Invalidates the repaired photo. */
gboolean fddm_finish_tile (const FddmDenoiseJob *job, FddmWork *work, const FddmTile *tile, const FddmTicker *ticker,
                           GError **error);

/* Converts the variance of TILE in WORK to the standard deviation that is written, 1.0 being #FDDM_UNCERTAINTY_WHITE
 * 8-bit steps. */
void fddm_finish_uncertainty (FddmWork *work, const FddmTile *tile);
