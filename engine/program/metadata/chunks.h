/* chunks.h: EXIF, XMP and texts in chunks of PNG files.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* A PNG file of one pixel, whose pixels are left out, with EXIF (from its TIFF header on) and XMP in it: what readers of
 * metadata take in one piece. Each may be NULL. */
GBytes *fddm_chunks_file (GBytes *exif, GBytes *xmp);

/* Whether the text of a chunk, SIZE BYTES that start with its keyword, holds EXIF, XMP or IPTC. */
gboolean fddm_chunks_is_metadata (const guint8 *bytes, gsize size);

/* The PNG file of these SIZE BYTES without packed texts that are damaged or large when unpacked, such as workflows of other
 * programs: for one of them, Exiv2 refuses all metadata of the file. Texts with metadata stay. *TEXTS gets the chunks left out.
 * NULL, also there, if there are none. */
GBytes *fddm_chunks_lighten (const guint8 *bytes, gsize size, GBytes **texts);

/* The PNG file of these SIZE BYTES with EXIF in a chunk of its own, and with the chunks TEXTS, in front of all others but the
 * first. Each may be NULL. NULL if it is no PNG. */
GBytes *fddm_chunks_add (const guint8 *bytes, gsize size, GBytes *exif, GBytes *texts);
