/* boxes.c: see boxes.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "engine/program/metadata/boxes.h"

#define HEAD  32 /* bytes of the first two boxes, the signature and "ftyp" */
#define LEVEL 9  /* bytes of a box "jxll", which comes next if there is one */

static const guint8 signature[12] = { 0, 0, 0, 12, 'J', 'X', 'L', ' ', '\r', '\n', 0x87, '\n' };

/* Adds a box of KIND that holds PREFIX zeros and the SIZE BYTES. */
static void
add_box (GByteArray *file, const char *kind, guint prefix, const void *bytes, gsize size)
{
  const guint32       length   = GUINT32_TO_BE ((guint32) (8 + prefix + size));
  static const guint8 zeros[4] = { 0 };

  if (size > G_MAXINT32 / 4)
    return;
  g_byte_array_append (file, (const guint8 *) &length, sizeof length);
  g_byte_array_append (file, (const guint8 *) kind, 4);
  g_byte_array_append (file, zeros, prefix);
  g_byte_array_append (file, bytes, (guint) size);
}

GBytes *
fddm_boxes_add (const guint8 *bytes, gsize size, GBytes *exif, const char *xmp)
{
  GByteArray *file;
  gsize       head = HEAD;

  if (size < HEAD + LEVEL || size > G_MAXINT32 || memcmp (bytes, signature, sizeof signature) != 0)
    return NULL;
  if (memcmp (bytes + HEAD + 4, "jxll", 4) == 0)
    head += LEVEL;
  file = g_byte_array_new ();
  g_byte_array_append (file, bytes, (guint) head);
  if (exif) /* after the place of the TIFF header, 0 */
    add_box (file, "Exif", 4, g_bytes_get_data (exif, NULL), g_bytes_get_size (exif));
  if (xmp)
    add_box (file, "xml ", 0, xmp, strlen (xmp));
  g_byte_array_append (file, bytes + head, (guint) (size - head));
  return g_byte_array_free_to_bytes (file);
}
