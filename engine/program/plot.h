/* plot.h: plots of a picture's noise.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/noise/report.h"

/* Plots noise by brightness and by frequency to the PNG file PATH, which is written completely or not at all. NAME: file
 * name of the picture, for the title. */
gboolean fddm_plot_noise (const FddmNoiseModel *noise, const char *name, const char *path, GError **error);
