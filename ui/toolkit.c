/* toolkit.c: see toolkit.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/toolkit.h"

/* Height of a line in the usual font of 10 points at 96 dots per inch, in pixels. */
#define LINE 17

/* Least width of a slider, in pixels. */
#define SLIDER 110

/* Space around a window's content for its frame, its buttons and a panel of the desktop, in lines. */
#define AROUND 8

GtkWidget *
fddm_slider_new (GtkAdjustment *adjustment)
{
  GtkWidget *slider = fddm_scale_new (adjustment);

  gtk_scale_set_draw_value (GTK_SCALE (slider), FALSE);
  gtk_widget_set_size_request (slider, SLIDER, -1);
  return slider;
}

int
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

int
fddm_line_height (GtkWidget *widget)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, "X");
  int                     height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  return height;
}

GtkWidget *
fddm_label_new (const char *text, int width)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (text);

  fddm_label_left (label);
  if (width > 0)
    {
      gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
      fddm_label_width (label, width);
    }
  return label;
}

void
fddm_label_reserve (GtkWidget *label, int lines)
{
  int width = -1;

  gtk_widget_get_size_request (label, &width, NULL);
  gtk_widget_set_size_request (label, width, fddm_line_height (label) * lines);
  fddm_label_top (label);
}

/* Puts CONTENT into a scroller, which shows the part that takes the keys. */
static GtkWidget *
scroll (GtkWidget *content, GtkPolicyType across)
{
  GtkWidget         *scroller = gtk_scrolled_window_new (NULL, NULL);
  GtkScrolledWindow *window   = GTK_SCROLLED_WINDOW (scroller);
  GtkWidget         *viewport = gtk_viewport_new (NULL, NULL);

  gtk_scrolled_window_set_policy (window, across, GTK_POLICY_AUTOMATIC);
  gtk_viewport_set_shadow_type (GTK_VIEWPORT (viewport), GTK_SHADOW_NONE);
  gtk_container_add (GTK_CONTAINER (viewport), content);
  gtk_container_add (GTK_CONTAINER (scroller), viewport);
  gtk_container_set_focus_hadjustment (GTK_CONTAINER (viewport), gtk_scrolled_window_get_hadjustment (window));
  gtk_container_set_focus_vadjustment (GTK_CONTAINER (viewport), gtk_scrolled_window_get_vadjustment (window));
  return scroller;
}

GtkWidget *
fddm_scroller_new (GtkWidget *content, int most)
{
  GtkWidget     *scroller = scroll (content, GTK_POLICY_NEVER);
  GtkRequisition size;

  fddm_natural_size (content, &size);
  gtk_widget_set_size_request (scroller, -1, MIN (size.height, MAX (most, most * fddm_line_height (content) / LINE)));
  return scroller;
}

GtkWidget *
fddm_fit_screen (GtkWidget *content)
{
  GtkWidget     *scroller;
  GdkRectangle   room = { 0 };
  GtkRequisition size;

  fddm_screen_room (&room);
  fddm_natural_size (content, &size);
  room.height -= AROUND * fddm_line_height (content);
  room.width -= fddm_line_height (content);
  if (size.width <= room.width && size.height <= room.height)
    return content;
  scroller = scroll (content, GTK_POLICY_AUTOMATIC);
  gtk_widget_set_size_request (scroller, MIN (size.width, room.width), MIN (size.height, room.height));
  gtk_widget_show (gtk_bin_get_child (GTK_BIN (scroller)));
  gtk_widget_show (scroller);
  return scroller;
}

void
fddm_name_widget (GtkWidget *widget, const char *label)
{
  g_auto (GStrv)   parts = g_strsplit (label, "_", -1);
  g_autofree char *name  = g_strjoinv ("", parts);

  atk_object_set_name (gtk_widget_get_accessible (widget), name);
}

void
fddm_complain (GtkWidget *widget, const char *text)
{
  GtkWidget *top    = gtk_widget_get_toplevel (widget);
  GtkWidget *window = gtk_message_dialog_new (GTK_IS_WINDOW (top) ? GTK_WINDOW (top) : NULL, GTK_DIALOG_MODAL,
                                              GTK_MESSAGE_ERROR, GTK_BUTTONS_CLOSE, "%s", text);

  gtk_dialog_run (GTK_DIALOG (window));
  gtk_widget_destroy (window);
}
