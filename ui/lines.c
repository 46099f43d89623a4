/* lines.c: see lines.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/lines.h"

void
fddm_lines_show (const FddmLines *lines, const FddmParameter *table, const double *values)
{
  for (int i = 0; lines->lines && lines->lines[i].name; i++)
    if (lines->labels[i])
      gtk_widget_set_visible (lines->labels[i],
                              values[fddm_parameter_place (table, lines->lines[i].name)] == lines->lines[i].when);
}

static gboolean
tell_one (gpointer data)
{
  FddmLines       *lines = data;
  const FddmLine  *line  = &lines->lines[lines->told];
  g_autofree char *words = NULL;

  if (!line->name)
    return G_SOURCE_REMOVE;
  words = line->words (line->data);
  gtk_label_set_text (GTK_LABEL (lines->labels[lines->told++]), words);
  return G_SOURCE_CONTINUE;
}

void
fddm_lines_start (FddmLines *lines)
{
  if (!lines->lines)
    return;
  lines->idle = g_idle_source_new ();
  g_source_set_priority (lines->idle, G_PRIORITY_LOW);
  g_source_set_callback (lines->idle, tell_one, lines, NULL);
  g_source_attach (lines->idle, NULL);
}

void
fddm_lines_stop (FddmLines *lines)
{
  if (lines->idle)
    g_source_destroy (lines->idle);
  g_clear_pointer (&lines->idle, g_source_unref);
}
