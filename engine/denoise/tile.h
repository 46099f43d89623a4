/* tile.h: a photo's way, tile by tile.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/denoise/job.h"
#include "engine/denoise/workspace.h"

/* Reads each tile that WORK is planned for, denoises it on every grid and writes it. */
gboolean fddm_denoise_tiles (const FddmDenoiseJob *job, FddmWork *work, const FddmTicker *ticker, GError **error);
