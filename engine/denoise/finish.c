/* finish.c: see finish.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/finish.h"
#include <math.h>
#include "engine/denoise/bands.h"
#include "kernels/pixels/blotches.h"
#include "kernels/pixels/pixels.h"
#include "kernels/pixels/shrinkage.h"

/* Rows of shrinkage between two ticks of progress. */
#define SHRINKAGE_ROWS 1024

/* Reach of the smoothing of bands, and of the uncertainty, which is smoothed in the same way. */
#define MARGIN FDDM_BANDS_REACH

/* A tile in the finishing stages. Arrays cover its region. */
typedef struct {
  const FddmRemoval  *removal;
  const FddmCleaning *cleaning;
  const FddmTile     *tile;
  const float        *photo;         /* the finite photo; valid until the estimate is made                        */
  float              *change;        /* the accumulated change, updated by each stage                             */
  float              *estimate;      /* photo + full change; may overwrite PHOTO                                  */
  float              *correction;    /* change of the estimate by one filter                                      */
  int                 width, height; /* of the region, in pixels                                                  */
  int                 samples;
} Finish;

/* Whether a band's strength differs from 100 %. */
static gboolean
weights_bands (const FddmDenoiseJob *job)
{
  return job->removal.removes && !fddm_bands_are_even (job->params);
}

gboolean
fddm_finish_gathers (const FddmDenoiseJob *job)
{
  return weights_bands (job) || job->cleaning.strengthens || job->cleaning.shrinkage > 0.0f;
}

gboolean
fddm_finish_on_device (const FddmDenoiseJob *job)
{
  return job->context->kind == FDDM_DEVICE_GPU && !job->cleaning.strengthens && job->cleaning.shrinkage > 0.0f &&
         !(job->raise > 0.0);
}

int
fddm_finish_margin (const FddmDenoiseJob *job)
{
  const FddmCleaning *cleaning = &job->cleaning;

  return (weights_bands (job) || job->uncertainty != NULL ? MARGIN : 0) + (cleaning->strengthens ? FDDM_TEXTURE_REACH : 0) +
         (cleaning->shrinkage > 0.0f ? FDDM_SHRINKAGE_REACH : 0) + (cleaning->blotches > 0.0f ? FDDM_BLOTCHES_REACH : 0);
}

/* First sample of the core, in an array over the tile's region with SAMPLES per pixel. */
static float *
core_of (float *pixels, const FddmTile *tile, int samples)
{
  return pixels + ((gsize) (tile->core.y - tile->region.y) * tile->region.width + (tile->core.x - tile->region.x)) * samples;
}

/* Adds the missing strength of the sampled TEXTURE to the change. Computed over the whole region; valid inside the core
 * less the reach of strengthening, which covers the own part and the reach of shrinkage and bands around it. */
static void
strengthen (const Finish *finish, float *texture, float *const planes[FDDM_TEXTURE_PLANES])
{
  const int   width = finish->width, height = finish->height, samples = finish->samples;
  const gsize n    = fddm_tile_pixels (finish->tile);
  const float luma = (float) finish->removal->luma, detail = (float) finish->removal->detail;
  float      *photo = planes[0], *estimate = planes[1], *scratch = finish->correction;

  fddm_pixels_fill (photo, n, 0.0f);
  fddm_pixels_add_luma (photo, finish->photo, n, samples, 1.0f);
  fddm_pixels_copy (photo, fddm_strides_packed (width, 1), estimate, fddm_strides_packed (width, 1), width, height, 1);
  fddm_pixels_mix (estimate, texture, (gsize) width, (gsize) width, height, 1.0f, -detail);
  fddm_pixels_add_luma (estimate, finish->change, n, samples, 1.0f / luma);
  fddm_texture_strengthen (texture, planes, width, height, &finish->cleaning->fine, scratch);
  fddm_pixels_add_gray (finish->change, texture, n, samples, luma * detail);
}

/* Factor from a change scaled by SHARE to the full change; 0 where SHARE is too small to divide by. */
static float
inverse_of (double share)
{
  return share < FDDM_PERCENT_LEAST / 100.0 ? 0.0f : (float) (1.0 / share);
}

/* Share of a filter's correction that is applied. Detail reduces it, since the filter would remove the texture that
 * detail restores. */
static float
rest_of (const FddmRemoval *removal)
{
  return (float) (1.0 - removal->detail);
}

/* Shrinks residual noise in the estimate, in the own part and the reach of the bands around it; adds the correction to
 * the change. */
static gboolean
shrink (const FddmFilters *filters, const FddmFilterArrays *arrays, const FddmWork *work, const FddmTicker *ticker,
        GError **error)
{
  fddm_filters_shrink_begin (filters, arrays);
  for (int y = filters->top; y < filters->bottom; y += SHRINKAGE_ROWS)
    {
      const int rows = MIN (SHRINKAGE_ROWS, filters->bottom - y);

      if (!fddm_filters_shrink_rows (filters, arrays, y, rows))
        return fddm_work_no_memory (work, error);
      if (!fddm_tick (ticker, y + rows - filters->top, filters->bottom - filters->top, error))
        return FALSE;
    }
  fddm_filters_shrink_end (filters, arrays);
  return TRUE;
}

/* Weights the change by size of grain. */
static void
weight_bands (const Finish *finish, float *raised, const FddmDenoiseParams *params)
{
  const FddmTile     *tile = finish->tile;
  const FddmBandsArea area = { .removed = core_of (finish->change, tile, finish->samples),
                               .raised  = raised != NULL ? core_of (raised, tile, finish->samples) : NULL,
                               .stride  = (gsize) finish->width * finish->samples,
                               .width   = tile->core.width,
                               .height  = tile->core.height,
                               .samples = finish->samples,
                               .spare   = core_of (finish->estimate, tile, finish->samples),
                               .scratch = finish->correction };

  fddm_bands_weight (params, &area);
}

/* The own part of TILE and what the bands look at around it. */
static FddmRect
area_of (const FddmDenoiseJob *job, const FddmTile *tile)
{
  return fddm_rect_grow (&tile->own, weights_bands (job) ? MARGIN : 0, &tile->region);
}

static FddmFilters
filters_of (const FddmDenoiseJob *job, const FddmWork *work, const FddmTile *tile)
{
  const FddmRemoval *removal = &job->removal;
  const FddmRect     area = area_of (job, tile), *region = &tile->region;

  return (FddmFilters) { .width          = region->width,
                         .height         = region->height,
                         .samples        = work->spec.samples,
                         .x              = region->x,
                         .y              = region->y,
                         .left           = area.x - region->x,
                         .top            = area.y - region->y,
                         .right          = area.x - region->x + area.width,
                         .bottom         = area.y - region->y + area.height,
                         .luma           = (float) removal->luma,
                         .chroma         = (float) removal->chroma,
                         .luma_whole     = inverse_of (removal->luma),
                         .chroma_whole   = inverse_of (removal->chroma),
                         .rest           = rest_of (removal),
                         .shrinkage      = job->cleaning.shrinkage,
                         .shrinkage_most = job->cleaning.most,
                         .blotches       = job->cleaning.blotches };
}

gboolean
fddm_finish_start (const FddmDenoiseJob *job, FddmWork *work, const FddmTile *tile, GError **error)
{
  const FddmContext *context = job->context;
  const FddmFilters  filters = filters_of (job, work, tile);

  if (!work->spec.filters)
    return TRUE;
  return context->backend->filter (context->device, &filters, fddm_work_photo (work, tile), work->pixels.change, error);
}

/* Averages blotches and shrinks what noise is left, where the device did not. RAISE: how much larger the noise counts. */
static gboolean
filter (const FddmDenoiseJob *job, const FddmWork *work, const Finish *finish, double raise, const FddmTicker *ticker,
        GError **error)
{
  FddmFilters            filters = filters_of (job, work, finish->tile);
  const FddmFilterArrays arrays  = { .pixels     = finish->photo,
                                     .change     = finish->change,
                                     .estimate   = finish->estimate,
                                     .correction = finish->correction,
                                     .threads    = fddm_context_threads (job->context) };

  filters.blotches *= (float) sqrt (raise); /* whose square is proportional to the noise */
  if (filters.shrinkage > 0.0f)
    fddm_filters_estimate (&filters, &arrays);
  if (!fddm_filters_average (&filters, &arrays))
    return fddm_work_no_memory (work, error);
  return filters.shrinkage <= 0.0f || shrink (&filters, &arrays, work, ticker, error);
}

/* Gives the removal of raised noise what FINISH gave the usual one. */
static gboolean
finish_raised (const FddmDenoiseJob *job, FddmWork *work, const Finish *usual, const FddmTicker *ticker, GError **error)
{
  FddmTilePixels *pixels = &work->pixels;
  Finish          finish = *usual;

  pixels->photo = NULL; /* overwritten by the usual estimate */
  finish.photo  = fddm_work_photo (work, usual->tile);
  finish.change = pixels->raised;
  if (job->cleaning.strengthens)
    fddm_pixels_add_gray (pixels->raised, pixels->texture, fddm_tile_pixels (usual->tile), usual->samples,
                          (float) (job->removal.luma * job->removal.detail));
  return filter (job, work, &finish, job->raise, ticker, error);
}

gboolean
fddm_finish_tile (const FddmDenoiseJob *job, FddmWork *work, const FddmTile *tile, const FddmTicker *ticker, GError **error)
{
  const FddmCleaning *cleaning = &job->cleaning;
  FddmTilePixels     *pixels   = &work->pixels;
  const gboolean      filters  = work->spec.gathers && !work->spec.filters; /* otherwise the device did */
  const Finish        finish   = { .removal    = &job->removal,
                                   .cleaning   = cleaning,
                                   .tile       = tile,
                                   .photo      = filters ? fddm_work_photo (work, tile) : NULL,
                                   .change     = pixels->change,
                                   .estimate   = work->spare[0],
                                   .correction = work->spare[1],
                                   .width      = tile->region.width,
                                   .height     = tile->region.height,
                                   .samples    = work->spec.samples };
  const int           parts    = job->raise > 0.0 ? 2 : 1;
  const FddmTicker    usual = fddm_ticker_parts (ticker, 0, 1, parts), last = fddm_ticker_parts (ticker, 1, parts, 2);

  if (cleaning->strengthens)
    strengthen (&finish, pixels->texture, work->planes);
  if (filters && !filter (job, work, &finish, 1.0, &usual, error))
    return FALSE;
  if (job->raise > 0.0 && !finish_raised (job, work, &finish, &last, error))
    return FALSE;
  if (weights_bands (job))
    weight_bands (&finish, pixels->raised, job->params);
  pixels->photo = NULL; /* overwritten by the estimate */
  return TRUE;
}

/* A few probes are too noisy for a single pixel, so the variance is averaged over neighbouring pixels. */
void
fddm_finish_uncertainty (FddmWork *work, const FddmTile *tile)
{
  float *variance = work->pixels.variance, *scratch = work->spare[1];

  for (int step = 1; step <= 2; step++)
    fddm_smooth (core_of (variance, tile, 1), tile->region.width, tile->core.width, tile->core.height, 1, step, scratch);
  fddm_pixels_root (variance, fddm_tile_pixels (tile), 255.0f / FDDM_UNCERTAINTY_WHITE);
}
