/* png-chunks.h: chunks of PNG files that are kept as they are.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdio.h>
#include <glib.h>

typedef struct {
  GPtrArray *kept;     /* GBytes: a type of four letters, then the data */
  gboolean   animated; /* more than one picture                         */
} FddmPngChunks;

/* Collects resolution, texts, time and colours of FILE, from its start to its first damaged chunk. Exif, XMP and IPTC are left
 * out. Free with g_ptr_array_unref. */
FddmPngChunks fddm_png_chunks (FILE *file);

/* Whether CHUNK describes colours: profile, gamma, primaries. */
gboolean fddm_png_chunk_is_colour (GBytes *chunk);
