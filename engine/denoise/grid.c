/* grid.c: see grid.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/grid.h"
#include "engine/denoise/strays.h"
#include "engine/denoise/uncertainty.h"
#include "kernels/pixels/pixels.h"

/* eta of the sampler for detail. In eight steps, between the deterministic flow (0) and ancestral sampling (1), the
 * spectrum is right and flat areas stay clean: weights/train/RESULTS.md. */
#define DETAIL_ETA 0.5f

int
fddm_grid_evaluations (const FddmRemoval *removal, int number)
{
  return 1 + (removal->samples ? removal->steps - 1 : 0) + (number == 0 && removal->probes ? FDDM_PROBES : 0);
}

/* Progress of grid NUMBER, in proportion to its network evaluations. */
static FddmTicker
ticker_of (const FddmRemoval *removal, int number, const FddmTicker *ticker)
{
  const int first = fddm_grid_evaluations (removal, 0), others = fddm_grid_evaluations (removal, 1);
  const int n = first + (removal->grids - 1) * others;

  return fddm_ticker_parts (ticker, number == 0 ? 0 : first + (number - 1) * others, first + number * others, n);
}

/* The grid's random numbers: identical for any tiling. */
static FddmRandom
random_of (const FddmRemoval *removal, const FddmWork *work, const FddmTile *tile, const FddmGrid *grid, int number)
{
  const int rows = work->down.length, columns = work->across.length;
  const int row    = grid->mirror_y ? rows - tile->row - tile->rows : tile->row;
  const int column = grid->mirror_x ? columns - tile->column - tile->columns : tile->column;

  return (FddmRandom) { .seed   = removal->seed,
                        .stream = (guint32) number * FDDM_DENOISE_STEPS_MAX,
                        .row    = grid->transpose ? column : row,
                        .column = grid->transpose ? row : column };
}

/* Grids of a tile, and the device's filters after them, share its pixels: analysed once per grid, changed once for all. */
static FddmSeries
series_of (int number, int grids, gboolean filters)
{
  if (grids == 1)
    return filters ? FDDM_SERIES_ONLY : FDDM_SERIES_NONE;
  if (number == 0)
    return FDDM_SERIES_FIRST;
  return number == grids - 1 ? FDDM_SERIES_LAST : FDDM_SERIES_MORE;
}

/* The sampler for the context's network. */
static FddmSampler
sampler_of (const FddmContext *context)
{
  return (FddmSampler) { .backend  = context->backend,
                         .device   = context->device,
                         .weights  = context->weights,
                         .network  = context->network,
                         .mean     = context->mean,
                         .variance = context->variance,
                         .class    = -1 };
}

/* Constants of the passes before and after the network. */
static FddmEnds
ends_of (const FddmGridPass *pass)
{
  const FddmContext *context = pass->context;

  return (FddmEnds) { .level    = pass->removal->level,
                      .curve    = pass->removal->noise_varies ? pass->removal->noise.curve : NULL,
                      .mean     = context->mean,
                      .variance = context->variance,
                      .lo       = context->weights->noise_lo,
                      .hi       = context->weights->noise_hi };
}

gboolean
fddm_grid_begin (FddmGridPass *pass, const FddmRemoval *removal, FddmWork *work, const FddmTile *tile, int number,
                 const FddmTicker *ticker, GError **error)
{
  FddmContext    *context = work->context;
  const int       patch = context->weights->patch, samples = work->spec.samples;
  const int       n = fddm_grid_evaluations (removal, number), probed = number == 0 && removal->probes ? 1 + FDDM_PROBES : 1;
  const FddmGrid  grid          = fddm_grid (number, patch);
  FddmTilePixels *pixels        = &work->pixels;
  const FddmTicker      all     = ticker_of (removal, number, ticker);
  const FddmPictureForm picture = { .width    = work->spec.width,
                                    .height   = work->spec.height,
                                    .samples  = samples,
                                    .patch    = patch,
                                    .channels = context->weights->channels };

  if ((number > 0 || removal->is_raised) &&
      !fddm_grid_finish (context, error)) /* the previous grid uses the window's offsets until then */
    return FALSE;
  *pass = (FddmGridPass) { .context      = context,
                           .removal      = removal,
                           .coefficients = &work->coefficients,
                           .photo        = fddm_work_photo (work, tile),
                           .target       = removal->is_raised   ? pixels->raised
                                           : work->spec.gathers ? pixels->change
                                                                : pixels->as_read,
                           .pixels       = fddm_tile_pixels (tile),
                           .samples      = samples,
                           .spare        = work->spare[1],
                           .change       = pixels->change,
                           .variance     = pixels->variance,
                           .texture      = pixels->texture,
                           .random       = random_of (removal, work, tile, &grid, number),
                           .number       = number,
                           .once         = n == 1 && removal->removes,
                           .asking       = fddm_ticker_parts (&all, 0, 1, n),
                           .probing      = fddm_ticker_parts (&all, 1, probed, n),
                           .sampling     = fddm_ticker_parts (&all, probed, n, n) };
  fddm_strays_watch (work, removal, tile, &grid, number, n, &pass->random);
  fddm_window_init (&pass->window, &picture, tile, &grid, work->row_offset, work->column_offset);
  pass->window.series = series_of (number, removal->grids, work->spec.filters);
  return fddm_work_shape (work, pass->window.rows, pass->window.columns, error);
}

gboolean
fddm_grid_analyse (FddmGridPass *pass, GError **error)
{
  FddmContext       *context = pass->context;
  const FddmBackend *backend = context->backend;
  const FddmEnds     ends    = ends_of (pass);
  FddmTensor        *y       = pass->coefficients->y;

  if (pass->coefficients->flows)
    return fddm_tick (&pass->asking, 0, 1, error);
  return (pass->once ? backend->analyse_input (context->device, &pass->window, pass->photo, &ends, y,
                                               fddm_network_input (context->network), error)
                     : backend->analyse (context->device, &pass->window, pass->photo, y, error)) &&
         fddm_tick (&pass->asking, 0, 1, error);
}

gboolean
fddm_grid_map_noise (FddmGridPass *pass, GError **error)
{
  const FddmBackend    *backend = pass->context->backend;
  const FddmNoiseModel *noise   = &pass->removal->noise;
  FddmCoefficients     *c       = pass->coefficients;

  if (pass->once)
    return TRUE;
  return pass->removal->noise_varies ? backend->noise_map (pass->context->device, noise, c->y, c->noise, error)
                                     : backend->tensor_upload (pass->context->device, c->noise, noise->level, error);
}

gboolean
fddm_grid_precondition (FddmGridPass *pass, GError **error)
{
  const FddmContext     *context      = pass->context;
  const FddmConditioning conditioning = fddm_network_conditioning (context->weights, context->mean, context->variance);

  if (pass->once)
    return TRUE;
  return context->backend->precondition (context->device, pass->coefficients->y, pass->coefficients->noise, &conditioning,
                                         fddm_network_input (context->network), error);
}

gboolean
fddm_grid_run_network (FddmGridPass *pass, GError **error)
{
  const FddmEnds ends = ends_of (pass);
  const FddmPass flow = { .window   = &pass->window,
                          .ends     = &ends,
                          .strength = pass->removal->strength,
                          .weight   = 1.0f / pass->removal->grids,
                          .pixels   = pass->photo,
                          .target   = pass->target };

  return pass->coefficients->flows ? fddm_network_run_pass (pass->context->network, &flow, &pass->asking, error)
                                   : fddm_network_run (pass->context->network, -1, &pass->asking, error);
}

gboolean
fddm_grid_estimate (FddmGridPass *pass, GError **error)
{
  const FddmContext     *context      = pass->context;
  const FddmConditioning conditioning = fddm_network_conditioning (context->weights, context->mean, context->variance);
  FddmCoefficients      *c            = pass->coefficients;

  if (pass->once)
    return TRUE;
  return context->backend->estimate (context->device, c->y, c->noise, &conditioning, fddm_network_output (context->network),
                                     c->x0, error);
}

gboolean
fddm_grid_probe (FddmGridPass *pass, GError **error)
{
  const FddmSampler sampler = sampler_of (pass->context);

  return pass->number > 0 || !pass->removal->probes || fddm_uncertainty_probe (pass, &sampler, error);
}

/* Adds the luma of sample − estimate, divided by the number of grids, to the texture. */
static gboolean
keep_texture (FddmGridPass *pass, GError **error)
{
  const FddmBackend *backend = pass->context->backend;
  FddmDevice        *device  = pass->context->device;
  FddmCoefficients  *c       = pass->coefficients;
  FddmWindow         window  = pass->window;
  float             *added   = pass->spare;

  window.series = FDDM_SERIES_NONE; /* not the photo's array */
  fddm_pixels_fill (added, pass->pixels * pass->samples, 0.0f);
  if (!backend->difference (device, c->x0, c->x, NULL, 0.0f, pass->removal->whole, c->next, error))
    return FALSE;
  if (!backend->synthesise (device, &window, c->next, 1.0f / pass->removal->grids, added, error))
    return FALSE;
  if (!backend->synthesise_finish (device, error))
    return FALSE;
  fddm_pixels_add_luma (pass->texture, added, pass->pixels, pass->samples, 1.0f);
  return TRUE;
}

gboolean
fddm_grid_sample (FddmGridPass *pass, GError **error)
{
  FddmContext       *context = pass->context;
  const FddmRemoval *removal = pass->removal;
  FddmCoefficients  *c       = pass->coefficients;
  const FddmSampler  sampler = sampler_of (context);
  const FddmPath     path    = { .schedule = &context->schedule,
                                 .noise    = c->noise,
                                 .levels   = removal->levels,
                                 .n        = removal->steps,
                                 .eta      = DETAIL_ETA,
                                 .random   = pass->random,
                                 .x0       = c->next,
                                 .from     = c->from,
                                 .to       = c->to };

  if (!removal->samples || pass->once) /* with one step the sample equals the estimate */
    return TRUE;
  if (!context->backend->analyse (context->device, &pass->window, pass->photo, c->x, error))
    return FALSE;
  if (!fddm_sampler_run (&sampler, &path, c->x0, c->x, &pass->sampling, error))
    return FALSE;
  return !removal->keeps_texture || keep_texture (pass, error);
}

gboolean
fddm_grid_weigh (FddmGridPass *pass, GError **error)
{
  const FddmContext *context = pass->context;
  const FddmRemoval *removal = pass->removal;
  FddmCoefficients  *c       = pass->coefficients;

  if (pass->once || !removal->removes)
    return TRUE;
  return context->backend->difference (context->device, c->y, c->x0, removal->samples ? c->x : NULL, (float) removal->detail,
                                       removal->strength, c->x0, error);
}

gboolean
fddm_grid_invert (FddmGridPass *pass, GError **error)
{
  const FddmContext *context = pass->context;
  const FddmRemoval *removal = pass->removal;
  const FddmEnds     ends    = ends_of (pass);
  const float        share   = 1.0f / removal->grids;
  const FddmOutput   output  = { .coefficients = pass->coefficients->y,
                                 .output       = fddm_network_output (context->network),
                                 .strength     = removal->strength,
                                 .weight       = share };

  if (!removal->removes || pass->coefficients->flows)
    return TRUE;
  if (!pass->once)
    return context->backend->synthesise (context->device, &pass->window, pass->coefficients->x0, share, pass->target, error);
  return context->backend->synthesise_output (context->device, &pass->window, &ends, &output, pass->target, error);
}

gboolean
fddm_grid_finish (FddmContext *context, GError **error)
{
  return context->backend->synthesise_finish (context->device, error);
}
