/* plot.h: a picture's noise, drawn.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/noise/report.h"

/* Draws the noise by brightness and by frequency into the PNG file PATH, which appears whole or not at all. NAME: of the
 * picture. */
gboolean fddm_plot_noise (const FddmNoiseModel *noise, const char *name, const char *path, GError **error);
