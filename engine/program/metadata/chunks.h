/* chunks.h: EXIF and XMP in chunks of PNG files.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* A PNG file of one pixel, whose pixels are left out, with EXIF (from its TIFF header on) and XMP in it: what readers of
 * metadata take in one piece. Each may be NULL. */
GBytes *fddm_chunks_file (GBytes *exif, GBytes *xmp);

/* The PNG file of these SIZE BYTES with EXIF in a chunk of its own in front of all others but the first. NULL if it is no PNG. */
GBytes *fddm_chunks_add_exif (const guint8 *bytes, gsize size, GBytes *exif);
