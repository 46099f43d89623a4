/* tile.c: see tile.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/tile.h"
#include <glib/gi18n-lib.h>
#include "engine/denoise/finish.h"
#include "kernels/pixels/pixels.h"

/* Of the path that detail is sampled along. In eight steps, between the deterministic flow (0) and ancestral sampling (1), the
 * spectrum comes out right and flat areas stay clean: weights/train/RESULTS.md. */
#define DETAIL_ETA 0.5f

/* How often the uncertainty is asked for, and with how much of the photo's own noise. */
#define PROBES 4
#define PROBE  0.25f

/* Of a tile's time on a CPU the network takes so many tenths, and what ends it about one; on a GPU the next tile's network runs
 * at the same time. */
#define TENTHS 9

FddmWorkSpec
fddm_denoise_spec (const FddmDenoiseJob *job)
{
  const gboolean detail = job->removes && job->params->detail > 0.0, uncertainty = job->uncertainty != NULL;

  return (FddmWorkSpec) {
    .width = job->source->width, .height = job->source->height, .samples = job->source->channels,
    .grids = job->removes ? job->params->averages : 1,
    .evaluations = detail ? job->params->steps : 1,
    .samples_detail = detail || uncertainty, .gathers = fddm_denoise_gathers (job), .textures = job->strengthens,
    .blotches = job->blotches > 0.0f, .uncertainty = uncertainty,
    .margin = fddm_denoise_margin (job)
  };
}

/* ---- Pixels ---- */

/* To work.raw, and repaired to work.pixels. */
static gboolean
read_tile (FddmDenoiseJob *job, const FddmTile *tile, GError **error)
{
  const FddmRect *region = &tile->region;
  float          *raw    = job->work.raw;

  if (!job->source->read (job->source->data, region->x, region->y, region->width, region->height, raw, error))
    {
      if (error != NULL && *error == NULL)
        g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_READ, _("The picture cannot be read"));
      return FALSE;
    }
  fddm_pixels_repair (raw, region->width, region->height, job->source->channels, job->work.pixels);
  return TRUE;
}

static void
clear_change (FddmDenoiseJob *job, const FddmTile *tile)
{
  fddm_pixels_fill (job->work.change, fddm_tile_pixels (tile) * job->source->channels, 0.0f);
}

/* ---- Sampling ---- */

/* Where a grid's random numbers come from; STREAM counts samples. */
static FddmRandom
random_of (const FddmDenoiseJob *job, const FddmTile *tile, const FddmGrid *grid, int stream)
{
  const FddmWork *work = &job->work;
  const int rows = work->down.length, columns = work->across.length;
  const int row    = grid->mirror_y ? rows - tile->row - tile->rows : tile->row;
  const int column = grid->mirror_x ? columns - tile->column - tile->columns : tile->column;

  return (FddmRandom) { .seed = job->params->seed, .stream = (guint32) stream * FDDM_STEPS_MAX,
                        .row = grid->transpose ? column : row, .column = grid->transpose ? row : column };
}

/* Makes a sample of what the photo may have been in work.x. */
static gboolean
sample_detail (FddmDenoiseJob *job, const FddmSampler *sampler, const FddmWindow *window, FddmRandom random,
               const FddmTicker *ticker, GError **error)
{
  FddmWork      *work = &job->work;
  const FddmPath path = { .schedule = &job->context->schedule, .noise = work->noise, .levels = job->levels,
                          .n = job->params->steps, .eta = DETAIL_ETA, .random = random, .x0 = work->next,
                          .from = work->from, .to = work->to };

  return job->context->backend->analyse (job->context->device, window, work->pixels, work->x, error) &&
         fddm_sampler_run (sampler, &path, work->x0, work->x, ticker, error);
}

/* PROBE times the noise that the photo has, at every patch: its levels in work.from. */
static gboolean
upload_probe_levels (FddmDenoiseJob *job, GError **error)
{
  const FddmBackend *backend = job->context->backend;
  FddmWork          *work    = &job->work;
  FddmNoiseModel     model   = job->noise;

  for (int k = 0; k < job->context->weights->coefficients; k++)
    model.level[k] *= PROBE;
  return work->spec.noise_varies ? backend->noise_map (job->context->device, &model, work->y, work->from, error)
                                 : backend->tensor_upload (job->context->device, work->from, model.level, error);
}

static gboolean
synthesise_now (FddmDenoiseJob *job, const FddmWindow *window, const FddmTensor *coefficients, float weight, float *pixels,
                GError **error)
{
  const FddmBackend *backend = job->context->backend;

  return backend->synthesise (job->context->device, window, coefficients, weight, pixels, error) &&
         backend->synthesise_finish (job->context->device, error);
}

/* Luma of what the sample has more than the estimate, the grid's share of it, to work.texture. */
static gboolean
keep_texture (FddmDenoiseJob *job, const FddmTile *tile, const FddmWindow *of, GError **error)
{
  const FddmBackend *backend = job->context->backend;
  FddmWork          *work    = &job->work;
  const int          samples = job->source->channels;
  FddmWindow         window  = *of;

  window.series = FDDM_SERIES_NONE;   /* other pixels than the photo's */
  fddm_pixels_fill (work->spare, fddm_tile_pixels (tile) * samples, 0.0f);
  if (!backend->difference (job->context->device, work->x0, work->x, NULL, 0.0f, job->whole, work->next, error) ||
      !synthesise_now (job, &window, work->next, 1.0f / job->params->averages, work->spare, error))
    return FALSE;
  fddm_pixels_add_luma (work->texture, work->spare, fddm_tile_pixels (tile), samples, 1.0f);
  return TRUE;
}

/* A little more noise n of the photo's own kind, and what of it the estimate lets pass, as pixels in work.spare and
 * work.change. The grid's own coefficients and their estimate stay. */
static gboolean
probe (FddmDenoiseJob *job, const FddmSampler *sampler, const FddmTile *tile, const FddmWindow *of, FddmRandom random,
       const FddmTicker *ticker, GError **error)
{
  const FddmBackend *backend = job->context->backend;
  FddmDevice        *device  = job->context->device;
  FddmWork          *work    = &job->work;
  const gsize        floats  = fddm_tile_pixels (tile) * job->source->channels;
  FddmWindow         window  = *of;

  window.series = FDDM_SERIES_NONE;   /* other pixels than the photo's */
  fddm_pixels_fill (work->spare, floats, 0.0f);
  fddm_pixels_fill (work->change, floats, 0.0f);
  return backend->start (device, work->from, job->nothing, job->nothing, &random, work->x, error) &&
         synthesise_now (job, &window, work->x, 1.0f / PROBE, work->spare, error) &&
         backend->difference (device, work->x, work->y, NULL, 0.0f, job->whole, work->next, error) &&
         fddm_sampler_estimate (sampler, work->next, work->noise, work->x, ticker, error) &&
         backend->difference (device, work->x, work->x0, NULL, 0.0f, job->whole, work->next, error) &&
         synthesise_now (job, &window, work->next, 1.0f / PROBE, work->change, error);
}

/* The covariance of the clean photo, given the noisy one, is S²·∂x̂/∂y where S is the noise's (Tweedie's formula to the
 * second order; Manor and Michaeli, arXiv 2309.13598): its diagonal is the mean of n·(∂x̂/∂y n) over noise n. That takes one
 * evaluation each, where samples of the posterior that are true to its spread take dozens of steps. */
static gboolean
probe_variance (FddmDenoiseJob *job, const FddmSampler *sampler, const FddmTile *tile, const FddmWindow *window,
                const FddmGrid *grid, const FddmTicker *ticker, GError **error)
{
  FddmWork   *work   = &job->work;
  const gsize pixels = fddm_tile_pixels (tile);

  fddm_pixels_fill (work->variance, pixels, 0.0f);
  if (!upload_probe_levels (job, error))
    return FALSE;
  for (int i = 0; i < PROBES; i++)
    {
      FddmTicker part = fddm_ticker_part (ticker, i, PROBES);

      /* Streams that no grid's detail takes. */
      if (!probe (job, sampler, tile, window, random_of (job, tile, grid, FDDM_GRIDS_MAX + i), &part, error))
        return FALSE;
      fddm_pixels_add_products (work->variance, work->spare, work->change, pixels, job->source->channels, 1.0f / PROBES);
    }
  return TRUE;
}

/* ---- Grids ---- */

/* Evaluations of the network on grid I. */
static int
evaluations (const FddmDenoiseJob *job, int i)
{
  const int detail = job->removes && job->params->detail > 0.0 ? job->params->steps - 1 : 0;

  return 1 + detail + (i == 0 && job->uncertainty != NULL ? PROBES : 0);
}

/* Where the network is asked more than once on grid I, or for something other than what is to be removed. */
static gboolean
is_sampled (const FddmDenoiseJob *job, int i)
{
  return evaluations (job, i) > 1 || !job->removes;
}

/* What is to change is gathered there, or added at once. */
static float *
target_of (FddmDenoiseJob *job)
{
  return job->work.spec.gathers ? job->work.change : job->work.raw;
}

/* One estimate, which begins to be added: what stands before and behind the network is a pass over memory each. */
static gboolean
estimate_on_grid (FddmDenoiseJob *job, const FddmWindow *window, const FddmTicker *ticker, GError **error)
{
  FddmContext       *context = job->context;
  const FddmBackend *backend = context->backend;
  FddmWork          *work    = &job->work;
  const FddmEnds     ends    = { .level = job->level, .curve = work->spec.noise_varies ? job->noise.curve : NULL,
                                 .mean = context->mean, .variance = context->variance,
                                 .lo = context->weights->noise_lo, .hi = context->weights->noise_hi };

  return backend->analyse_input (context->device, window, work->pixels, &ends, work->y,
                                 fddm_network_input (context->network), error) &&
         fddm_tick (ticker, 0, 1, error) && fddm_network_run (context->network, -1, ticker, error) &&
         backend->synthesise_output (context->device, window, work->y, &ends, fddm_network_output (context->network),
                                     job->strength, 1.0f / job->params->averages, target_of (job), error);
}

/* The same with detail or for the uncertainty, which ask several times. */
static gboolean
sample_on_grid (FddmDenoiseJob *job, const FddmTile *tile, int i, const FddmGrid *grid, const FddmWindow *window,
                const FddmTicker *ticker, GError **error)
{
  FddmContext       *context = job->context;
  const FddmBackend *backend = context->backend;
  FddmDevice        *device  = context->device;
  FddmWork          *work    = &job->work;
  const float        detail  = (float) (job->params->detail / 100.0);
  const gboolean     uncertain = i == 0 && job->uncertainty != NULL;
  const int          n = evaluations (job, i), to_detail = uncertain ? 1 + PROBES : 1;
  FddmTicker         first = fddm_ticker_parts (ticker, 0, 1, n), probes = fddm_ticker_parts (ticker, 1, to_detail, n);
  FddmTicker         rest = fddm_ticker_parts (ticker, to_detail, n, n);
  FddmSampler        sampler = { .backend = backend, .device = device, .weights = context->weights,
                                 .network = context->network, .mean = context->mean, .variance = context->variance,
                                 .class = -1 };

  if (!backend->analyse (device, window, work->pixels, work->y, error) || !fddm_tick (ticker, 0, 1, error) ||
      !(work->spec.noise_varies ? backend->noise_map (device, &job->noise, work->y, work->noise, error)
                                : backend->tensor_upload (device, work->noise, job->noise.level, error)) ||
      !fddm_sampler_estimate (&sampler, work->y, work->noise, work->x0, &first, error) ||
      (uncertain && !probe_variance (job, &sampler, tile, window, grid, &probes, error)))
    return FALSE;
  if (!job->removes)
    return TRUE;
  if (uncertain && work->spec.gathers)   /* the probes were gathered there, too */
    clear_change (job, tile);
  return (detail == 0.0f || sample_detail (job, &sampler, window, random_of (job, tile, grid, i), &rest, error)) &&
         (!job->strengthens || keep_texture (job, tile, window, error)) &&
         backend->difference (device, work->y, work->x0, detail > 0.0f ? work->x : NULL, detail, job->strength, work->x0,
                              error) &&
         backend->synthesise (device, window, work->x0, 1.0f / job->params->averages, target_of (job), error);
}

/* The tile on one grid: begins to add its share of what is to change to what is gathered, or to the photo. */
static gboolean
denoise_on_grid (FddmDenoiseJob *job, const FddmTile *tile, int i, const FddmTicker *ticker, GError **error)
{
  const FddmWeights *weights = job->context->weights;
  FddmWork          *work    = &job->work;
  const FddmGrid     grid    = fddm_grid (i, weights->patch);
  FddmWindow         window;

  fddm_window_init (&window, tile, &grid, weights->patch, weights->channels, job->source->channels, job->source->width,
                    job->source->height, work->row_offset, work->column_offset);
  if (work->spec.grids > 1)
    window.series = i == 0 ? FDDM_SERIES_FIRST : i == work->spec.grids - 1 ? FDDM_SERIES_LAST : FDDM_SERIES_MORE;
  if (!fddm_work_shape (work, window.rows, window.columns, error))
    return FALSE;
  return is_sampled (job, i) ? sample_on_grid (job, tile, i, &grid, &window, ticker, error)
                             : estimate_on_grid (job, &window, ticker, error);
}

static gboolean
finish (FddmDenoiseJob *job, GError **error)
{
  return job->context->backend->synthesise_finish (job->context->device, error);
}

/* The tile in work.raw and work.pixels, on every grid; when it returns, nobody needs work.pixels any more, and the last grid's
 * share may still be on its way to what are work.raw and work.change now. */
static gboolean
start_tile (FddmDenoiseJob *job, const FddmTile *tile, const FddmTicker *ticker, GError **error)
{
  const int grids = job->work.spec.grids, first = evaluations (job, 0), others = evaluations (job, 1);
  const int n = first + (grids - 1) * others;

  if (job->work.spec.gathers)
    clear_change (job, tile);
  if (job->strengthens)
    fddm_pixels_fill (job->work.texture, fddm_tile_pixels (tile), 0.0f);
  for (int i = 0; i < grids; i++)
    {
      FddmTicker part = fddm_ticker_parts (ticker, i == 0 ? 0 : first + (i - 1) * others, first + i * others, n);

      if ((i > 0 && !finish (job, error)) || !denoise_on_grid (job, tile, i, &part, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- Tiles ---- */

/* Reads the tile, denoises it and writes it. */
static gboolean
denoise_tile (FddmDenoiseJob *job, const FddmTile *tile, const FddmTicker *ticker, GError **error)
{
  FddmTicker network = fddm_ticker_parts (ticker, 0, TENTHS, 10), end = fddm_ticker_parts (ticker, TENTHS, 10, 10);

  /* A great tile's pixels take a while by themselves. */
  return read_tile (job, tile, error) && fddm_tick (&network, 0, 1, error) && start_tile (job, tile, &network, error) &&
         finish (job, error) && fddm_tick (&network, 1, 1, error) && fddm_denoise_end (job, tile, &end, error) &&
         fddm_tick (&end, 1, 1, error);
}

/* The first tile from I on whose core is not empty, and its number; FALSE when there is none. */
static gboolean
find_tile (const FddmDenoiseJob *job, int i, FddmTile *tile, int *number)
{
  for (; i < fddm_work_tiles (&job->work); i++)
    if (fddm_work_tile (&job->work, i, tile))
      {
        *number = i;
        return TRUE;
      }
  return FALSE;
}

/* While the device computes a tile, the one before is ended and the one behind is read, both in the arrays that have changed
 * places with the tile's own. One work.pixels is enough: it has the tile's photo until the device has it, then what filters
 * and writing need, then the next photo. */
static gboolean
stream_tiles (FddmDenoiseJob *job, const FddmTicker *ticker, GError **error)
{
  FddmWork  *work = &job->work;
  FddmTicker end  = *ticker;
  FddmTile   before, tile, next;
  int        number;
  gboolean   first = TRUE, more = find_tile (job, 0, &next, &number);

  if (more && !read_tile (job, &next, error))
    return FALSE;
  for (; more; first = FALSE)
    {
      FddmTicker part    = fddm_ticker_part (ticker, number, fddm_work_tiles (work));
      FddmTicker network = fddm_ticker_parts (&part, 0, TENTHS, 10);

      end  = fddm_ticker_parts (&part, TENTHS, 10, 10);
      tile = next;
      if (!fddm_tick (&network, 0, 1, error) || !start_tile (job, &tile, &network, error))
        return FALSE;
      fddm_work_swap (work);
      more = find_tile (job, number + 1, &next, &number);
      if ((!first && !fddm_denoise_end (job, &before, &end, error)) || (more && !read_tile (job, &next, error)) ||
          !fddm_tick (&part, 1, 1, error) || !finish (job, error))
        return FALSE;
      before = tile;
    }
  fddm_work_swap (work);
  end = fddm_ticker_parts (ticker, 1, 1, 1);   /* all has been told but that it goes on */
  return first || fddm_denoise_end (job, &before, &end, error);
}

gboolean
fddm_denoise_tiles (FddmDenoiseJob *job, const FddmTicker *ticker, GError **error)
{
  const int tiles = fddm_work_tiles (&job->work);
  FddmTile  tile;

  if (fddm_work_streams (&job->work))
    return stream_tiles (job, ticker, error);
  for (int i = 0; find_tile (job, i, &tile, &i); i++)
    {
      FddmTicker part = fddm_ticker_part (ticker, i, tiles);

      if (!denoise_tile (job, &tile, &part, error))
        return FALSE;
    }
  return TRUE;
}
