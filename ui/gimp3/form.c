/* form.c: see form.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/gimp3/form.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* ---- Values ---- */

static double
value_of (GimpProcedureConfig *config, const FddmParameter *parameter)
{
  g_autofree char *text   = NULL;
  double           number = 0;
  int              whole  = 0;

  switch (parameter->type)
    {
    case FDDM_PARAMETER_CHOICE: return gimp_procedure_config_get_choice_id (config, parameter->name);
    case FDDM_PARAMETER_DOUBLE: g_object_get (config, parameter->name, &number, NULL); return number;
    case FDDM_PARAMETER_TEXT:
      g_object_get (config, parameter->name, &text, NULL);
      return fddm_value_of_text (text ? text : "");
    default:
      g_object_get (config, parameter->name, &whole, NULL); /* gboolean is an int */
      return whole;
    }
}

void
fddm_form_values (GimpProcedureConfig *config, const FddmParameter *table, double *values)
{
  for (int i = 0; table[i].name; i++)
    values[i] = value_of (config, &table[i]);
}

static void
show_lines (FddmForm *form)
{
  double values[FDDM_PARAMETERS_MAX];

  fddm_form_values (form->config, form->table, values);
  fddm_lines_show (&form->lines, form->table, values);
}

static void
config_changed (G_GNUC_UNUSED GObject *config, GParamSpec *spec, FddmForm *form)
{
  show_lines (form);
  if (form->changed)
    form->changed (form->data, spec->name);
}

/* ---- Rows ---- */

static void
draw_seed (GObject *config)
{
  g_object_set (config, "seed", g_random_int_range (0, G_MAXINT32), NULL);
}

static void
add_seed_button (FddmForm *form)
{
  GtkWidget *row    = gimp_procedure_dialog_get_widget (form->dialog, "seed", G_TYPE_NONE);
  GtkWidget *button = gtk_button_new_with_label (_ ("New seed"));

  if (GTK_IS_GRID (row))
    gtk_grid_attach (GTK_GRID (row), button, 3, 0, 1, 1);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (draw_seed), form->config);
  gtk_widget_show (button);
}

GList *
fddm_form_add (FddmForm *form, GList *names, const char *name)
{
  const FddmLine *lines = form->lines.lines;

  names = g_list_append (names, (gpointer) g_intern_string (name));
  if (!strcmp (name, "seed"))
    add_seed_button (form);
  for (int i = 0; lines[i].name; i++)
    if (!strcmp (lines[i].name, name))
      {
        g_autofree char *id    = g_strconcat (name, "-line", NULL);
        GtkWidget       *label = gimp_procedure_dialog_get_label (form->dialog, id, _ (lines[i].wait), FALSE, FALSE);

        gtk_label_set_xalign (GTK_LABEL (label), 0);
        gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
        gtk_label_set_max_width_chars (GTK_LABEL (label), 50);
        form->lines.labels[i] = label;
        names                 = g_list_append (names, (gpointer) g_intern_string (id));
      }
  return names;
}

const char *
fddm_form_add_group (FddmForm *form, const char *group, const char *skip, GtkWidget **contents)
{
  g_autofree char  *name     = g_strconcat (group, "-group", NULL);
  g_autofree char  *title    = g_strconcat (group, "-title", NULL);
  g_autofree char  *box_name = g_strconcat (group, "-box", NULL);
  g_autoptr (GList) members  = NULL;
  GtkWidget        *expander, *box;
  gboolean          changed = FALSE;

  for (const FddmParameter *p = form->table; p->name; p++)
    if (!g_strcmp0 (p->group, group))
      {
        changed = changed || value_of (form->config, p) != fddm_parameter_preset (p);
        if (g_strcmp0 (p->name, skip))
          members = fddm_form_add (form, members, p->name);
      }
  gimp_procedure_dialog_get_label (form->dialog, title, _ (group), FALSE, TRUE);
  box      = gimp_procedure_dialog_fill_box_list (form->dialog, box_name, members);
  expander = gimp_procedure_dialog_fill_expander (form->dialog, name, title, FALSE, box_name);
  gtk_expander_set_expanded (GTK_EXPANDER (expander), changed);
  if (contents)
    *contents = box;
  return g_intern_string (name);
}

/* ---- The window ---- */

void
fddm_form_init (FddmForm *form, GimpProcedure *procedure, GimpProcedureConfig *config, const char *title,
                const FddmParameter *table, const FddmLine *lines)
{
  gimp_ui_init ("fddm");
  *form = (FddmForm) { .dialog = GIMP_PROCEDURE_DIALOG (gimp_procedure_dialog_new (procedure, config, title)),
                       .config = config,
                       .table  = table,
                       .lines  = { .lines = lines } };
  /* Before any of them is put anywhere: the first that is asked for is what there will be. */
  for (int i = 0; table[i].name; i++)
    if (table[i].type == FDDM_PARAMETER_DOUBLE)
      gimp_procedure_dialog_get_scale_entry (form->dialog, table[i].name, 1);
}

gboolean
fddm_form_run (FddmForm *form)
{
  gulong   handler = g_signal_connect (form->config, "notify", G_CALLBACK (config_changed), form);
  gboolean go_on;

  show_lines (form);
  fddm_lines_start (&form->lines);
  go_on = gimp_procedure_dialog_run (form->dialog);
  g_signal_handler_disconnect (form->config, handler);
  fddm_lines_stop (&form->lines);
  gtk_widget_destroy (GTK_WIDGET (form->dialog));
  return go_on;
}
