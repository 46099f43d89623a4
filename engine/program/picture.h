/* picture.h: picture files, through GEGL.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>
#include "engine/program/stamp.h"

/* The picture in a file, in the precision and colour space that the file has. STAMP, which may be NULL, becomes that of the
 * file; one that is replaced while it is read is an error. */
GeglBuffer *fddm_picture_load (const char *path, FddmStamp *stamp, GError **error);

/* Whether PATH's ending names a format that can be written. */
gboolean fddm_picture_has_format (const char *path, GError **error);

/* Whether PATH can be written: its ending names a format and its folder takes a file. Asked before long work. */
gboolean fddm_picture_writable (const char *path, GError **error);

/* What a picture was read from. */
typedef struct {
  const char *path;
  FddmStamp   stamp; /* as fddm_picture_load gave it */
} FddmPictureOrigin;

/* Writes BUFFER, which FROM was read into, to PATH: whole, or not at all. A JPEG's Exif data go from FROM into TO. FROM is
 * NULL for what was read from nowhere; where it was replaced since, nothing is written. */
gboolean fddm_picture_save (GeglBuffer *buffer, const FddmPictureOrigin *from, const char *to, GError **error);

/* Libraries that read or write pictures may end the program; TELL is then called with the reason, in place of a line on
 * stderr. */
void fddm_picture_on_end (void (*tell) (const char *reason));
