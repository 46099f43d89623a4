/* chunks.c: see chunks.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <zlib.h>
#include "engine/program/metadata/chunks.h"

#define HEAD 33 /* bytes of the signature and of the first chunk, IHDR */

static const guint8 signature[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

static void
add_number (GByteArray *file, guint32 number)
{
  const guint32 big = GUINT32_TO_BE (number);

  g_byte_array_append (file, (const guint8 *) &big, sizeof big);
}

/* Adds a chunk of TYPE, with PREFIX before DATA, unless that is NULL. */
static void
add_chunk (GByteArray *file, const char *type, const char *prefix, gsize prefix_size, GBytes *data)
{
  gsize         size;
  const guint8 *bytes = data ? g_bytes_get_data (data, &size) : NULL;
  const guint   start = file->len + 4;

  if (!data || size > G_MAXINT32 - prefix_size)
    return;
  add_number (file, (guint32) (prefix_size + size));
  g_byte_array_append (file, (const guint8 *) type, 4);
  g_byte_array_append (file, (const guint8 *) prefix, (guint) prefix_size);
  g_byte_array_append (file, bytes, (guint) size);
  add_number (file, (guint32) crc32 (0, file->data + start, file->len - start));
}

GBytes *
fddm_chunks_file (GBytes *exif, GBytes *xmp)
{
  static const char  header[]  = { 0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0 }; /* width, height, 8 bits of gray */
  static const char  keyword[] = "XML:com.adobe.xmp\0\0\0\0";               /* and a zero more: not packed, no language */
  GByteArray        *file      = g_byte_array_new ();
  g_autoptr (GBytes) nothing   = g_bytes_new_static ("", 0);

  g_byte_array_append (file, signature, sizeof signature);
  add_chunk (file, "IHDR", header, sizeof header, nothing);
  add_chunk (file, "eXIf", "", 0, exif);
  add_chunk (file, "iTXt", keyword, sizeof keyword, xmp);
  add_chunk (file, "IEND", "", 0, nothing);
  return g_byte_array_free_to_bytes (file);
}

GBytes *
fddm_chunks_add_exif (const guint8 *bytes, gsize size, GBytes *exif)
{
  GByteArray *file;

  if (size < HEAD || size > G_MAXINT32 || memcmp (bytes, signature, sizeof signature) != 0)
    return NULL;
  file = g_byte_array_sized_new ((guint) (size + g_bytes_get_size (exif) + 12));
  g_byte_array_append (file, bytes, HEAD);
  add_chunk (file, "eXIf", "", 0, exif);
  g_byte_array_append (file, bytes + HEAD, (guint) (size - HEAD));
  return g_byte_array_free_to_bytes (file);
}
