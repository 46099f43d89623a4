/* uncertainty.h: how sure an estimate is.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/denoise/grid.h"

/* How often the network is asked for it. */
#define FDDM_PROBES 4

/* The variance of the clean photo given the noisy one, to the tile's variance. The grid's own coefficients and their estimate
 * stay; spare, change and the sample are overwritten. */
gboolean fddm_uncertainty_probe (FddmGridPass *pass, const FddmSampler *sampler, GError **error);
