/* measure.h: noise model of a whole picture, from pieces spread over it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/context.h"
#include "engine/ticker.h"

/* Measures the noise of SOURCE. Reads at most a few megapixels, whatever the size of the picture, unless
 * much of it is hidden. */
gboolean fddm_measure_model (FddmContext *context, const FddmSource *source, const FddmTicker *ticker, FddmNoiseModel *model,
                             GError **error);
