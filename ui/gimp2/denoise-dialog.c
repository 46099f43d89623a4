/* denoise-dialog.c: see denoise-dialog.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/gimp2/denoise-dialog.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include "ui/denoise-form.h"
#include "ui/denoise-window.h"

gboolean
fddm_denoise_dialog_run (const char *procedure, const FddmParameter *table, const FddmDenoiseHelp *help, double *values)
{
  g_autofree char *title = fddm_denoise_form_title (help);
  GtkWidget       *window;

  gimp_ui_init ("fddm", TRUE);
  window = gimp_dialog_new (title, procedure, NULL, 0, gimp_standard_help_func, procedure, _ ("_Reset"), FDDM_RESPONSE_RESET,
                            _ ("Appl_y"), GTK_RESPONSE_APPLY, _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_OK"), GTK_RESPONSE_OK,
                            NULL);
  gimp_window_set_transient (GTK_WINDOW (window));
  return fddm_denoise_window_run (window, help, table, values);
}
