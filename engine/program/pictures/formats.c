/* formats.c: see formats.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/program/pictures/formats.h"

static const FddmCodec *const codecs[] = { &fddm_codec_png, &fddm_codec_tiff, &fddm_codec_jpeg, &fddm_codec_webp,
                                           &fddm_codec_jxl, &fddm_codec_ppm,  &fddm_codec_pgm,  &fddm_codec_pnm,
                                           &fddm_codec_hdr, &fddm_codec_heif, &fddm_codec_avif, &fddm_codec_pixbuf };

/* What GEGL reads, where its operation is installed, and what is only told apart by name. */
static const struct {
  const char *name, *operation, *magic;
  int         at, length;
} others[] = {
  { "OpenEXR", "gegl:exr-load", "\x76\x2f\x31\x01", 0, 4 },
  { "JPEG 2000", "gegl:jp2-load", "\0\0\0\x0cjP  \r\n", 0, 10 },
  { "JPEG 2000", NULL, "\xff\x4f\xff\x51", 0, 4 },
  { "HEIC", NULL, "ftypheic", 4, 8 },
  { "HEIC", NULL, "ftypheix", 4, 8 },
  { "HEIC", NULL, "ftyphevc", 4, 8 },
  { "HEIF", NULL, "ftypmif1", 4, 8 },
  { "HEIF", NULL, "ftypmsf1", 4, 8 },
  { "AVIF", NULL, "ftypavif", 4, 8 },
  { "AVIF", NULL, "ftypavis", 4, 8 },
  { "Canon CR3", NULL, "ftypcrx ", 4, 8 },
  { "JPEG XL", NULL, "\xff\x0a", 0, 2 },
  { "JPEG XL", NULL, "\0\0\0\x0cJXL ", 0, 8 },
  { "GIF", NULL, "GIF8", 0, 4 },
  { "BMP", NULL, "BM", 0, 2 },
  { "Photoshop", NULL, "8BPS", 0, 4 },
  { "GIMP XCF", NULL, "gimp xcf", 0, 8 },
  { "FITS", NULL, "SIMPLE  =", 0, 9 },
  { "QOI", NULL, "qoif", 0, 4 },
  { "DjVu", NULL, "AT&TFORM", 0, 8 },
  { "PDF", NULL, "%PDF", 0, 4 },
  { "SVG", NULL, "<svg", 0, 4 },
  { "Fujifilm RAF", NULL, "FUJIFILMCCD-RAW", 0, 15 },
  { "Panasonic RW2", NULL, "IIU\0", 0, 4 },
  { "Olympus ORF", NULL, "IIRO", 0, 4 },
};

static const struct {
  const char *ending, *operation;
  FddmLoss    loss;
} savers[] = {
  { ".exr", "gegl:exr-save", FDDM_LOSS_NONE },
};

static gboolean
has_magic (const guint8 *head, gsize size, const char *magic, int at, int length)
{
  return size >= (gsize) (at + length) && memcmp (head + at, magic, (gsize) length) == 0;
}

gboolean
fddm_format_of_head (FddmFormat *format, const guint8 *head, gsize size, char **problem)
{
  const char *name = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (codecs[i]->is (head, size))
      {
        *format = (FddmFormat) { .codec = codecs[i], .loss = codecs[i]->loss };
        return TRUE;
      }
  for (gsize i = 0; i < G_N_ELEMENTS (others) && !name; i++)
    if (has_magic (head, size, others[i].magic, others[i].at, others[i].length))
      {
        *format = (FddmFormat) { .operation = others[i].operation };
        name    = others[i].name;
      }
  if (name && format->operation && gegl_has_operation (format->operation))
    return TRUE;
  *problem = name ? /* translators: a format, such as Photoshop */
               g_strdup_printf (_ ("it is a file of the format %s; convert it to TIFF, PNG or JPEG first"), name)
                  : g_strdup (_ ("unrecognised image format"));
  return FALSE;
}

gboolean
fddm_format_wants_operation (const char *path, const guint8 *head, gsize size)
{
  for (gsize i = 0; i < G_N_ELEMENTS (savers); i++)
    if (g_ascii_strcasecmp (savers[i].ending, strrchr (path, '.') ? strrchr (path, '.') : "") == 0)
      return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    if (others[i].operation && has_magic (head, size, others[i].magic, others[i].at, others[i].length))
      return TRUE;
  return FALSE;
}

static gboolean
has_ending (const FddmCodec *codec, const char *path)
{
  const char *dot = strrchr (path, '.');

  for (gsize k = 0; dot && k < G_N_ELEMENTS (codec->endings); k++)
    if (codec->endings[k] && g_ascii_strcasecmp (dot, codec->endings[k]) == 0)
      return TRUE;
  return FALSE;
}

gboolean
fddm_format_is_read_only (const char *path)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (!codecs[i]->write && has_ending (codecs[i], path))
      return TRUE;
  return FALSE;
}

gboolean
fddm_format_of_ending (FddmFormat *format, const char *path)
{
  const char *dot = strrchr (path, '.');

  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (codecs[i]->write && has_ending (codecs[i], path))
      {
        *format = (FddmFormat) { .codec = codecs[i], .loss = codecs[i]->loss };
        return TRUE;
      }
  for (gsize i = 0; dot && i < G_N_ELEMENTS (savers); i++)
    if (g_ascii_strcasecmp (dot, savers[i].ending) == 0 && gegl_has_operation (savers[i].operation))
      {
        *format = (FddmFormat) { .operation = savers[i].operation, .loss = savers[i].loss };
        return TRUE;
      }
  return FALSE;
}

static void
add_ending (GString *list, const char *ending, const char *before)
{
  g_string_append_printf (list, "%s%s%s", list->len > 0 ? ", " : "", before, ending + 1);
}

char *
fddm_format_endings (const char *before)
{
  GString *list = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (codecs[i]->write)
      add_ending (list, codecs[i]->endings[0], before);
  for (gsize i = 0; i < G_N_ELEMENTS (savers); i++) /* GEGL, which may lack them, is not asked yet */
    add_ending (list, savers[i].ending, before);
  return g_string_free (list, FALSE);
}
