/* plain-dialog.c: see plain-dialog.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/gimp3/plain-dialog.h"

#include "ui/gimp3/form.h"

typedef struct {
  GimpProcedureConfig *config;
  FddmControls         controls;
  double               values[FDDM_PARAMETERS_MAX];
} Dialog;

/* Passes a value from its control to GIMP. */
static void
changed (gpointer data, int place)
{
  Dialog *dialog = data;

  fddm_form_store (dialog->config, &dialog->controls.table[place], dialog->values[place]);
}

/* Passes values from GIMP to the controls when they are reset or loaded. */
static void
config_changed (Dialog *dialog)
{
  double values[FDDM_PARAMETERS_MAX];

  fddm_form_values (dialog->config, dialog->controls.table, values);
  for (int i = 0; dialog->controls.table[i].name; i++)
    if (values[i] != dialog->values[i])
      fddm_controls_show (&dialog->controls, i, values[i]);
}

gboolean
fddm_plain_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const FddmPlainWords *words,
                       const FddmParameter *table)
{
  Dialog     dialog = { .config = config };
  GtkWidget *window;
  gulong     handler;
  gboolean   go_on;

  gimp_ui_init ("fddm");
  fddm_form_values (config, table, dialog.values);
  fddm_controls_init (&dialog.controls, table, dialog.values, changed, &dialog);
  window = gimp_procedure_dialog_new (procedure, config, words->title);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (window))),
                      fddm_plain_form_new (&dialog.controls, words), TRUE, TRUE, 0);
  handler = g_signal_connect_swapped (config, "notify", G_CALLBACK (config_changed), &dialog);
  go_on   = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (window));
  g_signal_handler_disconnect (config, handler);
  gtk_widget_destroy (window);
  fddm_controls_clear (&dialog.controls);
  return go_on;
}
