/* develop.h: pixels as a screen shows them.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

/* R'G'B' of 8 bits in sRGB, packed, of floats in FORMAT that show PART of the buffer, each pixel STEP × STEP of its; over a
 * checkerboard where the buffer is transparent. Free with g_free. */
guint8 *fddm_develop_floats (const float *floats, const Babl *format, GeglBuffer *buffer, const GeglRectangle *part,
                             int step);

/* The same of the whole buffer: of each STEP rows one, of that each STEP pixels' mean. */
guint8 *fddm_develop_overview (GeglBuffer *buffer, int step);

/* GAIN times BEFORE − AFTER around middle gray, N pixels of 1 or 3 samples. */
guint8 *fddm_develop_removed (const float *before, const float *after, gsize n, int channels, float gain);
