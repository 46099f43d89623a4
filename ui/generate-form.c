/* generate-form.c: see generate-form.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/generate-form.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ui/cells.h"
#include "ui/controls.h"
#include "ui/map-rows.h"
#include "ui/offers.h"
#include "ui/size-row.h"
#include "ui/subjects.h"
#include "ui/toolkit.h"

/* Delay from the last change of a value to painting of samples, in ms. */
#define LATE 250

/* Lines reserved below the samples, and for the device; maximum height of the controls in pixels, about that of what is beside
 * them. With it the dialog fits on a screen of 1280 × 720. */
#define LINES        2
#define DEVICE_LINES 2
#define DOWN         520

struct FddmGenerateForm {
  const FddmGenerateHelp *help;
  double                 *values;
  void (*changed) (gpointer data, int place);
  gpointer      data;
  FddmControls  controls;
  FddmSizeRow   size;
  FddmMapRows   maps;
  FddmSubjects *subjects;
  FddmCells    *cells;
  FddmOffers   *offers;
  GtkDialog    *window;
  GtkWidget    *box, *state, *device;
  GtkWidget    *closeness; /* its row */
  GtkListStore *models;
  GtkWidget    *model;              /* combo box of MODELS */
  double        first;              /* seed of the first cell */
  FddmOfferKind shown[FDDM_OFFERS]; /* current pictures in the cells */
  double        seconds;            /* 0: unknown */
  char         *problem;
  gboolean      quiet;
};

enum { COLUMN_NAME, COLUMN_LABEL };

static int
place_of (const FddmGenerateForm *form, const char *name)
{
  return fddm_parameter_place (form->controls.table, name);
}

static double
value_of (const FddmGenerateForm *form, const char *name)
{
  return form->values[place_of (form, name)];
}

/* ---- Beneath the samples ---- */

static const char *
sample_words (const FddmGenerateForm *form)
{
  FddmOfferKind worst = FDDM_OFFER_RESULT;

  for (int i = 0; i < FDDM_OFFERS; i++)
    worst = MIN (worst, form->shown[i]);
  if (worst < FDDM_OFFER_DRAFT)
    return _ ("Samples: computing.");
  if (worst < FDDM_OFFER_RESULT)
    return _ ("Coarse samples; finer ones follow.");
  return value_of (form, "tileable") ? _ ("Samples at 1:1, each repeated.")
                                     : _ ("Samples at 1:1, the upper left corner of a layer each.");
}

static void
tell_state (FddmGenerateForm *form)
{
  g_autofree char *time = fddm_time_words (form->seconds), *words = NULL;

  if (form->problem)
    words = g_strdup (form->problem);
  else if (form->seconds > 0)
    /* translators: %s is a sentence on the samples, and "about 6 s" */
    words = g_strdup_printf (_ ("%s Generating takes %s."), sample_words (form), time);
  else
    words = g_strdup (sample_words (form));
  gtk_label_set_text (GTK_LABEL (form->state), words);
  if (form->window)
    gtk_dialog_set_response_sensitive (form->window, GTK_RESPONSE_OK, !form->problem);
}

static void
bring (gpointer data, FddmOffer *offer)
{
  FddmGenerateForm *form = data;

  if (offer->pixels)
    {
      fddm_cells_bring (form->cells, offer);
      form->shown[offer->which] = MAX (form->shown[offer->which], offer->kind);
    }
  else
    {
      g_free (form->problem);
      form->problem = offer->kind == FDDM_OFFER_PROBLEM ? g_steal_pointer (&offer->words) : NULL;
    }
  if (offer->kind == FDDM_OFFER_ACCOUNT)
    form->seconds = offer->seconds;
  if (offer->device)
    gtk_label_set_text (GTK_LABEL (form->device), offer->device);
  tell_state (form);
}

static void
ask (FddmGenerateForm *form, int late)
{
  double values[FDDM_PARAMETERS_MAX];
  int    n = 0;

  for (; form->controls.table[n].name; n++)
    values[n] = form->values[n];
  values[place_of (form, "seed")] = form->first;
  if (!fddm_offers_ask (form->offers, values, fddm_offer_of_seed (form->first, value_of (form, "seed")), late))
    return;
  memset (form->shown, 0, sizeof form->shown);
  fddm_cells_fade (form->cells);
  tell_state (form);
}

/* ---- Values ---- */

/* Renumbers the cells from the seed, unless one of them already has it. */
static void
follow_seed (FddmGenerateForm *form)
{
  const double seed = value_of (form, "seed");

  if (fddm_offer_of_seed (form->first, seed) < 0)
    form->first = seed;
  fddm_cells_count (form->cells, form->first);
  fddm_cells_choose (form->cells, fddm_offer_of_seed (form->first, seed));
}

static void
value_changed (gpointer data, int place)
{
  FddmGenerateForm *form = data;

  if (form->quiet)
    return;
  if (place == place_of (form, "seed"))
    follow_seed (form);
  if (place == place_of (form, "maps"))
    fddm_map_rows_show (&form->maps);
  form->changed (form->data, place);
  ask (form, LATE);
}

/* Sets a value that the user has changed outside of the controls. */
static void
set_value (FddmGenerateForm *form, const char *name, double value)
{
  const int place = place_of (form, name);

  if (form->values[place] == value)
    return;
  fddm_controls_show (&form->controls, place, value);
  form->changed (form->data, place);
}

static void
size_chosen (gpointer data, double width, double height)
{
  set_value (data, "width", width);
  set_value (data, "height", height);
  ask (data, LATE);
}

static void
cell_chosen (gpointer data, int which)
{
  FddmGenerateForm *form = data;

  set_value (form, "seed", fddm_offer_seed (form->first, which));
  ask (form, 0);
}

static void
draw_others (FddmGenerateForm *form)
{
  form->first = fddm_offer_seed (form->first, FDDM_OFFERS);
  set_value (form, "seed", form->first);
  follow_seed (form);
  ask (form, 0);
}

static void
subject_chosen (gpointer data, const char *name)
{
  FddmGenerateForm *form = data;
  const gboolean    like = !strcmp (name, FDDM_SUBJECT_LIKE);

  set_value (form, "subject", fddm_value_of_text (like ? "" : name));
  set_value (form, "like", like ? form->help->like : -1);
  gtk_widget_set_visible (form->closeness, like);
  ask (form, 0);
}

/* Name of what is chosen in the list of subjects. */
static const char *
chosen_subject (const FddmGenerateForm *form)
{
  return value_of (form, "like") >= 0 ? FDDM_SUBJECT_LIKE : fddm_text_of_value (value_of (form, "subject"));
}

/* Shows the example that the values name, which is the one that is offered: that of another dialog gives way to it. */
static void
show_like (FddmGenerateForm *form)
{
  if (value_of (form, "like") >= 0)
    set_value (form, "like", form->help->like);
  fddm_subjects_choose (form->subjects, chosen_subject (form));
  gtk_widget_set_visible (form->closeness, value_of (form, "like") >= 0);
}

/* ---- Models and their subjects ---- */

/* Lists the subjects of the model. Subjects that it lacks are replaced by any. */
static void
offer_subjects (FddmGenerateForm *form)
{
  const FddmGenerateHelp *help    = form->help;
  g_autofree FddmChoice  *choices = help->choices (help->data, "subject", form->values);
  FddmSheet               sheet;
  const char             *chosen;

  help->sheet (help->data, form->values, &sheet);
  chosen = fddm_subjects_offer (form->subjects, choices, &sheet, chosen_subject (form));
  fddm_sheet_clear (&sheet);
  if (strcmp (chosen, FDDM_SUBJECT_LIKE))
    set_value (form, "subject", fddm_value_of_text (chosen));
}

static void
offer_models (FddmGenerateForm *form)
{
  const FddmGenerateHelp *help    = form->help;
  g_autofree FddmChoice  *choices = help->choices (help->data, "model", form->values);

  form->quiet = TRUE;
  gtk_list_store_clear (form->models);
  for (int i = 0; choices[i].name; i++)
    {
      gtk_list_store_insert_with_values (form->models, NULL, -1, COLUMN_NAME, choices[i].name, COLUMN_LABEL,
                                         choices[i].label, -1);
      if (fddm_value_of_text (choices[i].name) == value_of (form, "model"))
        gtk_combo_box_set_active (GTK_COMBO_BOX (form->model), i);
    }
  form->quiet = FALSE;
}

static void
model_changed (FddmGenerateForm *form)
{
  g_autofree char *name = NULL;
  GtkTreeIter      row;

  if (form->quiet || !gtk_combo_box_get_active_iter (GTK_COMBO_BOX (form->model), &row))
    return;
  gtk_tree_model_get (GTK_TREE_MODEL (form->models), &row, COLUMN_NAME, &name, -1);
  set_value (form, "model", fddm_value_of_text (name));
  offer_subjects (form);
  ask (form, 0);
}

/* Creates the row of the model. The subject has a list of its own. */
static GtkWidget *
new_text_row (gpointer data, int place)
{
  FddmGenerateForm    *form      = data;
  const FddmParameter *parameter = &form->controls.table[place];
  GtkCellRenderer     *renderer  = gtk_cell_renderer_text_new ();

  form->models = gtk_list_store_new (2, G_TYPE_STRING, G_TYPE_STRING);
  form->model  = gtk_combo_box_new_with_model (GTK_TREE_MODEL (form->models));
  gtk_cell_layout_pack_start (GTK_CELL_LAYOUT (form->model), renderer, TRUE);
  gtk_cell_layout_set_attributes (GTK_CELL_LAYOUT (form->model), renderer, "text", COLUMN_LABEL, NULL);
  gtk_widget_set_tooltip_text (form->model, _ (parameter->blurb));
  g_signal_connect_swapped (form->model, "changed", G_CALLBACK (model_changed), form);
  offer_models (form);
  return fddm_controls_frame (&form->controls, _ (parameter->label), form->model, form->model);
}

/* ---- From outside ---- */

void
fddm_generate_form_show (FddmGenerateForm *form, int place, double value)
{
  const char *name = form->controls.table[place].name;

  if (form->values[place] == value)
    return;
  fddm_controls_show (&form->controls, place, value);
  if (!strcmp (name, "model"))
    {
      offer_models (form);
      offer_subjects (form);
    }
  else if (!strcmp (name, "subject") || !strcmp (name, "like"))
    show_like (form);
  else if (!strcmp (name, "width") || !strcmp (name, "height"))
    fddm_size_row_show (&form->size, value_of (form, "width"), value_of (form, "height"));
  else if (!strcmp (name, "seed"))
    follow_seed (form);
  else if (!strcmp (name, "maps"))
    fddm_map_rows_show (&form->maps);
  ask (form, LATE);
}

GtkWidget *
fddm_generate_form_widget (FddmGenerateForm *form)
{
  return form->box;
}

void
fddm_generate_form_window (FddmGenerateForm *form, GtkDialog *window)
{
  form->window = window;
  gtk_widget_grab_focus (fddm_subjects_widget (form->subjects));
}

/* ---- The whole ---- */

/* A text that takes as many lines whatever it says, so that the widgets around do not move. */
static GtkWidget *
new_words (const char *words, int lines)
{
  GtkWidget *label = fddm_label_new (words, 0);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_size_request (label, 3 * FDDM_OFFER_SIDE / 2, -1);
  fddm_label_reserve (label, lines);
  return label;
}

static GtkWidget *
new_samples (FddmGenerateForm *form)
{
  GtkWidget *column = fddm_column_new (6), *row = fddm_row_new (6), *words = fddm_column_new (0),
            *beside = fddm_column_new (0);
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Four more"));

  form->cells  = fddm_cells_new (cell_chosen, form);
  form->state  = new_words (_ ("Samples: computing."), LINES);
  form->device = new_words (_ ("Looking for a GPU"), DEVICE_LINES);
  gtk_widget_set_tooltip_text (button, _ ("Shows samples of the next four seeds"));
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (draw_others), form);
  gtk_box_pack_start (GTK_BOX (words), form->state, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (words), form->device, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (beside), button, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (row), words, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), beside, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), fddm_cells_widget (form->cells), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), row, FALSE, FALSE, 0);
  return column;
}

static GtkWidget *
new_subjects (FddmGenerateForm *form)
{
  const FddmParameter *parameter = &form->controls.table[place_of (form, "subject")];
  GtkWidget           *column = fddm_column_new (2), *label = fddm_label_new (_ (parameter->label), 0);
  GtkWidget           *frame = gtk_frame_new (NULL), *view;

  form->subjects = fddm_subjects_new (subject_chosen, form);
  view           = fddm_subjects_widget (form->subjects);
  if (form->help->like >= 0)
    fddm_subjects_like (form->subjects, form->help->like_label, form->help->like_picture);
  gtk_frame_set_shadow_type (GTK_FRAME (frame), GTK_SHADOW_IN);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), view);
  gtk_container_add (GTK_CONTAINER (frame), view);
  gtk_box_pack_start (GTK_BOX (column), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), frame, FALSE, FALSE, 0);
  return column;
}

/* Hides the rows that the values have no use for. */
static void
show_rows (FddmGenerateForm *form)
{
  fddm_size_row_show (&form->size, value_of (form, "width"), value_of (form, "height"));
  fddm_map_rows_show (&form->maps);
  show_like (form);
}

/* Side by side, so that all controls are in sight at 1280 × 720. */
static GtkWidget *
new_tileable_and_count (FddmGenerateForm *form)
{
  GtkWidget *row = fddm_row_new (12);

  gtk_box_pack_start (GTK_BOX (row), fddm_controls_row (&form->controls, place_of (form, "tileable"), NULL), FALSE, FALSE,
                      0);
  gtk_box_pack_start (GTK_BOX (row), fddm_controls_row (&form->controls, place_of (form, "count"), NULL), TRUE, TRUE, 0);
  return row;
}

static GtkWidget *
new_controls (FddmGenerateForm *form)
{
  const FddmParameter *table  = form->controls.table;
  GtkWidget           *column = fddm_column_new (5);

  form->closeness = fddm_controls_row (&form->controls, place_of (form, "closeness"), NULL);
  gtk_box_pack_start (GTK_BOX (column), new_subjects (form), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), form->closeness, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), fddm_size_row_new (&form->size, &form->controls, form->help, size_chosen, form),
                      FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), new_tileable_and_count (form), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), fddm_map_rows_new (&form->maps, &form->controls), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), fddm_controls_group (&form->controls, table[place_of (form, "model")].group, NULL),
                      FALSE, FALSE, 0);
  offer_subjects (form);
  gtk_widget_show_all (column);
  show_rows (form);
  return fddm_scroller_new (column, DOWN);
}

FddmGenerateForm *
fddm_generate_form_new (const FddmGenerateHelp *help, const FddmParameter *table, double *values,
                        void (*changed) (gpointer data, int place), gpointer data)
{
  FddmGenerateForm *form = g_new0 (FddmGenerateForm, 1);
  int               n    = 0;

  while (table[n].name)
    n++;
  form->help    = help;
  form->values  = values;
  form->changed = changed;
  form->data    = data;
  fddm_controls_init (&form->controls, table, values, value_changed, form);
  form->controls.text = new_text_row;
  form->first         = value_of (form, "seed");
  form->offers        = fddm_offers_new (&help->painter, n, bring, form);
  form->box           = fddm_row_new (12);
  gtk_box_pack_start (GTK_BOX (form->box), new_samples (form), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (form->box), new_controls (form), TRUE, TRUE, 0);
  gtk_container_set_border_width (GTK_CONTAINER (form->box), 12);
  gtk_widget_show_all (form->box);
  show_rows (form);
  follow_seed (form);
  ask (form, 0);
  return form;
}

void
fddm_generate_form_free (FddmGenerateForm *form)
{
  fddm_offers_free (form->offers);
  fddm_cells_free (form->cells);
  fddm_controls_clear (&form->controls);
  g_clear_object (&form->models);
  g_free (form->problem);
  g_free (form);
}
