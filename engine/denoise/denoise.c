/* denoise.c: the photo's way through: its noise, then tile by tile.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "engine/denoise/part.h"
#include "engine/denoise/tile.h"
#include "engine/noise/measure.h"
#include "engine/noise/model.h"

/* Of the band that is copied at a time where nothing is to be removed. */
#define COPY_FLOATS (1 << 20)

/* The threshold of shrinkage is so many times what was removed there, and that counts up to so many 8-bit steps: the error that
 * a network leaves grows ever more slowly. Of cameras' noise more is left, in places that are even: weights/train/RESULTS.md. */
#define SHRINKAGE_WHITE 0.22
#define MOST_WHITE      8.0
#define SHRINKAGE_OTHER 2.2
#define MOST_OTHER      1.7

/* h² of blotches of colour is so much of luma's noise, in squares of 8-bit steps for each step. White noise makes none. */
#define BLOTCHES_OTHER 2.1

/* ---- Parameters ---- */

static gboolean
check_percent (double value, double most, const char *name, GError **error)
{
  if (value >= 0.0 && value <= most)
    return TRUE;
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _("%s must be from 0 to %g, not %g"), name, most, value);
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
  return check_percent (params->noise, 100.0, "noise", error) && check_percent (params->luma, 100.0, "luma", error) &&
         check_percent (params->chroma, 100.0, "chroma", error) && check_percent (params->detail, 100.0, "detail", error) &&
         check_percent (params->coarse, 200.0, "coarse", error) && check_percent (params->medium, 200.0, "medium", error) &&
         check_percent (params->fine, 200.0, "fine", error) &&
         check_count (params->steps, FDDM_STEPS_MAX, "steps", error) &&
         check_count (params->averages, FDDM_GRIDS_MAX, "averages", error);
}

/* ---- Noise ---- */

static double
luma_level (const FddmNoiseModel *model)
{
  double luma, chroma;

  fddm_noise_summary (model, &luma, &chroma);
  return luma;
}

/* Whether sampled texture is to be strengthened, and what its noise is taken for: too much, if need be (at middle gray), for then
 * less texture is wanting. */
static void
find_fine_noise (FddmDenoiseJob *job, const FddmNoiseModel *measured, gboolean white)
{
  const FddmDenoiseParams *params = job->params;

  job->strengthens = white && job->removes && params->detail >= FDDM_PERCENT_LEAST && params->luma >= FDDM_PERCENT_LEAST &&
                     params->steps > 1;
  job->fine = luma_level (measured) > luma_level (&job->noise) ? *measured : job->noise;
}

/* How what is left of the noise is to be removed; not where detail brings everything back. */
static void
find_rest (FddmDenoiseJob *job, gboolean white)
{
  const double   level  = luma_level (&job->noise);
  const gboolean colour = job->source->channels == 3 && job->params->chroma >= FDDM_PERCENT_LEAST;

  if (!job->removes || !(job->params->detail < 100.0))
    return;
  job->shrinkage = white ? (float) SHRINKAGE_WHITE : (float) SHRINKAGE_OTHER;
  job->most      = (float) ((white ? MOST_WHITE : MOST_OTHER) / 255.0);
  job->blotches  = white || !colour ? 0.0f : (float) (sqrt (BLOTCHES_OTHER * level) / 255.0);
}

/* The noise to be removed, and the network for its kind. Even where the level is told, the kind is measured. */
static gboolean
find_noise (FddmDenoiseJob *job, const FddmTicker *ticker, GError **error)
{
  FddmContext       *context = job->context;
  const FddmWeights *weights = context->weights;
  const gboolean     gray = job->source->channels == 1, told = job->params->noise > 0.0;
  FddmNoiseModel     measured;
  gboolean           white;

  fddm_context_use (context, FALSE);
  if (told)
    fddm_noise_white (&job->noise, weights->patch, weights->channels, gray, job->params->noise);
  if (told && weights->white == NULL)
    {
      find_rest (job, TRUE);   /* what it is isn't known; with white noise's share next to nothing can go wrong */
      return TRUE;
    }
  if (job->known != NULL && job->known->patch == weights->patch && job->known->channels == weights->channels)
    measured = *job->known;
  else if (!fddm_measure_model (context, job->source, ticker, &measured, error))
    return FALSE;
  if (!told)
    job->noise = measured;
  white = fddm_noise_is_white (&measured, gray);
  fddm_context_use (context, white);
  find_fine_noise (job, &measured, white);
  find_rest (job, white);
  return TRUE;
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
upload_vector (FddmDenoiseJob *job, const float *values, FddmTensor **tensor, GError **error)
{
  FddmContext *context = job->context;

  *tensor = context->backend->tensor_new (context->device, FDDM_TENSOR_FLOAT, 1, 1, context->weights->coefficients, error);
  return *tensor != NULL && context->backend->tensor_upload (context->device, *tensor, values, error);
}

/* LUMA for each frequency of brightness, CHROMA for those of colour. */
static gboolean
upload_shares (FddmDenoiseJob *job, double luma, double chroma, FddmTensor **tensor, GError **error)
{
  const int area = job->context->weights->patch * job->context->weights->patch;
  float     values[FDDM_COEF_MAX];

  for (int k = 0; k < job->context->weights->coefficients; k++)
    values[k] = (float) (k < area ? luma : chroma);
  return upload_vector (job, values, tensor, error);
}

static gboolean
upload_vectors (FddmDenoiseJob *job, GError **error)
{
  return upload_vector (job, job->noise.level, &job->level, error) &&
         upload_shares (job, job->params->luma / 100.0, job->params->chroma / 100.0, &job->strength, error) &&
         upload_shares (job, 1.0, 1.0, &job->whole, error) && upload_shares (job, 0.0, 0.0, &job->nothing, error);
}

static void
free_vectors (FddmDenoiseJob *job)
{
  FddmTensor **vectors[] = { &job->level, &job->strength, &job->whole, &job->nothing };

  for (gsize i = 0; i < G_N_ELEMENTS (vectors); i++)
    {
      job->context->backend->tensor_free (job->context->device, *vectors[i]);
      *vectors[i] = NULL;
    }
}

/* ---- The whole picture ---- */

static void
fill_report (const FddmDenoiseJob *job, FddmReport *report)
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

/* Nothing is to be removed: the photo as it is, to the bit. */
static gboolean
copy_picture (const FddmDenoiseJob *job, GError **error)
{
  const FddmSource *source = job->source;
  const int         rows   = CLAMP (COPY_FLOATS / (source->width * source->channels), 1, source->height);
  const FddmTicker  ticker = { job->progress, job->data, FDDM_PHASE_DENOISE, 0.0, 1.0 };
  g_autofree float *pixels = g_new (float, (gsize) rows * source->width * source->channels);

  for (int y = 0; y < source->height; y += rows)
    {
      const int n = MIN (rows, source->height - y);

      if (!source->read (source->data, 0, y, source->width, n, pixels, error) ||
          !job->sink->write (job->sink->data, 0, y, source->width, n, pixels, error))
        {
          if (error != NULL && *error == NULL)
            g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_READ, _("The picture cannot be copied"));
          return FALSE;
        }
      if (!fddm_tick (&ticker, y + n, source->height, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_noisy (const FddmNoiseModel *model)
{
  for (int k = 0; k < model->channels * model->patch * model->patch; k++)
    if (model->level[k] > 0.0f)
      return TRUE;
  return FALSE;
}

static gboolean
plan_once (FddmDenoiseJob *job, GError **error)
{
  FddmWorkSpec spec = fddm_denoise_spec (job);

  spec.noise_varies = noise_varies (&job->noise);
  return fddm_work_init (&job->work, job->context, &spec, error);
}

/* Texture is strengthened, and what is left of noise removed, only where memory allows for what that looks at around a tile. */
static gboolean
plan (FddmDenoiseJob *job, GError **error)
{
  for (;;)
    {
      GError *problem = NULL;

      if (plan_once (job, &problem))
        return TRUE;
      if ((!job->strengthens && job->shrinkage <= 0.0f) || !g_error_matches (problem, FDDM_ERROR, FDDM_ERROR_MEMORY))
        {
          g_propagate_error (error, problem);
          return FALSE;
        }
      g_error_free (problem);
      if (job->strengthens)         /* what looks furthest around goes first */
        job->strengthens = FALSE;
      else if (job->blotches > 0.0f)
        job->blotches = 0.0f;
      else
        job->shrinkage = 0.0f;
    }
}

/* The way through on the context's device. */
static gboolean
denoise_on_device (gpointer data, GError **error)
{
  FddmDenoiseJob          *job       = data;
  const FddmDenoiseParams *params    = job->params;
  FddmTicker               measuring = { job->progress, job->data, FDDM_PHASE_MEASURE, 0.0, 1.0 };
  FddmTicker               denoising = { job->progress, job->data, FDDM_PHASE_DENOISE, 0.0, 1.0 };
  gboolean                 ok;

  if (!find_noise (job, &measuring, error))
    return FALSE;
  if (!is_noisy (&job->noise) && job->uncertainty == NULL)
    return copy_picture (job, error);
  fddm_sampler_levels (job->context->weights, &job->context->schedule, job->noise.level, params->steps, job->levels);
  if (!plan (job, error))
    return FALSE;
  fill_report (job, job->report);
  ok = upload_vectors (job, error) && fddm_tick (&denoising, 0, 1, error) && fddm_denoise_tiles (job, &denoising, error);
  free_vectors (job);
  fddm_work_clear (&job->work);
  return ok;
}

/* Whether anything leaves the photo; a gray one has no chroma. */
static gboolean
removes (const FddmDenoiseParams *params, const FddmSource *source)
{
  return (params->luma > 0.0 || (params->chroma > 0.0 && source->channels > 1)) &&
         (params->coarse > 0.0 || params->medium > 0.0 || params->fine > 0.0);
}

static gboolean
run (FddmDenoiseJob *job, GError **error)
{
  g_return_val_if_fail (job->context != NULL && job->params != NULL && job->source != NULL && job->sink != NULL, FALSE);
  if (!check_arguments (job->context, job->params, job->source, error))
    return FALSE;
  if (job->report != NULL)
    memset (job->report, 0, sizeof *job->report);
  job->removes = removes (job->params, job->source);
  if (!job->removes && job->uncertainty == NULL)
    return copy_picture (job, error);
  return fddm_context_run (job->context, denoise_on_device, job, error);
}

gboolean
fddm_denoise_uncertain (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *source,
                        const FddmSink *sink, const FddmSink *uncertainty, FddmProgress progress, gpointer data,
                        FddmReport *report, GError **error)
{
  FddmDenoiseJob job = { .context = context, .params = params, .source = source, .sink = sink,
                         .uncertainty = uncertainty, .progress = progress, .data = data, .report = report };

  return run (&job, error);
}

gboolean
fddm_denoise_part (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *part, const FddmSink *sink,
                   const FddmNoiseModel *noise, FddmProgress progress, gpointer data, GError **error)
{
  FddmDenoiseJob job = { .context = context, .params = params, .source = part, .sink = sink, .known = noise,
                         .progress = progress, .data = data };

  return run (&job, error);
}

gboolean
fddm_denoise (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *source, const FddmSink *sink,
              FddmProgress progress, gpointer data, FddmReport *report, GError **error)
{
  return fddm_denoise_uncertain (context, params, source, sink, NULL, progress, data, report, error);
}
