/* original.h: what a picture file tells before GIMP reads it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "plugin/gimp.h"

typedef struct {
  FddmFileStyle style;
  gboolean      has_thumbnails; /* a TIFF whose pages, but for the first one, are small copies of it */
} FddmOriginal;

/* Fails if PATH is not a whole file with a single picture, as far as this can be told without reading the pixels. */
gboolean fddm_original_check (const char *path, FddmOriginal *original, GError **error);

/* Name for the result of the file PATH: its own, or with the ending .png where GIMP cannot write such a file or the format cannot
 * hold a photo. Free with g_free. */
char *fddm_original_result (const char *path);

/* Whether several layers are what the format is for, as opposed to pages or frames. */
gboolean fddm_original_has_layers (const char *path);

/* Whether files of the format of PATH hold no alpha. */
gboolean fddm_original_is_opaque (const char *path);

/* Whether the format of PATH holds WIDTH × HEIGHT pixels; otherwise sets an error. */
gboolean fddm_original_fits (const char *path, int width, int height, GError **error);

/* Whether the format of PATH changes pixels a little. */
gboolean fddm_original_is_lossy (const char *path, const FddmFileStyle *style);
