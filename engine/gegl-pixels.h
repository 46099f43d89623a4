/* gegl-pixels.h: a GeglBuffer as the engine's source and sink.
 * SPDX-License-Identifier: Apache-2.0
 *
 * For the plug-ins and the program; libfddm itself does not use GEGL. */
#pragma once
#include <gegl.h>
#include "engine/fddm.h"

/* Reads FROM and writes TO within the rectangle BOUNDS, which is in the coordinates of both buffers. The engine sees the
 * rectangle as a picture of 3 channels (1 for gray formats): perceptually coded floats in SPACE, without alpha. Where alpha
 * hides FROM, it sees colours that continue the visible ones, and nothing is written. */
typedef struct {
  GeglBuffer   *from, *to; /* TO: NULL for measuring; may already hold FROM's contents; keeps its own alpha */
  GeglRectangle bounds;
  const Babl   *format;       /* "R'G'B' float" or "Y' float", in the space    */
  const Babl   *format_alpha; /* the same with alpha; NULL for formats without */
  const Babl   *from_alpha;   /* the same with alpha; NULL where FROM has none */
} FddmGeglPixels;

/* SPACE: a format or space of the picture, for example from gimp_drawable_get_format; NULL = the buffer's own. */
void fddm_gegl_pixels_init (FddmGeglPixels *pixels, GeglBuffer *from, GeglBuffer *to, const GeglRectangle *bounds,
                            const Babl *space);
/* The engine's format for pictures of FORMAT (NULL = colours with alpha): gray where FORMAT is, with alpha where FORMAT has it.
 * SPACE as above. */
const Babl *fddm_gegl_pixels_format (const Babl *format, const Babl *space);
FddmSource  fddm_gegl_pixels_source (FddmGeglPixels *pixels);
/* Whether no pixel of BUFFER within BOUNDS is transparent, not even in part. */
gboolean fddm_gegl_is_opaque (GeglBuffer *buffer, const GeglRectangle *bounds);
/* A black gray buffer with the extent of LIKE, perceptually coded in SPACE (as above), 8-bit, 16-bit or float according
 * to LIKE. It takes pictures of one sample per pixel, such as the uncertainty, as FROM and TO at the same time. */
GeglBuffer *fddm_gegl_pixels_gray_new (GeglBuffer *like, const Babl *space);
/* A sink that skips pixels unchanged by the engine, so that they are not rounded. It keeps alpha. */
FddmSink fddm_gegl_pixels_sink (FddmGeglPixels *pixels);

/* A sink for generated pictures: sRGB, perceptually coded, CHANNELS samples per pixel, converted to the format and space
 * of TO. */
typedef struct {
  GeglBuffer *to;
  const Babl *format;
} FddmGeglCanvas;

FddmSink fddm_gegl_canvas_sink (FddmGeglCanvas *canvas, GeglBuffer *to, int channels);

/* Floats, CHANNELS (1 or 3) per pixel, that pass unchanged into a picture of FORMAT, whatever its space and transfer curve: for
 * numbers that are no colours, such as maps. A single one becomes all colours of the picture. */
const Babl *fddm_gegl_data_format (const Babl *format, int channels);
/* A sink for such numbers. */
FddmSink fddm_gegl_data_sink (FddmGeglCanvas *canvas, GeglBuffer *to, int channels);
