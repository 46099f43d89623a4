/* cells.c: see cells.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/cells.h"

#include <glib/gi18n-lib.h>

#include "ui/toolkit.h"

/* Width of the frame around a picture, in pixels; its colour for the chosen picture: red, green, blue, alpha. */
#define FRAME  4
#define CHOSEN 0x3584e4ffu

/* Colour of a cell without a picture, in the same format. */
#define EMPTY 0x80808030u

/* Opacity of outdated pictures, 0…255. */
#define PALE 90

struct FddmCells {
  GtkWidget *box;
  GtkWidget *buttons[FDDM_OFFERS], *images[FDDM_OFFERS];
  GdkPixbuf *pictures[FDDM_OFFERS]; /* NULL: no picture yet */
  gboolean   old[FDDM_OFFERS];
  int        which;
  gboolean   quiet;
  void (*chosen) (gpointer data, int which);
  gpointer data;
};

/* ---- Pictures ---- */

static void
fill (GdkPixbuf *pixbuf, int x, int y, int width, int height, guint32 colour)
{
  g_autoptr (GdkPixbuf) part = gdk_pixbuf_new_subpixbuf (pixbuf, x, y, width, height);

  gdk_pixbuf_fill (part, colour);
}

/* Draws picture I in the middle of a frame. */
static void
draw (FddmCells *cells, int i)
{
  const int             side   = FDDM_OFFER_SIDE + 2 * FRAME;
  GdkPixbuf            *source = cells->pictures[i];
  const int             width  = source ? gdk_pixbuf_get_width (source) : FDDM_OFFER_SIDE;
  const int             height = source ? gdk_pixbuf_get_height (source) : FDDM_OFFER_SIDE;
  g_autoptr (GdkPixbuf) framed = gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, side, side);

  gdk_pixbuf_fill (framed, 0);
  if (i == cells->which)
    fill (framed, (side - width) / 2 - FRAME, (side - height) / 2 - FRAME, width + 2 * FRAME, height + 2 * FRAME, CHOSEN);
  fill (framed, (side - width) / 2, (side - height) / 2, width, height, EMPTY);
  if (source)
    gdk_pixbuf_composite (source, framed, (side - width) / 2, (side - height) / 2, width, height, (side - width) / 2,
                          (side - height) / 2, 1, 1, GDK_INTERP_NEAREST, cells->old[i] ? PALE : 255);
  gtk_image_set_from_pixbuf (GTK_IMAGE (cells->images[i]), framed);
}

static void
free_pixels (guchar *pixels, G_GNUC_UNUSED gpointer data)
{
  g_free (pixels);
}

void
fddm_cells_bring (FddmCells *cells, const FddmOffer *offer)
{
  const gsize size   = (gsize) 3 * offer->width * offer->height;
  guchar     *pixels = g_memdup2 (offer->pixels, size);

  g_clear_object (&cells->pictures[offer->which]);
  cells->pictures[offer->which] = gdk_pixbuf_new_from_data (pixels, GDK_COLORSPACE_RGB, FALSE, 8, offer->width,
                                                            offer->height, 3 * offer->width, free_pixels, NULL);
  cells->old[offer->which]      = FALSE;
  draw (cells, offer->which);
}

void
fddm_cells_fade (FddmCells *cells)
{
  for (int i = 0; i < FDDM_OFFERS; i++)
    {
      cells->old[i] = TRUE;
      draw (cells, i);
    }
}

/* ---- Choosing ---- */

static void
toggled (GtkToggleButton *button, FddmCells *cells)
{
  if (!gtk_toggle_button_get_active (button))
    return;
  for (int i = 0; i < FDDM_OFFERS; i++)
    if (cells->buttons[i] == GTK_WIDGET (button))
      cells->which = i;
  for (int i = 0; i < FDDM_OFFERS; i++)
    draw (cells, i);
  if (!cells->quiet)
    cells->chosen (cells->data, cells->which);
}

void
fddm_cells_choose (FddmCells *cells, int which)
{
  cells->quiet = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (cells->buttons[which]), TRUE);
  cells->quiet = FALSE;
}

void
fddm_cells_count (FddmCells *cells, double first)
{
  for (int i = 0; i < FDDM_OFFERS; i++)
    {
      /* translators: a picture that can be chosen: which of how many, and its seed */
      g_autofree char *words = g_strdup_printf (_ ("Sample %d of %d, seed %.0f"), i + 1, FDDM_OFFERS,
                                                fddm_offer_seed (first, i));

      gtk_widget_set_tooltip_text (cells->buttons[i], words);
      atk_object_set_name (gtk_widget_get_accessible (cells->buttons[i]), words);
    }
}

/* ---- The whole ---- */

static GtkWidget *
new_cell (FddmCells *cells, int i)
{
  GtkWidget *button = gtk_radio_button_new_from_widget (i ? GTK_RADIO_BUTTON (cells->buttons[0]) : NULL);

  cells->images[i] = gtk_image_new ();
  gtk_toggle_button_set_mode (GTK_TOGGLE_BUTTON (button), FALSE);
  gtk_button_set_relief (GTK_BUTTON (button), GTK_RELIEF_NONE);
  gtk_container_add (GTK_CONTAINER (button), cells->images[i]);
  g_signal_connect (button, "toggled", G_CALLBACK (toggled), cells);
  return cells->buttons[i] = button;
}

FddmCells *
fddm_cells_new (void (*chosen) (gpointer data, int which), gpointer data)
{
  FddmCells *cells = g_new0 (FddmCells, 1);
  GtkWidget *row   = NULL;

  cells->chosen = chosen;
  cells->data   = data;
  cells->box    = fddm_column_new (0);
  for (int i = 0; i < FDDM_OFFERS; i++)
    {
      if (i % 2 == 0)
        {
          row = fddm_row_new (0);
          gtk_box_pack_start (GTK_BOX (cells->box), row, FALSE, FALSE, 0);
        }
      gtk_box_pack_start (GTK_BOX (row), new_cell (cells, i), FALSE, FALSE, 0);
    }
  for (int i = 0; i < FDDM_OFFERS; i++)
    draw (cells, i);
  return cells;
}

GtkWidget *
fddm_cells_widget (FddmCells *cells)
{
  return cells->box;
}

void
fddm_cells_free (FddmCells *cells)
{
  for (int i = 0; i < FDDM_OFFERS; i++)
    g_clear_object (&cells->pictures[i]);
  g_free (cells);
}
