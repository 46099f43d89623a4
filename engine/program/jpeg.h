/* jpeg.h: what GEGL leaves out of JPEG files.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Whether BYTES start like a JPEG file, and whether its compressed data come to their end. */
gboolean fddm_jpeg_is (const guint8 *bytes, gsize size);
gboolean fddm_jpeg_whole (const guint8 *bytes, gsize size);

/* The file TO with the Exif segment of the file FROM, which says how the picture was taken and which way is up; NULL when
 * there is none to take over. */
GBytes *fddm_jpeg_with_exif (const guint8 *from, gsize from_size, const guint8 *to, gsize to_size);
