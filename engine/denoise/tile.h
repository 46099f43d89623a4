/* tile.h: denoising of a photo tile by tile.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/denoise/job.h"
#include "engine/denoise/workspace.h"

/* Noise of a sample by which hot pixels are found, in [0,1] units, or 0: where brightness noise stays, so do they, and with
 * hardly any noise every glint would look like one. The job's noise must be known. */
float fddm_tile_hot_noise (const FddmDenoiseJob *job);
/* Reads each tile planned in WORK, denoises it on every grid and writes its own part. */
gboolean fddm_denoise_tiles (const FddmDenoiseJob *job, FddmWork *work, const FddmTicker *ticker, GError **error);
