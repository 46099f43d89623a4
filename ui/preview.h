/* preview.h: a small picture of what a dialog's values make, computed while the dialog is used.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The same source for GTK 2 and GTK 3. */
#pragma once
#include <gtk/gtk.h>

#include "ui/generate.h"

typedef struct FddmPreview FddmPreview;

/* A preview that shows nothing yet; N values make a picture. */
FddmPreview *fddm_preview_new (const FddmPainter *painter, int n);
GtkWidget   *fddm_preview_widget (FddmPreview *preview);
/* Shows the picture of VALUES before long; what is being painted is given up. */
void fddm_preview_update (FddmPreview *preview, const double *values);
/* Waits until the painter has finished. The widget may be gone already. */
void fddm_preview_free (FddmPreview *preview);
