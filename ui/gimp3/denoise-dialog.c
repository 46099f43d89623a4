/* denoise-dialog.c: see denoise-dialog.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "denoise-dialog.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimpui.h>

/* An expander with the parameters of the group that begins with FIRST; open where one of them was changed. Its name in the
 * dialog, GIMP's way of telling what goes where. Free with g_free. */
static char *
add_group (GimpProcedureDialog *dialog, GimpProcedureConfig *config, const FddmParameter *first)
{
  char               *name     = g_strconcat (first->name, "-group", NULL);
  g_autofree char    *title    = g_strconcat (first->name, "-title", NULL);
  g_autofree char    *contents = g_strconcat (first->name, "-box", NULL);
  g_autoptr (GList)   members  = NULL;
  GtkWidget          *expander;
  gboolean            changed  = FALSE;

  for (const FddmParameter *p = first; p->name && !g_strcmp0 (p->group, first->group); p++)
    {
      double value = p->preset;

      if (p->type == FDDM_PARAMETER_DOUBLE)
        g_object_get (config, p->name, &value, NULL);
      changed = changed || value != p->preset;
      members = g_list_append (members, (gpointer) p->name);
    }
  gimp_procedure_dialog_get_label (dialog, title, _(first->group), FALSE, TRUE);
  gimp_procedure_dialog_fill_box_list (dialog, contents, members);
  expander = gimp_procedure_dialog_fill_expander (dialog, name, title, FALSE, contents);
  gtk_expander_set_expanded (GTK_EXPANDER (expander), changed);
  return name;
}

static void
fill (GimpProcedureDialog *dialog, GimpProcedureConfig *config, const FddmParameter *table)
{
  GList      *names = NULL;
  const char *group = NULL;

  for (int i = 0; table[i].name; i++)
    {
      if (table[i].type == FDDM_PARAMETER_DOUBLE)
        gimp_procedure_dialog_get_scale_entry (dialog, table[i].name, 1);
      if (!table[i].group)
        names = g_list_append (names, g_strdup (table[i].name));
      else if (g_strcmp0 (table[i].group, group))
        names = g_list_append (names, add_group (dialog, config, &table[i]));
      group = table[i].group;
    }
  gimp_procedure_dialog_fill_list (dialog, names);
  g_list_free_full (names, g_free);
}

gboolean
fddm_denoise_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const FddmParameter *table)
{
  GtkWidget *dialog;
  gboolean   go_on;

  gimp_ui_init ("fddm");
  dialog = gimp_procedure_dialog_new (procedure, config, _("FDDM Denoise"));
  fill (GIMP_PROCEDURE_DIALOG (dialog), config, table);
  go_on = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog));
  gtk_widget_destroy (dialog);
  return go_on;
}
