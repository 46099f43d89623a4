/* generate-dialog.c: see generate-dialog.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/gimp3/generate-dialog.h"

#include <glib/gi18n-lib.h>

#include "ui/generate-form.h"
#include "ui/gimp3/form.h"
#include "ui/toolkit.h"

typedef struct {
  GimpProcedureConfig *config;
  const FddmParameter *table;
  int                  like; /* the example that is offered, or -1 */
  FddmGenerateForm    *form;
  double               values[FDDM_PARAMETERS_MAX];
} Dialog;

/* Passes a value from the form to GIMP. */
static void
changed (gpointer data, int place)
{
  Dialog *dialog = data;

  fddm_form_store (dialog->config, &dialog->table[place], dialog->values[place]);
}

/* Passes values from GIMP to the form when they are reset or loaded. */
static void
config_changed (Dialog *dialog)
{
  double values[FDDM_PARAMETERS_MAX];

  fddm_form_give (dialog->config, dialog->table, dialog->like);
  fddm_form_values (dialog->config, dialog->table, values);
  for (int i = 0; dialog->table[i].name; i++)
    fddm_generate_form_show (dialog->form, i, values[i]);
}

gboolean
fddm_generate_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const FddmParameter *table,
                          const FddmGenerateHelp *help)
{
  Dialog     dialog = { .config = config, .table = table, .like = (int) help->like };
  GtkWidget *window;
  gulong     handler;
  gboolean   go_on;

  gimp_ui_init ("fddm");
  fddm_form_give (config, table, dialog.like);
  fddm_form_values (config, table, dialog.values);
  window      = gimp_procedure_dialog_new (procedure, config, _ ("FDDM Generate"));
  dialog.form = fddm_generate_form_new (help, table, dialog.values, changed, &dialog);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (window))),
                      fddm_fit_screen (fddm_generate_form_widget (dialog.form)), TRUE, TRUE, 0);
  fddm_generate_form_window (dialog.form, GTK_DIALOG (window));
  handler = g_signal_connect_swapped (config, "notify", G_CALLBACK (config_changed), &dialog);
  go_on   = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (window));
  g_signal_handler_disconnect (config, handler);
  gtk_widget_destroy (window);
  fddm_generate_form_free (dialog.form);
  return go_on;
}
