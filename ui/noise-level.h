/* noise-level.h: how noisy the layer is, measured or set by hand.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same source for GTK 2 and GTK 3. */
#pragma once
#include "ui/controls.h"
#include "ui/denoise.h"

/* The level is 0 where it is measured. While its widgets are there it may not move. */
typedef struct {
  FddmControls  *controls;
  int            place;    /* of the level's parameter        */
  double         measured; /* 0 where it is not known, or none */
  GtkWidget     *automatic, *use, *line;
  GtkAdjustment *level, *slide; /* the number, and the slider's place, 0…1 */
  gboolean       quiet;         /* what changes is not the user's doing    */
} FddmNoiseLevel;

/* Its rows, one beneath the other. */
GtkWidget *fddm_noise_level_new (FddmNoiseLevel *level, FddmControls *controls, int place);
/* Shows what was measured, or why nothing was. */
void fddm_noise_level_tell (FddmNoiseLevel *level, const FddmSight *sight);
/* Shows a value that was not changed by the user. */
void fddm_noise_level_show (FddmNoiseLevel *level, double value);
