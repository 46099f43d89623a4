/* uncertainty.h: uncertainty of an estimate.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/denoise/grid.h"

/* Number of probes, with one network evaluation each. */
#define FDDM_PROBES 4

/* Sets the tile's variance to that of the clean photo given the noisy one. Keeps the grid's coefficients and
 * their estimate; overwrites spare, change and sample. */
gboolean fddm_uncertainty_probe (FddmGridPass *pass, const FddmSampler *sampler, GError **error);
