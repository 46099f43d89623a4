/* generate.c: a picture out of noise: the sampler that denoises, started from nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <string.h>
#include "kernels/fddm-math.h"
#include "engine/generate/generate.h"
#include "engine/generate/variant.h"
#include "engine/generate/strips.h"

/* Writing the picture is taken for one part in so many of the whole. */
#define WRITING 50

typedef struct {
  FddmContext              *context;
  const FddmGenerateParams *params;
  const FddmSink           *sink;
  FddmProgress              progress;
  gpointer                  data;       /* of PROGRESS */
  int                       class;
  guint32                   step;       /* estimates made so far */
  FddmTorus                 torus;
  FddmTensor               *x, *x0;     /* the torus: its state and its estimate */
  FddmTensor               *noise, *from, *to;   /* constant: at the start, before and after a step */
  FddmTensor               *mean, *variance;     /* constant: of the picture that is drawn          */
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
  else if (params->width < 1 || params->width > FDDM_GENERATE_SIDE_MAX || params->height < 1 ||
           params->height > FDDM_GENERATE_SIDE_MAX)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _("Width and height must be from 1 to %d, not %d and %d"),
                 FDDM_GENERATE_SIDE_MAX, params->width, params->height);
  else if (params->steps < 1 || params->steps > FDDM_GENERATE_STEPS_MAX)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _("%s must be from 1 to %d, not %d"), "steps", FDDM_GENERATE_STEPS_MAX,
                 params->steps);
  else if (!(params->eta >= 0.0 && params->eta <= 1.0))
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _("eta must be from 0 to 1, not %g"), params->eta);
  else
    return find_class (job, error);
  return FALSE;
}

/* Where the windows lie at the step: elsewhere at each, so that no seam stays where it is. */
static int
shift (const Job *job, guint32 which, const FddmTorusAxis *axis)
{
  guint32 bits[4] = { job->step, which, 0, 0 };

  fddm_philox (bits, job->params->seed, 0x57494E44u);
  return axis->count == 1 ? 0 : (int) (bits[0] % (guint32) axis->length);
}

/* What the sampler takes for the network. Waits for the device at last, so that progress is that of what is done. */
static gboolean
estimate (gpointer data, const FddmTensor *x, const FddmTensor *noise, FddmTensor *x0, const FddmTicker *ticker,
          GError **error)
{
  Job        *job = data;
  const int   row = shift (job, 0, &job->torus.down), column = shift (job, 1, &job->torus.across);
  float       level[FDDM_COEF_MAX];

  job->step++;
  return fddm_torus_estimate (&job->torus, x, noise, row, column, x0, ticker, error) &&
         job->context->backend->tensor_download (job->context->device, noise, level, error);
}

/* The state at the first Fermi level of the training, from nothing, and then down to the picture, in job->x. */
static gboolean
sample (Job *job, const FddmTicker *ticker, GError **error)
{
  FddmContext       *context = job->context;
  const FddmWeights *weights = context->weights;
  const int          area = weights->patch * weights->patch, steps = job->params->steps;
  FddmSampler        sampler = { .backend = context->backend, .device = context->device, .weights = weights,
                                 .estimate = estimate, .data = job };
  FddmTicker         first = fddm_ticker_part (ticker, 0, steps), rest = *ticker;
  FddmRandom         random  = { .seed = job->params->seed };
  g_autofree double *levels  = g_new0 (double, steps);
  float              noise[FDDM_COEF_MAX];

  rest.from = first.to;
  job->step = 0;
  for (int k = 0; k < weights->coefficients; k++)
    noise[k] = (float) fddm_schedule_noise (&context->schedule, k % area, weights->mu_from);
  fddm_sampler_levels (weights, &context->schedule, noise, steps, levels);
  if (!context->backend->tensor_upload (context->device, job->noise, noise, error) ||
      !context->backend->start (context->device, job->noise, job->mean, job->variance, &random, job->x, error) ||
      !fddm_tick (ticker, 0, 1, error) || !fddm_sampler_estimate (&sampler, job->x, job->noise, job->x0, &first, error))
    return FALSE;
  random.stream = 1;
  return fddm_sampler_run (&sampler, &context->schedule, job->noise, job->x0, levels, steps, (float) job->params->eta,
                           random, job->x, job->x0, job->from, job->to, &rest, error);
}

/* ---- The job ---- */

/* A torus that the picture fits on. When it needs not tile, the network's own window serves, if that is large enough. */
static void
lay_out (const Job *job, int pixels, FddmTorusAxis *axis)
{
  const int patch = job->context->weights->patch, window = (job->context->weights->side + patch - 1) / patch;
  const int needed = (pixels + patch - 1) / patch;
  const int length = job->params->tileable ? needed : MAX (needed, window);

  fddm_torus_axis_init (axis, length, window > 0 ? window : length, job->params->tileable);
}

gboolean
fddm_generate_plan (FddmContext *context, const FddmGenerateParams *params, int class, FddmTorus *torus, GError **error)
{
  const Job     job = { .context = context, .params = params };
  const gsize   strip = fddm_writer_bytes (params->width, context->weights->channels);
  GError       *problem = NULL;
  FddmTorusAxis down, across;

  lay_out (&job, params->height, &down);
  lay_out (&job, params->width, &across);
  if (fddm_torus_init (torus, context, &down, &across, class, strip, &problem))
    return TRUE;
  if (g_error_matches (problem, FDDM_ERROR, FDDM_ERROR_MEMORY))
    {
      g_clear_error (&problem);
      g_set_error (&problem, FDDM_ERROR, FDDM_ERROR_MEMORY, _("A picture of %d × %d needs more memory than is allowed"),
                   params->width, params->height);
    }
  g_propagate_error (error, problem);
  return FALSE;
}

static gboolean
make (Job *job, int rows, int columns, FddmTensor **tensor, GError **error)
{
  *tensor = job->context->backend->tensor_new (job->context->device, FDDM_TENSOR_FLOAT, rows, columns,
                                               job->context->weights->coefficients, error);
  return *tensor != NULL;
}

static gboolean
allocate (Job *job, GError **error)
{
  const int rows = job->torus.down.length, columns = job->torus.across.length;

  return fddm_torus_prepare (&job->torus, error) && make (job, rows, columns, &job->x, error) &&
         make (job, rows, columns, &job->x0, error) && make (job, 1, 1, &job->noise, error) &&
         make (job, 1, 1, &job->from, error) && make (job, 1, 1, &job->to, error) &&
         make (job, 1, 1, &job->mean, error) && make (job, 1, 1, &job->variance, error);
}

/* What the picture is like on the whole. */
static gboolean
draw_variant (Job *job, GError **error)
{
  const FddmBackend *backend = job->context->backend;
  const float       *mean, *variance;

  fddm_variant_draw (job->context->weights, job->class, job->params->seed, &mean, &variance);
  fddm_torus_use (&job->torus, job->mean, job->variance);
  return backend->tensor_upload (job->context->device, job->mean, mean, error) &&
         backend->tensor_upload (job->context->device, job->variance, variance, error);
}

static void
release (Job *job)
{
  FddmTensor **tensors[] = { &job->x, &job->x0, &job->noise, &job->from, &job->to, &job->mean, &job->variance };

  for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      job->context->backend->tensor_free (job->context->device, *tensors[i]);
      *tensors[i] = NULL;
    }
  fddm_torus_clear (&job->torus);
}

static gboolean
generate_on_device (gpointer data, GError **error)
{
  Job          *job    = data;
  FddmTicker    all    = { job->progress, job->data, FDDM_PHASE_GENERATE, 0.0, 1.0 };
  FddmTicker    steps  = fddm_ticker_parts (&all, 0, WRITING - 1, WRITING);
  FddmTicker    strips = fddm_ticker_part (&all, WRITING - 1, WRITING);
  FddmWriter    writer = { .context = job->context, .width = job->params->width, .height = job->params->height,
                              .tiles = job->params->tileable, .sink = job->sink };
  gboolean      ok = fddm_generate_plan (job->context, job->params, job->class, &job->torus, error) &&
                allocate (job, error) && draw_variant (job, error) && sample (job, &steps, error);

  writer.coefficients = job->x;
  ok = ok && fddm_writer_run (&writer, &strips, error);
  release (job);
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
