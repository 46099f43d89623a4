/* gegl-alpha.h: pixels of a GeglBuffer that alpha hides.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/gegl-pixels.h"

/* Pixels with less alpha are hidden: hardly visible, and often of any colour. */
#define FDDM_ALPHA_HIDDEN 0.03f

/* Sets a byte for each pixel of PLACE (in the buffer's coordinates): 1 = visible, 0 = hidden. Unless COLOURS is NULL, reads the
 * colours, too, as they are, STRIDE floats per row. Returns the number of hidden pixels, or -1 if out of memory.
 *
 * Colours come with their alpha, which is dropped here. Of its ways from a format with alpha to one without babl takes the one
 * that it finds fastest, and some round. So the same pixels would differ between two runs. */
gint64 fddm_gegl_alpha_look (const FddmGeglPixels *pixels, const GeglRectangle *place, guint8 *visible, float *colours,
                             gsize stride);

/* Reads PLACE into FLOATS, packed. Hidden pixels get colours that continue the visible ones around (pixels/fill.h). */
gboolean fddm_gegl_alpha_read (const FddmGeglPixels *pixels, const GeglRectangle *place, float *floats, GError **error);
