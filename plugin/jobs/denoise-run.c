/* denoise-run.c: the engine's run in FDDM Denoise; see denoise-job.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/denoise-job.h"

#include <glib/gi18n-lib.h>

#include "engine/gegl-pixels.h"
#include "plugin/jobs/common.h"
#include "plugin/jobs/denoise.h"

/* Interval between updates of the engine's progress, in ms. */
#define TICK 100

/* Summary for the user. */
static char *
describe_seen (const FddmDenoiseJob *job, const FddmContext *context, const FddmReport *report, double seconds)
{
  const gboolean gpu = fddm_context_device (context) == FDDM_DEVICE_GPU;

  if (job->nothing)
    /* translators: the name of a layer */
    return g_strdup_printf (_ ("No noise was found in “%s”, so there is no new layer. The level can be set by hand."),
                            job->name);
  if (report->tiles == 0)
    return g_strdup_printf (_ ("“%s” was copied: with these settings nothing is removed."), job->name);
  if (report->chroma > 0)
    /* translators: the name of a layer, two noise levels, "the GPU" or "the processor", seconds */
    return g_strdup_printf (_ ("“%s” denoised: brightness noise %.1f, colour noise %.1f; on %s, %.1f s."), job->name,
                            report->luma, report->chroma, gpu ? _ ("the GPU") : _ ("the processor"), seconds);
  return g_strdup_printf (_ ("“%s” denoised: brightness noise %.1f; on %s, %.1f s."), job->name, report->luma,
                          gpu ? _ ("the GPU") : _ ("the processor"), seconds);
}

/* Summary of the run for the log or the user. */
static char *
describe_run (const FddmDenoiseJob *job, const FddmContext *context, const FddmReport *report, double seconds)
{
  if (job->seen)
    return describe_seen (job, context, report, seconds);
  if (report->tiles == 0)
    return g_strdup (_ ("No noise to remove; the layer was copied unchanged."));
  /* translators: luma and chroma noise, the device, seconds */
  return fddm_job_account (context, g_strdup_printf (_ ("Noise: luma %.1f, chroma %.1f. %s, %.1f s."), report->luma,
                                                     report->chroma, fddm_context_describe (context), seconds));
}

/* Called in the engine's thread. */
static gboolean
note_progress (FddmPhase phase, double fraction, gpointer data)
{
  FddmDenoiseJob *job = data;

  g_atomic_int_set (&job->reached, fddm_progress_pack (phase, fraction));
  g_atomic_int_set (&job->gpu, fddm_context_device (job->context) == FDDM_DEVICE_GPU);
  return !g_atomic_int_get (job->watch->stop);
}

/* Runs the engine on the layer's pixels. The result goes to job->clean, initially a copy of them, and to
 * job->uncertainty. */
static gboolean
run_engine (FddmDenoiseJob *job, GError **error)
{
  const double           *values  = job->values;
  const Babl             *format  = gegl_buffer_get_format (job->noisy);
  FddmDenoiseParams       params  = fddm_denoise_params_of (values);
  g_autoptr (FddmContext) context = NULL;
  const gint64            start   = g_get_monotonic_time ();
  FddmGeglPixels          pixels, gray_pixels;
  FddmSource              source;
  FddmSink                sink, gray;
  FddmDenoiseSinks        sinks;
  FddmReport              report;
  gboolean                done;

  context = fddm_denoise_context ((FddmQuality) values[FDDM_DENOISE_QUALITY], values[FDDM_DENOISE_DEVICE], 0,
                                  &params.averages, error);
  if (!context)
    return FALSE;

  if (job->watch)
    job->context = context;
  else
    job->bar.context = context;
  fddm_gegl_pixels_init (&pixels, job->noisy, job->clean, &job->bounds, format);
  source = fddm_gegl_pixels_source (&pixels);
  sink   = fddm_gegl_pixels_sink (&pixels);
  if (job->uncertainty)
    {
      fddm_gegl_pixels_init (&gray_pixels, job->uncertainty, job->uncertainty, &job->bounds, format);
      gray = fddm_gegl_pixels_sink (&gray_pixels);
    }
  sinks = (FddmDenoiseSinks) { .picture = &sink, .uncertainty = job->uncertainty ? &gray : NULL };
  done  = fddm_denoise_uncertain (context, &params, &source, &sinks, job->watch ? note_progress : fddm_progress_engine,
                                 job->watch ? (gpointer) job : (gpointer) &job->bar, &report, error);
  if (!job->watch)
    job->bar.context = NULL;
  job->nothing = done && report.tiles == 0 && params.noise == 0 &&
                 (params.luma > 0 || (params.chroma > 0 && source.channels > 1)); /* gray has no colour noise */
  if (done && job->account)
    *job->account = describe_run (job, context, &report, (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
  return done;
}

/* ---- The engine in a thread, while the main context is served ---- */

typedef struct {
  FddmDenoiseJob *job;
  gboolean        done;
  GError         *error;
} Beside;

static gpointer
run_beside (gpointer data)
{
  Beside *beside = data;

  beside->done = run_engine (beside->job, &beside->error);
  g_atomic_int_set (&beside->job->ended, 1);
  g_main_context_wakeup (NULL);
  return NULL;
}

static gboolean
tell_progress (gpointer data)
{
  FddmDenoiseJob *job = data;

  job->bar.gpu = g_atomic_int_get (&job->gpu);
  fddm_progress_packed (&job->bar, g_atomic_int_get (&job->reached));
  return G_SOURCE_CONTINUE;
}

static gboolean
run_engine_watched (FddmDenoiseJob *job, GError **error)
{
  Beside      beside = { .job = job };
  GThread    *thread = g_thread_new ("fddm-denoise", run_beside, &beside);
  const guint ticker = g_timeout_add (TICK, tell_progress, job);

  while (!g_atomic_int_get (&job->ended))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (ticker);
  g_thread_join (thread);
  if (beside.error)
    g_propagate_error (error, beside.error);
  return beside.done;
}

static gboolean
was_stopped (const FddmDenoiseJob *job, GError **error)
{
  if (!job->watch || !g_atomic_int_get (job->watch->stop))
    return FALSE;
  g_clear_error (error);
  g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_CANCELLED, _ ("Cancelled. The image is as it was."));
  return TRUE;
}

gboolean
fddm_denoise_run (FddmDenoiseJob *job, GError **error)
{
  const gboolean done = job->watch ? run_engine_watched (job, error) : run_engine (job, error);

  return !was_stopped (job, error) && done;
}
