/* preset-button.c: see preset-button.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/preset-button.h"

#include <glib/gi18n-lib.h>

#include "ui/toolkit.h"

#define PRESET "fddm-preset"

/* Width of the entry for a name, in characters. */
#define WIDTH 28

/* Whether the preset in use is the user's own. */
static gboolean
is_own (const FddmPresetButton *button)
{
  return button->last >= 0 && fddm_presets_own (button->presets, button->last);
}

void
fddm_preset_button_update (FddmPresetButton *button)
{
  const int        found = fddm_presets_find (button->presets, button->values, button->last);
  g_autofree char *words = NULL;

  if (found >= 0)
    button->last = found;
  if (button->last < 0)
    words = g_strdup (_ ("Own settings"));
  else if (found < 0)
    /* translators: the name of a preset whose settings were changed since */
    words = g_strdup_printf (_ ("%s, changed"), fddm_presets_name (button->presets, button->last));
  else
    words = g_strdup (fddm_presets_name (button->presets, found));
  gtk_label_set_text (GTK_LABEL (button->label), words);
}

/* ---- Asking for a name ---- */

/* Uses a name. FALSE with an error if the name cannot be used. */
typedef gboolean (*NameFunc) (FddmPresetButton *button, const char *name, GError **error);

static gboolean
save (FddmPresetButton *button, const char *name, GError **error)
{
  return fddm_presets_save (button->presets, name, button->values, error);
}

static gboolean
rename_last (FddmPresetButton *button, const char *name, GError **error)
{
  return fddm_presets_rename (button->presets, button->last, name, error);
}

/* Asks for a name until one is accepted or the user cancels. */
static void
ask_name (FddmPresetButton *button, const char *title, const char *name, NameFunc use)
{
  GtkWidget       *window = gtk_dialog_new_with_buttons (title, GTK_WINDOW (gtk_widget_get_toplevel (button->button)),
                                                         GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, _ ("_Cancel"),
                                                         GTK_RESPONSE_CANCEL, _ ("_OK"), GTK_RESPONSE_OK, NULL);
  GtkWidget       *column = fddm_column_new (6), *row = fddm_row_new (8), *entry = gtk_entry_new ();
  GtkWidget       *label = fddm_label_new (_ ("_Name"), 0), *problem = fddm_label_new ("", WIDTH);
  g_autofree char *before = button->last < 0 ? NULL : g_strdup (fddm_presets_name (button->presets, button->last));
  gboolean         done   = FALSE;

  gtk_dialog_set_default_response (GTK_DIALOG (window), GTK_RESPONSE_OK);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_entry_set_width_chars (GTK_ENTRY (entry), WIDTH);
  gtk_entry_set_max_length (GTK_ENTRY (entry), FDDM_PRESET_NAME_MAX);
  gtk_entry_set_text (GTK_ENTRY (entry), name);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), entry);
  gtk_box_pack_start (GTK_BOX (row), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), entry, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (column), row, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), problem, FALSE, FALSE, 0);
  gtk_container_set_border_width (GTK_CONTAINER (column), 12);
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (window))), column, TRUE, TRUE, 0);
  gtk_widget_show_all (column);
  while (!done && gtk_dialog_run (GTK_DIALOG (window)) == GTK_RESPONSE_OK)
    {
      g_autoptr (GError) error = NULL;

      done = use (button, gtk_entry_get_text (GTK_ENTRY (entry)), &error);
      if (done)
        button->last = fddm_presets_place (button->presets, gtk_entry_get_text (GTK_ENTRY (entry)));
      else
        gtk_label_set_text (GTK_LABEL (problem), error->message);
    }
  if (!done && before) /* what was refused may have renumbered them */
    button->last = fddm_presets_place (button->presets, before);
  gtk_widget_destroy (window);
  fddm_preset_button_update (button);
}

/* ---- The menu ---- */

static void
chosen (GtkWidget *item, FddmPresetButton *button)
{
  const int i = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (item), PRESET));

  button->last = i;
  button->choose (button->data, i);
  fddm_preset_button_update (button);
}

static void
save_as (FddmPresetButton *button)
{
  ask_name (button, _ ("Save preset"), is_own (button) ? fddm_presets_name (button->presets, button->last) : "", save);
}

static void
rename_it (FddmPresetButton *button)
{
  ask_name (button, _ ("Rename preset"), fddm_presets_name (button->presets, button->last), rename_last);
}

static void
remove_it (FddmPresetButton *button)
{
  g_autofree char   *name  = g_strdup (fddm_presets_name (button->presets, button->last));
  g_autoptr (GError) error = NULL;
  const gboolean     done  = fddm_presets_remove (button->presets, button->last, &error);

  button->last = done ? -1 : fddm_presets_place (button->presets, name);
  fddm_preset_button_update (button);
  if (!done)
    fddm_complain (button->button, error->message);
}

/* Adds a menu item. It is sensitive if POSSIBLE. */
static void
add_item (FddmPresetButton *button, const char *text, gboolean possible, void (*act) (FddmPresetButton *button))
{
  GtkWidget *item = gtk_menu_item_new_with_mnemonic (text);

  gtk_widget_set_sensitive (item, possible);
  g_signal_connect_swapped (item, "activate", G_CALLBACK (act), button);
  gtk_menu_shell_append (GTK_MENU_SHELL (button->menu), item);
}

static void
open_menu (FddmPresetButton *button)
{
  g_clear_pointer (&button->menu, gtk_widget_destroy);
  button->menu = gtk_menu_new ();
  gtk_menu_attach_to_widget (GTK_MENU (button->menu), button->button, NULL);
  for (int i = 0; i < fddm_presets_count (button->presets); i++)
    {
      GtkWidget *item = gtk_check_menu_item_new_with_label (fddm_presets_name (button->presets, i));

      gtk_check_menu_item_set_draw_as_radio (GTK_CHECK_MENU_ITEM (item), TRUE);
      gtk_check_menu_item_set_active (GTK_CHECK_MENU_ITEM (item), i == button->last);
      g_object_set_data (G_OBJECT (item), PRESET, GINT_TO_POINTER (i));
      g_signal_connect (item, "activate", G_CALLBACK (chosen), button);
      gtk_menu_shell_append (GTK_MENU_SHELL (button->menu), item);
    }
  gtk_menu_shell_append (GTK_MENU_SHELL (button->menu), gtk_separator_menu_item_new ());
  add_item (button, _ ("_Save as…"), TRUE, save_as);
  add_item (button, _ ("_Rename…"), is_own (button), rename_it);
  add_item (button, _ ("Re_move"), is_own (button), remove_it);
  gtk_widget_show_all (button->menu);
  fddm_menu_popup (button->menu, button->button);
}

static void
forget_menu (FddmPresetButton *button)
{
  button->menu = NULL;
}

GtkWidget *
fddm_preset_button_new (FddmPresetButton *button, FddmPresets *presets, const double *values,
                        void (*choose) (gpointer data, int preset), gpointer data)
{
  GtkWidget *row = fddm_row_new (6);

  *button        = (FddmPresetButton) { .presets = presets, .values = values, .last = -1, .choose = choose, .data = data };
  button->button = gtk_button_new ();
  button->label  = fddm_label_new ("", 0);
  gtk_label_set_ellipsize (GTK_LABEL (button->label), PANGO_ELLIPSIZE_END);
  gtk_box_pack_start (GTK_BOX (row), button->label, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), fddm_arrow_new (), FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (button->button), row);
  gtk_widget_set_tooltip_text (button->button, _ ("Settings under a name: choose, save, rename, remove"));
  g_signal_connect_swapped (button->button, "clicked", G_CALLBACK (open_menu), button);
  g_signal_connect_swapped (button->button, "destroy", G_CALLBACK (forget_menu), button);
  fddm_preset_button_update (button);
  return button->button;
}
