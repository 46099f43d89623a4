/* denoise-form.c: see denoise-form.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/denoise-form.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "ui/canvas.h"
#include "ui/noise-level.h"
#include "ui/requests.h"
#include "ui/toolkit.h"

/* The least size of the preview: the dialog fits on 1280 × 720. */
#define ACROSS 520
#define DOWN   420

/* Quiet after a slider or the picture has moved before it is denoised, in ms. */
#define LATE 120

/* How often it is looked how far the preview is, in ms. */
#define GLANCE 250

/* Characters of the lines at the right. */
#define WIDTH 44

struct FddmDenoiseForm {
  const FddmDenoiseHelp *help;
  double                *values;
  void (*changed) (gpointer data, int place);
  gpointer       data;
  FddmControls   controls;
  FddmNoiseLevel level;
  FddmCanvas    *canvas;
  FddmRequests  *requests;
  GtkWidget     *box, *state, *device;
  GtkWidget     *original, *fit; /* buttons */
  guint          glances;        /* a source, or 0 */
  gboolean       waits;          /* for the first picture of what was denoised */
};

static int
place_of (const FddmDenoiseForm *form, const char *name)
{
  return fddm_parameter_place (form->controls.table, name);
}

/* ---- The preview ---- */

/* Tells how far it is, as long as there is nothing better to tell. */
static gboolean
glance (gpointer data)
{
  FddmDenoiseForm *form    = data;
  const int        percent = fddm_requests_percent (form->requests);
  g_autofree char *words   = g_strdup_printf (_ ("Preview: %d %%"), percent);

  if (form->waits && percent > 0 && percent < 100)
    gtk_label_set_text (GTK_LABEL (form->state), words);
  return G_SOURCE_CONTINUE;
}

static void
ask (FddmDenoiseForm *form, int late)
{
  const FddmPart part    = fddm_canvas_part (form->canvas);
  const gboolean fastest = form->values[place_of (form, "quality")] == 0 || fddm_canvas_fits (form->canvas);

  fddm_requests_ask (form->requests, &part, fddm_canvas_step (form->canvas), form->values, fastest, late);
  if (!form->glances)
    form->glances = g_timeout_add (GLANCE, glance, form);
}

static void
moved (gpointer data)
{
  FddmDenoiseForm *form = data;

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (form->fit), fddm_canvas_fits (form->canvas));
  ask (form, LATE);
}

static char *
time_words (double seconds)
{
  /* translators: how long it takes */
  if (seconds < 90)
    return g_strdup_printf (_ ("about %d s"), MAX ((int) (seconds + 0.5), 1));
  return g_strdup_printf (_ ("about %d min"), (int) (seconds / 60 + 0.5));
}

static void
tell_state (FddmDenoiseForm *form, const FddmSight *sight)
{
  g_autofree char *time = time_words (sight->seconds), *words = NULL;

  form->waits = sight->kind == FDDM_SIGHT_ORIGINAL;
  switch (sight->kind)
    {
    case FDDM_SIGHT_ORIGINAL: words = g_strdup (_ ("Preview: computing")); break;
    case FDDM_SIGHT_DRAFT: words = g_strdup (_ ("Preview of quality “Fast”; the chosen one follows")); break;
    case FDDM_SIGHT_RESULT:
      if (fddm_canvas_fits (form->canvas) && form->values[place_of (form, "quality")] != 0)
        {
          words = g_strdup (_ ("The whole layer, by quality “Fast”. A click shows a place at 1:1."));
          break;
        }
      /* translators: %s is "about 6 s" */
      words = g_strdup_printf (_ ("Preview at 1:1. To denoise all takes %s."), time);
      break;
    default: words = g_strdup (sight->words ? sight->words : ""); break;
    }
  gtk_label_set_text (GTK_LABEL (form->state), words);
}

static void
bring (gpointer data, FddmSight *sight)
{
  FddmDenoiseForm *form = data;

  if (sight->kind == FDDM_SIGHT_NOISE)
    fddm_noise_level_tell (&form->level, sight);
  else
    {
      fddm_canvas_bring (form->canvas, sight);
      tell_state (form, sight);
    }
  if (sight->device)
    gtk_label_set_text (GTK_LABEL (form->device), sight->device);
}

/* ---- Values ---- */

static void
value_changed (gpointer data, int place)
{
  FddmDenoiseForm *form = data;

  if (strcmp (form->controls.table[place].name, "output"))
    ask (form, LATE);
  form->changed (form->data, place);
}

void
fddm_denoise_form_show (FddmDenoiseForm *form, int place, double value)
{
  if (form->values[place] == value)
    return;
  if (place == form->level.place)
    fddm_noise_level_show (&form->level, value);
  else
    fddm_controls_show (&form->controls, place, value);
  ask (form, LATE);
}

/* ---- Above the preview ---- */

static void
hold (FddmDenoiseForm *form)
{
  fddm_canvas_hold (form->canvas, TRUE);
}

static void
let_go (FddmDenoiseForm *form)
{
  fddm_canvas_hold (form->canvas, FALSE);
}

static void
fit_toggled (GtkToggleButton *button, FddmDenoiseForm *form)
{
  fddm_canvas_fit (form->canvas, gtk_toggle_button_get_active (button));
}

static void
mode_toggled (GtkToggleButton *button, FddmDenoiseForm *form)
{
  if (gtk_toggle_button_get_active (button))
    fddm_canvas_mode (form->canvas, GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "fddm-mode")));
}

static GtkWidget *
new_bar (FddmDenoiseForm *form)
{
  const char *const words[] = { [FDDM_VIEW_SPLIT]   = _ ("Before and after"),
                                [FDDM_VIEW_RESULT]  = _ ("Denoised"),
                                [FDDM_VIEW_REMOVED] = _ ("Removed noise") };
  GtkWidget        *bar = fddm_row_new (0), *button = NULL;

  for (int i = 0; i < FDDM_VIEW_MODES; i++)
    {
      button = gtk_radio_button_new_with_label_from_widget (GTK_RADIO_BUTTON (button), words[i]);
      gtk_toggle_button_set_mode (GTK_TOGGLE_BUTTON (button), FALSE);
      g_object_set_data (G_OBJECT (button), "fddm-mode", GINT_TO_POINTER (i));
      g_signal_connect (button, "toggled", G_CALLBACK (mode_toggled), form);
      gtk_box_pack_start (GTK_BOX (bar), button, FALSE, FALSE, 0);
    }
  form->fit = gtk_toggle_button_new_with_mnemonic (_ ("Whole la_yer"));
  gtk_widget_set_tooltip_text (form->fit, _ ("Shows the whole layer, as small as it has to be"));
  g_signal_connect (form->fit, "toggled", G_CALLBACK (fit_toggled), form);
  form->original = gtk_button_new_with_mnemonic (_ ("Ori_ginal"));
  gtk_widget_set_tooltip_text (form->original, _ ("Shows the original as long as the button or the space bar is held down"));
  g_signal_connect_swapped (form->original, "pressed", G_CALLBACK (hold), form);
  g_signal_connect_swapped (form->original, "released", G_CALLBACK (let_go), form);
  gtk_box_pack_end (GTK_BOX (bar), form->original, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (bar), form->fit, FALSE, FALSE, 6);
  return bar;
}

/* ---- The space bar, wherever it has no other use ---- */

static gboolean
has_use_for_space (GtkWidget *focus)
{
  return GTK_IS_ENTRY (focus) || GTK_IS_BUTTON (focus) || GTK_IS_COMBO_BOX (focus) || GTK_IS_EXPANDER (focus);
}

static gboolean
key_changed (GtkWidget *window, GdkEventKey *event, FddmDenoiseForm *form)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (window));

  if (event->keyval != GDK_KEY_space || (focus && has_use_for_space (focus) && focus != form->original))
    return FALSE;
  fddm_canvas_hold (form->canvas, event->type == GDK_KEY_PRESS);
  return TRUE;
}

/* ---- The whole ---- */

static GtkWidget *
new_preview (FddmDenoiseForm *form)
{
  GtkWidget *column = fddm_column_new (6);

  form->state = fddm_label_new (_ ("Reading the layer"), 0);
  gtk_label_set_ellipsize (GTK_LABEL (form->state), PANGO_ELLIPSIZE_END);
  gtk_box_pack_start (GTK_BOX (column), new_bar (form), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), fddm_canvas_widget (form->canvas), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (column), form->state, FALSE, FALSE, 0);
  return column;
}

/* Each group once; that of the last parameters first. */
static void
add_groups (FddmDenoiseForm *form, GtkWidget *column, int n)
{
  const FddmParameter *table = form->controls.table;

  for (int i = n - 1; i >= 0; i--)
    if (table[i].group && (i == n - 1 || g_strcmp0 (table[i].group, table[i + 1].group)))
      gtk_box_pack_start (GTK_BOX (column), fddm_controls_group (&form->controls, table[i].group, "%"), FALSE, FALSE, 0);
}

/* Opening a group must not make the dialog higher than a small screen: the column is scrolled then. */
static GtkWidget *
new_scroller (GtkWidget *content)
{
  GtkWidget *scroller = gtk_scrolled_window_new (NULL, NULL), *viewport = gtk_viewport_new (NULL, NULL);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_viewport_set_shadow_type (GTK_VIEWPORT (viewport), GTK_SHADOW_NONE);
  gtk_container_add (GTK_CONTAINER (viewport), content);
  gtk_container_add (GTK_CONTAINER (scroller), viewport);
  return scroller;
}

static GtkWidget *
new_controls (FddmDenoiseForm *form, int n)
{
  const FddmParameter *table  = form->controls.table;
  GtkWidget           *column = fddm_column_new (6), *whole = fddm_column_new (6), *row;

  gtk_box_pack_start (GTK_BOX (column), fddm_noise_level_new (&form->level, &form->controls, place_of (form, "noise")),
                      FALSE, FALSE, 0);
  for (int i = 0; i < n; i++)
    if (!table[i].group && i != form->level.place)
      {
        row = fddm_controls_row (&form->controls, i, "%");
        gtk_widget_set_sensitive (row, !form->help->gray || strcmp (table[i].name, "chroma"));
        gtk_box_pack_start (GTK_BOX (column), row, FALSE, FALSE, 0);
      }
  add_groups (form, column, n);
  form->device = fddm_label_new (_ ("Looking for a GPU"), WIDTH);
  gtk_box_pack_start (GTK_BOX (whole), new_scroller (column), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (whole), form->device, FALSE, FALSE, 0);
  return whole;
}

FddmDenoiseForm *
fddm_denoise_form_new (const FddmDenoiseHelp *help, const FddmParameter *table, double *values,
                       void (*changed) (gpointer data, int place), gpointer data)
{
  FddmDenoiseForm *form = g_new0 (FddmDenoiseForm, 1);
  int              n    = 0;

  while (table[n].name)
    n++;
  form->help    = help;
  form->values  = values;
  form->changed = changed;
  form->data    = data;
  fddm_controls_init (&form->controls, table, values, value_changed, form);
  form->requests = fddm_requests_new (&help->painter, n, bring, form);
  form->canvas   = fddm_canvas_new (help, ACROSS, DOWN, moved, form);
  form->box      = fddm_row_new (12);
  gtk_box_pack_start (GTK_BOX (form->box), new_preview (form), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (form->box), new_controls (form, n), FALSE, FALSE, 0);
  gtk_container_set_border_width (GTK_CONTAINER (form->box), 12);
  gtk_widget_show_all (form->box);
  return form;
}

GtkWidget *
fddm_denoise_form_widget (FddmDenoiseForm *form)
{
  return form->box;
}

void
fddm_denoise_form_window (FddmDenoiseForm *form, GtkWidget *window)
{
  g_signal_connect (window, "key-press-event", G_CALLBACK (key_changed), form);
  g_signal_connect (window, "key-release-event", G_CALLBACK (key_changed), form);
  gtk_widget_grab_focus (fddm_canvas_widget (form->canvas));
}

char *
fddm_denoise_form_title (const FddmDenoiseHelp *help)
{
  /* translators: the title of a window; %s is the name of a layer */
  return g_strdup_printf (_ ("FDDM Denoise: %s"), help->layer);
}

void
fddm_denoise_form_free (FddmDenoiseForm *form)
{
  if (form->glances)
    g_source_remove (form->glances);
  fddm_requests_free (form->requests);
  fddm_canvas_free (form->canvas);
  fddm_controls_clear (&form->controls);
  g_free (form);
}
