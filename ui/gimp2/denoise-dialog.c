/* denoise-dialog.c: see denoise-dialog.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/gimp2/denoise-dialog.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include "ui/gimp2/form.h"

gboolean
fddm_denoise_dialog_run (const char *procedure, const FddmParameter *table, const FddmLine *lines, double *values)
{
  FddmForm    form  = { .table = table, .values = values, .lines = { .lines = lines } };
  const char *group = NULL;
  GtkWidget  *box, *grid;

  gimp_ui_init ("fddm", FALSE);
  box  = gtk_vbox_new (FALSE, 6);
  grid = fddm_form_grid_new ();
  gtk_box_pack_start (GTK_BOX (box), grid, FALSE, FALSE, 0);
  for (int i = 0; table[i].name; i++)
    {
      if (!table[i].group)
        fddm_form_add (&form, grid, table[i].name);
      else if (g_strcmp0 (table[i].group, group))
        fddm_form_add_group (&form, box, table[i].group);
      group = table[i].group;
    }
  gtk_widget_show_all (box);
  return fddm_form_run (&form, box, _("FDDM Denoise"), procedure);
}
