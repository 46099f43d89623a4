/* toolkit.c: GTK 2's part of ../toolkit.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/toolkit.h"

GtkWidget *
fddm_row_new (int spacing)
{
  return gtk_hbox_new (FALSE, spacing);
}

GtkWidget *
fddm_column_new (int spacing)
{
  return gtk_vbox_new (FALSE, spacing);
}

GtkWidget *
fddm_scale_new (GtkAdjustment *adjustment)
{
  return gtk_hscale_new (adjustment);
}

GtkWidget *
fddm_arrow_new (void)
{
  return gtk_arrow_new (GTK_ARROW_DOWN, GTK_SHADOW_NONE);
}

GtkWidget *
fddm_progress_new (void)
{
  return gtk_progress_bar_new ();
}

void
fddm_label_left (GtkWidget *label)
{
  gtk_misc_set_alignment (GTK_MISC (label), 0, 0.5);
}

void
fddm_label_top (GtkWidget *label)
{
  gtk_misc_set_alignment (GTK_MISC (label), 0, 0);
}

/* Lines break at the requested width. */
void
fddm_label_width (GtkWidget *label, int width)
{
  gtk_widget_set_size_request (label, fddm_char_width (label) * width, -1);
}

void
fddm_natural_size (GtkWidget *widget, GtkRequisition *size)
{
  gtk_widget_size_request (widget, size);
}

void
fddm_screen_room (GdkRectangle *room)
{
  GdkScreen *screen = gdk_screen_get_default ();

  gdk_screen_get_monitor_geometry (screen, gdk_screen_get_primary_monitor (screen), room);
}

static void
place_menu (G_GNUC_UNUSED GtkMenu *menu, int *x, int *y, gboolean *push_in, gpointer widget)
{
  GtkAllocation place;

  gtk_widget_get_allocation (widget, &place);
  gdk_window_get_origin (gtk_widget_get_window (widget), x, y);
  *x += place.x;
  *y += place.y + place.height;
  *push_in = TRUE;
}

void
fddm_menu_popup (GtkWidget *menu, GtkWidget *widget)
{
  gtk_menu_popup (GTK_MENU (menu), NULL, NULL, place_menu, widget, 0, gtk_get_current_event_time ());
  gtk_menu_shell_select_first (GTK_MENU_SHELL (menu), FALSE);
}

const char fddm_draw_signal[] = "expose-event";

cairo_t *
fddm_draw_begin (GtkWidget *widget, gpointer event)
{
  const GdkEventExpose *expose = event;
  cairo_t              *cairo  = gdk_cairo_create (gtk_widget_get_window (widget));

  gdk_cairo_region (cairo, expose->region);
  cairo_clip (cairo);
  return cairo;
}

void
fddm_cursor_set (GtkWidget *widget, GdkCursorType type)
{
  GdkCursor *cursor = gdk_cursor_new_for_display (gtk_widget_get_display (widget), type);

  gdk_window_set_cursor (gtk_widget_get_window (widget), cursor);
  gdk_cursor_unref (cursor);
}

/* Behind a chosen icon GTK 2 paints BG, for which themes make FG: GIMP's dark TEXT is not legible on it. */
static void
style_set (GtkWidget *view, G_GNUC_UNUSED GtkStyle *before, G_GNUC_UNUSED gpointer data)
{
  static const GtkStateType states[] = { GTK_STATE_SELECTED, GTK_STATE_ACTIVE };

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      const GtkStyle *style = gtk_widget_get_style (view); /* another one after each change */

      if (!gdk_color_equal (&style->text[states[i]], &style->fg[states[i]]))
        gtk_widget_modify_text (view, states[i], &style->fg[states[i]]);
    }
}

/* The width is known only once the view is on the screen, otherwise. */
void
fddm_icons_arrange (GtkIconView *view, int across, int width, int padding)
{
  gtk_icon_view_set_columns (view, across);
  gtk_icon_view_set_item_padding (view, padding);
  gtk_icon_view_set_margin (view, padding);
  gtk_icon_view_set_item_width (view, width);
  gtk_widget_set_size_request (GTK_WIDGET (view), across * (width + 2 * padding) + 2 * padding, -1);
  g_signal_connect (view, "style-set", G_CALLBACK (style_set), NULL);
}
