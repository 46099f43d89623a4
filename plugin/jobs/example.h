/* example.h: a layer, or the selected part of it, as example of a material.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/gegl-pixels.h"
#include "plugin/gimp.h"

/* All zeros without an example. Must not move in memory while SOURCE is in use. */
typedef struct {
  GeglBuffer    *buffer;   /* a copy, independent of the image                 */
  gboolean       selected; /* it is the part that the selection of its image covers */
  FddmGeglPixels pixels;
  FddmSource     source;
} FddmExampleLayer;

/* Whether DRAWABLE is selected in part. */
gboolean fddm_example_layer_is_selected (FddmItemId drawable);

/* Reads DRAWABLE of any image as the user sees it: the rectangle around the selection, where the selection touches it, and of a
 * large one the middle. Fails if that is partly transparent, or if DRAWABLE is no longer there. */
gboolean fddm_example_layer_read (FddmExampleLayer *example, FddmItemId drawable, GError **error);
void     fddm_example_layer_clear (FddmExampleLayer *example);
