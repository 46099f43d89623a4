/* problem.c: errors that name the file.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include "engine/program/pictures/private.h"
#include "engine/program/program.h"

gboolean
fddm_picture_fail (GError **error, const char *format, const char *path, const char *reason)
{
  g_autofree char *shown   = g_filename_display_name (path);
  g_autofree char *message = g_strdup_printf (format, shown, reason);

  g_set_error_literal (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_FILE, g_strdelimit (message, "\n\r", ' '));
  return FALSE;
}

gboolean
fddm_picture_cancel (GError **error)
{
  g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_CANCELLED, _ ("Cancelled"));
  return FALSE;
}
