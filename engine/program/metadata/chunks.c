/* chunks.c: see chunks.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <zlib.h>
#include "engine/program/metadata/chunks.h"

#define HEAD      33        /* bytes of the signature and of the first chunk, IHDR              */
#define FRAME     12        /* bytes of a chunk beside its data: length, type, checksum         */
#define TEXT_MOST (1 << 16) /* bytes of an unpacked text that Exiv2 reads; it gives up at twice that */

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

gboolean
fddm_chunks_is_metadata (const guint8 *bytes, gsize size)
{
  static const char *const keywords[] = { "XML:com.adobe.xmp", "Raw profile type " };

  for (gsize i = 0; i < G_N_ELEMENTS (keywords); i++)
    if (size >= strlen (keywords[i]) && memcmp (bytes, keywords[i], strlen (keywords[i])) == 0)
      return TRUE;
  return FALSE;
}

/* Moves *BYTES behind a NUL. FALSE if there is none. */
static gboolean
skip_word (const guint8 **bytes, gsize *size)
{
  const guint8 *end = memchr (*bytes, 0, *size);

  if (!end)
    return FALSE;
  *size -= (gsize) (end + 1 - *bytes);
  *bytes = end + 1;
  return TRUE;
}

/* Whether SIZE BYTES unpack to a text that is not large. */
static gboolean
unpacks (const guint8 *bytes, gsize size)
{
  g_autofree guint8 *text   = g_malloc (TEXT_MOST);
  uLongf             length = TEXT_MOST;

  return uncompress (text, &length, bytes, (uLong) size) == Z_OK;
}

/* Whether Exiv2 fails at the chunk of TYPE with SIZE BYTES of data, a packed text without metadata. */
static gboolean
is_bulky (const guint8 *type, const guint8 *bytes, gsize size)
{
  const gboolean plain = memcmp (type, "zTXt", 4) == 0, wide = memcmp (type, "iTXt", 4) == 0;

  if ((!plain && !wide) || fddm_chunks_is_metadata (bytes, size))
    return FALSE;
  if (!skip_word (&bytes, &size) || size < 2)
    return TRUE;
  if (plain)
    return !unpacks (bytes + 1, size - 1);
  if (bytes[0] == 0) /* not packed */
    return FALSE;
  bytes += 2;
  size -= 2;
  return !skip_word (&bytes, &size) || !skip_word (&bytes, &size) || !unpacks (bytes, size);
}

static guint32
number (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

static gboolean
is_png (const guint8 *bytes, gsize size)
{
  return size >= HEAD && size <= G_MAXINT32 && memcmp (bytes, signature, sizeof signature) == 0;
}

/* Adds the chunks of the file of SIZE BYTES that are BULKY, or else all the rest, to FILE. */
static void
add_chunks (GByteArray *file, const guint8 *bytes, gsize size, gboolean bulky)
{
  gsize at = HEAD, length;

  for (; size - at >= FRAME && (length = number (bytes + at)) <= size - at - FRAME; at += FRAME + length)
    if (is_bulky (bytes + at + 4, bytes + at + 8, length) == bulky)
      g_byte_array_append (file, bytes + at, (guint) (FRAME + length));
  if (!bulky)
    g_byte_array_append (file, bytes + at, (guint) (size - at));
}

GBytes *
fddm_chunks_lighten (const guint8 *bytes, gsize size, GBytes **texts)
{
  g_autoptr (GByteArray) bulk = g_byte_array_new ();
  GByteArray            *rest;

  *texts = NULL;
  if (is_png (bytes, size))
    add_chunks (bulk, bytes, size, TRUE);
  if (bulk->len == 0)
    return NULL;
  rest = g_byte_array_sized_new ((guint) (size - bulk->len));
  g_byte_array_append (rest, bytes, HEAD);
  add_chunks (rest, bytes, size, FALSE);
  *texts = g_byte_array_free_to_bytes (g_steal_pointer (&bulk));
  return g_byte_array_free_to_bytes (rest);
}

GBytes *
fddm_chunks_add (const guint8 *bytes, gsize size, GBytes *exif, GBytes *texts)
{
  GByteArray   *file;
  gsize         texts_size = 0;
  const guint8 *texts_data = texts ? g_bytes_get_data (texts, &texts_size) : NULL;

  if (!is_png (bytes, size))
    return NULL;
  file = g_byte_array_sized_new ((guint) (size + texts_size + (exif ? g_bytes_get_size (exif) + FRAME : 0)));
  g_byte_array_append (file, bytes, HEAD);
  add_chunk (file, "eXIf", "", 0, exif);
  g_byte_array_append (file, texts_data, (guint) texts_size);
  g_byte_array_append (file, bytes + HEAD, (guint) (size - HEAD));
  return g_byte_array_free_to_bytes (file);
}
