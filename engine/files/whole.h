/* whole.h: whether a picture file reaches its end.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Whether the file of these BYTES is as long as its own structure says. Libraries read cut-off JPEG, PNG, GIF, BMP, TGA, PSD,
 * PCX, SGI, Sun raster, FITS and OpenEXR files without an error and fill the rest. JPEG XL in boxes and WebP are checked, too.
 * TRUE for files of other kinds. */
gboolean fddm_whole (const guint8 *bytes, gsize size);
