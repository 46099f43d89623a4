/* develop.h: pixels as a screen shows them.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

#include "engine/fddm.h"

/* R'G'B' of 8 bits in sRGB, packed, of a rectangle of the buffer; transparency over a checkerboard.
 * Free with g_free. */
guint8 *fddm_develop_buffer  (GeglBuffer *buffer, const GeglRectangle *part);

/* The same of floats in FORMAT, packed, with the transparency that the buffer has there. */
guint8 *fddm_develop_floats  (const float *floats, const Babl *format, GeglBuffer *buffer, const GeglRectangle *part);

/* GAIN times BEFORE − AFTER around middle gray, N pixels of 1 or 3 samples. */
guint8 *fddm_develop_removed (const float *before, const float *after, gsize n, int channels, float gain);
