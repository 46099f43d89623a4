/* noise-level.h: controls for the noise level, measured or set by hand.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One source for GTK 2 and GTK 3. */
#pragma once
#include "ui/controls.h"
#include "ui/denoise.h"

/* A level of 0 means: measured. Must not move in memory while its widgets exist. */
typedef struct {
  FddmControls  *controls;
  int            place;    /* of the level's parameter */
  double         measured; /* 0: unknown, or no noise */
  GtkWidget     *automatic, *use, *line;
  GtkAdjustment *level, *slide; /* the number; position of the slider, 0…1 */
  gboolean       quiet;         /* ignore changes: they are not the user's */
} FddmNoiseLevel;

/* Creates its rows, one below the other. */
GtkWidget *fddm_noise_level_new (FddmNoiseLevel *level, FddmControls *controls, int place);
/* Shows the measured level, or the reason why there is none. */
void fddm_noise_level_tell (FddmNoiseLevel *level, const FddmSight *sight);
/* Shows a value that was changed by other means than its controls. */
void fddm_noise_level_show (FddmNoiseLevel *level, double value);
