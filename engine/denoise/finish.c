/* finish.c: see finish.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/finish.h"
#include "engine/denoise/bands.h"
#include "kernels/pixels/blotches.h"
#include "kernels/pixels/pixels.h"
#include "kernels/pixels/shrinkage.h"

/* Frequencies of so many rows are shrunk between two ticks. */
#define SHRINKAGE_ROWS 1024

/* The variance is smoothed as the bands are. */
#define MARGIN FDDM_BANDS_REACH

/* What is finished of a tile. */
typedef struct {
  FddmContext        *context;
  const FddmRemoval  *removal;
  const FddmCleaning *cleaning;
  const FddmTile     *tile;
  FddmRect            area;          /* of the picture: what is written and what bands look at around it */
  const float        *photo;         /* finite, until the estimate is made                               */
  float              *change;        /* what was gathered, and what comes to it                          */
  float              *estimate;      /* the photo with the whole of it; it may be made where PHOTO lies  */
  float              *correction;    /* of the estimate, by one filter                                   */
  int                 width, height; /* of the region                                                    */
  int                 samples;
} Finish;

/* Whether the strengths of the bands differ from 100 %. */
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

int
fddm_finish_margin (const FddmDenoiseJob *job)
{
  const FddmCleaning *cleaning = &job->cleaning;

  return (weights_bands (job) || job->uncertainty != NULL ? MARGIN : 0) + (cleaning->strengthens ? FDDM_TEXTURE_REACH : 0) +
         (cleaning->shrinkage > 0.0f ? FDDM_SHRINKAGE_REACH : 0) + (cleaning->blotches > 0.0f ? FDDM_BLOTCHES_REACH : 0);
}

/* Where the core begins in an array of SAMPLES a pixel over the tile's region. */
static float *
core_of (float *pixels, const FddmTile *tile, int samples)
{
  return pixels + ((gsize) (tile->core.y - tile->region.y) * tile->region.width + (tile->core.x - tile->region.x)) * samples;
}

/* What is wanting of sampled TEXTURE's strength, to what was gathered. Over the whole region, though it is right only as far
 * inside of the core as strengthening looks: in what is written and in what shrinkage and bands look at around it. */
static void
strengthen (const Finish *finish, float *texture, float *const planes[FDDM_TEXTURE_PLANES])
{
  const int   width = finish->width, height = finish->height, samples = finish->samples;
  const gsize n    = fddm_tile_pixels (finish->tile);
  const float luma = (float) finish->removal->luma, detail = (float) finish->removal->detail;
  float      *photo = planes[0], *estimate = planes[1], *scratch = finish->correction;

  fddm_pixels_fill (photo, n, 0.0f);
  fddm_pixels_add_luma (photo, finish->photo, n, samples, 1.0f);
  fddm_pixels_copy (photo, (gsize) width, 1, estimate, (gsize) width, 1, width, height, 1);
  fddm_pixels_mix (estimate, texture, (gsize) width, (gsize) width, height, 1.0f, -detail);
  fddm_pixels_add_luma (estimate, finish->change, n, samples, 1.0f / luma);
  fddm_texture_strengthen (texture, planes, width, height, &finish->cleaning->fine, scratch);
  fddm_pixels_add_gray (finish->change, texture, n, samples, luma * detail);
}

/* How often a change of which SHARE was taken goes into the whole; none where next to nothing was. */
static float
inverse_of (double share)
{
  return share < FDDM_PERCENT_LEAST / 100.0 ? 0.0f : (float) (1.0 / share);
}

/* The photo with the whole of what was removed, whatever share of it leaves. */
static void
make_estimate (const Finish *finish)
{
  const FddmRemoval *removal = finish->removal;

  fddm_pixels_add_shares_to (finish->photo, finish->change, fddm_tile_pixels (finish->tile), finish->samples,
                             inverse_of (removal->luma), inverse_of (removal->chroma), finish->estimate);
}

/* The share of a correction that is taken: with detail less of it, for that brings back the texture which this would take
 * away. */
static float
rest_of (const FddmRemoval *removal)
{
  return (float) (1.0 - removal->detail);
}

/* What averaging blotches of colour changes of the estimate, to that and to what was gathered. FALSE when memory ran out. */
static gboolean
average_blotches (const Finish *finish)
{
  const FddmTile *tile  = finish->tile;
  const gsize     n     = fddm_tile_pixels (tile);
  const float     share = rest_of (finish->removal) * (float) finish->removal->chroma;

  if (!fddm_blotches_change (finish->estimate, finish->width, finish->height, tile->region.x, tile->region.y,
                             finish->cleaning->blotches, fddm_context_threads (finish->context), finish->correction))
    return FALSE;
  fddm_pixels_add (finish->estimate, finish->correction, n * 3);
  fddm_pixels_add_shares (finish->change, finish->correction, n, 3, share, share);
  return TRUE;
}

/* What is left of noise in the estimate goes, in what is written and in what bands look at around it: to what was
 * gathered. */
static gboolean
shrink (const Finish *finish, const FddmWork *work, const FddmTicker *ticker, GError **error)
{
  const FddmRemoval *removal = finish->removal;
  const FddmRect    *region = &finish->tile->region, *area = &finish->area;
  const gsize        n         = fddm_tile_pixels (finish->tile);
  const float        rest      = rest_of (removal);
  FddmShrinkage      shrinkage = { .pixels   = finish->estimate,
                                   .removed  = finish->change,
                                   .width    = finish->width,
                                   .height   = finish->height,
                                   .channels = finish->samples,
                                   .x        = region->x,
                                   .y        = region->y,
                                   .luma     = inverse_of (removal->luma),
                                   .chroma   = inverse_of (removal->chroma),
                                   .a        = finish->cleaning->shrinkage,
                                   .most     = finish->cleaning->most };

  fddm_pixels_fill (finish->correction, n * finish->samples, 0.0f);
  for (int y = 0; y < area->height; y += SHRINKAGE_ROWS)
    {
      const int rows = MIN (SHRINKAGE_ROWS, area->height - y);

      if (!fddm_shrinkage_add (&shrinkage, area->x - region->x, area->y - region->y + y, area->width, rows,
                               fddm_context_threads (finish->context), finish->correction))
        return fddm_work_no_memory (work, error);
      if (!fddm_tick (ticker, y + rows, area->height, error))
        return FALSE;
    }
  fddm_pixels_add_shares (finish->change, finish->correction, n, finish->samples, rest * (float) removal->luma,
                          rest * (float) removal->chroma);
  return TRUE;
}

/* What was gathered, weighted by the size of its grain. */
static void
weight_bands (const Finish *finish, const FddmDenoiseParams *params)
{
  const FddmTile     *tile = finish->tile;
  const FddmBandsArea area = { .removed = core_of (finish->change, tile, finish->samples),
                               .stride  = (gsize) finish->width * finish->samples,
                               .width   = tile->core.width,
                               .height  = tile->core.height,
                               .samples = finish->samples,
                               .spare   = core_of (finish->estimate, tile, finish->samples),
                               .scratch = finish->correction };

  fddm_bands_weight (params, &area);
}

gboolean
fddm_finish_tile (const FddmDenoiseJob *job, FddmWork *work, const FddmTile *tile, const FddmTicker *ticker, GError **error)
{
  const FddmCleaning *cleaning = &job->cleaning;
  FddmTilePixels     *pixels   = &work->pixels;
  const Finish        finish   = { .context    = job->context,
                                   .removal    = &job->removal,
                                   .cleaning   = cleaning,
                                   .tile       = tile,
                                   .area       = fddm_rect_grow (&tile->own, weights_bands (job) ? MARGIN : 0, &tile->region),
                                   .photo      = work->spec.gathers ? fddm_work_photo (work, tile) : NULL,
                                   .change     = pixels->change,
                                   .estimate   = work->spare[0],
                                   .correction = work->spare[1],
                                   .width      = tile->region.width,
                                   .height     = tile->region.height,
                                   .samples    = work->spec.samples };

  if (cleaning->strengthens)
    strengthen (&finish, pixels->texture, work->planes);
  if (cleaning->shrinkage > 0.0f)
    make_estimate (&finish);
  if (cleaning->blotches > 0.0f && !average_blotches (&finish))
    return fddm_work_no_memory (work, error);
  if (cleaning->shrinkage > 0.0f && !shrink (&finish, work, ticker, error))
    return FALSE;
  if (weights_bands (job))
    weight_bands (&finish, job->params);
  pixels->photo = NULL; /* the estimate lies there */
  return TRUE;
}

/* Few probes say little of one pixel; its neighbours are asked too. */
void
fddm_finish_uncertainty (FddmWork *work, const FddmTile *tile)
{
  float *variance = work->pixels.variance, *scratch = work->spare[1];

  for (int step = 1; step <= 2; step++)
    fddm_smooth (core_of (variance, tile, 1), tile->region.width, tile->core.width, tile->core.height, 1, step, scratch);
  fddm_pixels_root (variance, fddm_tile_pixels (tile), 255.0f / FDDM_UNCERTAINTY_WHITE);
}
