/* jpeg.h: what a JPEG file tells without its pixels.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Whether BYTES start like a JPEG file; whether its compressed data reach their end marker. */
gboolean fddm_jpeg_is (const guint8 *bytes, gsize size);
gboolean fddm_jpeg_whole (const guint8 *bytes, gsize size);

/* How a JPEG was compressed. */
typedef struct {
  int      quality;      /* 1 … 100: the lowest one of libjpeg's whose tables are nowhere coarser than this file's */
  int      across, down; /* pixels of brightness to one of colour, 1 … 4 */
  gboolean progressive;
} FddmJpegStyle;

/* FALSE if BYTES are no JPEG with quantisation tables. */
gboolean fddm_jpeg_style (const guint8 *bytes, gsize size, FddmJpegStyle *style);
