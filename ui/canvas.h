/* canvas.h: the picture of a view in a dialog, to be moved, split and compared with mouse and keys.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/view.h"

typedef struct FddmCanvas FddmCanvas;

/* A canvas at least so large. MOVED is called when another part is seen. */
FddmCanvas *fddm_canvas_new (const FddmDenoiseHelp *help, int across, int down, void (*moved) (gpointer data),
                             gpointer data);
void        fddm_canvas_free (FddmCanvas *canvas);
GtkWidget  *fddm_canvas_widget (FddmCanvas *canvas);
FddmPart    fddm_canvas_part (const FddmCanvas *canvas);
/* Shows the whole layer, or at 1:1; a click on the whole goes to 1:1 by itself, and MOVED is called. */
void     fddm_canvas_fit (FddmCanvas *canvas, gboolean fit);
gboolean fddm_canvas_fits (const FddmCanvas *canvas);
int      fddm_canvas_step (const FddmCanvas *canvas);
void     fddm_canvas_mode (FddmCanvas *canvas, FddmViewMode mode);
/* Shows the original as long as HELD. */
void fddm_canvas_hold (FddmCanvas *canvas, gboolean held);
/* Shows an original, a draft or a result; takes over its pixels. */
void fddm_canvas_bring (FddmCanvas *canvas, FddmSight *sight);
