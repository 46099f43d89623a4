/* subjects.c: see subjects.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/subjects.h"

#include <gdk/gdkkeysyms.h>

#include "ui/toolkit.h"

/* Side of a picture, and the space around a subject and around all, in pixels; number of pictures in a row. */
#define SIDE    64
#define PADDING 2
#define ACROSS  7

/* Width of a subject's text in characters; margin beside a picture, in pixels. */
#define WIDTH  10
#define MARGIN 18

enum { COLUMN_NAME, COLUMN_LABEL, COLUMN_PICTURE, COLUMNS };

struct FddmSubjects {
  GtkIconView  *view;
  GtkListStore *store;
  gboolean      quiet;
  const char   *like_label; /* NULL: no example is offered */
  const guint8 *like_picture;
  void (*chosen) (gpointer data, const char *name);
  gpointer data;
};

/* ---- Pictures ---- */

/* NULL if the file is unreadable or malformed; the list then shows names only. */
static GdkPixbuf *
load_sheet (const FddmSheet *sheet)
{
  GdkPixbuf *pictures = sheet->path ? gdk_pixbuf_new_from_file (sheet->path, NULL) : NULL;
  const int  n        = sheet->names ? (int) g_strv_length (sheet->names) : 0;

  if (pictures && gdk_pixbuf_get_height (pictures) != n * gdk_pixbuf_get_width (pictures))
    g_clear_object (&pictures);
  return pictures;
}

/* Picture of the subject NAME, or NULL. */
static GdkPixbuf *
picture_of (const FddmSheet *sheet, GdkPixbuf *pictures, const char *name)
{
  const int side = pictures ? gdk_pixbuf_get_width (pictures) : 0;

  for (int i = 0; pictures && sheet->names[i]; i++)
    if (!g_strcmp0 (sheet->names[i], name))
      {
        g_autoptr (GdkPixbuf) picture = gdk_pixbuf_new_subpixbuf (pictures, 0, i * side, side, side);

        return gdk_pixbuf_scale_simple (picture, SIDE, SIDE, GDK_INTERP_BILINEAR);
      }
  return NULL;
}

/* ---- Choosing ---- */

/* Name of the subject in ROW; free with g_free. */
static char *
name_at (FddmSubjects *subjects, GtkTreeIter *row)
{
  char *name;

  gtk_tree_model_get (GTK_TREE_MODEL (subjects->store), row, COLUMN_NAME, &name, -1);
  return name;
}

static void
selection_changed (GtkIconView *view, FddmSubjects *subjects)
{
  GList      *selected = gtk_icon_view_get_selected_items (view);
  GtkTreeIter row;

  if (selected && !subjects->quiet && gtk_tree_model_get_iter (GTK_TREE_MODEL (subjects->store), &row, selected->data))
    {
      g_autofree char *name = name_at (subjects, &row);

      subjects->chosen (subjects->data, name);
    }
  g_list_free_full (selected, (GDestroyNotify) gtk_tree_path_free);
}

const char *
fddm_subjects_choose (FddmSubjects *subjects, const char *name)
{
  GtkTreeModel    *model  = GTK_TREE_MODEL (subjects->store);
  g_autofree char *chosen = NULL;
  GtkTreeIter      row;
  GtkTreePath     *path;
  gboolean         there;

  for (there = gtk_tree_model_get_iter_first (model, &row); there; there = gtk_tree_model_iter_next (model, &row))
    {
      g_autofree char *other = name_at (subjects, &row);

      if (!g_strcmp0 (other, name))
        break;
    }
  if (!there)
    gtk_tree_model_get_iter_first (model, &row);
  chosen          = name_at (subjects, &row);
  path            = gtk_tree_model_get_path (model, &row);
  subjects->quiet = TRUE;
  gtk_icon_view_set_cursor (subjects->view, path, NULL, FALSE);
  gtk_icon_view_select_path (subjects->view, path);
  subjects->quiet = FALSE;
  gtk_tree_path_free (path);
  return g_intern_string (chosen);
}

void
fddm_subjects_like (FddmSubjects *subjects, const char *label, const guint8 *picture)
{
  subjects->like_label   = label;
  subjects->like_picture = picture;
}

static void
add_like (FddmSubjects *subjects)
{
  g_autoptr (GdkPixbuf) shared  = gdk_pixbuf_new_from_data (subjects->like_picture, GDK_COLORSPACE_RGB, FALSE, 8,
                                                            FDDM_LIKE_SIDE, FDDM_LIKE_SIDE, 3 * FDDM_LIKE_SIDE, NULL, NULL);
  g_autoptr (GdkPixbuf) picture = gdk_pixbuf_scale_simple (shared, SIDE, SIDE, GDK_INTERP_BILINEAR);

  gtk_list_store_insert_with_values (subjects->store, NULL, -1, COLUMN_NAME, FDDM_SUBJECT_LIKE, COLUMN_LABEL,
                                     subjects->like_label, COLUMN_PICTURE, picture, -1);
}

const char *
fddm_subjects_offer (FddmSubjects *subjects, const FddmChoice *choices, const FddmSheet *sheet, const char *name)
{
  g_autoptr (GdkPixbuf) pictures = load_sheet (sheet);

  subjects->quiet = TRUE;
  gtk_list_store_clear (subjects->store);
  gtk_icon_view_set_pixbuf_column (subjects->view, pictures ? COLUMN_PICTURE : -1);
  for (int i = 0; choices[i].name; i++)
    {
      g_autoptr (GdkPixbuf) picture = picture_of (sheet, pictures, choices[i].name);

      gtk_list_store_insert_with_values (subjects->store, NULL, -1, COLUMN_NAME, choices[i].name, COLUMN_LABEL,
                                         choices[i].label, COLUMN_PICTURE, picture, -1);
      if (i == 0 && subjects->like_label)
        add_like (subjects);
    }
  subjects->quiet = FALSE;
  return fddm_subjects_choose (subjects, name);
}

/* ---- The whole ---- */

/* Leaves Enter to the dialog. */
static gboolean
key_pressed (GtkWidget *view, GdkEventKey *event, G_GNUC_UNUSED gpointer data)
{
  if (event->keyval != GDK_KEY_Return && event->keyval != GDK_KEY_KP_Enter)
    return FALSE;
  return gtk_window_activate_default (GTK_WINDOW (gtk_widget_get_toplevel (view)));
}

/* Ignores changes of the selection that the view reports during its destruction. */
static void
destroyed (FddmSubjects *subjects)
{
  subjects->quiet = TRUE;
}

static void
finalized (gpointer data, G_GNUC_UNUSED GObject *view)
{
  FddmSubjects *subjects = data;

  g_object_unref (subjects->store);
  g_free (subjects);
}

FddmSubjects *
fddm_subjects_new (void (*chosen) (gpointer data, const char *name), gpointer data)
{
  FddmSubjects *subjects = g_new0 (FddmSubjects, 1);
  GtkWidget    *view;

  subjects->chosen = chosen;
  subjects->data   = data;
  subjects->store  = gtk_list_store_new (COLUMNS, G_TYPE_STRING, G_TYPE_STRING, GDK_TYPE_PIXBUF);
  view             = gtk_icon_view_new_with_model (GTK_TREE_MODEL (subjects->store));
  subjects->view   = GTK_ICON_VIEW (view);
  gtk_icon_view_set_selection_mode (subjects->view, GTK_SELECTION_BROWSE);
  gtk_icon_view_set_text_column (subjects->view, COLUMN_LABEL);
  fddm_icons_arrange (subjects->view, ACROSS, MAX (SIDE + MARGIN, WIDTH * fddm_char_width (view)), PADDING);
  gtk_icon_view_set_row_spacing (subjects->view, 0);
  gtk_icon_view_set_column_spacing (subjects->view, 0);
  gtk_icon_view_set_spacing (subjects->view, 1);
  g_signal_connect (view, "selection-changed", G_CALLBACK (selection_changed), subjects);
  g_signal_connect (view, "key-press-event", G_CALLBACK (key_pressed), NULL);
  g_signal_connect_swapped (view, "destroy", G_CALLBACK (destroyed), subjects);
  g_object_weak_ref (G_OBJECT (view), finalized, subjects);
  return subjects;
}

GtkWidget *
fddm_subjects_widget (FddmSubjects *subjects)
{
  return GTK_WIDGET (subjects->view);
}
