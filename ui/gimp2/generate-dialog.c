/* generate-dialog.c: see generate-dialog.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/gimp2/generate-dialog.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include "ui/generate-form.h"
#include "ui/toolkit.h"

enum { RESPONSE_RESET = 1 };

/* Does nothing, because the form stores the values itself. */
static void
changed (G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED int place)
{
}

gboolean
fddm_generate_dialog_run (const char *procedure, const FddmParameter *table, const FddmGenerateHelp *help, double *values)
{
  FddmGenerateForm *form;
  GtkWidget        *window;
  int               response;

  gimp_ui_init ("fddm", TRUE);
  form   = fddm_generate_form_new (help, table, values, changed, NULL);
  window = gimp_dialog_new (_ ("FDDM Generate"), procedure, NULL, 0, gimp_standard_help_func, procedure, _ ("_Reset"),
                            RESPONSE_RESET, _ ("_Cancel"), GTK_RESPONSE_CANCEL, _ ("_OK"), GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (window), GTK_RESPONSE_OK);
  gimp_window_set_transient (GTK_WINDOW (window));
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (window))),
                      fddm_fit_screen (fddm_generate_form_widget (form)), TRUE, TRUE, 0);
  fddm_generate_form_window (form, GTK_DIALOG (window));
  while ((response = gimp_dialog_run (GIMP_DIALOG (window))) == RESPONSE_RESET)
    for (int i = 0; table[i].name; i++)
      fddm_generate_form_show (form, i, fddm_parameter_preset (&table[i]));
  gtk_widget_destroy (window);
  fddm_generate_form_free (form);
  return response == GTK_RESPONSE_OK;
}
