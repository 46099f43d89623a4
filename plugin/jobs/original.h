/* original.h: what a picture file tells before GIMP reads it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "plugin/gimp.h"

/* Fails if PATH is not a whole file with a single picture, as far as this can be told without reading the pixels. STYLE gets
 * the way in which it is coded, for the result. */
gboolean fddm_original_check (const char *path, FddmFileStyle *style, GError **error);

/* Name for the result of the file PATH: its own, or with the ending .png where GIMP cannot write such a file or the format cannot
 * hold a photo. Free with g_free. */
char *fddm_original_result (const char *path);

/* Whether several layers are what the format is for, as opposed to pages or frames. */
gboolean fddm_original_has_layers (const char *path);

/* Whether the format of PATH changes pixels a little. */
gboolean fddm_original_is_lossy (const char *path, const FddmFileStyle *style);
