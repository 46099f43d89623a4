/* picture.h: drawing of a view's window.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Uses cairo, but no toolkit. */
#pragma once
#include <cairo.h>

#include "ui/view.h"

/* A picture of a part of the layer. It may have no surface. */
typedef struct {
  FddmPart         part;
  int              step;
  cairo_surface_t *surface;
} FddmTexture;

/* The pictures available. Zeroed at first. */
typedef struct {
  FddmTexture original, result, removed, overview;
} FddmTextures;

/* Takes over the pictures of SIGHT. Kinds that it lacks keep their old picture. */
void fddm_textures_take (FddmTextures *textures, const FddmSight *sight);
void fddm_textures_clear (FddmTextures *textures);

/* Draws the window with its corner at (0, 0): pictures, handle and overview. */
void fddm_picture_draw (cairo_t *cairo, const FddmView *view, const FddmTextures *textures);
