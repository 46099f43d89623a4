/* attempts.c: see attempts.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/attempts.h"
#include "engine/denoise/again.h"
#include "engine/denoise/finish.h"
#include "engine/denoise/strays.h"
#include "engine/denoise/tile.h"
#include "engine/denoise/vectors.h"
#include "engine/denoise/workspace.h"
#include "engine/diffusion/sampler.h"
#include "engine/noise/model.h"
#include "kernels/pixels/pixels.h"

/* Pixels of a tile where a part of the picture is computed again: about as many as what one sharp place reaches. */
#define AGAIN_TILE ((gsize) 256 * 256)

/* Share of the progress for an attempt in 8 bits. The rest is for what does not fit them: mostly nothing, else a few blocks,
 * which is known only in the end. */
#define IN_8_BITS 0.9

/* A job, and what came of it so far. */
typedef struct {
  FddmDenoiseJob *job;
  FddmTold       *told;
  FddmReport     *report;  /* or NULL                                                           */
  double          to;      /* where an attempt ends in the progress                             */
  gboolean        is_part; /* only what AGAIN marks is computed                                 */
  FddmAgain       again;   /* what did not fit 8 bits                                           */
  int             tiles;   /* of the last attempt; 0: it ended before they were planned         */
} Attempts;

/* Reports the plan. REPORT may be NULL. */
static void
fill_report (const FddmRemoval *removal, const FddmWork *work, FddmReport *report)
{
  const int patch = work->context->weights->patch;

  if (report == NULL)
    return;
  fddm_noise_summary (&removal->noise, &report->luma, &report->chroma);
  report->tiles       = fddm_work_tiles (work);
  report->tile_width  = work->across.size * patch;
  report->tile_height = work->down.size * patch;
  report->memory      = work->bytes;
}

/* How far outside of [0,1] the network sees samples: noise, but not outliers. */
static float
beyond (const FddmNoiseModel *noise)
{
  double luma, chroma;

  fddm_noise_summary (noise, &luma, &chroma);
  return MAX (FDDM_SAMPLE_BEYOND, (float) (5.0 * MAX (luma, chroma) / 255.0));
}

/* Requirements of a job for its tiles, at least LEAST_TILES. The noise must be known. */
static FddmWorkSpec
spec_of (const Attempts *attempts, int least_tiles)
{
  const FddmDenoiseJob *job      = attempts->job;
  const FddmRemoval    *removal  = &job->removal;
  const FddmCleaning   *cleaning = &job->cleaning;

  return (FddmWorkSpec) { .width          = job->source->width,
                          .height         = job->source->height,
                          .samples        = job->source->channels,
                          .grids          = removal->grids,
                          .evaluations    = removal->samples ? removal->steps : 1,
                          .noise_varies   = removal->noise_varies,
                          .samples_detail = removal->samples || removal->probes,
                          .gathers        = fddm_finish_gathers (job),
                          .filters        = fddm_finish_on_device (job),
                          .blotches       = cleaning->blotches > 0.0f,
                          .textures       = cleaning->strengthens,
                          .uncertainty    = removal->probes,
                          .raises         = job->raise > 0.0,
                          .beyond         = beyond (&removal->noise),
                          .least_tiles    = least_tiles,
                          .margin         = fddm_finish_margin (job),
                          .part           = attempts->is_part ? &attempts->again : NULL };
}

/* Plans tiles for the job's current settings. */
static gboolean
plan_once (const Attempts *attempts, int least_tiles, FddmWork *work, GError **error)
{
  const FddmWorkSpec spec = spec_of (attempts, least_tiles);

  return fddm_work_init (work, attempts->job->context, &spec, error);
}

/* Plans tiles; if memory does not suffice, drops the filters that need a margin around a tile, one after another. */
static gboolean
plan (const Attempts *attempts, int least_tiles, FddmWork *work, GError **error)
{
  FddmCleaning *cleaning = &attempts->job->cleaning;

  for (;;)
    {
      GError *problem = NULL;

      if (plan_once (attempts, least_tiles, work, &problem))
        return TRUE;
      if ((!cleaning->strengthens && cleaning->shrinkage <= 0.0f) ||
          !g_error_matches (problem, FDDM_ERROR, FDDM_ERROR_MEMORY))
        {
          g_propagate_error (error, problem);
          return FALSE;
        }
      g_error_free (problem);
      if (cleaning->strengthens) /* in order of reach, the longest first */
        cleaning->strengthens = FALSE;
      else if (cleaning->blotches > 0.0f)
        cleaning->blotches = 0.0f;
      else
        cleaning->shrinkage = 0.0f;
    }
}

/* Sets the Fermi levels of the sampler's steps. */
static void
find_path (const FddmDenoiseJob *job, FddmRemoval *removal)
{
  if (removal->samples)
    fddm_sampler_levels (job->context->weights, &job->context->schedule, removal->noise.level, removal->steps,
                         removal->levels);
}

/* Sets how the photo is denoised. The noise must be known and the tiles planned. */
static void
find_removal (FddmDenoiseJob *job)
{
  FddmRemoval *removal = &job->removal, *raised = &job->raised;

  removal->keeps_texture = job->cleaning.strengthens;
  find_path (job, removal);
  if (!(job->raise > 0.0))
    return;
  *raised           = *removal;
  raised->is_raised = TRUE;
  raised->probes = raised->keeps_texture = FALSE;
  for (int k = 0; k < job->context->weights->coefficients; k++)
    raised->noise.level[k] *= (float) job->raise;
  find_path (job, raised);
}

/* Denoises in LEAST_TILES tiles or more. Marks what does not fit 8 bits. */
static gboolean
denoise_tiled (Attempts *attempts, int least_tiles, GError **error)
{
  const FddmTicker ticker = fddm_told_rest (attempts->told, FDDM_PHASE_DENOISE, attempts->to);
  FddmDenoiseJob  *job    = attempts->job;
  FddmWork         work;
  gboolean         ok;

  attempts->tiles = 0;
  if (!plan (attempts, least_tiles, &work, error))
    return FALSE;
  attempts->tiles = work.down.count * work.across.count;
  find_removal (job);
  if (!attempts->is_part)
    fill_report (&job->removal, &work, attempts->report);
  ok = fddm_vectors_upload (job->context, &job->removal, error) &&
       (!(job->raise > 0.0) || fddm_vectors_upload (job->context, &job->raised, error)) &&
       fddm_tick (&ticker, 0, 1, error) && fddm_strays_begin (job, &work, error) &&
       fddm_denoise_tiles (job, &work, &ticker, error) && fddm_strays_mark (job, &work, &attempts->again, error);
  fddm_strays_end (&work);
  fddm_vectors_free (job->context, &job->removal);
  fddm_vectors_free (job->context, &job->raised);
  fddm_work_clear (&work);
  return ok;
}

/* Denoises; where memory runs out on the way, because other programs take it, starts again with twice as many tiles. */
static gboolean
denoise_in_memory (Attempts *attempts, int least_tiles, GError **error)
{
  for (;;)
    {
      GError *problem = NULL;

      if (denoise_tiled (attempts, least_tiles, &problem))
        return TRUE;
      if (attempts->tiles == 0 || !g_error_matches (problem, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY))
        {
          g_propagate_error (error, problem);
          return FALSE;
        }
      g_error_free (problem);
      least_tiles = 2 * attempts->tiles;
    }
}

/* Computes what is marked again, in float. The rest stays as it was written. */
static gboolean
denoise_part (Attempts *attempts, GError **error)
{
  FddmDenoiseJob *job     = attempts->job;
  const gsize     pixels  = (gsize) job->source->width * job->source->height;
  FddmAgainFilter picture = { &attempts->again, job->sink, job->source->channels };
  FddmAgainFilter spread  = { &attempts->again, job->uncertainty, 1 };
  const FddmSink  first = fddm_again_sink (&picture), second = fddm_again_sink (&spread);
  gboolean        ok;

  job->sink = &first;
  if (job->uncertainty != NULL)
    job->uncertainty = &second;
  attempts->is_part = TRUE;
  ok                = denoise_in_memory (attempts, (int) MIN (pixels / AGAIN_TILE + 1, G_MAXINT), error);
  job->sink         = picture.sink;
  job->uncertainty  = spread.sink;
  return ok;
}

/* Computes in the device's fastest numbers; in float what does not fit them. */
static gboolean
denoise_somehow (Attempts *attempts, GError **error)
{
  GError  *problem = NULL;
  gboolean ok;

  attempts->to = fddm_context_is_in_8_bits (attempts->job->context) ? IN_8_BITS : 1.0;
  ok           = denoise_in_memory (attempts, 0, &problem);
  attempts->to = 1.0;
  if (ok && attempts->again.marked == 0)
    return TRUE;
  if (!ok && !g_error_matches (problem, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_RANGES))
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  g_clear_error (&problem);
  if (!fddm_context_use_exact (attempts->job->context, TRUE, error))
    return FALSE;
  return ok && !fddm_again_is_much (&attempts->again) ? denoise_part (attempts, error)
                                                      : denoise_in_memory (attempts, 0, error);
}

gboolean
fddm_denoise_attempts (FddmDenoiseJob *job, FddmTold *told, FddmReport *report, GError **error)
{
  Attempts         attempts = { .job = job, .told = told, .report = report };
  const FddmTicker all      = fddm_told_rest (told, FDDM_PHASE_DENOISE, 1.0);
  const gboolean   ok       = denoise_somehow (&attempts, error) && fddm_tick (&all, 1, 1, error);

  fddm_context_use_exact (job->context, FALSE, NULL); /* the next picture may fit */
  fddm_again_clear (&attempts.again);
  return ok;
}
