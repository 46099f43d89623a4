/* bytes.c: the contents of a file, for codecs that decode memory.
 * SPDX-License-Identifier: Apache-2.0 */
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
