/* ticker.c: progress and cancelling.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/ticker.h"
#include <glib/gi18n-lib.h>

static gboolean
tell (FddmPhase phase, double fraction, gpointer data)
{
  FddmTold *told = data;

  if (phase > told->phase || (phase == told->phase && fraction > told->fraction))
    {
      told->phase    = phase;
      told->fraction = fraction;
    }
  return told->func (told->phase, told->fraction, told->data);
}

FddmTicker
fddm_told_rest (FddmTold *told, FddmPhase phase, double to)
{
  return (FddmTicker) { .func  = told->func != NULL ? tell : NULL,
                        .data  = told,
                        .phase = phase,
                        .from  = phase == told->phase ? MIN (told->fraction, to) : 0.0,
                        .to    = to };
}

gboolean
fddm_tick (const FddmTicker *ticker, int done, int n, GError **error)
{
  if (ticker == NULL || ticker->func == NULL)
    return TRUE;
  /* The end of a part equals the start of the next part bit for bit. */
  if (ticker->func (ticker->phase, done == n ? ticker->to : ticker->from + (ticker->to - ticker->from) * done / n,
                    ticker->data))
    return TRUE;
  g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_CANCELLED, _ ("Cancelled"));
  return FALSE;
}
