/* toolkit.h: what GTK 2 and GTK 3 say in different words.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gtk/gtk.h>

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

/* A horizontal slider that shows no value. */
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

/* CONTENT as high as it is now, but no higher than MOST; it is scrolled when it grows, so that the dialog does not. */
static inline GtkWidget *
fddm_scroller_new (GtkWidget *content, int most)
{
  GtkWidget     *scroller = gtk_scrolled_window_new (NULL, NULL), *viewport = gtk_viewport_new (NULL, NULL);
  GtkRequisition size;

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_viewport_set_shadow_type (GTK_VIEWPORT (viewport), GTK_SHADOW_NONE);
  gtk_container_add (GTK_CONTAINER (viewport), content);
  gtk_container_add (GTK_CONTAINER (scroller), viewport);
#if GTK_CHECK_VERSION(3, 0, 0)
  gtk_widget_get_preferred_size (content, NULL, &size);
#else
  gtk_widget_size_request (content, &size);
#endif
  gtk_widget_set_size_request (scroller, -1, MIN (size.height, most));
  return scroller;
}

/* Puts the words of a label that has room for more lines at its top. */
static inline void
fddm_label_top (GtkWidget *label)
{
#if GTK_CHECK_VERSION(3, 0, 0)
  gtk_label_set_yalign (GTK_LABEL (label), 0);
#else
  gtk_misc_set_alignment (GTK_MISC (label), 0, 0);
#endif
}

/* A label that begins at the left and, where WIDTH > 0, breaks its lines to be no wider than that many characters. */
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
      gtk_widget_set_size_request (label, 8 * width, -1); /* it breaks lines where its width says */
#endif
    }
  return label;
}
