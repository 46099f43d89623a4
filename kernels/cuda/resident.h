/* resident.h: keeps the pixels of a series of windows, and the change to be added to them, in the GPU's memory. They are
 * transferred once for any number of windows, and the host has no work in between.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/patches.h"

G_BEGIN_DECLS

/* Computes the coefficients of WINDOW, one of a series, and the network's input if ENDS is given. PIXELS are read at the
 * first window of the series. */
gboolean fddm_resident_analyse (FddmDevice *device, const FddmWindow *window, const FddmPatches *patches,
                                const float *pixels, FddmTensor *coefficients, const FddmPatchEnds *ends, GError **error);
/* Adds WINDOW's change to that of the series. The first window of a series starts from zero. */
gboolean fddm_resident_synthesise (FddmDevice *device, const FddmWindow *window, const FddmPatches *patches,
                                   const FddmTensor *coefficients, const FddmPatchEnds *ends, float weight, GError **error);

/* Filters the change of the series, and limits the range to be copied to the host to the rows within FILTERS' bounds. */
gboolean fddm_resident_filter (FddmDevice *device, const FddmFilters *filters, GError **error);

/* Whether a series begins, or ends, with WINDOW. */
static inline gboolean
fddm_series_begins (const FddmWindow *window)
{
  return window->series == FDDM_SERIES_FIRST || window->series == FDDM_SERIES_ONLY;
}

static inline gboolean
fddm_series_ends (const FddmWindow *window)
{
  return window->series == FDDM_SERIES_LAST || window->series == FDDM_SERIES_ONLY;
}

G_END_DECLS
