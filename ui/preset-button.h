/* preset-button.h: button that names the preset in use. Its menu chooses, saves, renames and removes presets.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/presets.h"

/* Must not move in memory while its widgets exist. */
typedef struct {
  FddmPresets  *presets;
  const double *values; /* the current values */
  int           last;   /* the preset used last, or -1 */
  void (*choose) (gpointer data, int preset);
  gpointer   data;
  GtkWidget *button, *label, *menu;
} FddmPresetButton;

/* CHOOSE is called when the user chooses another preset. */
GtkWidget *fddm_preset_button_new (FddmPresetButton *button, FddmPresets *presets, const double *values,
                                   void (*choose) (gpointer data, int preset), gpointer data);
/* Updates the button after a change of VALUES. */
void fddm_preset_button_update (FddmPresetButton *button);
