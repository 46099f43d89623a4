/* toolkit.h: widgets that both hosts' dialogs are made of.
 * SPDX-License-Identifier: Apache-2.0
 *
 * GTK 2 and GTK 3 differ in the functions at the end, which gimp2/toolkit.c and gimp3/toolkit.c have, one of which is linked.
 * Sizes are in pixels. */
#pragma once
#include <gtk/gtk.h>

/* ---- Alike in both ---- */

/* Creates a horizontal slider without a number. */
GtkWidget *fddm_slider_new (GtkAdjustment *adjustment);

/* Width of a usual character and height of a line in WIDGET's font. */
int fddm_char_width (GtkWidget *widget);
int fddm_line_height (GtkWidget *widget);

/* Creates a left-aligned label. If WIDTH > 0, lines break at WIDTH characters. */
GtkWidget *fddm_label_new (const char *text, int width);

/* Reserves the height of LINES lines in a label whose text will change. */
void fddm_label_reserve (GtkWidget *label, int lines);

/* Puts CONTENT, which is shown, into a scroller as high as it is now, at most MOST, or what that is in a font larger than usual.
 * When CONTENT grows it scrolls, and the dialog keeps its height. */
GtkWidget *fddm_scroller_new (GtkWidget *content, int most);

/* CONTENT, which is shown; if the screen is too small for it in this font, in a scroller that leaves room for the buttons. */
GtkWidget *fddm_fit_screen (GtkWidget *content);

/* Names a widget for screen readers: LABEL without its mnemonic. */
void fddm_name_widget (GtkWidget *widget, const char *label);

/* Shows an error in a window above that of the widget. */
void fddm_complain (GtkWidget *widget, const char *text);

/* ---- Different ones ---- */

GtkWidget *fddm_row_new (int spacing);
GtkWidget *fddm_column_new (int spacing);
GtkWidget *fddm_scale_new (GtkAdjustment *adjustment); /* horizontal */
GtkWidget *fddm_arrow_new (void);                      /* small, points down */
GtkWidget *fddm_progress_new (void);                   /* a bar with text */

/* Aligns the text of a label in its space: to the left, or to the upper left corner. */
void fddm_label_left (GtkWidget *label);
void fddm_label_top (GtkWidget *label);
/* Has the label, whose lines break, ask for WIDTH characters. */
void fddm_label_width (GtkWidget *label, int width);

/* The size that a widget which is shown asks for. */
void fddm_natural_size (GtkWidget *widget, GtkRequisition *size);

/* The first screen without the panels of the desktop, where that is known. */
void fddm_screen_room (GdkRectangle *room);

/* Opens MENU below WIDGET. */
void fddm_menu_popup (GtkWidget *menu, GtkWidget *widget);

/* The signal of a widget that is to be drawn, and what to draw on, of its EVENT. Free with cairo_destroy. */
extern const char fddm_draw_signal[];
cairo_t          *fddm_draw_begin (GtkWidget *widget, gpointer event);

/* Shows a cursor over WIDGET, which is on the screen. */
void fddm_cursor_set (GtkWidget *widget, GdkCursorType type);

/* Makes ACROSS columns of icons with PADDING around each, WIDTH with it. */
void fddm_icons_arrange (GtkIconView *view, int across, int width, int padding);
