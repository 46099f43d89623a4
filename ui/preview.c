/* preview.c: see preview.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/preview.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* How long values stay as they are before they are painted, and how often the painter is looked at, in ms. */
#define PATIENCE 250
#define GLANCE   100

struct FddmPreview {
  FddmPainter painter;
  int         n;
  GtkWidget  *box, *picture, *words;
  guint       patience, glances; /* sources, or 0 */
  GThread    *thread;
  int         stop, percent; /* atomic */
  GMutex      mutex;         /* over what follows */
  GCond       wake;
  double      values[FDDM_PARAMETERS_MAX];
  gboolean    wanted, done, end; /* VALUES are to be painted; RESULT is there; no more of it */
  FddmPicture result;
};

/* ---- In the painter's thread ---- */

/* Waits for values; FALSE when there will be none. */
static gboolean
wait_for_values (FddmPreview *preview, double *values)
{
  gboolean go_on;

  g_mutex_lock (&preview->mutex);
  while (!preview->wanted && !preview->end)
    g_cond_wait (&preview->wake, &preview->mutex);
  preview->wanted = FALSE;
  g_atomic_int_set (&preview->stop, preview->end);
  g_atomic_int_set (&preview->percent, 0);
  memcpy (values, preview->values, preview->n * sizeof *values);
  go_on = !preview->end;
  g_mutex_unlock (&preview->mutex);
  return go_on;
}

static void
clear_picture (FddmPicture *picture)
{
  g_clear_pointer (&picture->pixels, g_free);
  g_clear_pointer (&picture->words, g_free);
}

static gpointer
paint (gpointer data)
{
  FddmPreview *preview = data;
  double       values[FDDM_PARAMETERS_MAX];

  while (wait_for_values (preview, values))
    {
      FddmPicture picture = { 0 };

      preview->painter.paint (preview->painter.data, values, &picture, &preview->stop, &preview->percent);
      g_mutex_lock (&preview->mutex);
      clear_picture (&preview->result);
      preview->result = picture;
      preview->done   = !g_atomic_int_get (&preview->stop);
      g_mutex_unlock (&preview->mutex);
    }
  preview->painter.finish (preview->painter.data);
  return NULL;
}

/* ---- In the dialog's ---- */

static void
free_pixels (guchar *pixels, G_GNUC_UNUSED gpointer data)
{
  g_free (pixels);
}

/* Takes the pixels. */
static void
show_picture (FddmPreview *preview, FddmPicture *picture)
{
  if (picture->pixels)
    {
      g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new_from_data (g_steal_pointer (&picture->pixels), GDK_COLORSPACE_RGB, FALSE,
                                                               8, picture->width, picture->height, 3 * picture->width,
                                                               free_pixels, NULL);

      gtk_image_set_from_pixbuf (GTK_IMAGE (preview->picture), pixbuf);
    }
  else
    gtk_image_clear (GTK_IMAGE (preview->picture));
  gtk_label_set_text (GTK_LABEL (preview->words), picture->words ? picture->words : "");
}

static gboolean
glance (gpointer data)
{
  FddmPreview     *preview = data;
  g_autofree char *working = g_strdup_printf (_ ("Preview: %d %%"), g_atomic_int_get (&preview->percent));
  FddmPicture      picture = { 0 };
  gboolean         done;

  g_mutex_lock (&preview->mutex);
  done = preview->done;
  if (done)
    {
      picture = preview->result;
      memset (&preview->result, 0, sizeof preview->result);
      preview->done = FALSE;
    }
  g_mutex_unlock (&preview->mutex);

  if (!done)
    {
      gtk_label_set_text (GTK_LABEL (preview->words), working);
      return G_SOURCE_CONTINUE;
    }
  show_picture (preview, &picture);
  clear_picture (&picture);
  preview->glances = 0;
  return G_SOURCE_REMOVE;
}

static gboolean
start (gpointer data)
{
  FddmPreview *preview = data;

  g_mutex_lock (&preview->mutex);
  preview->wanted = TRUE;
  preview->done   = FALSE;
  g_cond_signal (&preview->wake);
  g_mutex_unlock (&preview->mutex);
  if (!preview->glances)
    preview->glances = g_timeout_add (GLANCE, glance, preview);
  preview->patience = 0;
  return G_SOURCE_REMOVE;
}

static void
clear_source (guint *source)
{
  if (*source)
    g_source_remove (*source);
  *source = 0;
}

void
fddm_preview_update (FddmPreview *preview, const double *values)
{
  g_mutex_lock (&preview->mutex);
  memcpy (preview->values, values, preview->n * sizeof *values);
  preview->done = FALSE;
  g_atomic_int_set (&preview->stop, 1);
  g_mutex_unlock (&preview->mutex);
  clear_source (&preview->patience);
  preview->patience = g_timeout_add (PATIENCE, start, preview);
}

static GtkWidget *
column_new (void)
{
#if GTK_CHECK_VERSION(3, 0, 0)
  return gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
#else
  return gtk_vbox_new (FALSE, 6);
#endif
}

char *
fddm_generate_size_words (const FddmGenerateHelp *help)
{
  return g_strdup_printf (_ ("_As large as the image (%d × %d)"), help->image_width, help->image_height);
}

FddmPreview *
fddm_preview_new (const FddmPainter *painter, int n)
{
  FddmPreview *preview = g_new0 (FddmPreview, 1);
  GtkWidget   *frame   = gtk_frame_new (NULL);

  preview->painter = *painter;
  preview->n       = n;
  preview->picture = gtk_image_new ();
  preview->words   = gtk_label_new (NULL);
  preview->box     = column_new ();
  gtk_widget_set_size_request (preview->picture, FDDM_PREVIEW_SIDE + 8, FDDM_PREVIEW_SIDE + 8);
  gtk_widget_set_size_request (preview->words, FDDM_PREVIEW_SIDE, -1);
  gtk_label_set_line_wrap (GTK_LABEL (preview->words), TRUE);
  gtk_container_add (GTK_CONTAINER (frame), preview->picture);
  gtk_box_pack_start (GTK_BOX (preview->box), frame, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (preview->box), preview->words, FALSE, FALSE, 0);
  g_mutex_init (&preview->mutex);
  g_cond_init (&preview->wake);
  preview->thread = g_thread_new ("fddm-preview", paint, preview);
  return preview;
}

GtkWidget *
fddm_preview_widget (FddmPreview *preview)
{
  return preview->box;
}

void
fddm_preview_free (FddmPreview *preview)
{
  clear_source (&preview->patience);
  clear_source (&preview->glances);
  g_mutex_lock (&preview->mutex);
  preview->end = TRUE;
  g_atomic_int_set (&preview->stop, 1);
  g_cond_signal (&preview->wake);
  g_mutex_unlock (&preview->mutex);
  g_thread_join (preview->thread);
  clear_picture (&preview->result);
  g_mutex_clear (&preview->mutex);
  g_cond_clear (&preview->wake);
  g_free (preview);
}
