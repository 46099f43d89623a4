/* denoise-form.c: see denoise-form.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/denoise-form.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "ui/canvas.h"
#include "ui/noise-level.h"
#include "ui/preset-button.h"
#include "ui/requests.h"
#include "ui/sizes.h"
#include "ui/toolkit.h"

/* Minimum size of the preview in pixels. With it the dialog fits on a screen of 1280 × 720. */
#define ACROSS 520
#define DOWN   420

/* Delay from the last change of a slider or the view to denoising, in ms. */
#define LATE 120

/* Interval between updates of the preview's progress, in ms. */
#define GLANCE 250

/* Widths in characters of the lines at the right and below the preview. */
#define WIDTH      48
#define WIDE_WIDTH 56

struct FddmDenoiseForm {
  const FddmDenoiseHelp *help;
  double                *values;
  FddmControls           controls;
  FddmNoiseLevel         level;
  FddmPresetButton       presets;
  FddmCanvas            *canvas;
  FddmRequests          *requests;
  GtkWidget             *box, *state, *progress, *told, *device;
  GtkWidget             *lines;          /* pages: the state; progress of a run */
  GtkWidget             *original, *fit; /* buttons */
  guint                  glances;        /* timeout source, or 0 */
  gboolean               waits;          /* for the first picture of the denoised part */
  gboolean               busy;
  double seconds; /* estimate for the whole layer; 0: unknown yet for these settings; < 0: it cannot be known */
  char  *where;   /* computing device; or NULL */
};

static int
place_of (const FddmDenoiseForm *form, const char *name)
{
  return fddm_parameter_place (form->controls.table, name);
}

/* ---- The preview ---- */

/* Shows the progress of the preview unless a more important message is visible. */
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

  if (form->busy)
    return;
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

/* Shows the estimated time and the computing device. */
static void
tell_costs (FddmDenoiseForm *form)
{
  g_autofree char *time  = fddm_time_words (form->seconds);
  g_autofree char *words = NULL;

  if (!form->where)
    return;
  /* translators: "about 6 s", and a sentence on where it is computed */
  words = form->seconds > 0   ? g_strdup_printf (_ ("Takes %s. %s"), time, form->where)
          : form->seconds < 0 ? g_strdup (form->where)
                              : g_strdup_printf (_ ("Estimating the time. %s"), form->where);
  gtk_label_set_text (GTK_LABEL (form->device), words);
}

/* Whether the picture has the chosen quality. */
static gboolean
is_final (const FddmDenoiseForm *form, const FddmSight *sight)
{
  return sight->kind == FDDM_SIGHT_RESULT &&
         (!fddm_canvas_fits (form->canvas) || form->values[place_of (form, "quality")] == 0);
}

static void
tell_state (FddmDenoiseForm *form, const FddmSight *sight)
{
  const char *words = sight->words;

  form->waits = sight->kind == FDDM_SIGHT_ORIGINAL;
  if (sight->kind == FDDM_SIGHT_PROBLEM && !sight->part.width)
    words = _ ("There is no preview."); /* the reason is in the line of the noise level */
  else if (sight->kind == FDDM_SIGHT_ORIGINAL)
    words = _ ("Preview: computing");
  else if (sight->kind == FDDM_SIGHT_DRAFT)
    words = _ ("Preview of quality “Fast”; the chosen one follows");
  else if (sight->kind == FDDM_SIGHT_RESULT && fddm_canvas_fits (form->canvas))
    words = is_final (form, sight) ? _ ("The whole layer. A click shows a place at 1:1.")
                                   : _ ("The whole layer, by quality “Fast”. A click shows a place at 1:1.");
  else if (sight->kind == FDDM_SIGHT_RESULT)
    words = _ ("Preview at 1:1, as the new layer will be");
  gtk_label_set_text (GTK_LABEL (form->state), words ? words : "");
}

static void
bring (gpointer data, FddmSight *sight)
{
  FddmDenoiseForm *form = data;

  const gboolean problem = sight->kind == FDDM_SIGHT_PROBLEM;

  if (sight->kind == FDDM_SIGHT_NOISE || (problem && !sight->part.width))
    fddm_noise_level_tell (&form->level, sight);
  else if (!problem)
    fddm_canvas_bring (form->canvas, sight);
  if (sight->kind != FDDM_SIGHT_NOISE && sight->kind != FDDM_SIGHT_OVERVIEW)
    tell_state (form, sight);
  if (problem)
    form->seconds = -1;
  else if (is_final (form, sight))
    form->seconds = sight->seconds;
  if (sight->device)
    {
      g_free (form->where);
      form->where = g_steal_pointer (&sight->device);
      tell_costs (form);
    }
}

/* ---- Values ---- */

/* Updates preview and estimated time after a change of parameter PLACE. */
static void
follow_value (FddmDenoiseForm *form, int place)
{
  const char *name = form->controls.table[place].name;

  if (strcmp (name, "output"))
    ask (form, LATE);
  if (!strcmp (name, "quality") || !strcmp (name, "device") || !strcmp (name, "detail"))
    {
      form->seconds = 0;
      tell_costs (form);
    }
  fddm_preset_button_update (&form->presets);
}

static void
value_changed (gpointer data, int place)
{
  follow_value (data, place);
}

static void
show_value (FddmDenoiseForm *form, int place, double value)
{
  if (form->values[place] == value)
    return;
  if (place == form->level.place)
    fddm_noise_level_show (&form->level, value);
  else
    fddm_controls_show (&form->controls, place, value);
  follow_value (form, place);
}

void
fddm_denoise_form_preset (FddmDenoiseForm *form, int preset)
{
  const FddmParameter *table = form->controls.table;
  double               values[FDDM_PARAMETERS_MAX];

  for (int i = 0; table[i].name; i++)
    values[i] = preset < 0 ? fddm_parameter_preset (&table[i]) : form->values[i];
  if (preset >= 0)
    fddm_presets_take (form->help->presets, preset, values);
  for (int i = 0; table[i].name; i++)
    show_value (form, i, values[i]);
}

static void
choose_preset (gpointer data, int preset)
{
  fddm_denoise_form_preset (data, preset);
}

/* ---- A run ---- */

void
fddm_denoise_form_busy (FddmDenoiseForm *form, gboolean busy)
{
  form->busy = busy;
  gtk_notebook_set_current_page (GTK_NOTEBOOK (form->lines), busy);
  if (busy)
    fddm_requests_rest (form->requests);
  else
    ask (form, LATE);
}

void
fddm_denoise_form_progress (FddmDenoiseForm *form, const char *text, double fraction)
{
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (form->progress), text);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (form->progress), CLAMP (fraction, 0, 1));
}

void
fddm_denoise_form_tell (FddmDenoiseForm *form, const char *text, gboolean wrong)
{
  PangoAttrList *attributes = pango_attr_list_new ();

  if (wrong)
    pango_attr_list_insert (attributes, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  gtk_label_set_attributes (GTK_LABEL (form->told), attributes);
  pango_attr_list_unref (attributes);
  gtk_label_set_text (GTK_LABEL (form->told), text ? text : "");
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
  const char *const words[] = { [FDDM_VIEW_SPLIT]   = _ ("_1 Before and after"),
                                [FDDM_VIEW_RESULT]  = _ ("_2 Denoised"),
                                [FDDM_VIEW_REMOVED] = _ ("_3 Removed noise") };
  GtkWidget        *bar = fddm_row_new (0), *button = NULL;

  for (int i = 0; i < FDDM_VIEW_MODES; i++)
    {
      button = gtk_radio_button_new_with_mnemonic_from_widget (GTK_RADIO_BUTTON (button), words[i]);
      gtk_toggle_button_set_mode (GTK_TOGGLE_BUTTON (button), FALSE);
      g_object_set_data (G_OBJECT (button), "fddm-mode", GINT_TO_POINTER (i));
      g_signal_connect (button, "toggled", G_CALLBACK (mode_toggled), form);
      gtk_box_pack_start (GTK_BOX (bar), button, FALSE, FALSE, 0);
    }
  form->fit = gtk_toggle_button_new_with_mnemonic (_ ("_4 Whole layer"));
  gtk_widget_set_tooltip_text (form->fit, _ ("Shows the whole layer, as small as it has to be"));
  g_signal_connect (form->fit, "toggled", G_CALLBACK (fit_toggled), form);
  form->original = gtk_button_new_with_mnemonic (_ ("_5 Original"));
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

  if (event->keyval == GDK_KEY_space && event->type == GDK_KEY_RELEASE)
    let_go (form); /* wherever the focus is by now */
  if (event->keyval != GDK_KEY_space || (focus && has_use_for_space (focus) && focus != form->original))
    return FALSE;
  fddm_canvas_hold (form->canvas, event->type == GDK_KEY_PRESS);
  return TRUE;
}

/* Another window takes the keys, and the release of this one. */
static gboolean
focus_lost (G_GNUC_UNUSED GtkWidget *window, G_GNUC_UNUSED GdkEventFocus *event, FddmDenoiseForm *form)
{
  let_go (form);
  return FALSE;
}

/* ---- The whole ---- */

static GtkWidget *
new_preview (FddmDenoiseForm *form)
{
  GtkWidget *column = fddm_column_new (6);

  form->state    = fddm_label_new (_ ("Reading the layer"), WIDE_WIDTH);
  form->progress = fddm_progress_new ();
  form->told     = fddm_label_new ("", WIDE_WIDTH);
  form->lines    = gtk_notebook_new (); /* as high as its higher page, so that the layout stays still */
  gtk_notebook_set_show_tabs (GTK_NOTEBOOK (form->lines), FALSE);
  gtk_notebook_set_show_border (GTK_NOTEBOOK (form->lines), FALSE);
  gtk_notebook_append_page (GTK_NOTEBOOK (form->lines), form->state, NULL);
  gtk_notebook_append_page (GTK_NOTEBOOK (form->lines), form->progress, NULL);
  fddm_label_reserve (form->told, 2);
  gtk_box_pack_start (GTK_BOX (column), new_bar (form), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), fddm_canvas_widget (form->canvas), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (column), form->lines, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), form->told, FALSE, FALSE, 0);
  return column;
}

/* Adds each group once, in reverse order of the table. */
static void
add_groups (FddmDenoiseForm *form, GtkWidget *column, int n)
{
  const FddmParameter *table = form->controls.table;

  for (int i = n - 1; i >= 0; i--)
    if (table[i].group && (i == n - 1 || g_strcmp0 (table[i].group, table[i + 1].group)))
      gtk_box_pack_start (GTK_BOX (column), fddm_controls_group (&form->controls, table[i].group, "%"), FALSE, FALSE, 0);
}

static GtkWidget *
new_controls (FddmDenoiseForm *form, int n)
{
  const FddmParameter *table  = form->controls.table;
  GtkWidget           *column = fddm_column_new (6), *whole = fddm_column_new (6), *button;

  button = fddm_preset_button_new (&form->presets, form->help->presets, form->values, choose_preset, form);
  gtk_box_pack_start (GTK_BOX (column), fddm_controls_frame (&form->controls, _ ("_Preset"), button, button), FALSE, FALSE,
                      0);
  gtk_box_pack_start (GTK_BOX (column), fddm_noise_level_new (&form->level, &form->controls, place_of (form, "noise")),
                      FALSE, FALSE, 0);
  for (int i = 0; i < n; i++)
    if (!table[i].group && i != form->level.place && (!form->help->gray || strcmp (table[i].name, "chroma")))
      gtk_box_pack_start (GTK_BOX (column), fddm_controls_row (&form->controls, i, "%"), FALSE, FALSE, 0);
  add_groups (form, column, n);
  form->device = fddm_label_new (_ ("Looking for a GPU"), WIDTH);
  gtk_widget_show_all (column);
  gtk_box_pack_start (GTK_BOX (whole), fddm_scroller_new (column, DOWN), TRUE, TRUE, 0); /* not higher than the preview */
  gtk_box_pack_start (GTK_BOX (whole), form->device, FALSE, FALSE, 0);
  return whole;
}

FddmDenoiseForm *
fddm_denoise_form_new (const FddmDenoiseHelp *help, const FddmParameter *table, double *values)
{
  FddmDenoiseForm *form = g_new0 (FddmDenoiseForm, 1);
  int              n    = 0;

  while (table[n].name)
    n++;
  form->help   = help;
  form->values = values;
  fddm_controls_init (&form->controls, table, values, value_changed, form);
  form->requests = fddm_requests_new (&help->painter, n, bring, form);
  form->canvas   = fddm_canvas_new (help, ACROSS, DOWN, moved, form);
  form->box      = fddm_row_new (12);
  gtk_box_pack_start (GTK_BOX (form->box), new_preview (form), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (form->box), new_controls (form, n), FALSE, FALSE, 0);
  gtk_container_set_border_width (GTK_CONTAINER (form->box), 12);
  gtk_widget_show_all (form->box);
  fddm_denoise_form_tell (form, help->note, FALSE);
  return form;
}

void
fddm_denoise_form_window (FddmDenoiseForm *form, GtkWidget *window)
{
  gtk_box_pack_start (GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (window))), fddm_fit_screen (form->box), TRUE, TRUE,
                      0);
  g_signal_connect (window, "key-press-event", G_CALLBACK (key_changed), form);
  g_signal_connect (window, "key-release-event", G_CALLBACK (key_changed), form);
  g_signal_connect (window, "focus-out-event", G_CALLBACK (focus_lost), form);
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
  g_free (form->where);
  g_free (form);
}
