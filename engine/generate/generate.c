/* generate.c: generation of a picture: the sampler that also denoises, started from pure noise.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include "engine/generate/example.h"
#include "engine/generate/generate.h"
#include "engine/generate/kept.h"
#include "engine/generate/like.h"
#include "engine/generate/recolour.h"
#include "engine/generate/shown.h"
#include "engine/generate/strips.h"
#include "engine/generate/variant.h"

/* Writing the picture counts as 1/WRITING of the progress. */
#define WRITING 50

/* The arguments of fddm_generate. */
typedef struct {
  FddmContext              *context;
  const FddmGenerateParams *params; /* or OWN                    */
  const FddmSink           *sink;
  const FddmSink           *estimates; /* or NULL                */
  FddmTold                 *told;
  FddmExample              *example; /* or NULL                     */
  int                       steps;   /* of the sampler              */
  int class;                         /* index of the subject, or -1 */
  FddmKeptPicture    kept;           /* of a kept subject           */
  FddmSource         source;         /* reads KEPT                  */
  FddmGenerateParams own;            /* for a kept subject          */
} Job;

/* The sampler's network: evaluated in windows over the whole torus. */
typedef struct {
  FddmTorus  torus;
  const Job *job;
  guint32    step; /* estimates so far */
} Windows;

/* The sampler's tensors. */
typedef struct {
  FddmTensor *x, *x0, *previous;          /* on the torus: the state, its estimate, the one before */
  FddmTensor *noise, *before, *from, *to; /* constant: at the start, and around the last two steps */
  FddmTensor *mean, *variance;            /* constant: of the training picture drawn               */
} State;

FddmGenerateParams
fddm_generate_params_default (void)
{
  return (FddmGenerateParams) { .subject = "", .steps = 12, .eta = 1.0, .closeness = 70.0 };
}

/* Fails unless the parameters are in range and the weights generate pictures. */
static gboolean
check_arguments (Job *job, GError **error)
{
  const FddmGenerateParams *params  = job->params;
  const FddmWeights        *weights = job->context->weights;

  if (weights->kind != FDDM_KIND_GENERATE)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS,
                 _ ("%s denoises pictures and does not generate any; choose another network"), weights->path);
  else if (params->width < 1 || params->width > FDDM_GENERATE_SIDE_MAX || params->height < 1 ||
           params->height > FDDM_GENERATE_SIDE_MAX)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("Width and height must be from 1 to %d, not %d and %d"),
                 FDDM_GENERATE_SIDE_MAX, params->width, params->height);
  else if (params->steps < 1 || params->steps > FDDM_GENERATE_STEPS_MAX)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("%s must be from 1 to %d, not %d"), "steps",
                 FDDM_GENERATE_STEPS_MAX, params->steps);
  else if (!(params->eta >= 0.0 && params->eta <= 1.0))
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("eta must be from 0 to 1, not %g"), params->eta);
  else if (!(params->closeness >= 0.0 && params->closeness <= FDDM_CLOSENESS_MAX))
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("closeness must be from 0 to %d, not %g"), FDDM_CLOSENESS_MAX,
                 params->closeness);
  else
    return fddm_variant_class (weights, params->subject, &job->class, error) &&
           (params->like == NULL || fddm_example_check (params->like, error));
  return FALSE;
}

/* A kept subject is made like one of its pictures, as if the caller had given that and no subject. */
static void
take_kept (Job *job)
{
  const FddmWeights *weights = job->context->weights;

  job->own = *job->params;
  if (!fddm_kept_draw (weights, job->own.subject, job->own.seed, &job->kept))
    return;
  job->own.subject = "";
  if (job->own.like == NULL)
    {
      job->source        = fddm_kept_source (&job->kept);
      job->own.like      = &job->source;
      job->own.closeness = job->kept.closeness;
    }
  job->params = &job->own;
}

/* ---- The windows ---- */

/* Writes the pixels of COEFFICIENTS to SINK, strip by strip. */
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

  if (job->example != NULL)
    return fddm_writer_run_recoloured (&writer, &job->example->colours, ticker, error);
  return fddm_writer_run (&writer, ticker, error);
}

/* Shows the estimate X0. The last one is the picture itself and is not shown. */
static gboolean
show_estimate (const Windows *windows, const FddmTensor *x0, GError **error)
{
  const Job *job = windows->job;

  return job->estimates == NULL || windows->step == (guint32) job->steps ||
         write_picture (job, x0, job->estimates, NULL, error);
}

/* The sampler's estimate. The download waits for the device, so that progress covers completed work only. */
static gboolean
estimate_windows (gpointer data, const FddmTensor *x, const FddmTensor *noise, FddmTensor *x0, const FddmTicker *ticker,
                  GError **error)
{
  Windows           *windows = data;
  const FddmContext *context = windows->torus.context;
  const guint32      seed    = windows->job->params->seed;
  const int          row     = fddm_torus_axis_shift (&windows->torus.down, seed, windows->step, 0);
  const int          column  = fddm_torus_axis_shift (&windows->torus.across, seed, windows->step, 1);
  float              level[FDDM_COEF_MAX];

  windows->step++;
  return fddm_torus_estimate (&windows->torus, x, noise, row, column, x0, ticker, error) &&
         context->backend->tensor_download (context->device, noise, level, error) && show_estimate (windows, x0, error);
}

/* ---- Planning ---- */

/* Whether sampling starts from the example's shapes instead of from noise alone. */
static gboolean
takes_shapes (const FddmGenerateParams *params)
{
  return params->like != NULL && params->closeness > 0.0;
}

static int
steps_taken (const FddmGenerateParams *params)
{
  return takes_shapes (params) ? fddm_like_steps (params->closeness, params->steps) : params->steps;
}

/* A torus that holds the picture. A picture that need not tile uses the network's own window if that is large enough. */
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
  gsize         extra   = fddm_writer_bytes (params->width, context->weights->channels);
  GError       *problem = NULL;
  FddmTorusAxis down, across;

  lay_out (context->weights, params->height, params->tileable, &down);
  lay_out (context->weights, params->width, params->tileable, &across);
  if (takes_shapes (params))
    extra = MAX (extra, fddm_like_bytes (across.length * context->weights->patch, down.length * context->weights->patch,
                                         context->weights->channels));
  if (params->like != NULL)
    extra += fddm_example_bytes (params->like, context->weights->channels);
  if (fddm_torus_init (torus, context, &down, &across, class, extra, &problem))
    return TRUE;
  if (g_error_matches (problem, FDDM_ERROR, FDDM_ERROR_MEMORY))
    {
      g_clear_error (&problem);
      g_set_error (
        &problem, FDDM_ERROR, FDDM_ERROR_MEMORY,
        _ ("A picture of %d × %d pixels needs more memory than allowed; raise the limit or choose a smaller picture"),
        params->width, params->height);
    }
  g_propagate_error (error, problem);
  return FALSE;
}

/* Allocates all tensors, including those of the windows. */
static gboolean
state_init (State *state, FddmTorus *torus, GError **error)
{
  const FddmContext *context = torus->context;
  const int          rows = torus->down.length, columns = torus->across.length;
  FddmTensor       **maps[] = { &state->x, &state->x0, &state->previous };
  FddmTensor **constant[]   = { &state->noise, &state->before, &state->from, &state->to, &state->mean, &state->variance };

  if (!fddm_torus_prepare (torus, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (maps); i++)
    if (!fddm_context_make_tensor (context, rows, columns, maps[i], error))
      return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (constant); i++)
    if (!fddm_context_make_tensor (context, 1, 1, constant[i], error))
      return FALSE;
  return TRUE;
}

static void
state_clear (State *state, const FddmContext *context)
{
  FddmTensor **tensors[] = { &state->x,    &state->x0, &state->previous, &state->noise,   &state->before,
                             &state->from, &state->to, &state->mean,     &state->variance };

  for (gsize i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      context->backend->tensor_free (context->device, *tensors[i]);
      *tensors[i] = NULL;
    }
}

/* ---- The way to a picture ---- */

/* Uses the mean and variances of the example or, without one, of a training picture drawn by the seed. */
static gboolean
choose_statistics (const Job *job, State *state, FddmTorus *torus, GError **error)
{
  const FddmContext *context = job->context;
  const float       *mean, *variance;

  if (job->example != NULL)
    {
      mean     = job->example->mean;
      variance = job->example->variance;
    }
  else
    fddm_variant_draw (context->weights, job->class, job->params->seed, &mean, &variance);
  fddm_torus_use (torus, state->mean, state->variance);
  return context->backend->tensor_upload (context->device, state->mean, mean, error) &&
         context->backend->tensor_upload (context->device, state->variance, variance, error);
}

/* The initial state, and the LEVELS of the steps from there: noise, at the first Fermi level of training, or the example's
 * shapes under less noise. Whether to go on is asked meanwhile. */
static gboolean
start (const Job *job, State *state, double *levels, const FddmTicker *ticker, GError **error)
{
  const FddmContext *context = job->context;
  const FddmWeights *weights = context->weights;
  const FddmRandom   random  = { .seed = job->params->seed };
  const gboolean     shaped  = takes_shapes (job->params);
  const double       level   = shaped ? fddm_like_level (context, job->params->closeness) : weights->mu_from;
  float              noise[FDDM_COEF_MAX];

  for (int k = 0; k < weights->coefficients; k++)
    noise[k] = (float) fddm_schedule_noise (&context->schedule, k % (weights->patch * weights->patch), level);
  fddm_sampler_levels (weights, &context->schedule, noise, job->steps, levels);
  if (!context->backend->tensor_upload (context->device, state->noise, noise, error))
    return FALSE;
  if (shaped)
    return fddm_like_start (context, job->example, state->noise, &random, state->x0, state->x, ticker, error);
  return context->backend->start (context->device, state->noise, state->mean, state->variance, &random, state->x, error);
}

/* Generates a picture from noise to pixels, stage by stage: (26) in reverse, section 5.2 of the paper. */
static gboolean
generate_picture (const Job *job, Windows *windows, State *state, GError **error)
{
  FddmContext              *context = job->context;
  const FddmGenerateParams *params  = job->params;
  const FddmTicker          all     = fddm_told_rest (job->told, FDDM_PHASE_GENERATE, 1.0);
  const FddmTicker          steps   = fddm_ticker_parts (&all, 0, WRITING - 1, WRITING);
  const FddmTicker          first   = fddm_ticker_part (&steps, 0, job->steps);
  const FddmTicker  others = { .func = all.func, .data = all.data, .phase = all.phase, .from = first.to, .to = steps.to };
  const FddmTicker  strips = fddm_ticker_part (&all, WRITING - 1, WRITING);
  double            levels[FDDM_GENERATE_STEPS_MAX] = { 0.0 };
  const FddmSampler sampler                         = { .backend  = context->backend,
                                                        .device   = context->device,
                                                        .weights  = context->weights,
                                                        .estimate = estimate_windows,
                                                        .data     = windows };
  const FddmPath    path                            = { .schedule = &context->schedule,
                                                        .noise    = state->noise,
                                                        .levels   = levels,
                                                        .n        = job->steps,
                                                        .eta      = (float) params->eta,
                                                        .random   = { .seed = params->seed, .stream = 1 },
                                                        .x0       = state->x0,
                                                        .from     = state->from,
                                                        .to       = state->to,
                                                        .previous = state->previous,
                                                        .before   = state->before };

  if (!choose_statistics (job, state, &windows->torus, error))
    return FALSE;
  if (!start (job, state, levels, &first, error))
    return FALSE;
  if (!fddm_tick (&steps, 0, 1, error))
    return FALSE;
  if (!fddm_sampler_estimate (&sampler, state->x, state->noise, state->x0, &first, error)) /* over all windows */
    return FALSE;
  if (!fddm_sampler_run (&sampler, &path, state->x0, state->x, &others, error)) /* likewise, at each step */
    return FALSE;
  return write_picture (job, state->x, job->sink, &strips, error); /* inverse DCT, R'G'B', strip by strip */
}

/* Measures the example. Where no subject was asked for, takes that which is nearest to it. */
static gboolean
measure_example (Job *job, GError **error)
{
  const char *subject = job->params->subject;

  if (!fddm_example_measure (job->example, job->context, error))
    return FALSE;
  if (subject == NULL || *subject == '\0')
    job->class = fddm_example_class (job->example, job->context->weights);
  return TRUE;
}

/* Plans, allocates and generates on the context's device. */
static gboolean
generate_on_device (gpointer data, GError **error)
{
  Job     *job     = data;
  Windows  windows = { .job = job };
  State    state   = { NULL };
  gboolean ok      = (job->example == NULL || measure_example (job, error)) &&
                fddm_generate_plan (job->context, job->params, job->class, &windows.torus, error) &&
                state_init (&state, &windows.torus, error) && generate_picture (job, &windows, &state, error);

  state_clear (&state, job->context);
  fddm_torus_clear (&windows.torus);
  return ok;
}

gboolean
fddm_generate_shown (FddmContext *context, const FddmGenerateParams *params, const FddmSink *sink, const FddmSink *estimates,
                     FddmProgress progress, gpointer data, GError **error)
{
  FddmTold told = { .func = progress, .data = data };
  Job      job  = { .context = context, .params = params, .sink = sink, .estimates = estimates, .told = &told };
  gboolean ok;

  g_return_val_if_fail (context != NULL && params != NULL && sink != NULL, FALSE);
  if (!check_arguments (&job, error))
    return FALSE;
  take_kept (&job);
  params    = job.params;
  job.steps = steps_taken (params);
  if (params->like != NULL)
    job.example = fddm_example_read (params->like, context->weights->channels, error);
  ok = (params->like == NULL || job.example != NULL) && fddm_context_run (context, generate_on_device, &job, error);
  fddm_example_free (job.example);
  return ok;
}

gboolean
fddm_generate (FddmContext *context, const FddmGenerateParams *params, const FddmSink *sink, FddmProgress progress,
               gpointer data, GError **error)
{
  return fddm_generate_shown (context, params, sink, NULL, progress, data, error);
}

gint64
fddm_generate_evaluations (FddmContext *context, const FddmGenerateParams *params, GError **error)
{
  Job       job   = { .context = context, .params = params };
  FddmTorus torus = { 0 };
  gint64    n     = 0;

  if (!check_arguments (&job, error))
    return 0;
  take_kept (&job);
  if (fddm_generate_plan (context, job.params, job.class, &torus, error))
    n = (gint64) fddm_torus_windows (&torus) * steps_taken (job.params);
  fddm_torus_clear (&torus);
  return n;
}
