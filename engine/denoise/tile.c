/* tile.c: the algorithm on one tile.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/tile.h"
#include <glib/gi18n-lib.h>
#include "engine/denoise/finish.h"
#include "engine/denoise/grid.h"
#include "engine/noise/model.h"
#include "kernels/pixels/hot.h"
#include "kernels/pixels/pixels.h"

/* Share of the network in a tile's time on the CPU, in tenths; finishing takes about one. On a GPU, finishing overlaps
 * with the network of the next tile. */
#define TENTHS 9

/* Least noise with which hot pixels are removed, in 8-bit steps. */
#define HOT_FROM 1.0

/* Tiles in flight. With streaming, the device computes one tile while the host finishes the previous tile and reads the
 * next, in the arrays that were swapped with the current tile's. */
typedef struct {
  const FddmDenoiseJob *job;
  FddmWork             *work;
  gboolean              streams;
  FddmTile              tile, before, next;
  gboolean              has_before, has_next;
  int                   number; /* of the next tile           */
  FddmTicker            end;    /* finishing the current tile */
} Way;

/* ---- Reading and writing ---- */

float
fddm_tile_hot_noise (const FddmDenoiseJob *job)
{
  double luma, chroma, level;

  if (!job->removal.removes || !(job->params->luma > 0.0))
    return 0.0f;
  fddm_noise_summary (&job->removal.noise, &luma, &chroma);
  level = MAX (luma, chroma);
  return level < HOT_FROM ? 0.0f : (float) (level / 255.0);
}

/* Reads the region of the tile. Hot pixels are no part of the photo from here on. */
static gboolean
read_tile (const FddmDenoiseJob *job, const FddmRect *region, FddmWork *work, GError **error)
{
  const FddmSource *source = job->source;
  FddmTilePixels   *pixels = &work->pixels;

  pixels->photo = NULL;
  if (!source->read (source->data, region->x, region->y, region->width, region->height, pixels->as_read, error))
    return fddm_error_unless_set (error, FDDM_ERROR_READ, _ ("The picture cannot be read"));
  if (job->removal.hot > 0.0f &&
      !fddm_pixels_remove_hot (pixels->as_read, region->width, region->height, work->spec.samples, job->removal.hot))
    return fddm_work_no_memory (work, error);
  return TRUE;
}

/* Passes a tile's own part to the sink. */
static gboolean
write_pixels (const FddmSink *sink, const FddmRect *own, const float *packed, GError **error)
{
  if (sink->write (sink->data, own->x, own->y, own->width, own->height, packed, error))
    return TRUE;
  return fddm_error_unless_set (error, FDDM_ERROR_WRITE, _ ("The result cannot be written"));
}

/* Writes the own part: the photo as read, plus the change. */
static gboolean
write_result (const FddmDenoiseJob *job, const FddmWork *work, const FddmTile *tile, GError **error)
{
  const FddmTilePixels *pixels = &work->pixels;
  const FddmRect       *region = &tile->region, *own = &tile->own;
  const int             samples = work->spec.samples;
  const gsize           stride = (gsize) region->width * samples, row = (gsize) own->width * samples;
  const gsize           first  = (own->y - region->y) * stride + (gsize) (own->x - region->x) * samples;
  float                *packed = work->spare[0];

  if (work->spec.gathers)
    fddm_pixels_add_packed (pixels->as_read + first, pixels->change + first, stride, row, own->height, packed);
  else
    fddm_pixels_copy (pixels->as_read + first, fddm_strides_packed (region->width, samples), packed,
                      fddm_strides_packed (own->width, samples), own->width, own->height, samples);
  return write_pixels (job->sink, own, packed, error);
}

/* Writes the uncertainty of the own part. */
static gboolean
write_uncertainty (const FddmSink *sink, const FddmWork *work, const FddmTile *tile, GError **error)
{
  const FddmRect *region = &tile->region, *own = &tile->own;
  float          *packed = work->spare[0];

  fddm_pixels_copy (work->pixels.variance + (gsize) (own->y - region->y) * region->width + (own->x - region->x),
                    fddm_strides_packed (region->width, 1), packed, fddm_strides_packed (own->width, 1), own->width,
                    own->height, 1);
  return write_pixels (sink, own, packed, error);
}

/* Writes the result and, if requested, the uncertainty. */
static gboolean
write_tile (const FddmDenoiseJob *job, FddmWork *work, const FddmTile *tile, GError **error)
{
  if (!write_result (job, work, tile, error))
    return FALSE;
  if (job->uncertainty == NULL)
    return TRUE;
  fddm_finish_uncertainty (work, tile);
  return write_uncertainty (job->uncertainty, work, tile, error);
}

/* Replaces what networks do not know: NaNs, infinities, values far outside [0,1]. */
static void
repair_tile (FddmWork *work, const FddmTile *tile)
{
  fddm_work_photo (work, tile);
}

/* Sets the change and the texture to 0. */
static void
clear_tile (const FddmWorkSpec *spec, const FddmTile *tile, FddmTilePixels *pixels)
{
  if (spec->gathers && !spec->filters) /* which replace it */
    fddm_pixels_fill (pixels->change, fddm_tile_pixels (tile) * spec->samples, 0.0f);
  if (spec->raises)
    fddm_pixels_fill (pixels->raised, fddm_tile_pixels (tile) * spec->samples, 0.0f);
  if (spec->textures)
    fddm_pixels_fill (pixels->texture, fddm_tile_pixels (tile), 0.0f);
}

/* Finds the next tile with an own part, from way.number on: way.next. */
static void
find_next (Way *way)
{
  const int tiles = fddm_work_tiles (way->work);

  for (way->has_next = FALSE; way->number < tiles && !way->has_next; way->number++)
    way->has_next = fddm_work_tile (way->work, way->number, &way->next);
}

/* ---- The one way through ---- */

/* While the device computes the current tile: finishes the previous tile and reads the next. */
static gboolean
stream (Way *way, GError **error)
{
  FddmWork *work = way->work;

  fddm_work_swap (work);
  find_next (way);
  if (way->has_before && !fddm_finish_tile (way->job, work, &way->before, &way->end, error))
    return FALSE;
  if (way->has_before && !write_tile (way->job, work, &way->before, error))
    return FALSE;
  if (way->has_next && !read_tile (way->job, &way->next.region, work, error))
    return FALSE;
  way->before     = way->tile;
  way->has_before = TRUE;
  return fddm_grid_finish (way->job->context, error);
}

/* The algorithm on one tile: section 5.2 of the paper, starting from the photo and its noise instead of pure noise. */
static gboolean
remove_noise (const FddmRemoval *removal, FddmWork *work, const FddmTile *tile, const FddmTicker *ticker, GError **error)
{
  FddmGridPass pass;

  for (int i = 0; i < removal->grids; i++)
    {
      if (!fddm_grid_begin (&pass, removal, work, tile, i, ticker, error))
        return FALSE;
      if (!fddm_grid_analyse (&pass, error)) /* R'G'B' -> Y'CbCr -> patches -> DCT: y */
        return FALSE;
      if (!fddm_grid_map_noise (&pass, error)) /* s, at each patch's brightness */
        return FALSE;
      if (!fddm_grid_precondition (&pass, error)) /* network input: y and ln s */
        return FALSE;
      if (!fddm_grid_run_network (&pass, error)) /* F_θ */
        return FALSE;
      if (!fddm_grid_estimate (&pass, error)) /* φ(y, s), least squares */
        return FALSE;
      if (!fddm_grid_probe (&pass, error)) /* uncertainty, if requested */
        return FALSE;
      if (!fddm_grid_sample (&pass, error)) /* sampler steps from y to 0, for detail */
        return FALSE;
      if (!fddm_grid_weigh (&pass, error)) /* strengths: share of the change that is applied */
        return FALSE;
      if (!fddm_grid_invert (&pass, error)) /* inverse DCT -> R'G'B', added to the change */
        return FALSE;
    }
  return TRUE;
}

/* Reads a tile, removes its noise and, unless tiles stream, finishes and writes it. */
static gboolean
denoise_tile (Way *way, const FddmTicker *ticker, GError **error)
{
  const FddmDenoiseJob *job     = way->job;
  FddmWork             *work    = way->work;
  const FddmTile       *tile    = &way->tile;
  const FddmTicker      network = fddm_ticker_parts (ticker, 0, TENTHS, 10);
  const int             passes  = work->spec.raises ? 2 : 1;
  const FddmTicker first = fddm_ticker_parts (&network, 0, 1, passes), second = fddm_ticker_parts (&network, 1, passes, 2);

  way->end = fddm_ticker_parts (ticker, TENTHS, 10, 10);
  if (!way->streams && !read_tile (job, &tile->region, work, error)) /* when streaming, it was read earlier */
    return FALSE;
  if (!fddm_tick (&network, 0, 1, error)) /* reports before a long stage: a large tile's pixels take time */
    return FALSE;
  clear_tile (&work->spec, tile, &work->pixels);
  repair_tile (work, tile); /* NaNs, infinities, outliers */
  if (!remove_noise (&job->removal, work, tile, &first, error))
    return FALSE;
  if (work->spec.raises && !remove_noise (&job->raised, work, tile, &second, error)) /* bands above 100 % */
    return FALSE;
  if (!fddm_finish_start (job, work, tile, error)) /* blotches and shrinkage, where the device has them */
    return FALSE;
  if (way->streams)
    return stream (way, error);                /* meanwhile: the previous and the next tile */
  if (!fddm_grid_finish (job->context, error)) /* waits for the device                      */
    return FALSE;
  if (!fddm_tick (&network, 1, 1, error))
    return FALSE;
  if (!fddm_finish_tile (job, work, tile, &way->end, error)) /* texture, blotches, shrinkage, bands */
    return FALSE;
  return write_tile (job, work, tile, error);
}

gboolean
fddm_denoise_tiles (const FddmDenoiseJob *job, FddmWork *work, const FddmTicker *ticker, GError **error)
{
  const int tiles = fddm_work_tiles (work);
  Way       way   = { .job = job, .work = work, .streams = fddm_work_streams (work), .end = *ticker };

  find_next (&way);
  if (way.streams && way.has_next && !read_tile (job, &way.next.region, work, error))
    return FALSE;
  while (way.has_next)
    {
      const FddmTicker part = fddm_ticker_part (ticker, way.number - 1, tiles);

      way.tile = way.next;
      if (!way.streams)
        find_next (&way);
      if (!denoise_tile (&way, &part, error))
        return FALSE;
      if (!fddm_tick (&part, 1, 1, error))
        return FALSE;
    }
  if (!way.has_before)
    return TRUE;
  fddm_work_swap (work);
  way.end = fddm_ticker_parts (ticker, 1, 1, 1); /* all progress is reported; this only asks whether to go on */
  if (!fddm_finish_tile (job, work, &way.before, &way.end, error))
    return FALSE;
  return write_tile (job, work, &way.before, error);
}
