/* error.c: how a weights file is complained of.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "engine/weights/private.h"

G_DEFINE_QUARK (fddm-error-quark, fddm_error)

char *
fddm_weights_fit_to_show (const char *message)
{
  char *shown = g_utf8_make_valid (message, -1);

  for (char *c = shown; *c; c = g_utf8_next_char (c))
    if (g_unichar_iscntrl (g_utf8_get_char (c)))
      memset (c, ' ', (gsize) (g_utf8_next_char (c) - c));
  return shown;
}

gboolean
fddm_weights_fail (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  g_autofree char *shown = NULL;
  va_list          arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  shown = fddm_weights_fit_to_show (message);
  g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS, shown);
  return FALSE;
}
