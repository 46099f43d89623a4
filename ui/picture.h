/* picture.h: what a view's window shows, drawn.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Knows cairo, but no toolkit. */
#pragma once
#include <cairo.h>

#include "ui/view.h"

/* A picture of a part of the layer, or no surface. */
typedef struct {
  FddmPart         part;
  int              step;
  cairo_surface_t *surface;
} FddmTexture;

/* What there is to show. Zeroed at first. */
typedef struct {
  FddmTexture original, result, removed, overview;
} FddmTextures;

/* Takes over the pictures of a sight; those that it has none of stay. */
void fddm_textures_take (FddmTextures *textures, const FddmSight *sight);
void fddm_textures_clear (FddmTextures *textures);

/* Draws the window, from (0, 0): the pictures, the handle and the overview. */
void fddm_picture_draw (cairo_t *cairo, const FddmView *view, const FddmTextures *textures);
