/* resident.h: the pixels that a series of windows shares, and what is to be added to them, in the GPU's memory: they travel
 * once, however many windows there are, and the host has nothing to do in between.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/patches.h"

G_BEGIN_DECLS

/* WINDOW, one of a series: the pixels' coefficients, and the network's input where ENDS is given. PIXELS are read at the
 * series' first window. */
gboolean fddm_resident_analyse (FddmDevice *device, const FddmWindow *window, const FddmPatches *patches,
                                const float *pixels, FddmTensor *coefficients, const FddmPatchEnds *ends, GError **error);
/* Adds what WINDOW has to add to what is gathered; the series' first window begins with nothing. */
gboolean fddm_resident_synthesise (FddmDevice *device, const FddmWindow *window, const FddmPatches *patches,
                                   const FddmTensor *coefficients, const FddmPatchEnds *ends, float weight, GError **error);

G_END_DECLS
