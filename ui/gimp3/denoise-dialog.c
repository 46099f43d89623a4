/* denoise-dialog.c: see denoise-dialog.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "denoise-dialog.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimpui.h>

/* Name of the line that tells what was measured. */
#define MEASURED "measured"

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

  names = g_list_append (names, g_strdup (MEASURED));
  /* Before any of them is put anywhere: the first that is asked for is what there will be. */
  for (int i = 0; table[i].name; i++)
    if (table[i].type == FDDM_PARAMETER_DOUBLE)
      gimp_procedure_dialog_get_scale_entry (dialog, table[i].name, 1);
  for (int i = 0; table[i].name; i++)
    {
      if (!table[i].group)
        names = g_list_append (names, g_strdup (table[i].name));
      else if (g_strcmp0 (table[i].group, group))
        names = g_list_append (names, add_group (dialog, config, &table[i]));
      group = table[i].group;
    }
  gimp_procedure_dialog_fill_list (dialog, names);
  g_list_free_full (names, g_free);
}

/* ---- What was measured ---- */

typedef struct {
  const FddmMeasuring *measuring;
  GtkWidget           *label;
  guint                idle;        /* that will fill it, or 0 */
} Measured;

static gboolean
measure (gpointer data)
{
  Measured        *measured = data;
  g_autofree char *line     = measured->measuring->words (measured->measuring->data);

  gtk_label_set_text (GTK_LABEL (measured->label), line);
  measured->idle = 0;
  return G_SOURCE_REMOVE;
}

static void
show_measured (GObject *config, G_GNUC_UNUSED GParamSpec *spec, Measured *measured)
{
  double value;

  g_object_get (config, measured->measuring->name, &value, NULL);
  gtk_widget_set_visible (measured->label, value == 0);
}

gboolean
fddm_denoise_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const FddmParameter *table,
                         const FddmMeasuring *measuring)
{
  g_autofree char *changed  = g_strconcat ("notify::", measuring->name, NULL);
  Measured         measured = { .measuring = measuring };
  GtkWidget       *dialog;
  gulong           handler;
  gboolean         go_on;

  gimp_ui_init ("fddm");
  dialog = gimp_procedure_dialog_new (procedure, config, _("FDDM Denoise"));
  measured.label = gimp_procedure_dialog_get_label (GIMP_PROCEDURE_DIALOG (dialog), MEASURED, _("Measuring noise"), FALSE, FALSE);
  gtk_label_set_xalign (GTK_LABEL (measured.label), 0);
  gtk_label_set_line_wrap (GTK_LABEL (measured.label), TRUE);
  fill (GIMP_PROCEDURE_DIALOG (dialog), config, table);
  handler = g_signal_connect (config, changed, G_CALLBACK (show_measured), &measured);
  show_measured (G_OBJECT (config), NULL, &measured);
  /* When the dialog stands on the screen. */
  measured.idle = g_idle_add_full (G_PRIORITY_LOW, measure, &measured, NULL);
  go_on = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog));
  g_signal_handler_disconnect (config, handler);
  if (measured.idle)
    g_source_remove (measured.idle);
  gtk_widget_destroy (dialog);
  return go_on;
}
