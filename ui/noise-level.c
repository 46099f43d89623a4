/* noise-level.c: see noise-level.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/noise-level.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "ui/toolkit.h"

/* Levels up to this one, the usual ones, take this share of the slider. */
#define USUAL 30.0
#define SHARE 0.85

/* Lowest level that can be set by hand; level shown before one is measured. */
#define LEAST 0.1
#define START 10.0

/* Width of the line in characters. */
#define WIDTH 48

static double
slide_of_level (double level)
{
  return level <= USUAL ? SHARE * level / USUAL : SHARE + (1 - SHARE) * (level - USUAL) / (100 - USUAL);
}

static double
level_of_slide (double slide)
{
  const double level = slide <= SHARE ? USUAL * slide / SHARE : USUAL + (100 - USUAL) * (slide - SHARE) / (1 - SHARE);

  return MAX (round (level * 10) / 10, LEAST);
}

static gboolean
is_automatic (const FddmNoiseLevel *level)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (level->automatic));
}

static void
set_quietly (FddmNoiseLevel *level, double value)
{
  level->quiet = TRUE;
  gtk_adjustment_set_value (level->level, value);
  gtk_adjustment_set_value (level->slide, slide_of_level (value));
  level->quiet = FALSE;
}

static void
switch_off (FddmNoiseLevel *level)
{
  level->quiet = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (level->automatic), FALSE);
  level->quiet = FALSE;
}

/* Adapts the widgets to the switch. */
static void
follow_switch (FddmNoiseLevel *level)
{
  gtk_widget_set_sensitive (level->use, level->measured > 0);
  if (is_automatic (level) && level->measured > 0)
    set_quietly (level, level->measured);
}

static void
switched (FddmNoiseLevel *level)
{
  follow_switch (level);
  if (!level->quiet)
    fddm_controls_take (level->controls, level->place, is_automatic (level) ? 0 : gtk_adjustment_get_value (level->level));
}

/* The user has moved the level, which switches to setting by hand. */
static void
level_changed (FddmNoiseLevel *level)
{
  if (level->quiet)
    return;
  switch_off (level);
  set_quietly (level, gtk_adjustment_get_value (level->level));
  fddm_controls_take (level->controls, level->place, gtk_adjustment_get_value (level->level));
}

static void
slide_changed (FddmNoiseLevel *level)
{
  if (!level->quiet)
    gtk_adjustment_set_value (level->level, level_of_slide (gtk_adjustment_get_value (level->slide)));
}

static void
use_measured (FddmNoiseLevel *level)
{
  switch_off (level);
  set_quietly (level, level->measured);
  fddm_controls_take (level->controls, level->place, gtk_adjustment_get_value (level->level));
}

void
fddm_noise_level_show (FddmNoiseLevel *level, double value)
{
  level->controls->values[level->place] = value;
  level->quiet                          = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (level->automatic), value == 0);
  level->quiet = FALSE;
  if (value > 0)
    set_quietly (level, value);
  follow_switch (level);
}

void
fddm_noise_level_tell (FddmNoiseLevel *level, const FddmSight *sight)
{
  gtk_label_set_text (GTK_LABEL (level->line), sight->words);
  level->measured = sight->kind == FDDM_SIGHT_NOISE && sight->luma >= LEAST ? MIN (round (sight->luma * 10) / 10, 100) : 0;
  follow_switch (level);
}

/* ---- Widgets ---- */

static GtkWidget *
new_switch_row (FddmNoiseLevel *level)
{
  GtkWidget *row = fddm_row_new (8);

  level->automatic = gtk_check_button_new_with_mnemonic (_ ("_Automatic"));
  level->use       = gtk_button_new_with_mnemonic (_ ("Use mea_sured value"));
  gtk_widget_set_tooltip_text (level->automatic, _ ("The noise is measured: its strength, grain and colour"));
  gtk_widget_set_tooltip_text (level->use, _ ("Sets the level by hand, beginning with what was measured"));
  gtk_box_pack_start (GTK_BOX (row), level->automatic, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (row), level->use, FALSE, FALSE, 0);
  g_signal_connect_swapped (level->automatic, "toggled", G_CALLBACK (switched), level);
  g_signal_connect_swapped (level->use, "clicked", G_CALLBACK (use_measured), level);
  return row;
}

static GtkWidget *
new_level_row (FddmNoiseLevel *level)
{
  const FddmParameter *parameter = &level->controls->table[level->place];
  GtkWidget           *content   = fddm_row_new (6), *slider, *spin;

  level->level = GTK_ADJUSTMENT (gtk_adjustment_new (START, LEAST, parameter->max, 0.5, 5, 0));
  level->slide = GTK_ADJUSTMENT (gtk_adjustment_new (slide_of_level (START), 0, 1, 0.01, 0.1, 0));
  slider       = fddm_slider_new (level->slide);
  spin         = gtk_spin_button_new (level->level, 0.5, 1);
  gtk_entry_set_activates_default (GTK_ENTRY (spin), TRUE);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (spin), TRUE);
  gtk_entry_set_width_chars (GTK_ENTRY (spin), 5);
  fddm_name_widget (slider, _ (parameter->label));
  gtk_widget_set_tooltip_text (slider, _ ("Standard deviation of the noise, in steps of 8 bits"));
  gtk_widget_set_tooltip_text (spin, _ ("Standard deviation of the noise, in steps of 8 bits"));
  gtk_box_pack_start (GTK_BOX (content), slider, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (content), spin, FALSE, FALSE, 0);
  g_signal_connect_swapped (level->level, "value-changed", G_CALLBACK (level_changed), level);
  g_signal_connect_swapped (level->slide, "value-changed", G_CALLBACK (slide_changed), level);
  return fddm_controls_frame (level->controls, _ (parameter->label), content, spin);
}

GtkWidget *
fddm_noise_level_new (FddmNoiseLevel *level, FddmControls *controls, int place)
{
  GtkWidget *column = fddm_column_new (6), *row;

  *level      = (FddmNoiseLevel) { .controls = controls, .place = place };
  row         = new_switch_row (level);
  level->line = fddm_label_new (_ ("Measuring noise"), WIDTH);
  fddm_label_reserve (level->line, 2);
  gtk_box_pack_start (GTK_BOX (column), row, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), level->line, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (column), new_level_row (level), FALSE, FALSE, 0);
  fddm_noise_level_show (level, controls->values[place]);
  return column;
}
