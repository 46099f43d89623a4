/* ticker.c: progress and cancelling.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ticker.h"
#include <glib/gi18n-lib.h>

gboolean
fddm_tick (const FddmTicker *ticker, int done, int n, GError **error)
{
  double fraction = ticker->from + (ticker->to - ticker->from) * done / n;

  if (ticker->func == NULL || ticker->func (ticker->phase, fraction, ticker->data))
    return TRUE;
  g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_CANCELLED, _("Cancelled"));
  return FALSE;
}
