/* progress.c: see progress.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"

#include <glib/gi18n-lib.h>

#include "host.h"

/* Between two updates. */
#define PAUSE (G_USEC_PER_SEC / 10)

static char *
words (const FddmProgressBar *bar, FddmStage stage, double fraction)
{
  switch (stage)
    {
    case FDDM_STAGE_READ:    return g_strdup (_("Reading the layer"));
    case FDDM_STAGE_MEASURE: return g_strdup (_("Measuring noise"));
    case FDDM_STAGE_WRITE:   return g_strdup (_("Writing the new layer"));
    default:                 break;
    }
  /* translators: the second one is where it is computed, CPU or GPU */
  return g_strdup_printf (_("Denoising, %d %%, %s"), (int) (100 * fraction),
                          bar->context && fddm_context_device (bar->context) == FDDM_DEVICE_GPU ? _("GPU") : _("CPU"));
}

void
fddm_progress_show (FddmProgressBar *bar, FddmStage stage, double fraction)
{
  /* Where each stage begins: their usual share of the time. */
  static const double begin[] = { 0.0, 0.03, 0.07, 0.95, 1.0 };
  const gint64        now = g_get_monotonic_time ();
  g_autofree char    *text = NULL;

  if (stage == bar->stage && now - bar->last < PAUSE && fraction < 1)
    return;
  bar->stage = stage;
  bar->last  = now;
  text = words (bar, stage, fraction);
  fddm_host_progress (text, begin[stage] + (begin[stage + 1] - begin[stage]) * fraction);
}
