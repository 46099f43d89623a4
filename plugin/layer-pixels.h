/* layer-pixels.h: a layer's pixels out of GIMP, and the results back in.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What goes through the wire goes in bands, each of which is told to the progress bar. */
#pragma once
#include "plugin/gimp.h"
#include "plugin/progress.h"

/* Puts the next band of the rectangle ALL after BAND into BAND (empty: the first). FALSE after the last. */
gboolean fddm_layer_pixels_next (const GeglRectangle *all, GeglRectangle *band);

/* A copy of the drawable's pixels that belongs to us; the image is out of reach of what is done to it. */
GeglBuffer *fddm_layer_pixels_copy (FddmItemId drawable, const FddmStretch *stretch);

/* Fills the layer LAYER with PIXELS, of the same size. */
void fddm_layer_pixels_write (FddmItemId layer, GeglBuffer *pixels, const FddmStretch *stretch);

/* Fills the noise layer LAYER with what was removed, around middle gray: grain merge over CLEAN gives back NOISY. */
void fddm_layer_pixels_noise (FddmItemId layer, GeglBuffer *noisy, GeglBuffer *clean, const FddmStretch *stretch);

/* Multiplies the mask TO by the mask FROM, of the same size. */
void fddm_layer_pixels_mask (FddmItemId to, FddmItemId from);
