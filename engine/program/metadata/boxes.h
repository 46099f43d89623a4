/* boxes.h: EXIF and XMP in boxes of JPEG XL files.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* The JPEG XL file of these SIZE BYTES with EXIF, from its TIFF header on, and XMP in boxes in front of its pixels. Each may be
 * NULL. NULL if it has no boxes. */
GBytes *fddm_boxes_add (const guint8 *bytes, gsize size, GBytes *exif, const char *xmp);
