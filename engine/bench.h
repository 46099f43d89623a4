/* bench.h: how fast the library computes the network's convolutions by themselves.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "fddm.h"

/* Runs nothing but the network's convolutions, on a tile of WIDTH × HEIGHT pixels, for at least SECONDS.
 * RATE: multiply-adds a second. */
gboolean fddm_bench_convolutions (FddmContext *context, int width, int height, double seconds, double *rate,
                                  GError **error);
