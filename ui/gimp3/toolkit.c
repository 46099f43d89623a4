/* toolkit.c: GTK 3's part of ../toolkit.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/toolkit.h"

GtkWidget *
fddm_row_new (int spacing)
{
  return gtk_box_new (GTK_ORIENTATION_HORIZONTAL, spacing);
}

GtkWidget *
fddm_column_new (int spacing)
{
  return gtk_box_new (GTK_ORIENTATION_VERTICAL, spacing);
}

GtkWidget *
fddm_scale_new (GtkAdjustment *adjustment)
{
  return gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, adjustment);
}

GtkWidget *
fddm_arrow_new (void)
{
  return gtk_image_new_from_icon_name ("pan-down-symbolic", GTK_ICON_SIZE_MENU);
}

GtkWidget *
fddm_progress_new (void)
{
  GtkWidget *bar = gtk_progress_bar_new ();

  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (bar), TRUE);
  return bar;
}

void
fddm_label_left (GtkWidget *label)
{
  gtk_label_set_xalign (GTK_LABEL (label), 0);
}

void
fddm_label_top (GtkWidget *label)
{
  gtk_label_set_yalign (GTK_LABEL (label), 0);
}

void
fddm_label_width (GtkWidget *label, int width)
{
  gtk_label_set_width_chars (GTK_LABEL (label), width);
  gtk_label_set_max_width_chars (GTK_LABEL (label), width);
}

void
fddm_natural_size (GtkWidget *widget, GtkRequisition *size)
{
  gtk_widget_get_preferred_size (widget, NULL, size);
}

void
fddm_screen_room (GdkRectangle *room)
{
  GdkDisplay *display = gdk_display_get_default ();
  GdkMonitor *monitor = gdk_display_get_primary_monitor (display);

  gdk_monitor_get_workarea (monitor ? monitor : gdk_display_get_monitor (display, 0), room);
}

void
fddm_menu_popup (GtkWidget *menu, GtkWidget *widget)
{
  gtk_menu_popup_at_widget (GTK_MENU (menu), widget, GDK_GRAVITY_SOUTH_WEST, GDK_GRAVITY_NORTH_WEST, NULL);
  gtk_menu_shell_select_first (GTK_MENU_SHELL (menu), FALSE);
}

const char fddm_draw_signal[] = "draw";

cairo_t *
fddm_draw_begin (G_GNUC_UNUSED GtkWidget *widget, gpointer event)
{
  return cairo_reference (event);
}

void
fddm_cursor_set (GtkWidget *widget, GdkCursorType type)
{
  GdkCursor *cursor = gdk_cursor_new_for_display (gtk_widget_get_display (widget), type);

  gdk_window_set_cursor (gtk_widget_get_window (widget), cursor);
  g_object_unref (cursor);
}

/* GTK 3 makes an item about twice as wide as it is told. */
void
fddm_icons_arrange (GtkIconView *view, int across, int width, int padding)
{
  gtk_icon_view_set_columns (view, across);
  gtk_icon_view_set_item_padding (view, padding);
  gtk_icon_view_set_margin (view, padding);
  gtk_icon_view_set_item_width (view, width * 3 / 5);
}
