/* cells.h: the pictures that are offered, two by two, one of which is chosen with mouse or keys.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/generate.h"

typedef struct FddmCells FddmCells;

/* CHOSEN is called after the user has chosen another one. */
FddmCells *fddm_cells_new (void (*chosen) (gpointer data, int which), gpointer data);
/* The widget may be gone already. */
void       fddm_cells_free (FddmCells *cells);
GtkWidget *fddm_cells_widget (FddmCells *cells);
/* Chooses without calling CHOSEN. */
void fddm_cells_choose (FddmCells *cells, int which);
/* Their seeds count up from FIRST. */
void fddm_cells_count (FddmCells *cells, double first);
/* The pictures that are shown are old ones; until others come they are pale. */
void fddm_cells_fade (FddmCells *cells);
/* Shows a picture. */
void fddm_cells_bring (FddmCells *cells, const FddmOffer *offer);
