/* picture.h: picture files, through GEGL.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

/* The picture in a file, in the precision and colour space that the file has. */
GeglBuffer *fddm_picture_load (const char *path, GError **error);

/* Whether PATH can be written: its ending names a format and its folder takes a file. Asked before long work. */
gboolean fddm_picture_writable (const char *path, GError **error);

/* Writes BUFFER, which FROM was read into, to PATH: whole, or not at all. A JPEG's Exif data go from FROM into TO. FROM is
 * NULL for what was read from nowhere. */
gboolean fddm_picture_save (GeglBuffer *buffer, const char *from, const char *to, GError **error);
