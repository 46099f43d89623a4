/* original.c: see original.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/original.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "engine/files/jpeg.h"
#include "engine/files/webp-quality.h"
#include "engine/files/whole.h"

/* ---- Formats, by the endings of names ---- */

#define LOSSY  1
#define LAYERS 2
#define OPAQUE 4
#define JPEG   8
#define WEBP   16

#define JPEG_SIDE 65500 /* most pixels */
#define WEBP_SIDE 16383

static const struct {
  const char *ending;
  int         traits;
} formats[] = { { "jpg", LOSSY | OPAQUE | JPEG },
                { "jpeg", LOSSY | OPAQUE | JPEG },
                { "jpe", LOSSY | OPAQUE | JPEG },
                { "png", 0 },
                { "tif", 0 },
                { "tiff", 0 },
                { "webp", LOSSY | WEBP },
                { "heic", LOSSY },
                { "heif", LOSSY },
                { "avif", LOSSY },
                { "jxl", LOSSY },
                { "bmp", 0 },
                { "ppm", OPAQUE },
                { "pgm", OPAQUE },
                { "pnm", OPAQUE },
                { "exr", 0 },
                { "hdr", LOSSY | OPAQUE },
                { "sgi", 0 },
                { "pcx", OPAQUE },
                { "fits", OPAQUE },
                { "psd", LAYERS },
                { "xcf", LAYERS } };

/* -1 for formats that not every GIMP can write, and for GIF, whose 256 colours would bring noise back. */
static int
traits_of (const char *path)
{
  const char *dot = strrchr (path, '.');

  for (gsize i = 0; dot && i < G_N_ELEMENTS (formats); i++)
    if (!g_ascii_strcasecmp (dot + 1, formats[i].ending))
      return formats[i].traits;
  return -1;
}

gboolean
fddm_original_fits (const char *path, int width, int height, GError **error)
{
  const int        traits = MAX (traits_of (path), 0);
  const int        most   = traits & JPEG ? JPEG_SIDE : traits & WEBP ? WEBP_SIDE : G_MAXINT;
  g_autofree char *reason = NULL;

  if (MAX (width, height) <= most)
    return TRUE;
  /* translators: a format, such as JPEG; a number */
  reason = g_strdup_printf (_ ("files of %s have at most %d pixels a side"), traits & JPEG ? "JPEG" : "WebP", most);
  g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ ("The result cannot be saved: %s"), reason);
  return FALSE;
}

char *
fddm_original_result (const char *path)
{
  char *name = g_path_get_basename (path);
  char *dot  = strrchr (name, '.');
  char *png;

  if (traits_of (path) >= 0)
    return name;
  png = g_strdup_printf ("%.*s.png", dot && dot != name ? (int) (dot - name) : (int) strlen (name), name);
  g_free (name);
  return png;
}

gboolean
fddm_original_has_layers (const char *path)
{
  const int traits = traits_of (path);

  return traits >= 0 && traits & LAYERS;
}

gboolean
fddm_original_is_opaque (const char *path)
{
  const int traits = traits_of (path);

  return traits >= 0 && traits & OPAQUE;
}

gboolean
fddm_original_is_lossy (const char *path, const FddmFileStyle *style)
{
  const int traits = traits_of (path);

  return traits >= 0 && traits & LOSSY && !style->lossless;
}

/* ---- How a file is coded ---- */

static gboolean
starts_with (const guint8 *bytes, gsize size, gsize at, const char *magic)
{
  return size >= at + strlen (magic) && !memcmp (bytes + at, magic, strlen (magic));
}

static guint
number (const guint8 *bytes, gsize size, gsize at, int count, gboolean little)
{
  guint value = 0;

  for (int i = 0; i < count && at + (gsize) count <= size; i++)
    value = value << 8 | bytes[at + (gsize) (little ? count - 1 - i : i)];
  return value;
}

/* Value of a TAG in the TIFF's page whose tags begin at PAGE; 0 if it is missing. NEXT gets the place of the next page, or 0. */
static guint
tiff_value (const guint8 *bytes, gsize size, gsize page, guint tag, gsize *next)
{
  const gboolean little = bytes[0] == 'I';
  const guint    n      = number (bytes, size, page, 2, little);
  guint          value  = 0;

  for (guint i = 0; i < n; i++)
    {
      const gsize entry = page + 2 + 12 * (gsize) i;

      if (number (bytes, size, entry, 2, little) == tag)
        value = number (bytes, size, entry + 8, number (bytes, size, entry + 2, 2, little) == 3 ? 2 : 4, little);
    }
  *next = number (bytes, size, page + 2 + 12 * (gsize) n, 4, little);
  return value;
}

static void
read_tiff (const guint8 *bytes, gsize size, FddmOriginal *original)
{
  enum { SUBFILE_TYPE = 254, COMPRESSION = 259, MOST_PAGES = 100 };
  gsize page = number (bytes, size, 4, 4, bytes[0] == 'I'), next;

  original->style.tiff_compression = (int) tiff_value (bytes, size, page, COMPRESSION, &next);
  original->has_thumbnails         = !(tiff_value (bytes, size, page, SUBFILE_TYPE, &next) & 1) && next;
  for (int pages = 1; next && pages < MOST_PAGES; pages++)
    original->has_thumbnails &= tiff_value (bytes, size, next, SUBFILE_TYPE, &next) & 1;
}

static void
read_style (const guint8 *bytes, gsize size, FddmOriginal *original)
{
  FddmFileStyle *style = &original->style;
  FddmJpegStyle  jpeg;

  *original = (FddmOriginal) { .style = fddm_file_style_default };
  if (fddm_jpeg_style (bytes, size, &jpeg))
    {
      style->quality     = jpeg.quality;
      style->across      = jpeg.across;
      style->down        = jpeg.down;
      style->progressive = jpeg.progressive;
    }
  else if (starts_with (bytes, size, 8, "WEBP"))
    {
      const double quality = fddm_webp_quality (bytes, size);

      style->lossless = quality <= 0;
      if (quality > 0)
        style->quality = (int) ceil (quality);
    }
  else if (starts_with (bytes, size, 0, "II*") || (starts_with (bytes, size, 0, "MM") && size > 3 && bytes[3] == '*'))
    read_tiff (bytes, size, original);
}

/* An animated PNG or a sequence of HEIC or AVIF pictures, of which GIMP reads the first without a word; an animated WebP, about
 * which GIMP 2.10 says "execution error". */
static gboolean
is_animated (const guint8 *bytes, gsize size)
{
  const guint8 *control = starts_with (bytes, size, 0, "\x89PNG") ? memmem (bytes, MIN (size, 1 << 16), "acTL", 4) : NULL;

  return (control && number (bytes, size, (gsize) (control - bytes) + 4, 4, FALSE) > 1) ||
         (starts_with (bytes, size, 8, "WEBPVP8X") && size > 20 && bytes[20] & 2) ||
         starts_with (bytes, size, 4, "ftypavis") || starts_with (bytes, size, 4, "ftyphevc") ||
         starts_with (bytes, size, 4, "ftypmsf1");
}

static gboolean
refuse (const char *reason, GError **error)
{
  g_set_error (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED, _ ("The file cannot be opened: %s"), reason);
  return FALSE;
}

gboolean
fddm_original_check (const char *path, FddmOriginal *original, GError **error)
{
  g_autoptr (GError)      reason = NULL;
  g_autoptr (GMappedFile) file   = NULL;
  const guint8           *bytes;
  gsize                   size;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR)) /* a pipe would be waited for */
    return refuse (g_file_test (path, G_FILE_TEST_EXISTS) ? _ ("it is not a regular file") : g_strerror (ENOENT), error);
  file = g_mapped_file_new (path, FALSE, &reason);
  if (!file)
    return refuse (reason->message, error);
  bytes = (const guint8 *) g_mapped_file_get_contents (file);
  size  = g_mapped_file_get_length (file);
  if (!fddm_whole (bytes, size))
    return refuse (_ ("it is cut off"), error);
  if (is_animated (bytes, size))
    return refuse (_ ("it has several pages or frames. Split it into single pictures first."), error);
  read_style (bytes, size, original);
  return TRUE;
}
