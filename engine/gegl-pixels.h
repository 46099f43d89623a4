/* gegl-pixels.h: a GeglBuffer as the engine's source and sink.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Used by the plug-ins and by the program; libfddm itself knows no GEGL. */
#pragma once
#include <gegl.h>
#include "engine/fddm.h"

/* Reads FROM and writes TO, both in coordinates of FROM's and TO's own origin, within the rectangle BOUNDS. The engine sees
 * the rectangle as a picture of 3 channels (1 for gray formats), as perceptual floats in SPACE, without alpha. */
typedef struct {
  GeglBuffer   *from, *to; /* TO may be NULL for measuring; may have FROM's contents already, alpha stays TO's */
  GeglRectangle bounds;
  const Babl   *format;       /* "R'G'B' float" or "Y' float", in the space */
  const Babl   *format_alpha; /* the same with alpha, for formats that have it, else NULL */
} FddmGeglPixels;

/* SPACE: a format or space of the picture, such as gimp_drawable_get_format's; NULL = the buffer's own. */
void       fddm_gegl_pixels_init (FddmGeglPixels *pixels, GeglBuffer *from, GeglBuffer *to, const GeglRectangle *bounds,
                                  const Babl *space);
FddmSource fddm_gegl_pixels_source (FddmGeglPixels *pixels);
/* A black gray picture in LIKE's size, place and, within what pictures are stored in, depth, perceptually coded in SPACE (as
 * above): for one sample a pixel that is written to it, FROM and TO being the same. */
GeglBuffer *fddm_gegl_pixels_gray_new (GeglBuffer *like, const Babl *space);
/* Pixels that the engine left as they were are not written, so that no rounding touches them; alpha is kept. */
FddmSink fddm_gegl_pixels_sink (FddmGeglPixels *pixels);

/* What is generated is sRGB, perceptually coded, CHANNELS samples a pixel; it is converted to TO's own format and space. */
typedef struct {
  GeglBuffer *to;
  const Babl *format;
} FddmGeglCanvas;

FddmSink fddm_gegl_canvas_sink (FddmGeglCanvas *canvas, GeglBuffer *to, int channels);
