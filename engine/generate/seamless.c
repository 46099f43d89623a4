/* seamless.c: a picture made to repeat.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include "engine/generate/example.h"

FddmSeamlessParams
fddm_seamless_params_default (void)
{
  return (FddmSeamlessParams) { .subject = "", .steps = 20, .eta = 1.0 };
}

gboolean
fddm_make_seamless (FddmContext *context, const FddmSeamlessParams *params, const FddmSource *source, const FddmSink *sink,
                    FddmProgress progress, gpointer data, GError **error)
{
  g_return_val_if_fail (context != NULL && params != NULL && source != NULL && sink != NULL, FALSE);
  (void) progress, (void) data;
  g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, "not yet");
  return FALSE;
}
