/* generate.c: a picture out of noise: the sampler that denoises, started from nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <string.h>
#include "host/pixels.h"
#include "sampler.h"
#include "work.h"

#define SIDE_MAX  8192
#define STEPS_MAX 1000

typedef struct {
  FddmContext              *context;
  const FddmGenerateParams *params;
  const FddmSink           *sink;
  FddmProgress              progress;
  gpointer                  data;       /* of PROGRESS */
  int                       class;
  FddmWork                  work;
} Job;

FddmGenerateParams
fddm_generate_params_default (void)
{
  return (FddmGenerateParams) { .subject = "", .steps = 20, .eta = 1.0 };
}

static gboolean
find_class (Job *job, GError **error)
{
  const FddmWeights *weights = job->context->weights;
  const char        *subject = job->params->subject;
  g_autofree char   *known   = NULL;

  job->class = -1;
  if (subject == NULL || *subject == '\0')
    return TRUE;
  for (int i = 0; weights->classes != NULL && weights->classes[i] != NULL; i++)
    if (strcmp (weights->classes[i], subject) == 0)
      {
        job->class = i;
        return TRUE;
      }
  known = weights->classes != NULL ? g_strjoinv (", ", weights->classes) : g_strdup ("–");
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _("There is no subject “%s”; known are: %s"), subject, known);
  return FALSE;
}

static gboolean
check_arguments (Job *job, GError **error)
{
  const FddmGenerateParams *params  = job->params;
  const FddmWeights        *weights = job->context->weights;

  if (weights->kind != FDDM_KIND_GENERATE)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS, _("%s denoises pictures, it does not generate any"), weights->path);
  else if (params->width < 1 || params->width > SIDE_MAX || params->height < 1 || params->height > SIDE_MAX)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _("Width and height must be from 1 to %d, not %d and %d"),
                 SIDE_MAX, params->width, params->height);
  else if (params->steps < 1 || params->steps > STEPS_MAX)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _("%s must be from 1 to %d, not %d"), "steps", STEPS_MAX,
                 params->steps);
  else if (!(params->eta >= 0.0 && params->eta <= 1.0))
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _("eta must be from 0 to 1, not %g"), params->eta);
  else
    return find_class (job, error);
  return FALSE;
}

/* The state at the first Fermi level of the training, from nothing, and then down to the picture, in work.y. */
static gboolean
sample (Job *job, const FddmTicker *ticker, GError **error)
{
  FddmContext       *context = job->context;
  const FddmWeights *weights = context->weights;
  FddmWork          *work    = &job->work;
  const int          area = weights->patch * weights->patch, steps = job->params->steps;
  FddmSampler        sampler = { context->backend, context->device, weights, context->network, context->mean,
                                 context->variance, job->class };
  FddmTicker         first = fddm_ticker_part (ticker, 0, steps), rest = *ticker;
  FddmRandom         random  = { .seed = job->params->seed };
  g_autofree double *levels  = g_new0 (double, steps);
  float              noise[FDDM_COEF_MAX];

  rest.from = first.to;
  for (int k = 0; k < weights->coefficients; k++)
    noise[k] = (float) fddm_schedule_noise (&context->schedule, k % area, weights->mu_from);
  fddm_sampler_levels (weights, &context->schedule, noise, steps, levels);
  if (!context->backend->tensor_upload (context->device, work->noise, noise, error) ||
      !context->backend->start (context->device, work->noise, context->mean, context->variance, &random, work->y, error) ||
      !fddm_sampler_estimate (&sampler, work->y, work->noise, work->x0, &first, error))
    return FALSE;
  random.stream = 1;
  return fddm_sampler_run (&sampler, &context->schedule, work->noise, work->x0, levels, steps, (float) job->params->eta,
                           random, work->y, work->next, work->from, work->to, &rest, error);
}

/* Coefficients of [-1,1] added to middle gray are the picture. */
static gboolean
write_picture (Job *job, const FddmTile *tile, GError **error)
{
  const FddmWeights *weights = job->context->weights;
  const FddmGrid     plain   = fddm_grid (0, weights->patch);
  const int          width = job->params->width, height = job->params->height;
  FddmWindow         window;

  fddm_window_init (&window, tile, &plain, weights->patch, weights->channels, weights->channels, width, height,
                    job->work.row_offset, job->work.column_offset);
  fddm_pixels_fill (job->work.raw, window.n_floats, 0.5f);
  if (!job->context->backend->synthesise (job->context->device, &window, job->work.y, 1.0f, job->work.raw, error) ||
      !job->context->backend->synthesise_finish (job->context->device, error))
    return FALSE;
  if (job->sink->write (job->sink->data, 0, 0, width, height, job->work.raw, error))
    return TRUE;
  if (error != NULL && *error == NULL)
    g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_READ, _("The result cannot be stored"));
  return FALSE;
}

static gboolean
generate_on_device (gpointer data, GError **error)
{
  Job         *job    = data;
  FddmTicker   ticker = { job->progress, job->data, FDDM_PHASE_GENERATE, 0.0, 1.0 };
  FddmWorkSpec spec   = { .width = job->params->width, .height = job->params->height,
                          .samples = job->context->weights->channels, .grids = 1, .evaluations = 1,
                          .samples_detail = TRUE };
  FddmTile     tile;
  gboolean     ok;

  if (!fddm_work_init (&job->work, job->context, &spec, error))
    return FALSE;
  ok = fddm_work_tiles (&job->work) == 1;
  if (!ok)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_MEMORY, _("A picture of %d × %d needs more memory than is allowed"),
                 spec.width, spec.height);
  ok = ok && fddm_work_tile (&job->work, 0, &tile) && sample (job, &ticker, error) && write_picture (job, &tile, error);
  fddm_work_clear (&job->work);
  return ok;
}

gboolean
fddm_generate (FddmContext *context, const FddmGenerateParams *params, const FddmSink *sink, FddmProgress progress,
               gpointer data, GError **error)
{
  Job job = { .context = context, .params = params, .sink = sink, .progress = progress, .data = data };

  g_return_val_if_fail (context != NULL && params != NULL && sink != NULL, FALSE);
  if (!check_arguments (&job, error))
    return FALSE;
  return fddm_context_run (context, generate_on_device, &job, error);
}
