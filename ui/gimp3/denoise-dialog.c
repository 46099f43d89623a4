/* denoise-dialog.c: see denoise-dialog.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/gimp3/denoise-dialog.h"

#include <glib/gi18n-lib.h>

#include "ui/gimp3/form.h"

gboolean
fddm_denoise_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const FddmParameter *table,
                         const FddmLine *lines)
{
  g_autoptr (GList) names = NULL;
  const char       *group = NULL;
  FddmForm          form;

  fddm_form_init (&form, procedure, config, _("FDDM Denoise"), table, lines);
  for (int i = 0; table[i].name; i++)
    {
      if (!table[i].group)
        names = fddm_form_add (&form, names, table[i].name);
      else if (g_strcmp0 (table[i].group, group))
        names = g_list_append (names, (gpointer) fddm_form_add_group (&form, table[i].group, NULL, NULL));
      group = table[i].group;
    }
  gimp_procedure_dialog_fill_list (form.dialog, names);
  return fddm_form_run (&form);
}
