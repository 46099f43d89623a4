/* gegl-alpha.h: pixels of a GeglBuffer that alpha hides.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/gegl-pixels.h"

/* Pixels with less alpha are hidden: hardly visible, and often of any colour. */
#define FDDM_ALPHA_HIDDEN 0.03f

/* Sets a byte for each pixel of PLACE (in the buffer's coordinates): 1 = visible, 0 = hidden. Returns the number of hidden
 * ones, or -1 if out of memory. */
gint64 fddm_gegl_alpha_visible (const FddmGeglPixels *pixels, const GeglRectangle *place, guint8 *visible);

/* Reads PLACE into FLOATS, packed. Hidden pixels get colours that continue the visible ones around (pixels/fill.h). */
gboolean fddm_gegl_alpha_read (const FddmGeglPixels *pixels, const GeglRectangle *place, float *floats, GError **error);
