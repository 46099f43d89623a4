/* denoise-dialog.c: see denoise-dialog.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "denoise-dialog.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimpui.h>

gboolean
fddm_denoise_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const FddmParameter *table)
{
  GtkWidget *dialog;
  gboolean   go_on;

  gimp_ui_init ("fddm");
  dialog = gimp_procedure_dialog_new (procedure, config, _("FDDM Denoise"));
  for (int i = 0; table[i].name; i++)
    if (table[i].type == FDDM_PARAMETER_DOUBLE)
      gimp_procedure_dialog_get_scale_entry (GIMP_PROCEDURE_DIALOG (dialog), table[i].name, 1);
  gimp_procedure_dialog_fill (GIMP_PROCEDURE_DIALOG (dialog), NULL);
  go_on = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog));
  gtk_widget_destroy (dialog);
  return go_on;
}
