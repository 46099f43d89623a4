/* metadata.c: see metadata.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "engine/fddm.h"
#include "engine/program/metadata/boxes.h"
#include "engine/program/metadata/chunks.h"
#include "engine/program/metadata/gexiv2.h"
#include "engine/program/metadata/metadata.h"

#define RESOLUTION_MAX 1e7 /* pixels per metre; 254 000 per inch */

typedef enum {
  FORMAT_OTHER,
  FORMAT_JPEG,
  FORMAT_PNG,
  FORMAT_TIFF,
  FORMAT_BIG_TIFF, /* Exiv2 neither reads nor writes it */
  FORMAT_WEBP,
  FORMAT_HEIF,
  FORMAT_JXL
} Format;

static Format
format_of (GMappedFile *file)
{
  const char *bytes = file ? g_mapped_file_get_contents (file) : NULL;

  if (!file || g_mapped_file_get_length (file) < 12)
    return FORMAT_OTHER;
  if (memcmp (bytes, "\xff\xd8\xff", 3) == 0)
    return FORMAT_JPEG;
  if (memcmp (bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
    return FORMAT_PNG;
  if (memcmp (bytes, "II*\0", 4) == 0 || memcmp (bytes, "MM\0*", 4) == 0)
    return FORMAT_TIFF;
  if (memcmp (bytes, "II+\0", 4) == 0 || memcmp (bytes, "MM\0+", 4) == 0)
    return FORMAT_BIG_TIFF;
  if (memcmp (bytes + 4, "ftyp", 4) == 0)
    return FORMAT_HEIF;
  if (memcmp (bytes, "\0\0\0\x0cJXL ", 8) == 0 || memcmp (bytes, "\xff\x0a", 2) == 0)
    return FORMAT_JXL;
  return memcmp (bytes, "RIFF", 4) == 0 && memcmp (bytes + 8, "WEBP", 4) == 0 ? FORMAT_WEBP : FORMAT_OTHER;
}

/* The first problem that GExiv2 logged; its handler has no argument of ours. */
static char *logged;

static void
take_log (GExiv2LogLevel level, const char *message)
{
  /* Cameras write much that deserves a warning; of these, only failures mean a loss. */
  if (!logged && (level >= GEXIV2_LOG_LEVEL_ERROR || g_str_has_prefix (message, "Failed to decode")))
    logged = g_strstrip (g_strdup (message));
}

/* The contents of the picture FILE as Exiv2 reads them: without the chunks TEXTS of a PNG, which may be NULL. */
static GBytes *
bytes_for_exiv2 (GMappedFile *file, GBytes **texts)
{
  GBytes *light = fddm_chunks_lighten ((const guint8 *) g_mapped_file_get_contents (file), g_mapped_file_get_length (file),
                                       texts);

  return light ? light : g_mapped_file_get_bytes (file);
}

/* Tags of TRAITS, where they hold any or Exiv2 does not read the file, otherwise of the picture FILE; or NULL with an error set.
 * Exiv2 reads from memory, for it overlooks some errors of a disk. */
static GExiv2Metadata *
open_tags (GMappedFile *file, const FddmTraits *traits, GError **error)
{
  g_autoptr (GExiv2Metadata) tags = NULL;
  g_autoptr (GBytes)         held = NULL, texts = NULL;
  gboolean                   opened;

  gexiv2_initialize ();
  gexiv2_log_set_handler (take_log);
  tags = gexiv2_metadata_new ();
  if (traits->exif || traits->xmp || traits->codec == &fddm_codec_jxl || format_of (file) == FORMAT_BIG_TIFF)
    held = fddm_chunks_file (traits->exif, traits->xmp);
  else
    held = bytes_for_exiv2 (file, &texts);
  opened = gexiv2_metadata_open_buf (tags, g_bytes_get_data (held, NULL), (glong) g_bytes_get_size (held), error);
  return opened ? g_steal_pointer (&tags) : NULL;
}

/* Forgets a RESOLUTION that no picture has, in pixels per metre: damaged files tell any number, and infinity. */
static void
doubt (double resolution[2])
{
  for (int i = 0; i < 2; i++)
    if (!(resolution[i] > 0 && resolution[i] <= RESOLUTION_MAX))
      resolution[0] = resolution[1] = 0;
}

void
fddm_metadata_facts (const char *path, FddmTraits *traits)
{
  g_autoptr (GMappedFile)    file = g_mapped_file_new (path, FALSE, NULL);
  g_autoptr (GExiv2Metadata) tags = NULL;

  doubt (traits->resolution);
  if ((traits->resolution[0] > 0 && traits->orientation > 0) || format_of (file) == FORMAT_OTHER)
    return;
  tags = open_tags (file, traits, NULL); /* copying tells the error */
  if (tags && traits->resolution[0] <= 0)
    {
      fddm_tags_resolution (tags, traits->resolution);
      doubt (traits->resolution);
    }
  if (tags && traits->orientation == 0)
    traits->orientation = fddm_tags_orientation (tags);
}

typedef struct {
  GMappedFile        *file;
  Format              format, target_format;
  const FddmTagFacts *facts;
  GBytes             *texts; /* chunks of the target that Exiv2 would not read past, or NULL */
} Source;

/* What of SOURCE is there and does not come along, because of a format; or NULL. Free with g_free. */
static char *
left_behind (const Source *source)
{
  const FddmTraits          *traits = source->facts->traits;
  g_autoptr (GExiv2Metadata) tags   = NULL;

  if (source->target_format == FORMAT_BIG_TIFF && source->format != FORMAT_OTHER)
    tags = open_tags (source->file, traits, NULL);
  if (tags && (gexiv2_metadata_has_exif (tags) || gexiv2_metadata_has_xmp (tags) || gexiv2_metadata_has_iptc (tags)))
    return g_strdup (_ ("a BigTIFF is written without any"));
  return traits->unread ? g_strdup (_ ("EXIF and IPTC of a BigTIFF cannot be read")) : NULL;
}

/* EXIF and XMP in TAGS; NULL = none. */
static gboolean
take_packets (GExiv2Metadata *tags, GBytes **exif, char **xmp, GError **error)
{
  if (gexiv2_metadata_has_exif (tags) && !(*exif = gexiv2_metadata_get_exif_data (tags, GEXIV2_BYTE_ORDER_LITTLE, error)))
    return FALSE;
  return !gexiv2_metadata_has_xmp (tags) ||
         (*xmp = gexiv2_metadata_generate_xmp_packet (tags, GEXIV2_USE_COMPACT_FORMAT, 0, error));
}

/* Puts EXIF and XMP into the JPEG XL file PATH, which Exiv2 does not write. */
static gboolean
add_boxes (GExiv2Metadata *tags, const char *path, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);
  g_autoptr (GBytes)      exif = NULL, all = NULL;
  g_autofree char        *xmp = NULL;

  if (!file || !take_packets (tags, &exif, &xmp, error))
    return FALSE;
  all = fddm_boxes_add ((const guint8 *) g_mapped_file_get_contents (file), g_mapped_file_get_length (file), exif, xmp);
  return !all || g_file_set_contents_full (path, g_bytes_get_data (all, NULL), (gssize) g_bytes_get_size (all),
                                           G_FILE_SET_CONTENTS_NONE, 0666, error);
}

/* Puts EXIF and the chunks TEXTS into the PNG file PATH. Exiv2 0.27 writes EXIF as a text, which few programs read. */
static gboolean
add_chunks (const char *path, GBytes *exif, GBytes *texts, GError **error)
{
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, error);
  g_autoptr (GBytes)      both = NULL;

  if (!file)
    return FALSE;
  both = fddm_chunks_add ((const guint8 *) g_mapped_file_get_contents (file), g_mapped_file_get_length (file), exif, texts);
  return !both || g_file_set_contents_full (path, g_bytes_get_data (both, NULL), (gssize) g_bytes_get_size (both),
                                            G_FILE_SET_CONTENTS_NONE, 0666, error);
}

/* Saves TAGS to the picture file PATH by Exiv2, and looks whether they are there: Exiv2 overlooks some errors of the disk. */
static gboolean
save_surely (GExiv2Metadata *tags, const char *path, GError **error)
{
  g_autoptr (GExiv2Metadata) saved = gexiv2_metadata_new ();

  if (!gexiv2_metadata_save_file (tags, path, error) || !gexiv2_metadata_open_path (saved, path, error))
    return FALSE;
  if ((!gexiv2_metadata_has_exif (tags) || gexiv2_metadata_has_exif (saved)) &&
      (!gexiv2_metadata_has_xmp (tags) || gexiv2_metadata_has_xmp (saved)))
    return TRUE;
  g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_WRITE, g_strerror (EIO));
  return FALSE;
}

/* Saves TAGS to the picture file PATH, the target of SOURCE. */
static gboolean
save_tags (GExiv2Metadata *tags, const Source *source, const char *path, GError **error)
{
  const Format       format = source->target_format;
  g_autoptr (GBytes) exif   = NULL;

  if (format == FORMAT_JXL)
    return add_boxes (tags, path, error);
  if (format == FORMAT_PNG && gexiv2_metadata_has_exif (tags))
    {
      exif = gexiv2_metadata_get_exif_data (tags, GEXIV2_BYTE_ORDER_LITTLE, error);
      if (!exif)
        return FALSE;
      gexiv2_metadata_clear_exif (tags);
    }
  return save_surely (tags, path, error) && ((!exif && !source->texts) || add_chunks (path, exif, source->texts, error));
}

/* Leaves the PARTS of SOURCE's TAGS, as they are true of the new picture. */
static void
correct_tags (GExiv2Metadata *tags, const Source *source, FddmTagParts parts)
{
  fddm_tags_keep (tags, parts);
  fddm_tags_drop_structure (tags, source->format == FORMAT_TIFF);
  if (source->facts->traits->turned > 4)
    fddm_tags_turn (tags);
  fddm_tags_correct (tags, source->facts);
  /* Where EXIF does not tell it, or where the pixels are turned for the new file, or were before. */
  if (source->facts->traits->turned || source->format == FORMAT_HEIF || source->format == FORMAT_JXL ||
      source->format == FORMAT_BIG_TIFF || source->target_format == FORMAT_HEIF ||
      !gexiv2_metadata_has_tag (tags, "Exif.Image.Orientation", NULL))
    fddm_tags_set_orientation (tags, MAX (1, source->facts->traits->orientation));
  if (source->format != source->target_format)
    fddm_tags_add_comment (tags, source->facts->traits);
}

/* What is tried, one after the other, until it can be kept. */
static const FddmTagParts tried[] = { FDDM_TAG_ALL,
                                      FDDM_TAG_EXIF | FDDM_TAG_IPTC,
                                      FDDM_TAG_XMP | FDDM_TAG_IPTC,
                                      FDDM_TAG_EXIF | FDDM_TAG_XMP,
                                      FDDM_TAG_EXIF,
                                      FDDM_TAG_XMP,
                                      FDDM_TAG_IPTC,
                                      0 };

/* A file that cannot be written: no fault of the metadata. */
static gboolean
is_of_disk (const GError *error)
{
  return error && error->domain == G_FILE_ERROR;
}

/* Copies PICTURE to PATH and adds the metadata of SOURCE there. After a failure to save them, tries it without the part at
 * fault; what cannot be opened cannot be opened in parts. FALSE if there is no file to use: with *PROBLEM set if it cannot be
 * written. *LOST is the first failure that SOURCE is to blame for. */
static gboolean
add_most (const Source *source, GBytes *picture, const char *path, char **lost, char **problem)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tried); i++)
    {
      g_autoptr (GError)         error  = NULL;
      g_autoptr (GExiv2Metadata) tags   = open_tags (source->file, source->facts->traits, &error);
      const gboolean             opened = tags != NULL;
      const gboolean             copied = opened && g_file_set_contents_full (path, g_bytes_get_data (picture, NULL),
                                                                              (gssize) g_bytes_get_size (picture),
                                                                              G_FILE_SET_CONTENTS_NONE, 0666, &error);

      if (copied)
        {
          correct_tags (tags, source, tried[i]);
          if (save_tags (tags, source, path, &error))
            return TRUE;
        }
      if (opened && is_of_disk (error))
        {
          *problem = g_strdup (error->message);
          return FALSE;
        }
      if (!*lost)
        *lost = g_strdup (error ? error->message : "?");
      if (!opened)
        return FALSE;
    }
  return FALSE;
}

char *
fddm_metadata_packets (const char *from, const FddmTagFacts *facts, GBytes **exif, GBytes **xmp)
{
  g_autoptr (GError)      unread   = NULL;
  g_autoptr (GMappedFile) file     = g_mapped_file_new (from, FALSE, &unread);
  const Source            source   = { file, format_of (file), FORMAT_HEIF, facts, NULL };
  gboolean                may_help = source.format != FORMAT_OTHER;
  char                   *problem  = unread ? g_strdup (unread->message) : NULL;

  g_clear_pointer (&logged, g_free);
  for (gsize i = 0; may_help && i < G_N_ELEMENTS (tried); i++)
    {
      g_autoptr (GError)         error = NULL;
      g_autoptr (GExiv2Metadata) tags  = open_tags (file, facts->traits, &error);
      char                      *text  = NULL;

      may_help = tags != NULL;
      if (tags)
        correct_tags (tags, &source, tried[i]);
      if (tags && take_packets (tags, exif, &text, &error))
        {
          *xmp = text ? g_bytes_new_take (text, strlen (text)) : NULL;
          break;
        }
      g_clear_pointer (exif, g_bytes_unref);
      if (!problem)
        problem = g_strdup (error ? error->message : "?");
    }
  if (!problem)
    problem = left_behind (&source);
  return problem ? problem : g_steal_pointer (&logged);
}

char *
fddm_metadata_copy (const char *from, const char *to, const FddmTagFacts *facts, char **lost)
{
  g_autoptr (GError)      error   = NULL;
  g_autoptr (GMappedFile) file    = g_mapped_file_new (from, FALSE, &error);
  g_autoptr (GMappedFile) picture = file ? g_mapped_file_new (to, FALSE, &error) : NULL;
  g_autofree char        *parent  = g_path_get_dirname (to);
  g_autofree char        *copied  = g_build_filename (parent, "with-metadata", NULL);
  g_autoptr (GBytes)      texts   = NULL;
  g_autoptr (GBytes)      bytes   = picture ? bytes_for_exiv2 (picture, &texts) : NULL;
  const Source            source  = { file, format_of (file), format_of (picture), facts, texts };
  char                   *problem = NULL;

  *lost = NULL;
  if (!picture)
    return g_strdup (error->message);
  if (source.format == FORMAT_OTHER || source.target_format == FORMAT_OTHER || source.target_format == FORMAT_HEIF)
    return NULL;
  *lost = left_behind (&source);
  if (source.target_format == FORMAT_BIG_TIFF)
    return NULL;
  g_clear_pointer (&logged, g_free);
  if (!add_most (&source, bytes, copied, lost, &problem))
    g_unlink (copied);
  else if (g_rename (copied, to) != 0)
    problem = g_strdup (g_strerror (errno));
  if (!*lost)
    *lost = g_steal_pointer (&logged);
  return problem;
}
