/* look.h: a second look at measured noise, with the denoising network.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/context.h"
#include "engine/ticker.h"

/* Measures the noise of SOURCE as fddm_measure_model does, then lowers it where the network tells that it is texture. */
gboolean fddm_measure_twice (FddmContext *context, const FddmSource *source, const FddmTicker *ticker, FddmNoiseModel *model,
                             GError **error);

/* Lowers MODEL, the measured noise of SOURCE, by what the context's network in use says. Level 0 of it is above 0. */
gboolean fddm_look_again (FddmContext *context, const FddmSource *source, const FddmTicker *ticker, FddmNoiseModel *model,
                          GError **error);

/* The factor for a measured level, at most 1, when the network takes out TAKEN times that level from luma's means. */
double fddm_look_factor (double taken);
