/* progress.c: see progress.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/progress.h"

#include <glib/gi18n-lib.h>

#include "plugin/gimp.h"

/* Minimum time between two updates. */
#define PAUSE (G_USEC_PER_SEC / 10)

/* Packed: so much for each phase, and thousandths. */
#define PHASE 1024

static char *
words (const FddmProgressBar *bar, FddmStage stage, double fraction)
{
  const gboolean gpu     = bar->context ? fddm_context_device (bar->context) == FDDM_DEVICE_GPU : bar->gpu;
  const char    *device  = gpu ? _ ("GPU") : _ ("CPU");
  const int      percent = (int) (100 * fraction);

  switch (stage)
    {
    case FDDM_STAGE_READ: return g_strdup (_ ("Reading the layer"));
    case FDDM_STAGE_MEASURE: return g_strdup (_ ("Measuring noise"));
    case FDDM_STAGE_WRITE: return g_strdup (_ ("Writing the new layer"));
    default: break;
    }
  if (stage == FDDM_STAGE_GENERATE && bar->layers > 1)
    /* translators: layer … of …, percent, and where it is computed, CPU or GPU */
    return g_strdup_printf (_ ("Generating %d of %d, %d %%, %s"), bar->layer + 1, bar->layers, percent, device);
  if (stage == FDDM_STAGE_GENERATE)
    return g_strdup_printf (_ ("Generating, %d %%, %s"), percent, device);
  /* translators: the second one is where it is computed, CPU or GPU */
  return g_strdup_printf (_ ("Denoising, %d %%, %s"), percent, device);
}

void
fddm_progress_show (FddmProgressBar *bar, FddmStage stage, double fraction)
{
  /* Start and end of each stage: its usual share of the time. */
  static const struct {
    double begin, end;
  } shares[]            = { [FDDM_STAGE_READ]     = { 0.0, 0.03 },
                            [FDDM_STAGE_MEASURE]  = { 0.03, 0.07 },
                            [FDDM_STAGE_DENOISE]  = { 0.07, 0.95 },
                            [FDDM_STAGE_GENERATE] = { 0.03, 0.95 },
                            [FDDM_STAGE_WRITE]    = { 0.95, 1.0 } };
  const gint64     now  = g_get_monotonic_time ();
  g_autofree char *text = NULL;

  if (stage == bar->stage && now - bar->last < PAUSE && fraction < 1)
    return;
  bar->stage = stage;
  bar->last  = now;
  text       = words (bar, stage, fraction);
  bar->shown = MAX (bar->shown, shares[stage].begin + (shares[stage].end - shares[stage].begin) * fraction);
  if (bar->show)
    bar->show (bar->data, text, bar->shown);
  else
    fddm_host_progress (text, bar->shown);
}

gboolean
fddm_progress_engine (FddmPhase phase, double fraction, gpointer data)
{
  FddmProgressBar *bar = data;

  switch (phase)
    {
    case FDDM_PHASE_MEASURE: fddm_progress_show (bar, FDDM_STAGE_MEASURE, fraction); break;
    case FDDM_PHASE_DENOISE: fddm_progress_show (bar, FDDM_STAGE_DENOISE, fraction); break;
    default: fddm_progress_show (bar, FDDM_STAGE_GENERATE, (bar->layer + fraction) / bar->layers); break;
    }
  return TRUE;
}

int
fddm_progress_pack (FddmPhase phase, double fraction)
{
  return PHASE * (int) phase + (int) (1000 * fraction);
}

void
fddm_progress_packed (FddmProgressBar *bar, int packed)
{
  fddm_progress_engine ((FddmPhase) (packed / PHASE), packed % PHASE / 1000.0, bar);
}
