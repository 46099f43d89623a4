/* denoise-dialog.c: see denoise-dialog.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Not a GimpProcedureDialog, which saves a single unnamed set of settings, has a button row for it, and closes after a
 * run. */
#include "ui/gimp3/denoise-dialog.h"

#include <glib/gi18n-lib.h>

#include "ui/denoise-form.h"
#include "ui/denoise-window.h"
#include "ui/gimp3/form.h"

/* Passes a value from the form to GIMP, which keeps it for "Repeat". */
static void
set_value (GimpProcedureConfig *config, const FddmParameter *parameter, double value)
{
  switch (parameter->type)
    {
    case FDDM_PARAMETER_DOUBLE: g_object_set (config, parameter->name, value, NULL); break;
    case FDDM_PARAMETER_CHOICE: g_object_set (config, parameter->name, parameter->choices[(int) value].name, NULL); break;
    default: g_object_set (config, parameter->name, (int) value, NULL); break;
    }
}

gboolean
fddm_denoise_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const FddmParameter *table,
                         const FddmDenoiseHelp *help)
{
  g_autofree char *title = fddm_denoise_form_title (help);
  const char      *name  = gimp_procedure_get_name (procedure);
  double           values[FDDM_PARAMETERS_MAX];
  GtkWidget       *window;
  gboolean         done;

  gimp_ui_init ("fddm");
  fddm_form_values (config, table, values);
  window = gimp_dialog_new (title, name, NULL, 0, gimp_standard_help_func, gimp_procedure_get_help_id (procedure),
                            _ ("_Reset"), FDDM_RESPONSE_RESET, _ ("Appl_y"), GTK_RESPONSE_APPLY, _ ("_Cancel"),
                            GTK_RESPONSE_CANCEL, _ ("_OK"), GTK_RESPONSE_OK, NULL);
  gimp_window_set_transient (GTK_WINDOW (window));
  done = fddm_denoise_window_run (window, help, table, values);
  for (int i = 0; table[i].name; i++)
    set_value (config, &table[i], values[i]);
  return done;
}
