/* bytes.c: the contents of a file, for codecs that decode memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/program/pictures/codec.h"

GBytes *
fddm_picture_bytes (FILE *file, char **problem)
{
  g_autofree guint8 *bytes = NULL;
  long               size;

  if (fseek (file, 0, SEEK_END) != 0 || (size = ftell (file)) < 0 || fseek (file, 0, SEEK_SET) != 0)
    {
      *problem = g_strdup (g_strerror (errno));
      return NULL;
    }
  bytes = size > 0 ? g_try_malloc ((gsize) size) : NULL;
  if (bytes && fread (bytes, 1, (gsize) size, file) == (gsize) size)
    return g_bytes_new_take (g_steal_pointer (&bytes), (gsize) size);
  *problem = g_strdup (!bytes ? _ ("not enough memory") : ferror (file) ? g_strerror (errno) : _ ("it is cut off"));
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
