/* generate.c: a picture out of noise: the sampler that denoises, started from nothing.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <string.h>
#include "kernels/fddm-math.h"
#include "engine/generate/generate.h"
#include "engine/generate/shown.h"
#include "engine/generate/strips.h"
#include "engine/generate/variant.h"

/* Writing the picture is taken for one part in so many of the whole. */
#define WRITING 50

/* What was asked for. */
typedef struct {
  FddmContext              *context;
  const FddmGenerateParams *params;
  const FddmSink           *sink;
  const FddmSink           *estimates; /* or NULL                */
  FddmProgress              progress;
  gpointer                  data; /* of PROGRESS           */
  int class;                      /* of the subject, or -1 */
} Job;

/* The network, asked window by window all over the torus. */
typedef struct {
  FddmTorus  torus;
  const Job *job;
  guint32    step; /* estimates made so far */
} Windows;

/* What the sampler works on. */
typedef struct {
  FddmTensor *x, *x0;            /* the torus: its state and its estimate              */
  FddmTensor *noise, *from, *to; /* constant: at the start, before and after a step    */
  FddmTensor *mean, *variance;   /* constant: of the picture that is drawn             */
} State;

FddmGenerateParams
fddm_generate_params_default (void)
{
  return (FddmGenerateParams) { .subject = "", .steps = 20, .eta = 1.0 };
}

/* The index of the subject among the weights' classes; -1 for none. */
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
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("There is no subject “%s”; known are: %s"), subject, known);
  return FALSE;
}

/* FALSE and ERROR where a parameter is out of its range, or the weights do not generate. */
static gboolean
check_arguments (Job *job, GError **error)
{
  const FddmGenerateParams *params  = job->params;
  const FddmWeights        *weights = job->context->weights;

  if (weights->kind != FDDM_KIND_GENERATE)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS, _ ("%s denoises pictures, it does not generate any"), weights->path);
  else if (params->width < 1 || params->width > FDDM_GENERATE_SIDE_MAX || params->height < 1 ||
           params->height > FDDM_GENERATE_SIDE_MAX)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("Width and height must be from 1 to %d, not %d and %d"),
                 FDDM_GENERATE_SIDE_MAX, params->width, params->height);
  else if (params->steps < 1 || params->steps > FDDM_GENERATE_STEPS_MAX)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("%s must be from 1 to %d, not %d"), "steps",
                 FDDM_GENERATE_STEPS_MAX, params->steps);
  else if (!(params->eta >= 0.0 && params->eta <= 1.0))
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("eta must be from 0 to 1, not %g"), params->eta);
  else
    return find_class (job, error);
  return FALSE;
}

/* ---- The windows ---- */

/* Where the windows lie at the step: elsewhere at each, so that no seam stays where it is. */
static int
shift (const Windows *windows, guint32 which, const FddmTorusAxis *axis)
{
  guint32 bits[4] = { windows->step, which, 0, 0 };

  fddm_philox (bits, windows->job->params->seed, 0x57494E44u);
  return axis->count == 1 ? 0 : (int) (bits[0] % (guint32) axis->length);
}

/* The pixels of COEFFICIENTS go to SINK, strip by strip. */
static gboolean
write_picture (const Job *job, const FddmTensor *coefficients, const FddmSink *sink, const FddmTicker *ticker,
               GError **error)
{
  const FddmWriter writer = { .context      = job->context,
                              .coefficients = coefficients,
                              .width        = job->params->width,
                              .height       = job->params->height,
                              .tiles        = job->params->tileable,
                              .sink         = sink };

  return fddm_writer_run (&writer, ticker, error);
}

/* Shows X0 to whoever wants to see it; the last estimate is the picture itself. */
static gboolean
show_estimate (const Windows *windows, const FddmTensor *x0, GError **error)
{
  const Job *job = windows->job;

  return job->estimates == NULL || windows->step == (guint32) job->params->steps ||
         write_picture (job, x0, job->estimates, NULL, error);
}

/* What the sampler takes for the network. Waits for the device at last, so that progress is that of what is done. */
static gboolean
estimate_windows (gpointer data, const FddmTensor *x, const FddmTensor *noise, FddmTensor *x0, const FddmTicker *ticker,
                  GError **error)
{
  Windows           *windows = data;
  const FddmContext *context = windows->torus.context;
  const int          row = shift (windows, 0, &windows->torus.down), column = shift (windows, 1, &windows->torus.across);
  float              level[FDDM_COEF_MAX];

  windows->step++;
  return fddm_torus_estimate (&windows->torus, x, noise, row, column, x0, ticker, error) &&
         context->backend->tensor_download (context->device, noise, level, error) && show_estimate (windows, x0, error);
}

/* ---- Planning ---- */

/* A torus that the picture fits on. When it needs not tile, the network's own window serves, if that is large enough. */
static void
lay_out (const FddmWeights *weights, int pixels, gboolean tileable, FddmTorusAxis *axis)
{
  const int patch = weights->patch, window = (weights->side + patch - 1) / patch;
  const int needed = (pixels + patch - 1) / patch;
  const int length = tileable ? needed : MAX (needed, window);

  fddm_torus_axis_init (axis, length, window > 0 ? window : length, tileable);
}

gboolean
fddm_generate_plan (FddmContext *context, const FddmGenerateParams *params, int class, FddmTorus *torus, GError **error)
{
  const gsize   strip   = fddm_writer_bytes (params->width, context->weights->channels);
  GError       *problem = NULL;
  FddmTorusAxis down, across;

  lay_out (context->weights, params->height, params->tileable, &down);
  lay_out (context->weights, params->width, params->tileable, &across);
  if (fddm_torus_init (torus, context, &down, &across, class, strip, &problem))
    return TRUE;
  if (g_error_matches (problem, FDDM_ERROR, FDDM_ERROR_MEMORY))
    {
      g_clear_error (&problem);
      g_set_error (&problem, FDDM_ERROR, FDDM_ERROR_MEMORY, _ ("A picture of %d × %d needs more memory than is allowed"),
                   params->width, params->height);
    }
  g_propagate_error (error, problem);
  return FALSE;
}

/* A tensor of coefficients. */
static gboolean
make (const FddmContext *context, int rows, int columns, FddmTensor **tensor, GError **error)
{
  *tensor = context->backend->tensor_new (context->device, FDDM_TENSOR_FLOAT, rows, columns, context->weights->coefficients,
                                          error);
  return *tensor != NULL;
}

/* All tensors, those of the windows included. */
static gboolean
state_init (State *state, FddmTorus *torus, GError **error)
{
  const FddmContext *context = torus->context;
  const int          rows = torus->down.length, columns = torus->across.length;
  FddmTensor       **constant[] = { &state->noise, &state->from, &state->to, &state->mean, &state->variance };

  if (!fddm_torus_prepare (torus, error) || !make (context, rows, columns, &state->x, error) ||
      !make (context, rows, columns, &state->x0, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (constant); i++)
    if (!make (context, 1, 1, constant[i], error))
      return FALSE;
  return TRUE;
}

/* Frees the tensors. */
static void
state_clear (State *state, const FddmContext *context)
{
  FddmTensor **tensors[] = {
    &state->x, &state->x0, &state->noise, &state->from, &state->to, &state->mean, &state->variance
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      context->backend->tensor_free (context->device, *tensors[i]);
      *tensors[i] = NULL;
    }
}

/* ---- The way to a picture ---- */

/* What the picture is like on the whole: one that the network has seen, by the seed. */
static gboolean
draw_variant (const Job *job, State *state, FddmTorus *torus, GError **error)
{
  const FddmContext *context = job->context;
  const float       *mean, *variance;

  fddm_variant_draw (context->weights, job->class, job->params->seed, &mean, &variance);
  fddm_torus_use (torus, state->mean, state->variance);
  return context->backend->tensor_upload (context->device, state->mean, mean, error) &&
         context->backend->tensor_upload (context->device, state->variance, variance, error);
}

/* The state at the first Fermi level of the training, and the LEVELS of the steps from there. */
static gboolean
start_from_noise (const Job *job, State *state, double *levels, GError **error)
{
  const FddmContext *context = job->context;
  const FddmWeights *weights = context->weights;
  const FddmRandom   random  = { .seed = job->params->seed };
  float              noise[FDDM_COEF_MAX];

  for (int k = 0; k < weights->coefficients; k++)
    noise[k] = (float) fddm_schedule_noise (&context->schedule, k % (weights->patch * weights->patch), weights->mu_from);
  fddm_sampler_levels (weights, &context->schedule, noise, job->params->steps, levels);
  return context->backend->tensor_upload (context->device, state->noise, noise, error) &&
         context->backend->start (context->device, state->noise, state->mean, state->variance, &random, state->x, error);
}

/* A picture, from noise to pixels: (26) backwards, the paper's section 5.2, stage by stage. */
static gboolean
generate_picture (const Job *job, Windows *windows, State *state, GError **error)
{
  FddmContext              *context = job->context;
  const FddmGenerateParams *params  = job->params;
  const FddmTicker          all     = { job->progress, job->data, FDDM_PHASE_GENERATE, 0.0, 1.0 };
  const FddmTicker          steps   = fddm_ticker_parts (&all, 0, WRITING - 1, WRITING);
  const FddmTicker          first   = fddm_ticker_part (&steps, 0, params->steps);
  const FddmTicker          others  = { job->progress, job->data, FDDM_PHASE_GENERATE, first.to, steps.to };
  const FddmTicker          strips  = fddm_ticker_part (&all, WRITING - 1, WRITING);
  g_autofree double        *levels  = g_new0 (double, params->steps);
  const FddmSampler         sampler = { .backend  = context->backend,
                                        .device   = context->device,
                                        .weights  = context->weights,
                                        .estimate = estimate_windows,
                                        .data     = windows };
  const FddmPath            path    = { .schedule = &context->schedule,
                                        .noise    = state->noise,
                                        .levels   = levels,
                                        .n        = params->steps,
                                        .eta      = (float) params->eta,
                                        .random   = { .seed = params->seed, .stream = 1 },
                                        .x0       = state->x0,
                                        .from     = state->from,
                                        .to       = state->to };

  if (!draw_variant (job, state, &windows->torus, error))
    return FALSE;
  if (!start_from_noise (job, state, levels, error))
    return FALSE;
  if (!fddm_tick (&steps, 0, 1, error))
    return FALSE;
  if (!fddm_sampler_estimate (&sampler, state->x, state->noise, state->x0, &first, error)) /* over all windows */
    return FALSE;
  if (!fddm_sampler_run (&sampler, &path, state->x0, state->x, &others, error)) /* likewise at each step */
    return FALSE;
  return write_picture (job, state->x, job->sink, &strips, error); /* inverse DCT, R'G'B', strip by strip */
}

/* Plans, allocates and generates, on the context's device. */
static gboolean
generate_on_device (gpointer data, GError **error)
{
  Job     *job     = data;
  Windows  windows = { .job = job };
  State    state   = { NULL };
  gboolean ok      = fddm_generate_plan (job->context, job->params, job->class, &windows.torus, error) &&
                state_init (&state, &windows.torus, error) && generate_picture (job, &windows, &state, error);

  state_clear (&state, job->context);
  fddm_torus_clear (&windows.torus);
  return ok;
}

gboolean
fddm_generate_shown (FddmContext *context, const FddmGenerateParams *params, const FddmSink *sink, const FddmSink *estimates,
                     FddmProgress progress, gpointer data, GError **error)
{
  Job job = {
    .context = context, .params = params, .sink = sink, .estimates = estimates, .progress = progress, .data = data
  };

  g_return_val_if_fail (context != NULL && params != NULL && sink != NULL, FALSE);
  if (!check_arguments (&job, error))
    return FALSE;
  return fddm_context_run (context, generate_on_device, &job, error);
}

gboolean
fddm_generate (FddmContext *context, const FddmGenerateParams *params, const FddmSink *sink, FddmProgress progress,
               gpointer data, GError **error)
{
  return fddm_generate_shown (context, params, sink, NULL, progress, data, error);
}

int
fddm_generate_windows (FddmContext *context, const FddmGenerateParams *params, GError **error)
{
  Job       job   = { .context = context, .params = params };
  FddmTorus torus = { 0 };
  int       n     = 0;

  if (!check_arguments (&job, error))
    return 0;
  if (fddm_generate_plan (context, params, job.class, &torus, error))
    n = fddm_torus_windows (&torus);
  fddm_torus_clear (&torus);
  return n;
}
