/* preset-button.h: a button that names the preset in use, with a menu to choose, save, rename and remove presets.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/presets.h"

/* While its widgets are there it may not move. */
typedef struct {
  FddmPresets  *presets;
  const double *values; /* as they are                            */
  int           last;   /* the one that was in use last, or -1     */
  void (*choose) (gpointer data, int preset);
  gpointer   data;
  GtkWidget *button, *label, *menu;
} FddmPresetButton;

/* CHOOSE is called when the user chooses another one. */
GtkWidget *fddm_preset_button_new (FddmPresetButton *button, FddmPresets *presets, const double *values,
                                   void (*choose) (gpointer data, int preset), gpointer data);
/* VALUES have changed. */
void fddm_preset_button_update (FddmPresetButton *button);
