/* canvas.c: see canvas.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/canvas.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>

#include "ui/picture.h"
#include "ui/toolkit.h"

/* Step of an arrow key, in pixels. */
#define STEP 32

/* Target of a drag with the mouse. */
typedef enum { DRAG_NOTHING, DRAG_PICTURE, DRAG_HANDLE, DRAG_OVERVIEW } Drag;

struct FddmCanvas {
  GtkWidget   *area;
  FddmView     view;
  FddmTextures textures;
  Drag         drag;
  int          from_x, from_y; /* mouse position at the start of the drag */
  int          view_x, view_y; /* position of the view at that time */
  void (*moved) (gpointer data);
  gpointer data;
};

/* ---- Drawing ---- */

/* Draws a word on a dark ground in a corner of the canvas. */
static void
draw_word (FddmCanvas *canvas, cairo_t *cairo, const char *word, gboolean right)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (canvas->area, word);
  int                     width, height;

  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_save (cairo);
  cairo_translate (cairo, right ? canvas->view.across - width - 10 : 10, 8);
  cairo_set_source_rgba (cairo, 0, 0, 0, 0.55);
  cairo_rectangle (cairo, -5, -3, width + 10, height + 6);
  cairo_fill (cairo);
  cairo_set_source_rgb (cairo, 1, 1, 1);
  pango_cairo_show_layout (cairo, layout);
  cairo_restore (cairo);
}

static void
draw_words (FddmCanvas *canvas, cairo_t *cairo)
{
  const FddmView  *view    = &canvas->view;
  g_autofree char *removed = g_strdup_printf (_ ("Removed noise, %d times as strong"), FDDM_NOISE_GAIN);

  if (view->original || !canvas->textures.result.surface)
    draw_word (canvas, cairo, _ ("Original"), FALSE);
  else if (view->mode == FDDM_VIEW_REMOVED)
    draw_word (canvas, cairo, removed, FALSE);
  else
    {
      draw_word (canvas, cairo, _ ("Denoised"), TRUE);
      if (view->mode == FDDM_VIEW_SPLIT)
        draw_word (canvas, cairo, _ ("Original"), FALSE);
    }
}

static void
draw_all (FddmCanvas *canvas, cairo_t *cairo)
{
  fddm_picture_draw (cairo, &canvas->view, &canvas->textures);
  if (canvas->textures.original.surface)
    draw_words (canvas, cairo);
}

static gboolean
draw (GtkWidget *area, gpointer event, FddmCanvas *canvas)
{
  cairo_t *cairo = fddm_draw_begin (area, event);

  draw_all (canvas, cairo);
  cairo_destroy (cairo);
  return TRUE;
}

/* ---- Mouse and keys ---- */

/* Finds the target of a drag that starts at (X, Y). */
static Drag
at (const FddmCanvas *canvas, int x, int y)
{
  FddmPart overview;

  if (canvas->textures.overview.surface && fddm_view_overview (&canvas->view, &overview) && x >= overview.x &&
      y >= overview.y && x < overview.x + overview.width && y < overview.y + overview.height)
    return DRAG_OVERVIEW;
  return fddm_view_on_handle (&canvas->view, x) ? DRAG_HANDLE : DRAG_PICTURE;
}

static void
show_cursor (FddmCanvas *canvas, int x, int y)
{
  static const GdkCursorType types[] = {
    [DRAG_PICTURE] = GDK_FLEUR, [DRAG_HANDLE] = GDK_SB_H_DOUBLE_ARROW, [DRAG_OVERVIEW] = GDK_CROSSHAIR
  };

  fddm_cursor_set (canvas->area, types[canvas->drag ? canvas->drag : at (canvas, x, y)]);
}

/* Redraws after a change of the view from BEFORE. */
static void
show_view (FddmCanvas *canvas, const FddmView *before)
{
  if (before->x == canvas->view.x && before->y == canvas->view.y)
    return;
  gtk_widget_queue_draw (canvas->area);
  canvas->moved (canvas->data);
}

static void
go (FddmCanvas *canvas, int x, int y)
{
  const FddmView before = canvas->view;

  fddm_view_go (&canvas->view, x, y);
  show_view (canvas, &before);
}

static gboolean
pressed (GtkWidget *area, GdkEventButton *event, FddmCanvas *canvas)
{
  if (event->button != 1 || event->type != GDK_BUTTON_PRESS)
    return FALSE;
  gtk_widget_grab_focus (area);
  if (canvas->view.fit && !fddm_view_on_handle (&canvas->view, (int) event->x))
    {
      fddm_view_enter (&canvas->view, (int) event->x, (int) event->y);
      gtk_widget_queue_draw (area);
      canvas->moved (canvas->data);
    }
  canvas->drag   = at (canvas, (int) event->x, (int) event->y);
  canvas->from_x = (int) event->x;
  canvas->from_y = (int) event->y;
  canvas->view_x = canvas->view.x;
  canvas->view_y = canvas->view.y;
  if (canvas->drag == DRAG_OVERVIEW)
    go (canvas, (int) event->x, (int) event->y);
  return TRUE;
}

/* Moves the view's upper left corner to (X, Y). */
static void
move_to (FddmCanvas *canvas, int x, int y)
{
  const FddmView before = canvas->view;

  if (canvas->view.fit)
    return;
  fddm_view_move (&canvas->view, x, y);
  show_view (canvas, &before);
}

static gboolean
dragged (GtkWidget *area, GdkEventMotion *event, FddmCanvas *canvas)
{
  if (canvas->drag == DRAG_HANDLE)
    {
      fddm_view_split (&canvas->view, (int) event->x);
      gtk_widget_queue_draw (area);
    }
  else if (canvas->drag == DRAG_PICTURE)
    move_to (canvas, canvas->view_x + canvas->from_x - (int) event->x, canvas->view_y + canvas->from_y - (int) event->y);
  else if (canvas->drag == DRAG_OVERVIEW)
    go (canvas, (int) event->x, (int) event->y);
  show_cursor (canvas, (int) event->x, (int) event->y);
  return TRUE;
}

static gboolean
released (G_GNUC_UNUSED GtkWidget *area, GdkEventButton *event, FddmCanvas *canvas)
{
  if (event->button != 1)
    return FALSE;
  canvas->drag = DRAG_NOTHING;
  return TRUE;
}

/* The arrow keys move the picture; with Ctrl they move the handle. */
static gboolean
key_pressed (GtkWidget *area, GdkEventKey *event, FddmCanvas *canvas)
{
  const int right = (event->keyval == GDK_KEY_Right) - (event->keyval == GDK_KEY_Left);
  const int down  = (event->keyval == GDK_KEY_Down) - (event->keyval == GDK_KEY_Up);

  if (!right && !down)
    return FALSE;
  if (event->state & GDK_CONTROL_MASK)
    {
      fddm_view_split (&canvas->view, fddm_view_handle (&canvas->view) + right * STEP / 2);
      gtk_widget_queue_draw (area);
    }
  else
    move_to (canvas, canvas->view.x + right * STEP, canvas->view.y + down * STEP);
  return TRUE;
}

static void
resized (G_GNUC_UNUSED GtkWidget *area, GdkRectangle *allocation, FddmCanvas *canvas)
{
  if (allocation->width == canvas->view.across && allocation->height == canvas->view.down)
    return;
  fddm_view_resize (&canvas->view, allocation->width, allocation->height);
  canvas->moved (canvas->data);
}

/* ---- From outside ---- */

void
fddm_canvas_fit (FddmCanvas *canvas, gboolean fit)
{
  if (canvas->view.fit == fit)
    return;
  canvas->view.fit = fit;
  gtk_widget_queue_draw (canvas->area);
  canvas->moved (canvas->data);
}

gboolean
fddm_canvas_fits (const FddmCanvas *canvas)
{
  return canvas->view.fit;
}

int
fddm_canvas_step (const FddmCanvas *canvas)
{
  return fddm_view_step (&canvas->view);
}

void
fddm_canvas_mode (FddmCanvas *canvas, FddmViewMode mode)
{
  canvas->view.mode = mode;
  gtk_widget_queue_draw (canvas->area);
}

void
fddm_canvas_hold (FddmCanvas *canvas, gboolean held)
{
  canvas->view.original = held;
  gtk_widget_queue_draw (canvas->area);
}

void
fddm_canvas_bring (FddmCanvas *canvas, FddmSight *sight)
{
  fddm_textures_take (&canvas->textures, sight);
  gtk_widget_queue_draw (canvas->area);
}

FddmPart
fddm_canvas_part (const FddmCanvas *canvas)
{
  return fddm_view_part (&canvas->view);
}

GtkWidget *
fddm_canvas_widget (FddmCanvas *canvas)
{
  return canvas->area;
}

static void
connect (FddmCanvas *canvas)
{
  GtkWidget *area = canvas->area;

  g_signal_connect (area, fddm_draw_signal, G_CALLBACK (draw), canvas);
  g_signal_connect (area, "size-allocate", G_CALLBACK (resized), canvas);
  g_signal_connect (area, "button-press-event", G_CALLBACK (pressed), canvas);
  g_signal_connect (area, "button-release-event", G_CALLBACK (released), canvas);
  g_signal_connect (area, "motion-notify-event", G_CALLBACK (dragged), canvas);
  g_signal_connect (area, "key-press-event", G_CALLBACK (key_pressed), canvas);
}

FddmCanvas *
fddm_canvas_new (const FddmDenoiseHelp *help, int across, int down, void (*moved) (gpointer data), gpointer data)
{
  FddmCanvas *canvas = g_new0 (FddmCanvas, 1);

  canvas->moved = moved;
  canvas->data  = data;
  canvas->area  = g_object_ref_sink (gtk_drawing_area_new ());
  fddm_view_init (&canvas->view, help->width, help->height, &help->focus);
  gtk_widget_set_size_request (canvas->area, across, down);
  gtk_widget_set_can_focus (canvas->area, TRUE);
  gtk_widget_add_events (canvas->area,
                         GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK | GDK_POINTER_MOTION_MASK | GDK_KEY_PRESS_MASK);
  atk_object_set_name (gtk_widget_get_accessible (canvas->area), _ ("Preview"));
  atk_object_set_description (gtk_widget_get_accessible (canvas->area),
                              _ ("The arrow keys move the picture, with Ctrl the handle between before and after; the space "
                                 "bar shows the original"));
  connect (canvas);
  return canvas;
}

void
fddm_canvas_free (FddmCanvas *canvas)
{
  g_signal_handlers_disconnect_by_data (canvas->area, canvas);
  g_object_unref (canvas->area);
  fddm_textures_clear (&canvas->textures);
  g_free (canvas);
}
