/* plain-form.c: see plain-form.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/plain-form.h"

#include "ui/toolkit.h"

/* Width of the words, in characters. */
#define WIDTH 48

GtkWidget *
fddm_plain_form_new (FddmControls *controls, const FddmPlainWords *words)
{
  GtkWidget  *column = fddm_column_new (12);
  const char *group  = NULL;

  gtk_container_set_border_width (GTK_CONTAINER (column), 12);
  gtk_box_pack_start (GTK_BOX (column), fddm_label_new (words->words, WIDTH), FALSE, FALSE, 0);
  for (int i = 0; controls->table[i].name; i++)
    if (controls->table[i].group)
      group = controls->table[i].group;
    else
      gtk_box_pack_start (GTK_BOX (column), fddm_controls_row (controls, i, NULL), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), fddm_controls_group (controls, group, NULL), FALSE, FALSE, 0);
  gtk_widget_show_all (column);
  return column;
}
