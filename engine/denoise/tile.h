/* tile.h: denoising of a photo tile by tile.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/denoise/job.h"
#include "engine/denoise/workspace.h"

/* Reads each tile planned in WORK, denoises it on every grid and writes its own part. */
gboolean fddm_denoise_tiles (const FddmDenoiseJob *job, FddmWork *work, const FddmTicker *ticker, GError **error);
