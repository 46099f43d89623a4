/* filter.c: the filters after the network, in host memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include "kernels/host/host.h"
#include "kernels/memory.h"
#include "kernels/pixels/blotches.h"
#include "kernels/pixels/pixels.h"
#include "kernels/pixels/shrinkage.h"

/* Adds the correction of blotches to ESTIMATE and CHANGE. */
static gboolean
average_blotches (const FddmDevice *device, const FddmFilters *f, float *estimate, float *correction, float *change)
{
  const gsize n     = (gsize) f->width * f->height;
  const float share = f->rest * f->chroma;

  if (!fddm_blotches_change (estimate, f->width, f->height, f->x, f->y, f->blotches, device->threads, correction))
    return FALSE;
  fddm_pixels_add (estimate, correction, n * 3);
  fddm_pixels_add_shares (change, correction, n, 3, share, share);
  return TRUE;
}

static gboolean
shrink (const FddmDevice *device, const FddmFilters *f, const float *estimate, float *correction, float *change)
{
  const gsize         n         = (gsize) f->width * f->height;
  const FddmShrinkage shrinkage = { .pixels   = estimate,
                                    .removed  = change,
                                    .width    = f->width,
                                    .height   = f->height,
                                    .channels = f->samples,
                                    .x        = f->x,
                                    .y        = f->y,
                                    .luma     = f->luma_whole,
                                    .chroma   = f->chroma_whole,
                                    .a        = f->shrinkage,
                                    .most     = f->shrinkage_most };

  fddm_pixels_fill (correction, n * f->samples, 0.0f);
  if (!fddm_shrinkage_add (&shrinkage, f->left, f->top, f->right - f->left, f->bottom - f->top, device->threads, correction))
    return FALSE;
  fddm_pixels_add_shares (change, correction, n, f->samples, f->rest * f->luma, f->rest * f->chroma);
  return TRUE;
}

gboolean
fddm_host_filter (FddmDevice *device, const FddmFilters *filters, const float *pixels, float *change, GError **error)
{
  const gsize n          = (gsize) filters->width * filters->height;
  float      *estimate   = fddm_memory_new (2 * n * filters->samples * sizeof *estimate);
  float      *correction = estimate != NULL ? estimate + n * filters->samples : NULL;
  gboolean    ok         = estimate != NULL;

  if (ok)
    fddm_pixels_add_shares_to (pixels, change, n, filters->samples, filters->luma_whole, filters->chroma_whole, estimate);
  if (ok && filters->blotches > 0.0f)
    ok = average_blotches (device, filters, estimate, correction, change);
  if (ok && filters->shrinkage > 0.0f)
    ok = shrink (device, filters, estimate, correction, change);
  if (!ok)
    g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY, _ ("no memory for %d × %d × %d values"),
                 filters->height, filters->width, filters->samples);
  fddm_memory_free (estimate);
  return ok;
}
