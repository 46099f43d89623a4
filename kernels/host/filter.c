/* filter.c: the filters after the network, in host memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include "kernels/host/host.h"
#include "kernels/memory.h"

gboolean
fddm_host_filter (FddmDevice *device, const FddmFilters *filters, const float *pixels, float *change, GError **error)
{
  const gsize            n        = (gsize) filters->width * filters->height * filters->samples;
  float                 *estimate = fddm_memory_new (2 * n * sizeof *estimate);
  const FddmFilterArrays arrays   = { .pixels     = pixels,
                                      .change     = change,
                                      .estimate   = estimate,
                                      .correction = estimate != NULL ? estimate + n : NULL,
                                      .threads    = device->threads };
  gboolean               ok       = estimate != NULL;

  if (ok)
    fddm_filters_estimate (filters, &arrays);
  ok = ok && fddm_filters_average (filters, &arrays);
  if (ok)
    fddm_filters_shrink_begin (filters, &arrays);
  ok = ok && fddm_filters_shrink_rows (filters, &arrays, filters->top, filters->bottom - filters->top);
  if (ok)
    fddm_filters_shrink_end (filters, &arrays);
  else
    g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY, _ ("no memory for %d × %d × %d values"),
                 filters->height, filters->width, filters->samples);
  fddm_memory_free (estimate);
  return ok;
}
