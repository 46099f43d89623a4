/* plain-dialog.c: see plain-dialog.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/gimp2/plain-dialog.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

enum { RESPONSE_RESET = 1 };

/* Does nothing, because the controls store the values themselves. */
static void
changed (G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED int place)
{
}

gboolean
fddm_plain_dialog_run (const char *procedure, const FddmPlainWords *words, const FddmParameter *table, double *values)
{
  FddmControls controls;
  GtkWidget   *window;
  int          response;

  gimp_ui_init ("fddm", FALSE);
  fddm_controls_init (&controls, table, values, changed, NULL);
  window = gimp_dialog_new (words->title, procedure, NULL, 0, gimp_standard_help_func, procedure, _ ("_Reset"),
                            RESPONSE_RESET, _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_OK"), GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (window), GTK_RESPONSE_OK);
  gimp_window_set_transient (GTK_WINDOW (window));
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (window))), fddm_plain_form_new (&controls, words),
                      TRUE, TRUE, 0);
  while ((response = gimp_dialog_run (GIMP_DIALOG (window))) == RESPONSE_RESET)
    for (int i = 0; table[i].name; i++)
      fddm_controls_show (&controls, i, fddm_parameter_preset (&table[i]));
  gtk_widget_destroy (window);
  fddm_controls_clear (&controls);
  return response == GTK_RESPONSE_OK;
}
