/* picture.h: picture files.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>
#include "engine/files/stamp.h"

/* The file from which a picture was read. */
typedef struct {
  const char        *path;
  FddmStamp          stamp;
  struct FddmTraits *traits;  /* what the file holds beside its pixels; private to pictures/ */
  char             **warning; /* if not NULL, *WARNING gets or adds what saving could not keep; free with g_free */
  gboolean           fresh;   /* whether saving fails if there is a file of the name already                      */

  /* If not NULL, asked with ASKED whether the complete file PATH, which is on the disk, may get its name. */
  gboolean (*may_name) (const char *path, gpointer asked, GError **error);
  gpointer asked;
} FddmPictureOrigin;

void fddm_picture_origin_clear (FddmPictureOrigin *origin);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FddmPictureOrigin, fddm_picture_origin_clear)

/* Reads the picture PATH, which must outlive ORIGIN, in the precision and colour space of the file. Fails if the file is
 * replaced during reading. */
GeglBuffer *fddm_picture_load (FddmPictureOrigin *origin, const char *path, GError **error);

/* BUFFER, as read from FROM, upright; the file's metadata tell how. What is saved FROM there on is taken to be upright, too. NULL
 * if memory runs out, or on interruption. */
GeglBuffer *fddm_picture_upright (GeglBuffer *buffer, FddmPictureOrigin *from, GError **error);

/* Whether the picture PATH, which need not exist or be NULL, is read or written by a GEGL operation. */
gboolean fddm_picture_wants_operation (const char *path);

/* Whether the extension of PATH names a format that can be written. */
gboolean fddm_picture_has_format (const char *path, GError **error);

/* The extensions of all formats that can be written: "png, tif, …". Free with g_free. */
char *fddm_picture_formats (void);

/* Whether the extension of PATH names a format that can be read only. */
gboolean fddm_picture_is_read_only (const char *path);

/* Whether PATH can be written: known extension, writable folder. Call it before long work. */
gboolean fddm_picture_writable (const char *path, GError **error);

/* Whether the file PATH, which is writable, holds WIDTH × HEIGHT pixels of FORMAT: so many, and in colours. Call it before long
 * work, too. */
gboolean fddm_picture_fits (const char *path, int width, int height, const Babl *format, GError **error);

/* Writes BUFFER to the file TO, completely or not at all. FROM is the file that BUFFER was read from, or NULL; what it holds
 * beside its pixels goes along as far as the format of TO allows. Fails if FROM was replaced since it was read.
 * JPEG_QUALITY: 1 … 100, 0 = that of FROM. */
gboolean fddm_picture_save (GeglBuffer *buffer, const FddmPictureOrigin *from, const char *to, int jpeg_quality,
                            GError **error);

/* Libraries that read or write pictures may end the program. TELL is then called with the reason, in place of a line on
 * stderr. */
void fddm_picture_on_end (void (*tell) (const char *reason));
