/* cells.h: sample pictures in two rows of two. The user chooses one with mouse or keys.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/generate.h"

typedef struct FddmCells FddmCells;

/* CHOSEN is called after the user has chosen another picture. */
FddmCells *fddm_cells_new (void (*chosen) (gpointer data, int which), gpointer data);
/* The widget may already be destroyed. */
void       fddm_cells_free (FddmCells *cells);
GtkWidget *fddm_cells_widget (FddmCells *cells);
/* Chooses picture WHICH without calling CHOSEN. */
void fddm_cells_choose (FddmCells *cells, int which);
/* Numbers the pictures' seeds upwards from FIRST. */
void fddm_cells_count (FddmCells *cells, double first);
/* Marks the current pictures as outdated. They are pale until replaced. */
void fddm_cells_fade (FddmCells *cells);
/* Shows the picture of OFFER in its cell. */
void fddm_cells_bring (FddmCells *cells, const FddmOffer *offer);
