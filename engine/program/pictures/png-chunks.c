/* png-chunks.c: see png-chunks.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "engine/program/metadata/chunks.h"
#include "engine/program/pictures/png-chunks.h"

#define HEADER    8         /* bytes before the first chunk; also of a chunk's length and type */
#define CRC       4         /* bytes after a chunk's data */
#define DATA_MOST (1 << 24) /* bytes of a chunk worth keeping */

static const char colours[][5] = { "iCCP", "gAMA", "cHRM", "sRGB", "cICP", "mDCV", "cLLI" };
static const char texts[][5]   = { "tEXt", "zTXt", "iTXt" };
static const char others[][5]  = { "pHYs", "tIME" };

static gboolean
is_one_of (const char *type, const char names[][5], gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (memcmp (type, names[i], 4) == 0)
      return TRUE;
  return FALSE;
}

static guint32
number (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

/* The chunk at FILE's place, type and data, or NULL at the end of the file. */
static GBytes *
read_chunk (FILE *file, guint32 length, const guint8 *type)
{
  g_autofree guint8 *bytes = g_try_malloc (4 + (gsize) length);

  if (!bytes || fread (bytes + 4, 1, length, file) != length)
    return NULL;
  memcpy (bytes, type, 4);
  return g_bytes_new_take (g_steal_pointer (&bytes), 4 + (gsize) length);
}

static void
take (FddmPngChunks *chunks, GBytes *chunk)
{
  gsize         size;
  const guint8 *bytes = g_bytes_get_data (chunk, &size);
  const char   *type  = (const char *) bytes;

  if (memcmp (type, "acTL", 4) == 0)
    chunks->animated = size >= 8 && number (bytes + 4) > 1;
  else if (is_one_of (type, colours, G_N_ELEMENTS (colours)) || is_one_of (type, others, G_N_ELEMENTS (others)) ||
           (is_one_of (type, texts, G_N_ELEMENTS (texts)) && !fddm_chunks_is_metadata (bytes + 4, size - 4)))
    g_ptr_array_add (chunks->kept, g_bytes_ref (chunk));
}

FddmPngChunks
fddm_png_chunks (FILE *file)
{
  FddmPngChunks chunks = { g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref), FALSE };
  guint8        head[HEADER];

  fseek (file, HEADER, SEEK_SET);
  while (fread (head, 1, sizeof head, file) == sizeof head)
    {
      const guint32      length = number (head);
      g_autoptr (GBytes) chunk  = NULL;

      if (length > G_MAXINT32 || memcmp (head + 4, "IEND", 4) == 0)
        break;
      if (memcmp (head + 4, "IDAT", 4) == 0 || length > DATA_MOST)
        {
          if (fseek (file, (long) length + CRC, SEEK_CUR) != 0)
            break;
          continue;
        }
      chunk = read_chunk (file, length, head + 4);
      if (!chunk || fseek (file, CRC, SEEK_CUR) != 0)
        break;
      take (&chunks, chunk);
    }
  return chunks;
}

gboolean
fddm_png_chunk_is_colour (GBytes *chunk)
{
  return is_one_of (g_bytes_get_data (chunk, NULL), colours, G_N_ELEMENTS (colours));
}
