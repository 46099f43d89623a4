/* picture.h: picture files, through GEGL.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>
#include "engine/program/stamp.h"

/* Reads a picture in the precision and colour space of the file. STAMP (may be NULL) gets the stamp of the file. Fails if
 * the file is replaced during reading. */
GeglBuffer *fddm_picture_load (const char *path, FddmStamp *stamp, GError **error);

/* Whether the extension of PATH names a format that can be written. */
gboolean fddm_picture_has_format (const char *path, GError **error);

/* Whether PATH can be written: known extension, writable folder. Call it before long work. */
gboolean fddm_picture_writable (const char *path, GError **error);

/* The file from which a picture was read. */
typedef struct {
  const char *path;
  FddmStamp   stamp; /* from fddm_picture_load */
} FddmPictureOrigin;

/* Writes BUFFER to the file TO, completely or not at all. FROM is the file that BUFFER was read from, or NULL. A JPEG gets
 * the Exif data of FROM. Fails if FROM was replaced since it was read. */
gboolean fddm_picture_save (GeglBuffer *buffer, const FddmPictureOrigin *from, const char *to, GError **error);

/* Libraries that read or write pictures may end the program. TELL is then called with the reason, in place of a line on
 * stderr. */
void fddm_picture_on_end (void (*tell) (const char *reason));
