/* toolkit.h: the differences between GTK 2 and GTK 3.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gtk/gtk.h>

/* Height of a line in the usual font of 10 points at 96 dots per inch, in pixels. */
#define FDDM_LINE 17

static inline GtkWidget *
fddm_row_new (int spacing)
{
#if GTK_CHECK_VERSION(3, 0, 0)
  return gtk_box_new (GTK_ORIENTATION_HORIZONTAL, spacing);
#else
  return gtk_hbox_new (FALSE, spacing);
#endif
}

static inline GtkWidget *
fddm_column_new (int spacing)
{
#if GTK_CHECK_VERSION(3, 0, 0)
  return gtk_box_new (GTK_ORIENTATION_VERTICAL, spacing);
#else
  return gtk_vbox_new (FALSE, spacing);
#endif
}

/* Creates a horizontal slider without a number. */
static inline GtkWidget *
fddm_slider_new (GtkAdjustment *adjustment)
{
#if GTK_CHECK_VERSION(3, 0, 0)
  GtkWidget *slider = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, adjustment);
#else
  GtkWidget *slider = gtk_hscale_new (adjustment);
#endif

  gtk_scale_set_draw_value (GTK_SCALE (slider), FALSE);
  gtk_widget_set_size_request (slider, 110, -1);
  return slider;
}

/* Aligns the text of a label to the top of its space. */
static inline void
fddm_label_top (GtkWidget *label)
{
#if GTK_CHECK_VERSION(3, 0, 0)
  gtk_label_set_yalign (GTK_LABEL (label), 0);
#else
  gtk_misc_set_alignment (GTK_MISC (label), 0, 0);
#endif
}

/* Width of a usual character in WIDGET's font, in pixels. */
static inline int
fddm_char_width (GtkWidget *widget)
{
  PangoContext     *context = gtk_widget_get_pango_context (widget);
  PangoFontMetrics *metrics = pango_context_get_metrics (context, pango_context_get_font_description (context),
                                                         pango_context_get_language (context));
  const int         width   = MAX (pango_font_metrics_get_approximate_char_width (metrics),
                                   pango_font_metrics_get_approximate_digit_width (metrics));

  pango_font_metrics_unref (metrics);
  return PANGO_PIXELS (width);
}

/* Height of a line in WIDGET's font, in pixels. */
static inline int
fddm_line_height (GtkWidget *widget)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, "X");
  int                     height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  return height;
}

/* Creates a left-aligned label. If WIDTH > 0, lines break at WIDTH characters. */
static inline GtkWidget *
fddm_label_new (const char *text, int width)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (text);

#if GTK_CHECK_VERSION(3, 0, 0)
  gtk_label_set_xalign (GTK_LABEL (label), 0);
#else
  gtk_misc_set_alignment (GTK_MISC (label), 0, 0.5);
#endif
  if (width > 0)
    {
      gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
#if GTK_CHECK_VERSION(3, 0, 0)
      gtk_label_set_width_chars (GTK_LABEL (label), width);
      gtk_label_set_max_width_chars (GTK_LABEL (label), width);
#else
      gtk_widget_set_size_request (label, fddm_char_width (label) * width, -1); /* lines break at the requested width */
#endif
    }
  return label;
}

/* Puts CONTENT into a scroller, which shows the part that takes the keys. */
static inline void
fddm_scroller_add (GtkWidget *scroller, GtkWidget *content)
{
  GtkScrolledWindow *window   = GTK_SCROLLED_WINDOW (scroller);
  GtkWidget         *viewport = gtk_viewport_new (NULL, NULL);

  gtk_viewport_set_shadow_type (GTK_VIEWPORT (viewport), GTK_SHADOW_NONE);
  gtk_container_add (GTK_CONTAINER (viewport), content);
  gtk_container_add (GTK_CONTAINER (scroller), viewport);
  gtk_container_set_focus_hadjustment (GTK_CONTAINER (viewport), gtk_scrolled_window_get_hadjustment (window));
  gtk_container_set_focus_vadjustment (GTK_CONTAINER (viewport), gtk_scrolled_window_get_vadjustment (window));
}

/* Puts CONTENT, which is shown, into a scroller as high as it is now, at most MOST pixels, or what that is in a font larger
 * than usual. When CONTENT grows it scrolls, and the dialog keeps its height. */
static inline GtkWidget *
fddm_scroller_new (GtkWidget *content, int most)
{
  GtkWidget     *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkRequisition size;

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  fddm_scroller_add (scroller, content);
#if GTK_CHECK_VERSION(3, 0, 0)
  gtk_widget_get_preferred_size (content, NULL, &size);
#else
  gtk_widget_size_request (content, &size);
#endif
  gtk_widget_set_size_request (scroller, -1, MIN (size.height, MAX (most, most * fddm_line_height (content) / FDDM_LINE)));
  return scroller;
}

/* Space around a window's content for its frame, its buttons and a panel of the desktop, in lines. */
#define FDDM_AROUND 8

/* CONTENT, which is shown; if the screen is too small for it in this font, in a scroller that leaves room for the buttons. */
static inline GtkWidget *
fddm_fit_screen (GtkWidget *content)
{
  GdkScreen     *screen = gdk_screen_get_default ();
  GtkWidget     *scroller;
  GdkRectangle   room = { 0 };
  GtkRequisition size;

#if GTK_CHECK_VERSION(3, 22, 0)
  GdkMonitor *monitor = gdk_display_get_primary_monitor (gdk_screen_get_display (screen));

  if (!monitor)
    monitor = gdk_display_get_monitor (gdk_screen_get_display (screen), 0);
  gdk_monitor_get_workarea (monitor, &room);
  gtk_widget_get_preferred_size (content, NULL, &size);
#else
  gdk_screen_get_monitor_geometry (screen, gdk_screen_get_primary_monitor (screen), &room);
  gtk_widget_size_request (content, &size);
#endif
  room.height -= FDDM_AROUND * fddm_line_height (content);
  room.width -= fddm_line_height (content);
  if (size.width <= room.width && size.height <= room.height)
    return content;
  scroller = gtk_scrolled_window_new (NULL, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_AUTOMATIC, GTK_POLICY_AUTOMATIC);
  fddm_scroller_add (scroller, content);
  gtk_widget_set_size_request (scroller, MIN (size.width, room.width), MIN (size.height, room.height));
  gtk_widget_show (gtk_bin_get_child (GTK_BIN (scroller)));
  gtk_widget_show (scroller);
  return scroller;
}

/* Names a widget for screen readers: LABEL without its mnemonic. */
static inline void
fddm_name_widget (GtkWidget *widget, const char *label)
{
  g_auto (GStrv)   parts = g_strsplit (label, "_", -1);
  g_autofree char *name  = g_strjoinv ("", parts);

  atk_object_set_name (gtk_widget_get_accessible (widget), name);
}

/* Creates a small arrow that points down. */
static inline GtkWidget *
fddm_arrow_new (void)
{
#if GTK_CHECK_VERSION(3, 0, 0)
  return gtk_image_new_from_icon_name ("pan-down-symbolic", GTK_ICON_SIZE_MENU);
#else
  return gtk_arrow_new (GTK_ARROW_DOWN, GTK_SHADOW_NONE);
#endif
}

#if !GTK_CHECK_VERSION(3, 22, 0)
/* Positions a menu below WIDGET. */
static inline void
fddm_menu_place (G_GNUC_UNUSED GtkMenu *menu, int *x, int *y, gboolean *push_in, gpointer widget)
{
  GtkAllocation place;

  gtk_widget_get_allocation (widget, &place);
  gdk_window_get_origin (gtk_widget_get_window (widget), x, y);
  *x += place.x;
  *y += place.y + place.height;
  *push_in = TRUE;
}
#endif

static inline void
fddm_menu_popup (GtkWidget *menu, GtkWidget *widget)
{
#if GTK_CHECK_VERSION(3, 22, 0)
  gtk_menu_popup_at_widget (GTK_MENU (menu), widget, GDK_GRAVITY_SOUTH_WEST, GDK_GRAVITY_NORTH_WEST, NULL);
#else
  gtk_menu_popup (GTK_MENU (menu), NULL, NULL, fddm_menu_place, widget, 0, gtk_get_current_event_time ());
#endif
  gtk_menu_shell_select_first (GTK_MENU_SHELL (menu), FALSE);
}

/* Creates a progress bar with text. */
static inline GtkWidget *
fddm_progress_new (void)
{
  GtkWidget *bar = gtk_progress_bar_new ();

#if GTK_CHECK_VERSION(3, 0, 0)
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (bar), TRUE);
#endif
  return bar;
}

/* Reserves the height of LINES lines in a label whose text will change. */
static inline void
fddm_label_reserve (GtkWidget *label, int lines)
{
  int width = -1;

  gtk_widget_get_size_request (label, &width, NULL);
  gtk_widget_set_size_request (label, width, fddm_line_height (label) * lines);
  fddm_label_top (label);
}

/* Shows an error in a window above that of the widget. */
static inline void
fddm_complain (GtkWidget *widget, const char *text)
{
  GtkWidget *top    = gtk_widget_get_toplevel (widget);
  GtkWidget *window = gtk_message_dialog_new (GTK_IS_WINDOW (top) ? GTK_WINDOW (top) : NULL, GTK_DIALOG_MODAL,
                                              GTK_MESSAGE_ERROR, GTK_BUTTONS_CLOSE, "%s", text);

  gtk_dialog_run (GTK_DIALOG (window));
  gtk_widget_destroy (window);
}
