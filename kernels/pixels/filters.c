/* filters.c: see filters.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/pixels/filters.h"
#include "kernels/pixels/blotches.h"
#include "kernels/pixels/pixels.h"
#include "kernels/pixels/shrinkage.h"

static gsize
pixels_of (const FddmFilters *filters)
{
  return (gsize) filters->width * (gsize) filters->height;
}

void
fddm_filters_estimate (const FddmFilters *filters, const FddmFilterArrays *arrays)
{
  fddm_pixels_add_shares_to (arrays->pixels, arrays->change, pixels_of (filters), filters->samples, filters->luma_whole,
                             filters->chroma_whole, arrays->estimate);
}

gboolean
fddm_filters_average (const FddmFilters *filters, const FddmFilterArrays *arrays)
{
  const gsize n     = pixels_of (filters);
  const float share = filters->rest * filters->chroma;

  if (filters->blotches <= 0.0f)
    return TRUE;
  if (!fddm_blotches_change (arrays->estimate, filters->width, filters->height, filters->x, filters->y, filters->blotches,
                             arrays->threads, arrays->correction))
    return FALSE;
  fddm_pixels_add (arrays->estimate, arrays->correction, n * 3);
  fddm_pixels_add_shares (arrays->change, arrays->correction, n, 3, share, share);
  return TRUE;
}

void
fddm_filters_shrink_begin (const FddmFilters *filters, const FddmFilterArrays *arrays)
{
  if (filters->shrinkage > 0.0f)
    fddm_pixels_fill (arrays->correction, pixels_of (filters) * filters->samples, 0.0f);
}

gboolean
fddm_filters_shrink_rows (const FddmFilters *filters, const FddmFilterArrays *arrays, int first, int rows)
{
  const FddmShrinkage shrinkage = { .pixels   = arrays->estimate,
                                    .removed  = arrays->change,
                                    .width    = filters->width,
                                    .height   = filters->height,
                                    .channels = filters->samples,
                                    .x        = filters->x,
                                    .y        = filters->y,
                                    .luma     = filters->luma_whole,
                                    .chroma   = filters->chroma_whole,
                                    .a        = filters->shrinkage,
                                    .most     = filters->shrinkage_most };

  return filters->shrinkage <= 0.0f || fddm_shrinkage_add (&shrinkage, filters->left, first, filters->right - filters->left,
                                                           rows, arrays->threads, arrays->correction);
}

void
fddm_filters_shrink_end (const FddmFilters *filters, const FddmFilterArrays *arrays)
{
  if (filters->shrinkage > 0.0f)
    fddm_pixels_add_shares (arrays->change, arrays->correction, pixels_of (filters), filters->samples,
                            filters->rest * filters->luma, filters->rest * filters->chroma);
}
