/* bytes.c: the contents of a file, for codecs that decode memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/program/pictures/codec.h"

GBytes *
fddm_picture_bytes (FILE *file, char **problem)
{
  g_autofree guint8 *bytes = NULL;
  long               size;

  fseek (file, 0, SEEK_END);
  size = ftell (file);
  rewind (file);
  bytes = size > 0 ? g_try_malloc ((gsize) size) : NULL;
  if (bytes && fread (bytes, 1, (gsize) size, file) == (gsize) size)
    return g_bytes_new_take (g_steal_pointer (&bytes), (gsize) size);
  *problem = g_strdup (bytes ? _ ("it is cut off") : _ ("not enough memory"));
  return NULL;
}

GBytes *
fddm_picture_exif (GBytes *bytes)
{
  guint32       header; /* place of the TIFF header behind this number, which is big-endian */
  gsize         size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (size <= sizeof header)
    return NULL;
  memcpy (&header, data, sizeof header);
  header = GUINT32_FROM_BE (header);
  size -= sizeof header;
  return header < size ? g_bytes_new_from_bytes (bytes, sizeof header + header, size - header) : NULL;
}
