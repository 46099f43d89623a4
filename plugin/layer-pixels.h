/* layer-pixels.h: transfer of a layer's pixels from and to GIMP.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pixels travel in bands, each reported to the progress bar. */
#pragma once
#include "plugin/gimp.h"
#include "plugin/progress.h"

/* Advances BAND to the next band of the rectangle ALL; an empty BAND starts with the first. FALSE after the last. */
gboolean fddm_layer_pixels_next (const GeglRectangle *all, GeglRectangle *band);

/* A copy of the layer's pixels as the user sees them, independent of the image. */
GeglBuffer *fddm_layer_pixels_copy (FddmItemId layer, const FddmStretch *stretch);
/* Likewise of PART of the layer. The copy begins at (0, 0). */
GeglBuffer *fddm_layer_pixels_copy_part (FddmItemId layer, const GeglRectangle *part, const FddmStretch *stretch);

/* Fills LAYER with PIXELS of the same size. */
void fddm_layer_pixels_write (FddmItemId layer, GeglBuffer *pixels, const FddmStretch *stretch);

/* Fills the noise layer LAYER with the noise removed, centred on middle gray, so that grain merge over CLEAN gives NOISY. */
void fddm_layer_pixels_noise (FddmItemId layer, GeglBuffer *noisy, GeglBuffer *clean, const FddmStretch *stretch);

/* A copy of the selection in PART of the image, independent of it. It begins at (0, 0). NULL without a selection. */
GeglBuffer *fddm_layer_pixels_selection (FddmImageId image, const GeglRectangle *part);

/* A text that differs whenever another part of LAYER is selected. Free with g_free. */
char *fddm_layer_pixels_selected (FddmImageId image, FddmItemId layer);

/* Whether some of PIXELS, with MASK of the same size (or NULL) applied, are neither opaque nor transparent. */
gboolean fddm_layer_pixels_soft (GeglBuffer *pixels, GeglBuffer *mask);

/* Takes PIXELS back to BEFORE as far as SELECTION, of the same size, does not reach. */
void fddm_layer_pixels_restore (GeglBuffer *pixels, GeglBuffer *before, GeglBuffer *selection);

/* Multiplies the mask TO by FACTOR of the same size. */
void fddm_layer_pixels_mask (FddmItemId to, GeglBuffer *factor);
