/* finish.c: see finish.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/finish.h"
#include <glib/gi18n-lib.h>
#include "engine/denoise/bands.h"
#include "kernels/pixels/blotches.h"
#include "kernels/pixels/pixels.h"
#include "kernels/pixels/shrinkage.h"

/* Frequencies of so many rows are shrunk between two ticks. */
#define SHRINKAGE_ROWS 1024

/* The variance is smoothed as the bands are. */
#define MARGIN FDDM_BANDS_REACH

static gboolean
weights_bands (const FddmDenoiseJob *job)
{
  return job->removes && !fddm_bands_are_even (job->params);
}

gboolean
fddm_denoise_gathers (const FddmDenoiseJob *job)
{
  return weights_bands (job) || job->strengthens || job->shrinkage > 0.0f;
}

int
fddm_denoise_margin (const FddmDenoiseJob *job)
{
  return (weights_bands (job) || job->uncertainty != NULL ? MARGIN : 0) + (job->strengthens ? FDDM_TEXTURE_REACH : 0) +
         (job->shrinkage > 0.0f ? FDDM_SHRINKAGE_REACH : 0) + (job->blotches > 0.0f ? FDDM_BLOTCHES_REACH : 0);
}

/* Where the core begins in an array of SAMPLES a pixel over the tile's region. */
static float *
core_of (float *pixels, const FddmTile *tile, int samples)
{
  return pixels + ((gsize) (tile->core.y - tile->region.y) * tile->region.width + (tile->core.x - tile->region.x)) * samples;
}

/* What is wanting of sampled texture's strength, to what was gathered. Over the whole region, though it is right only as far
 * inside of the core as strengthening looks: in what is written and in what shrinkage and bands look at around it. */
static void
strengthen (FddmDenoiseJob *job, const FddmTile *tile)
{
  FddmWork   *work = &job->work;
  const int   width = tile->region.width, height = tile->region.height, samples = job->source->channels;
  const gsize n = fddm_tile_pixels (tile);
  const float luma = (float) (job->params->luma / 100.0), detail = (float) (job->params->detail / 100.0);
  float      *photo = work->planes[0], *estimate = work->planes[1];

  fddm_pixels_repair (work->raw, width, height, samples, work->spare);
  fddm_pixels_fill (photo, n, 0.0f);
  fddm_pixels_add_luma (photo, work->spare, n, samples, 1.0f);
  fddm_pixels_copy (photo, (gsize) width, 1, estimate, (gsize) width, 1, width, height, 1);
  fddm_pixels_mix (estimate, work->texture, (gsize) width, (gsize) width, height, 1.0f, -detail);
  fddm_pixels_add_luma (estimate, work->change, n, samples, 1.0f / luma);
  fddm_texture_strengthen (work->texture, work->planes, width, height, &job->fine, work->pixels);
  fddm_pixels_add_gray (work->change, work->texture, n, samples, luma * detail);
}

/* How often a change of which SHARE was taken goes into the whole; none where next to nothing was. */
static float
inverse_of (double share)
{
  return share < FDDM_PERCENT_LEAST / 100.0 ? 0.0f : (float) (1.0 / share);
}

/* What averaging blotches of colour changes of the estimate in work.spare, to that and to what was gathered. */
static gboolean
average_blotches (FddmDenoiseJob *job, const FddmTile *tile, float share, GError **error)
{
  FddmWork   *work = &job->work;
  const gsize n    = fddm_tile_pixels (tile);

  if (!fddm_blotches_change (work->spare, tile->region.width, tile->region.height, tile->region.x, tile->region.y, job->blotches,
                             fddm_context_threads (job->context), work->pixels))
    return fddm_work_no_memory (work, error);
  fddm_pixels_add (work->spare, work->pixels, n * 3);
  fddm_pixels_add_shares (work->change, work->pixels, n, 3, share, share);
  return TRUE;
}

/* What is left of noise in the estimate goes, in what is written and in what bands look at around it: to what was gathered.
 * With detail so much less of it, for that brings back the texture which this would take away. */
static gboolean
remove_rest (FddmDenoiseJob *job, const FddmTile *tile, const FddmTicker *ticker, GError **error)
{
  FddmWork      *work  = &job->work;
  const int      width = tile->region.width, height = tile->region.height, samples = job->source->channels;
  const gsize    n     = fddm_tile_pixels (tile);
  const double   luma  = job->params->luma / 100.0, chroma = job->params->chroma / 100.0;
  const float    rest  = (float) (1.0 - job->params->detail / 100.0);
  const FddmRect area  = fddm_rect_grow (&tile->own, weights_bands (job) ? MARGIN : 0, &tile->region);
  FddmShrinkage  shrinkage = { .pixels = work->spare, .removed = work->change, .width = width, .height = height,
                               .channels = samples, .x = tile->region.x, .y = tile->region.y,
                               .luma = inverse_of (luma), .chroma = inverse_of (chroma), .a = job->shrinkage,
                               .most = job->most };

  fddm_pixels_repair (work->raw, width, height, samples, work->spare);
  fddm_pixels_add_shares (work->spare, work->change, n, samples, inverse_of (luma), inverse_of (chroma));
  if (job->blotches > 0.0f && !average_blotches (job, tile, rest * (float) chroma, error))
    return FALSE;
  fddm_pixels_fill (work->pixels, n * samples, 0.0f);
  for (int y = 0; y < area.height; y += SHRINKAGE_ROWS)
    {
      const int rows = MIN (SHRINKAGE_ROWS, area.height - y);

      if (!fddm_shrinkage_add (&shrinkage, area.x - tile->region.x, area.y - tile->region.y + y, area.width, rows,
                               fddm_context_threads (job->context), work->pixels))
        return fddm_work_no_memory (work, error);
      if (!fddm_tick (ticker, y + rows, area.height, error))
        return FALSE;
    }
  fddm_pixels_add_shares (work->change, work->pixels, n, samples, rest * (float) luma, rest * (float) chroma);
  return TRUE;
}

/* What was gathered, weighted by bands, onto the photo. */
static gboolean
add_change (FddmDenoiseJob *job, const FddmTile *tile, const FddmTicker *ticker, GError **error)
{
  FddmWork *work    = &job->work;
  const int samples = job->source->channels;

  if (job->strengthens)
    strengthen (job, tile);
  if (job->shrinkage > 0.0f && !remove_rest (job, tile, ticker, error))
    return FALSE;
  if (weights_bands (job))
    fddm_bands_weight (job->params, core_of (work->change, tile, samples), (gsize) tile->region.width * samples,
                       tile->core.width, tile->core.height, samples, core_of (work->spare, tile, samples), work->pixels);
  fddm_pixels_add (work->raw, work->change, fddm_tile_pixels (tile) * samples);
  return TRUE;
}

/* What the tile answers for of FROM, packed into pixels that are no longer needed. */
static gboolean
write_tile (FddmDenoiseJob *job, const FddmTile *tile, const FddmSink *sink, const float *from, int samples, GError **error)
{
  const FddmRect *region = &tile->region, *own = &tile->own;
  const gsize     row = (gsize) region->width * samples;

  fddm_pixels_copy (from + (own->y - region->y) * row + (gsize) (own->x - region->x) * samples, row, samples,
                    job->work.pixels, (gsize) own->width * samples, samples, own->width, own->height, samples);
  if (sink->write (sink->data, own->x, own->y, own->width, own->height, job->work.pixels, error))
    return TRUE;
  return fddm_error_unless_set (error, FDDM_ERROR_WRITE, _("The result cannot be stored"));
}

/* Few probes say little of one pixel; its neighbours are asked too. */
static gboolean
write_uncertainty (FddmDenoiseJob *job, const FddmTile *tile, GError **error)
{
  FddmWork *work = &job->work;

  for (int step = 1; step <= 2; step++)
    fddm_smooth (core_of (work->variance, tile, 1), tile->region.width, tile->core.width, tile->core.height, 1, step,
                 work->pixels);
  fddm_pixels_root (work->variance, fddm_tile_pixels (tile), 255.0f / FDDM_UNCERTAINTY_WHITE);
  return write_tile (job, tile, job->uncertainty, work->variance, 1, error);
}

/* What has been computed of the tile, filtered where that is wanted, and written. */
gboolean
fddm_denoise_end (FddmDenoiseJob *job, const FddmTile *tile, const FddmTicker *ticker, GError **error)
{
  return (!job->work.spec.gathers || add_change (job, tile, ticker, error)) &&
         write_tile (job, tile, job->sink, job->work.raw, job->source->channels, error) &&
         (job->uncertainty == NULL || write_uncertainty (job, tile, error));
}
