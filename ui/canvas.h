/* canvas.h: widget that shows a view of the layer. The user moves, splits and compares it with mouse and keys.
 * SPDX-License-Identifier: Apache-2.0
 *
 * One source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/view.h"

typedef struct FddmCanvas FddmCanvas;

/* Creates a canvas of at least ACROSS × DOWN pixels. MOVED is called when another part of the layer becomes visible. */
FddmCanvas *fddm_canvas_new (const FddmDenoiseHelp *help, int across, int down, void (*moved) (gpointer data),
                             gpointer data);
void        fddm_canvas_free (FddmCanvas *canvas);
GtkWidget  *fddm_canvas_widget (FddmCanvas *canvas);
FddmPart    fddm_canvas_part (const FddmCanvas *canvas);
/* Shows the whole layer if FIT, otherwise 1:1. A click on the whole layer switches to 1:1 as well and calls MOVED. */
void     fddm_canvas_fit (FddmCanvas *canvas, gboolean fit);
gboolean fddm_canvas_fits (const FddmCanvas *canvas);
int      fddm_canvas_step (const FddmCanvas *canvas);
void     fddm_canvas_mode (FddmCanvas *canvas, FddmViewMode mode);
/* Shows the original while HELD. */
void fddm_canvas_hold (FddmCanvas *canvas, gboolean held);
/* Shows an original, a draft or a result. Takes over the pixels of SIGHT. */
void fddm_canvas_bring (FddmCanvas *canvas, FddmSight *sight);
