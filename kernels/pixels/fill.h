/* fill.h: continues the visible pixels of a picture into its hidden ones.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pull and push (Gortler et al., The Lumigraph, SIGGRAPH 1996). Pull: a cell of level l + 1 is the mean of the visible ones
 * among four cells of level l; level 0 is the pixels. Push: where a cell has nothing visible, it takes the level above,
 * interpolated linearly between the centres of cells. Cells belong to places of the picture, and the last level has cells of
 * FDDM_FILL_CELL pixels, so that a pixel depends on its surroundings only, whatever else the array holds. Further away from
 * all that is visible, the picture becomes middle gray. */
#pragma once
#include <glib.h>

#define FDDM_FILL_LEVELS 5
#define FDDM_FILL_CELL   (1 << FDDM_FILL_LEVELS)

/* Pixels to each side that influence a pixel, from the edges of its cell on. */
#define FDDM_FILL_REACH (3 * FDDM_FILL_CELL)

/* Replaces the pixels of PIXELS whose byte in VISIBLE is 0; the others stay. Both are packed arrays of WIDTH × HEIGHT pixels
 * with up to 4 CHANNELS; the first pixel's place in the picture is a multiple of FDDM_FILL_CELL in both directions. Visible
 * pixels with a NaN or an infinity count as hidden, but stay. FALSE if out of memory. */
gboolean fddm_pixels_fill_hidden (float *pixels, const guint8 *visible, int width, int height, int channels);
