/* measure.h: the noise model of a whole picture, from pieces spread over it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/context.h"
#include "engine/ticker.h"

/* The picture's own noise. Reads at most some megapixels of it, however large it is. */
gboolean fddm_measure_model (FddmContext *context, const FddmSource *source, const FddmTicker *ticker, FddmNoiseModel *model,
                             GError **error);
