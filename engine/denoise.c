/* denoise.c: the photo's way through: colour and patches, noise, sampler and network, and back.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "host/pixels.h"
#include "measure.h"
#include "noise.h"
#include "sampler.h"
#include "work.h"

#define SAMPLING_STEPS_MAX 64

/* Of the band that is copied at a time where nothing is to be removed. */
#define COPY_FLOATS (1 << 20)

/* One call of fddm_denoise. */
typedef struct {
  FddmContext             *context;
  const FddmDenoiseParams *params;
  const FddmSource        *source;
  const FddmSink          *sink;
  FddmProgress             progress;
  gpointer                 data;        /* of PROGRESS */
  FddmReport              *report;
  FddmNoiseModel           noise;
  FddmTensor              *strength;
  double                   levels[SAMPLING_STEPS_MAX];
  FddmWork                 work;
} Job;

/* ---- Parameters ---- */

static gboolean
check_percent (double value, const char *name, GError **error)
{
  if (value >= 0.0 && value <= 100.0)
    return TRUE;
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _("%s must be from 0 to 100, not %g"), name, value);
  return FALSE;
}

static gboolean
check_count (int value, int most, const char *name, GError **error)
{
  if (value >= 1 && value <= most)
    return TRUE;
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _("%s must be from 1 to %d, not %d"), name, most, value);
  return FALSE;
}

static gboolean
check_arguments (const FddmContext *context, const FddmDenoiseParams *params, const FddmSource *source, GError **error)
{
  if (source->width < 1 || source->height < 1)
    {
      g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _("The picture is empty"));
      return FALSE;
    }
  if (source->channels != 1 && source->channels != context->weights->channels)
    {
      g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _("%s is for gray pictures only"), context->weights->path);
      return FALSE;
    }
  if (context->weights->kind != FDDM_KIND_DENOISE)
    {
      g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS, _("%s generates pictures, it does not denoise"),
                   context->weights->path);
      return FALSE;
    }
  return check_percent (params->noise, "noise", error) && check_percent (params->luma, "luma", error) &&
         check_percent (params->chroma, "chroma", error) && check_percent (params->detail, "detail", error) &&
         check_count (params->steps, SAMPLING_STEPS_MAX, "steps", error) &&
         check_count (params->averages, FDDM_GRIDS_MAX, "averages", error);
}

/* ---- Noise ---- */

static gboolean
find_noise (Job *job, const FddmTicker *ticker, GError **error)
{
  const FddmWeights *weights = job->context->weights;

  if (job->params->noise > 0.0)
    {
      fddm_noise_white (&job->noise, weights->patch, weights->channels, job->source->channels == 1, job->params->noise);
      return TRUE;
    }
  return fddm_measure_model (job->context, job->source, ticker, &job->noise, error);
}

static gboolean
noise_varies (const FddmNoiseModel *model)
{
  for (int c = 0; c < model->channels; c++)
    for (int i = 0; i < FDDM_NOISE_KNOTS; i++)
      if (model->curve[c][i] != 1.0f)
        return TRUE;
  return FALSE;
}

static gboolean
upload_strength (Job *job, GError **error)
{
  FddmContext *context = job->context;
  const int    area = context->weights->patch * context->weights->patch, n = context->weights->coefficients;
  float        strength[FDDM_COEF_MAX];

  for (int k = 0; k < n; k++)
    strength[k] = (float) ((k < area ? job->params->luma : job->params->chroma) / 100.0);
  job->strength = context->backend->tensor_new (context->device, FDDM_TENSOR_FLOAT, 1, 1, n, error);
  return job->strength != NULL &&
         context->backend->tensor_upload (context->device, job->strength, strength, error);
}

/* ---- One tile ---- */

/* Replaces the state that work.x holds by a sample of what the photo may have been. */
static gboolean
sample_detail (Job *job, const FddmSampler *sampler, const FddmTile *tile, const FddmGrid *grid, int i,
               const FddmTicker *ticker, GError **error)
{
  FddmWork  *work = &job->work;
  const int  rows = work->down.length, columns = work->across.length;
  const int  row    = grid->mirror_y ? rows - tile->row - tile->rows : tile->row;
  const int  column = grid->mirror_x ? columns - tile->column - tile->columns : tile->column;
  FddmRandom random = { .seed = job->params->seed, .stream = (guint32) i * SAMPLING_STEPS_MAX,
                        .row = grid->transpose ? column : row, .column = grid->transpose ? row : column };

  return fddm_sampler_run (sampler, &job->context->schedule, work->noise, work->x0, job->levels, job->params->steps,
                           1.0f, random, work->x, work->next, work->from, work->to, ticker, error);
}

/* The tile on one grid: adds its share of what is to change to the raw pixels. */
static gboolean
denoise_on_grid (Job *job, const FddmTile *tile, int i, const FddmTicker *ticker, GError **error)
{
  FddmContext       *context = job->context;
  const FddmBackend *backend = context->backend;
  FddmDevice        *device  = context->device;
  FddmWork          *work    = &job->work;
  const FddmGrid     grid    = fddm_grid (i, context->weights->patch);
  const float        detail  = (float) (job->params->detail / 100.0);
  const int          evaluations = detail > 0.0f ? job->params->steps : 1;
  FddmTicker         first = fddm_ticker_part (ticker, 0, evaluations), rest = *ticker;
  FddmSampler        sampler = { backend, device, context->weights, context->network, context->mean,
                                 context->variance, -1 };
  FddmWindow         window;

  rest.from = first.to;
  fddm_window_init (&window, tile, &grid, context->weights->patch, context->weights->channels,
                    job->source->channels, job->source->width, job->source->height, work->row_offset,
                    work->column_offset);
  return fddm_work_shape (work, window.rows, window.columns, error) &&
         backend->analyse (device, &window, work->pixels, work->y, error) &&
         (work->spec.noise_varies ? backend->noise_map (device, &job->noise, work->y, work->noise, error)
                                  : backend->tensor_upload (device, work->noise, job->noise.level, error)) &&
         fddm_sampler_estimate (&sampler, work->y, work->noise, work->x0, &first, error) &&
         (detail == 0.0f || (backend->analyse (device, &window, work->pixels, work->x, error) &&
                             sample_detail (job, &sampler, tile, &grid, i, &rest, error))) &&
         backend->difference (device, work->y, work->x0, work->x, detail, job->strength, work->x0, error) &&
         backend->synthesise (device, &window, work->x0, 1.0f / job->params->averages, work->raw, error);
}

static gboolean
read_region (Job *job, const FddmRect *region, GError **error)
{
  if (job->source->read (job->source->data, region->x, region->y, region->width, region->height, job->work.raw, error))
    return TRUE;
  if (error != NULL && *error == NULL)
    g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_READ, _("The picture cannot be read"));
  return FALSE;
}

static gboolean
write_region (Job *job, const FddmRect *region, GError **error)
{
  if (job->sink->write (job->sink->data, region->x, region->y, region->width, region->height, job->work.pixels, error))
    return TRUE;
  if (error != NULL && *error == NULL)
    g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_READ, _("The result cannot be stored"));
  return FALSE;
}

static gboolean
read_tile (Job *job, const FddmTile *tile, GError **error)
{
  if (!read_region (job, &tile->region, error))
    return FALSE;
  fddm_pixels_repair (job->work.raw, tile->region.width, tile->region.height, job->source->channels, job->work.pixels);
  return TRUE;
}

/* The core alone, packed into the pixels that are no longer needed. */
static gboolean
write_tile (Job *job, const FddmTile *tile, GError **error)
{
  const FddmRect *region = &tile->region, *core = &tile->core;
  const gsize     samples = job->source->channels, row = region->width * samples;
  const float    *from = job->work.raw + (core->y - region->y) * row + (core->x - region->x) * samples;

  fddm_pixels_copy (from, row, samples, job->work.pixels, core->width * samples, samples, core->width, core->height,
                    job->source->channels);
  return write_region (job, core, error);
}

/* ---- The whole picture ---- */

static gboolean
denoise_tiles (Job *job, const FddmTicker *ticker, GError **error)
{
  const int tiles = fddm_work_tiles (&job->work), grids = job->params->averages;
  FddmTile  tile;

  for (int t = 0; t < tiles; t++)
    {
      if (!fddm_work_tile (&job->work, t, &tile))
        continue;
      if (!read_tile (job, &tile, error))
        return FALSE;
      for (int i = 0; i < grids; i++)
        {
          FddmTicker part = fddm_ticker_part (ticker, t * grids + i, tiles * grids);

          if (!denoise_on_grid (job, &tile, i, &part, error))
            return FALSE;
        }
      if (!write_tile (job, &tile, error))
        return FALSE;
    }
  return TRUE;
}

static void
fill_report (const Job *job, FddmReport *report)
{
  const int patch = job->context->weights->patch;

  if (report == NULL)
    return;
  fddm_noise_summary (&job->noise, &report->luma, &report->chroma);
  report->tiles       = fddm_work_tiles (&job->work);
  report->tile_width  = job->work.across.size * patch;
  report->tile_height = job->work.down.size * patch;
  report->memory      = job->work.bytes;
}

/* The way through on the context's device. */
static gboolean
denoise_on_device (gpointer data, GError **error)
{
  Job         *job       = data;
  FddmTicker   measuring = { job->progress, job->data, FDDM_PHASE_MEASURE, 0.0, 1.0 };
  FddmTicker   denoising = { job->progress, job->data, FDDM_PHASE_DENOISE, 0.0, 1.0 };
  gboolean     detail    = job->params->detail > 0.0;
  FddmWorkSpec spec      = { .width = job->source->width, .height = job->source->height,
                             .samples = job->source->channels, .grids = job->params->averages,
                             .evaluations = detail ? job->params->steps : 1, .samples_detail = detail };
  gboolean     ok;

  if (!find_noise (job, &measuring, error))
    return FALSE;
  spec.noise_varies = noise_varies (&job->noise);
  fddm_sampler_levels (job->context->weights, &job->context->schedule, job->noise.level, job->params->steps,
                       job->levels);
  if (!fddm_work_init (&job->work, job->context, &spec, error))
    return FALSE;
  fill_report (job, job->report);
  ok = upload_strength (job, error) && fddm_tick (&denoising, 0, 1, error) && denoise_tiles (job, &denoising, error);
  job->context->backend->tensor_free (job->context->device, job->strength);
  job->strength = NULL;
  fddm_work_clear (&job->work);
  return ok;
}

/* Nothing is to be removed: the photo as it is, to the bit. */
static gboolean
copy_picture (Job *job, GError **error)
{
  const FddmSource *source = job->source;
  const int         rows   = MAX (1, COPY_FLOATS / (source->width * source->channels));
  gboolean          ok     = TRUE;

  job->work.raw    = g_new (float, (gsize) MIN (rows, source->height) * source->width * source->channels);
  job->work.pixels = job->work.raw;   /* writing a whole region packs nothing */
  for (int y = 0; ok && y < source->height; y += rows)
    {
      FddmRect band = { 0, y, source->width, MIN (rows, source->height - y) };

      ok = read_region (job, &band, error) && write_region (job, &band, error);
    }
  g_free (job->work.raw);
  return ok;
}

gboolean
fddm_denoise (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *source, const FddmSink *sink,
              FddmProgress progress, gpointer data, FddmReport *report, GError **error)
{
  Job job = { .context = context, .params = params, .source = source, .sink = sink, .progress = progress, .data = data,
              .report = report };

  g_return_val_if_fail (context != NULL && params != NULL && source != NULL && sink != NULL, FALSE);
  if (!check_arguments (context, params, source, error))
    return FALSE;
  if (report != NULL)
    memset (report, 0, sizeof *report);
  if (params->luma == 0.0 && params->chroma == 0.0)
    return copy_picture (&job, error);
  return fddm_context_run (context, denoise_on_device, &job, error);
}
