/* filter.h: kernels of the filters after the network. resident.c has the pixels.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/device.h"

G_BEGIN_DECLS

/* Floats of working memory for FILTERS. */
gsize fddm_filters_floats (const FddmFilters *filters);
/* Filters CHANGE within the bounds of FILTERS. PIXELS and CHANGE are packed, in device memory. */
gboolean fddm_filters_launch (FddmDevice *device, const FddmFilters *filters, const float *pixels, float *change,
                              float *room, GError **error);

G_END_DECLS
