/* denoise.c: denoising of a photo: checks the arguments, measures the noise, decides what is removed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "engine/denoise/attempts.h"
#include "engine/denoise/bands.h"
#include "engine/denoise/part.h"
#include "engine/denoise/tile.h"
#include "engine/noise/look.h"
#include "engine/noise/model.h"
#include "kernels/pixels/pixels.h"

/* Floats copied at a time when there is no noise to remove. */
#define COPY_FLOATS (1 << 20)

/* Threshold of shrinkage, as a multiple of the noise removed locally, for white and for other noise. MOST_* limits the
 * noise counted, in 8-bit steps, because the error of a network's estimate grows more slowly than the noise. After camera
 * noise more is left, in even areas: weights/train/RESULTS.md. */
#define SHRINKAGE_WHITE 0.22
#define MOST_WHITE      8.0
#define SHRINKAGE_OTHER 2.2
#define MOST_OTHER      1.7

/* h² of colour blotches in squared 8-bit steps, per 8-bit step of luma noise. White noise forms no blotches. */
#define BLOTCHES_OTHER 2.1

/* The arguments of fddm_denoise_uncertain. */
typedef struct {
  FddmDenoiseJob job;
  FddmTold       told;
  FddmReport    *report; /* or NULL      */
} Call;

/* ---- Parameters ---- */

/* Fails unless VALUE is a percentage from 0 to MOST. */
static gboolean
check_percent (double value, double most, const char *name, GError **error)
{
  if (value >= 0.0 && value <= most)
    return TRUE;
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("%s must be from 0 to %g, not %g"), name, most, value);
  return FALSE;
}

/* Fails unless VALUE is from 1 to MOST. */
static gboolean
check_count (int value, int most, const char *name, GError **error)
{
  if (value >= 1 && value <= most)
    return TRUE;
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("%s must be from 1 to %d, not %d"), name, most, value);
  return FALSE;
}

/* Fails unless the arguments are in range and suit the weights. */
static gboolean
check_arguments (const FddmContext *context, const FddmDenoiseParams *params, const FddmSource *source, GError **error)
{
  if (!fddm_context_check_source (context, source, error))
    return FALSE;
  if (context->weights->kind != FDDM_KIND_DENOISE)
    {
      g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS,
                   _ ("%s generates pictures and does not denoise; choose another network"), context->weights->path);
      return FALSE;
    }
  return check_percent (params->noise, FDDM_NOISE_LEVEL_MAX, "noise", error) &&
         check_percent (params->luma, FDDM_STRENGTH_MAX, "luma", error) &&
         check_percent (params->chroma, FDDM_STRENGTH_MAX, "chroma", error) &&
         check_percent (params->detail, FDDM_STRENGTH_MAX, "detail", error) &&
         check_percent (params->coarse, FDDM_GRAIN_STRENGTH_MAX, "coarse", error) &&
         check_percent (params->medium, FDDM_GRAIN_STRENGTH_MAX, "medium", error) &&
         check_percent (params->fine, FDDM_GRAIN_STRENGTH_MAX, "fine", error) &&
         check_count (params->steps, FDDM_DENOISE_STEPS_MAX, "steps", error) &&
         check_count (params->averages, FDDM_DENOISE_AVERAGES_MAX, "averages", error);
}

/* ---- Noise ---- */

/* Luma noise level, in 8-bit steps. */
static double
luma_level (const FddmNoiseModel *model)
{
  double luma, chroma;

  fddm_noise_summary (model, &luma, &chroma);
  return luma;
}

/* Decides whether sampled texture is strengthened, and sets the noise level for it: the higher of the measured and the
 * requested one at middle gray. Too high a level only strengthens less. */
static void
find_fine_noise (FddmDenoiseJob *job, const FddmNoiseModel *measured, gboolean white)
{
  const FddmDenoiseParams *params   = job->params;
  FddmCleaning            *cleaning = &job->cleaning;

  cleaning->strengthens = white && job->removal.removes && params->detail >= FDDM_PERCENT_LEAST &&
                          params->luma >= FDDM_PERCENT_LEAST && params->steps > 1;
  cleaning->fine = luma_level (measured) > luma_level (&job->removal.noise) ? *measured : job->removal.noise;
}

/* Sets how residual noise in the estimate is removed. With 100 % detail it stays, since sampling restores the texture in
 * full. */
static void
find_rest (FddmDenoiseJob *job, gboolean white)
{
  const double   level    = luma_level (&job->removal.noise);
  const gboolean colour   = job->source->channels == 3 && job->params->chroma >= FDDM_PERCENT_LEAST;
  FddmCleaning  *cleaning = &job->cleaning;

  if (!job->removal.removes || !(job->params->detail < 100.0))
    return;
  cleaning->shrinkage = white ? (float) SHRINKAGE_WHITE : (float) SHRINKAGE_OTHER;
  cleaning->most      = (float) ((white ? MOST_WHITE : MOST_OTHER) / 255.0);
  cleaning->blotches  = white || !colour ? 0.0f : (float) (sqrt (BLOTCHES_OTHER * level) / 255.0);
}

/* Sets the noise to remove and selects the network for it. The kind of noise (white or not) is measured even where the
 * level is given. */
static gboolean
find_noise (FddmDenoiseJob *job, const FddmTicker *ticker, GError **error)
{
  FddmContext       *context = job->context;
  const FddmWeights *weights = context->weights;
  FddmNoiseModel    *noise   = &job->removal.noise;
  const gboolean     gray = job->source->channels == 1, told = job->params->noise > 0.0;
  FddmNoiseModel     measured;
  double             luma, chroma;
  gboolean           white;

  if (!fddm_context_use (context, FALSE, HUGE_VAL, error))
    return FALSE;
  if (told)
    fddm_noise_white (noise, weights->patch, weights->channels, gray, job->params->noise);
  if (job->known != NULL && job->known->patch == weights->patch && job->known->channels == weights->channels)
    measured = *job->known;
  else if (!fddm_measure_twice (context, job->source, ticker, &measured, error))
    return FALSE;
  if (!told)
    *noise = measured;
  white = fddm_noise_is_white (&measured, gray);
  fddm_noise_summary (noise, &luma, &chroma);
  if (!fddm_context_use (context, white, MAX (luma, chroma), error))
    return FALSE;
  find_fine_noise (job, &measured, white);
  find_rest (job, white);
  return TRUE;
}

/* Whether the noise level depends on brightness. */
static gboolean
noise_varies (const FddmNoiseModel *model)
{
  for (int c = 0; c < model->channels; c++)
    for (int i = 0; i < FDDM_NOISE_KNOTS; i++)
      if (model->curve[c][i] != 1.0f)
        return TRUE;
  return FALSE;
}

/* ---- The whole picture ---- */

/* Copies the photo unchanged when there is no noise to remove. */
static gboolean
copy_picture (const FddmSource *source, const FddmSink *sink, const FddmTicker *ticker, GError **error)
{
  const int         rows   = CLAMP (COPY_FLOATS / (source->width * source->channels), 1, source->height);
  g_autofree float *pixels = g_try_new (float, (gsize) rows * source->width * source->channels);

  if (pixels == NULL)
    {
      g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_MEMORY,
                           _ ("Not enough memory for a strip of the picture; close other programs"));
      return FALSE;
    }
  for (int y = 0; y < source->height; y += rows)
    {
      const int n = MIN (rows, source->height - y);

      if (!source->read (source->data, 0, y, source->width, n, pixels, error))
        return fddm_error_unless_set (error, FDDM_ERROR_READ, _ ("The picture cannot be read"));
      if (!sink->write (sink->data, 0, y, source->width, n, pixels, error))
        return fddm_error_unless_set (error, FDDM_ERROR_WRITE, _ ("The result cannot be written"));
      if (!fddm_tick (ticker, y + n, source->height, error))
        return FALSE;
    }
  return TRUE;
}

/* Whether the noise level is above 0 for any coefficient. */
static gboolean
is_noisy (const FddmNoiseModel *model)
{
  for (int k = 0; k < model->channels * model->patch * model->patch; k++)
    if (model->level[k] > 0.0f)
      return TRUE;
  return FALSE;
}

/* Measures and denoises on the context's device. */
static gboolean
denoise_on_device (gpointer data, GError **error)
{
  Call            *call      = data;
  FddmDenoiseJob  *job       = &call->job;
  const FddmTicker measuring = fddm_told_rest (&call->told, FDDM_PHASE_MEASURE, 1.0);
  const FddmTicker copying   = fddm_told_rest (&call->told, FDDM_PHASE_DENOISE, 1.0);

  job->cleaning = (FddmCleaning) { FALSE };
  if (!find_noise (job, &measuring, error))
    return FALSE;
  if (!is_noisy (&job->removal.noise) && job->uncertainty == NULL)
    return copy_picture (job->source, job->sink, &copying, error);
  job->removal.noise_varies = noise_varies (&job->removal.noise);
  job->removal.hot          = fddm_tile_hot_noise (job);

  return fddm_denoise_attempts (job, &call->told, call->report, error);
}

/* Whether the strengths remove anything. A gray photo has no chroma. */
static gboolean
removes (const FddmDenoiseParams *params, const FddmSource *source)
{
  return (params->luma > 0.0 || (params->chroma > 0.0 && source->channels > 1)) &&
         (params->coarse > 0.0 || params->medium > 0.0 || params->fine > 0.0);
}

/* The removal that PARAMS describe. */
static FddmRemoval
removal_of (const FddmDenoiseParams *params, gboolean removes, gboolean probes)
{
  return (FddmRemoval) { .removes = removes,
                         .samples = removes && params->detail > 0.0,
                         .probes  = probes,
                         .grids   = removes ? params->averages : 1,
                         .steps   = params->steps,
                         .detail  = params->detail / 100.0,
                         .luma    = params->luma / 100.0,
                         .chroma  = params->chroma / 100.0,
                         .seed    = params->seed };
}

/* Checks the arguments, then denoises. */
static gboolean
run (Call *call, GError **error)
{
  const FddmTicker copying = fddm_told_rest (&call->told, FDDM_PHASE_DENOISE, 1.0);
  FddmDenoiseJob  *job     = &call->job;

  g_return_val_if_fail (job->context != NULL && job->params != NULL && job->source != NULL && job->sink != NULL, FALSE);
  if (!check_arguments (job->context, job->params, job->source, error))
    return FALSE;
  if (call->report != NULL)
    memset (call->report, 0, sizeof *call->report);
  job->removal = removal_of (job->params, removes (job->params, job->source), job->uncertainty != NULL);
  job->raise   = job->removal.removes ? fddm_bands_raise (job->params) : 0.0;
  if (!job->removal.removes && job->uncertainty == NULL)
    return copy_picture (job->source, job->sink, &copying, error);
  return fddm_context_run (job->context, denoise_on_device, call, error);
}

gboolean
fddm_denoise_uncertain (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *source,
                        const FddmDenoiseSinks *sinks, FddmProgress progress, gpointer data, FddmReport *report,
                        GError **error)
{
  Call call = { .job    = { .context = context, .params = params, .source = source },
                .told   = { .func = progress, .data = data },
                .report = report };

  g_return_val_if_fail (sinks != NULL, FALSE);
  call.job.sink        = sinks->picture;
  call.job.uncertainty = sinks->uncertainty;
  return run (&call, error);
}

gboolean
fddm_denoise_part (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *part, const FddmSink *sink,
                   const FddmNoiseModel *noise, FddmProgress progress, gpointer data, GError **error)
{
  Call call = { .job  = { .context = context, .params = params, .source = part, .sink = sink, .known = noise },
                .told = { .func = progress, .data = data } };

  return run (&call, error);
}

gboolean
fddm_denoise (FddmContext *context, const FddmDenoiseParams *params, const FddmSource *source, const FddmSink *sink,
              FddmProgress progress, gpointer data, FddmReport *report, GError **error)
{
  const FddmDenoiseSinks sinks = { .picture = sink };

  return fddm_denoise_uncertain (context, params, source, &sinks, progress, data, report, error);
}
