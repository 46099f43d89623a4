/* codec-pixbuf.c: reading of BMP and GIF files, by gdk-pixbuf.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
/* Newer ones call animations deprecated, but have nothing else that tells one from a picture. */
#define GDK_PIXBUF_VERSION_MIN_REQUIRED G_ENCODE_VERSION (2, 42)
#include <gdk-pixbuf/gdk-pixbuf.h>
#include <glib/gi18n-lib.h>
#include "engine/program/program.h"
#include "engine/program/pictures/codec.h"
#include "engine/program/pictures/graph.h"
#include "engine/program/pictures/rows.h"

#define BMP_HEAD 34    /* bytes of a header up to the kind of compression */
#define GIF_HEAD 10    /* bytes of a header up to the size of the screen */
#define GIF_MOST 2560  /* pixels that a byte can stand for: codes of 12 bits, each for 3839 pixels at most */
#define GIF_FREE 10e6  /* pixels of a screen that may be larger than its file explains */
#define STEP     65536 /* bytes given to the loader at a time */

static guint32
number (const guint8 *bytes)
{
  return (guint32) bytes[0] | (guint32) bytes[1] << 8 | (guint32) bytes[2] << 16 | (guint32) bytes[3] << 24;
}

/* Whether FILE is a BMP and ends before its pixels do, which the loader accepts, or within its header, for which the loader takes
 * memory of any size that is told. The file's size that a header tells is used for compressed pixels only: many writers leave it
 * out. */
static gboolean
is_cut_bmp (FILE *file)
{
  guint8        head[BMP_HEAD];
  const gsize   n = fread (head, 1, sizeof head, file);
  gint64        size, row;
  const guint32 whole = 0, masks = 3; /* kinds of uncompressed pixels */

  fseek (file, 0, SEEK_END);
  size = ftell (file);
  rewind (file);
  if (n < 2 || memcmp (head, "BM", 2) != 0)
    return FALSE;
  if (n < sizeof head || number (head + 14) < 40)
    return n < sizeof head;
  if (number (head + 14) > size)
    return TRUE;
  if (number (head + 30) != whole && number (head + 30) != masks)
    return size < number (head + 2);
  row = ((gint64) number (head + 18) * (head[28] | head[29] << 8) + 31) / 32 * 4;
  return row > size || ABS ((gint64) (gint32) number (head + 22)) * row > size - number (head + 10);
}

/* Whether FILE is a GIF whose screen is larger than what it can hold. The loader fills it all the same, 7 GB and more. */
static gboolean
is_hollow_gif (FILE *file)
{
  guint8      head[GIF_HEAD];
  const gsize n = fread (head, 1, sizeof head, file);
  double      pixels, size;

  fseek (file, 0, SEEK_END);
  size = (double) ftell (file);
  rewind (file);
  if (n < sizeof head || memcmp (head, "GIF8", 4) != 0)
    return FALSE;
  pixels = (double) (head[6] | head[7] << 8) * (head[8] | head[9] << 8);
  return pixels > MAX (GIF_MOST * size, GIF_FREE);
}

/* Gives FILE to LOADER. FALSE with ERROR set. */
static gboolean
feed (GdkPixbufLoader *loader, FILE *file, GError **error)
{
  guint8 bytes[STEP];
  gsize  n;

  while ((n = fread (bytes, 1, sizeof bytes, file)) > 0)
    if (!gdk_pixbuf_loader_write (loader, bytes, n, error))
      {
        gdk_pixbuf_loader_close (loader, NULL);
        return FALSE;
      }
  return gdk_pixbuf_loader_close (loader, error);
}

static GeglBuffer *
take_pixels (GdkPixbuf *pixbuf, char **problem)
{
  const Babl            *format = babl_format (gdk_pixbuf_get_has_alpha (pixbuf) ? "R'G'B'A u8" : "R'G'B' u8");
  g_autoptr (GeglBuffer) buffer = fddm_rows_buffer (gdk_pixbuf_get_width (pixbuf), gdk_pixbuf_get_height (pixbuf), format,
                                                    problem);

  if (!buffer)
    return NULL;
  gegl_buffer_set (buffer, NULL, 0, format, gdk_pixbuf_read_pixels (pixbuf), gdk_pixbuf_get_rowstride (pixbuf));
  return g_steal_pointer (&buffer);
}

static GeglBuffer *
load_pixbuf (FILE *file, char **problem)
{
  g_autoptr (GdkPixbufLoader) loader = gdk_pixbuf_loader_new ();
  g_autoptr (GError)          error  = NULL;
  GdkPixbufAnimation         *pictures;
  gboolean                    fed;

  fddm_cli_on_interruption (fddm_graph_leave);
  fed = feed (loader, file, &error);
  fddm_cli_on_interruption (NULL);
  if (!fed)
    {
      *problem = g_strdup (error ? error->message : _ ("it is damaged or cut off"));
      return NULL;
    }
  pictures = gdk_pixbuf_loader_get_animation (loader);
  if (pictures && gdk_pixbuf_animation_is_static_image (pictures))
    return take_pixels (gdk_pixbuf_animation_get_static_image (pictures), problem);
  *problem = g_strdup (pictures ? _ ("it is an animation") : _ ("it is damaged or cut off"));
  return NULL;
}

static GeglBuffer *
read_pixbuf (FILE *file, G_GNUC_UNUSED FddmTraits *traits, char **problem)
{
  if (!is_cut_bmp (file) && !is_hollow_gif (file))
    return load_pixbuf (file, problem);
  *problem = g_strdup (_ ("it is cut off"));
  return NULL;
}

static gboolean
is_pixbuf (const guint8 *head, gsize size)
{
  return (size >= 18 && memcmp (head, "BM", 2) == 0 && head[15] == 0 && head[16] == 0) ||
         (size >= 6 && memcmp (head, "GIF8", 4) == 0);
}

const FddmCodec fddm_codec_pixbuf = {
  .name = "BMP, GIF", .endings = { ".bmp", ".gif" }, .loss = FDDM_LOSS_NONE, .is = is_pixbuf, .read = read_pixbuf
};
