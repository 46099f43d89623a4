/* write.c: writing of picture files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "engine/files/place.h"
#include "engine/files/temporary.h"
#include "engine/program/metadata/metadata.h"
#include "engine/program/pictures/flatten.h"
#include "engine/program/pictures/formats.h"
#include "engine/program/pictures/graph.h"
#include "engine/program/pictures/private.h"
#include "engine/program/pictures/profile.h"
#include "engine/program/pictures/rows.h"
#include "engine/program/pictures/turn.h"
#include "engine/program/pictures/verify.h"
#include "engine/program/program.h"

static gboolean
format_for (FddmFormat *format, const char *path, GError **error)
{
  g_autofree char *endings = NULL, *reason = NULL;

  if (fddm_format_of_ending (format, path))
    return TRUE;
  endings = fddm_format_endings (".");
  /* translators: a list such as ".png, .tif, .jpg" */
  reason = g_strdup_printf (_ ("its name must end in one of %s"), endings);
  return fddm_picture_fail (error, _ ("Cannot write “%s”: %s"), path, reason);
}

gboolean
fddm_picture_has_format (const char *path, GError **error)
{
  FddmFormat format;

  return format_for (&format, path, error);
}

char *
fddm_picture_formats (void)
{
  return fddm_format_endings ("");
}

gboolean
fddm_picture_is_read_only (const char *path)
{
  return fddm_format_is_read_only (path);
}

/* Finds where PATH leads and makes a folder there. */
static gboolean
make_place (FddmPlace *place, const char *path, GError **error)
{
  if (fddm_place_init (place, path))
    return TRUE;
  return fddm_picture_fail (error, _ ("Cannot write “%s”: %s"), path,
                            errno == ENOTSUP ? _ ("it is not a regular file") : g_strerror (errno));
}

gboolean
fddm_picture_writable (const char *path, GError **error)
{
  g_autofree char *missing = NULL;
  FddmFormat       format;
  FddmPlace        place;

  if (!format_for (&format, path, error))
    return FALSE;
  missing = format.codec && format.codec->missing ? format.codec->missing () : NULL;
  if (missing)
    return fddm_picture_fail (error, _ ("Cannot write “%s”: %s"), path, missing);
  if (!make_place (&place, path, error))
    return FALSE;
  fddm_place_clear (&place);
  return TRUE;
}

gboolean
fddm_picture_fits (const char *path, int width, int height, const Babl *format, GError **error)
{
  g_autofree char *problem = NULL;
  FddmFormat       chosen;
  const FddmCodec *codec;

  if (!format_for (&chosen, path, error))
    return FALSE;
  codec = chosen.codec;
  if (codec && codec->gray && !fddm_rows_is_gray (format))
    return fddm_picture_fail (error, _ ("Cannot write “%s”: %s"), path,
                              _ ("PGM files hold gray only; PPM files (.ppm) hold colours, too"));
  if (!codec || codec->side_most == 0 || MAX (width, height) <= codec->side_most)
    return TRUE;
  /* translators: a format, such as JPEG; a number */
  problem = g_strdup_printf (_ ("files of %s have at most %d pixels a side"), codec->name, codec->side_most);
  return fddm_picture_fail (error, _ ("Cannot write “%s”: %s"), path, problem);
}

/* Adds TEXT, which is freed, to what saving could not keep, unless it is there. */
static void
warn (const FddmPictureOrigin *from, char *text)
{
  g_autofree char *added  = text;
  g_autofree char *before = NULL;

  if (!from->warning || (*from->warning && strstr (*from->warning, text)))
    return;
  before         = *from->warning;
  *from->warning = before ? g_strdup_printf ("%s; %s", before, text) : g_steal_pointer (&added);
}

/* Tells that metadata of FROM are LOST, which is freed and may be NULL. It is no error. */
static void
warn_of_loss (const FddmPictureOrigin *from, char *reason)
{
  g_autofree char *lost  = reason;
  g_autofree char *shown = g_filename_display_name (from->path);

  if (lost)
    warn (from, g_strdup_printf (_ ("Not all metadata of “%s” could be kept: %s"), shown, lost));
}

/* Copies the metadata of FROM to the picture PATH. Returns the problem if it cannot be written, or NULL. */
static char *
add_metadata (const FddmPictureOrigin *from, const char *path, GeglBuffer *buffer)
{
  const FddmTagFacts facts = { gegl_buffer_get_width (buffer), gegl_buffer_get_height (buffer), from->traits };

  char *lost    = NULL;
  char *problem = fddm_metadata_copy (from->path, path, &facts, &lost);

  warn_of_loss (from, lost);
  return problem;
}

/* Hands out the metadata of FROM for the upright BUFFER. */
static void
take_metadata (const FddmPictureOrigin *from, GeglBuffer *buffer, GBytes **exif, GBytes **xmp)
{
  FddmTraits         upright = *from->traits; /* shares what it points to */
  const FddmTagFacts facts   = { gegl_buffer_get_width (buffer), gegl_buffer_get_height (buffer), &upright };

  fddm_traits_turn (&upright);
  warn_of_loss (from, fddm_metadata_packets (from->path, &facts, exif, xmp));
}

/* Files of GEGL's savers have no profile: their space is the linear one of sRGB. */
static const Babl *
linear_format (const Babl *format)
{
  if (fddm_rows_is_gray (format) && !babl_format_has_alpha (format))
    return babl_format ("Y float");
  return babl_format (babl_format_has_alpha (format) ? "RGBA float" : "RGB float");
}

/* ---- Saving to a temporary file. These functions return the problem, or NULL. ---- */

static char *
run_saver (const char *operation, GeglBuffer *buffer, const FddmPlace *place, const char *to)
{
  g_autoptr (GeglNode) graph   = gegl_node_new ();
  GeglNode            *source  = gegl_node_new_child (graph, "operation", "gegl:buffer-source", "buffer", buffer, NULL);
  GeglNode            *convert = gegl_node_new_child (graph, "operation", "gegl:convert-format", "format",
                                                      linear_format (gegl_buffer_get_format (buffer)), NULL);
  GeglNode            *save    = gegl_node_new_child (graph, "operation", operation, "path", place->path, NULL);

  gegl_node_link_many (source, convert, save, NULL);
  return fddm_graph_run (
    save, &(FddmGraphFile) {
            .format = _ ("Cannot write “%s”: %s"), .shown = to, .temporary = place->path, .folder = place->temporary.path });
}

static char *
run_codec (const FddmCodec *codec, GeglBuffer *buffer, const FddmPlace *place, const FddmWriting *how)
{
  FILE *file = g_fopen (place->path, "w+xbe");
  char *problem;

  if (!file)
    return g_strdup (g_strerror (errno));
  problem = codec->write (file, buffer, how);
  if (fclose (file) != 0 && !problem)
    problem = g_strdup (g_strerror (errno));
  return problem;
}

/* Saves BUFFER, or nothing if it is NULL, to PLACE and completes the file there. TO is the final name. */
static char *
save_beside (const FddmFormat *format, GeglBuffer *buffer, const FddmPictureOrigin *from, const FddmPlace *place,
             const char *to, const FddmWriting *how)
{
  const FddmGraphFile file = {
    .format = _ ("Cannot write “%s”: %s"), .shown = to, .temporary = place->path, .folder = place->temporary.path
  };
  char *problem = !buffer ? g_strdup (_ ("not enough memory")) : NULL;

  if (!problem && !format->codec)
    problem = run_saver (format->operation, buffer, place, to);
  else if (!problem)
    {
      fddm_graph_guard (&file);
      problem = run_codec (format->codec, buffer, place, how);
      fddm_graph_guard (NULL);
    }
  if (!problem && fddm_cli_interrupted ())
    return NULL;
  if (!problem && from && from->traits && !(format->codec && format->codec->upright))
    problem = add_metadata (from, place->path, buffer);
  fddm_graph_guard (&file);
  if (!problem)
    problem = fddm_verify (place->path, buffer, how->profile, format->loss);
  fddm_graph_guard (NULL);
  return problem;
}

/* What of BUFFER a file of FORMAT can hold. NULL if memory runs out. */
static GeglBuffer *
without_alpha (GeglBuffer *buffer, const FddmPictureOrigin *from, const char *to, const FddmFormat *format)
{
  gboolean         changed = FALSE;
  GeglBuffer      *flat;
  g_autofree char *shown = g_filename_display_name (to);

  if (!format->codec || !format->codec->opaque || !babl_format_has_alpha (gegl_buffer_get_format (buffer)))
    return g_object_ref (buffer);
  flat = fddm_flatten (buffer, &changed);
  if (changed && from)
    warn (from, g_strdup_printf (_ ("“%s” cannot hold transparency; what was transparent is white"), shown));
  return flat;
}

/* Tells where transparency of BUFFER is rounded. */
static void
warn_of_rounding (GeglBuffer *buffer, const FddmPictureOrigin *from, const char *to, const FddmFormat *format)
{
  const Babl      *own   = gegl_buffer_get_format (buffer);
  const int        most  = format->codec ? format->codec->bits_most : 0;
  g_autofree char *shown = g_filename_display_name (to);

  if (from && most > 0 && babl_format_has_alpha (own) && babl_format_get_type (own, 0) != babl_type ("u8") &&
      !(from->traits && from->traits->bits > 0))
    warn (from, g_strdup_printf (_ ("“%s” holds transparency in %d bits only"), shown, most));
}

/* Whether files of FORMAT cannot tell how their pixels are to be turned, or are not to. */
static gboolean
is_upright (const FddmFormat *format)
{
  return !format->codec || format->codec->upright || format->codec->plain;
}

/* BUFFER in the space of sRGB. NULL if memory runs out. */
static GeglBuffer *
in_srgb (GeglBuffer *buffer)
{
  const char *encoding = babl_format_get_encoding (gegl_buffer_get_format (buffer));
  GeglBuffer *plain    = gegl_buffer_new (gegl_buffer_get_extent (buffer),
                                          babl_format_with_space (encoding, babl_space ("sRGB")));

  if (plain)
    gegl_buffer_copy (buffer, NULL, GEGL_ABYSS_NONE, plain, NULL);
  return plain;
}

/* What of BUFFER a file of FORMAT can hold, as it stands there. NULL if memory runs out. */
static GeglBuffer *
fit (GeglBuffer *buffer, const FddmPictureOrigin *from, const char *to, const FddmFormat *format)
{
  g_autoptr (GeglBuffer) flat = without_alpha (buffer, from, to, format);

  if (!flat || !is_upright (format) || !from || !from->traits)
    return g_steal_pointer (&flat);
  if (format->codec && format->codec->upright)
    warn_of_rounding (flat, from, to, format);
  return fddm_turn (flat, from->traits->orientation);
}

/* A PNG's colours may be told by chunks of its own, which go along to another PNG. */
static GBytes *
choose_profile (GeglBuffer *buffer, const FddmTraits *traits, const FddmFormat *format)
{
  const gboolean gray = fddm_rows_is_gray (gegl_buffer_get_format (buffer)) && !(format->codec && format->codec->rgb);

  if (format->codec == &fddm_codec_png && traits->chunks && !traits->profile)
    return NULL;
  return format->codec && !format->codec->plain ? fddm_profile_for (buffer, traits->profile, gray) : NULL;
}

/* Whether the brightness of gray pixels would be told by nothing: their profile is not for the format, or never was one. That of
 * colours has a profile always. */
static gboolean
is_untold (GeglBuffer *buffer, const FddmTraits *traits, const FddmFormat *format, GBytes *profile)
{
  const Babl *own = gegl_buffer_get_format (buffer);

  return format->codec && !format->codec->plain && !profile && fddm_rows_is_gray (own) &&
         babl_format_get_space (own) != babl_space ("sRGB") &&
         !(format->codec == &fddm_codec_png && traits->chunks && !traits->profile);
}

/* Puts the file of PLACE in its place, unless there is a PROBLEM with it. What is there then is not undone. */
static gboolean
finish (FddmPlace *place, const FddmPictureOrigin *from, const char *to, const char *problem, GError **error)
{
  g_autofree char *late = NULL;

  if (fddm_cli_interrupted ())
    return fddm_picture_cancel (error);
  if (problem)
    return fddm_picture_fail (error, _ ("Cannot write “%s”: %s"), to, problem);
  if (from && !fddm_picture_unchanged (&from->stamp, from->path, error))
    return FALSE;
  late = fddm_place_seal (place);
  if (!late && from && from->may_name && !from->may_name (place->path, from->asked, error))
    return FALSE;
  if (!late)
    late = fddm_place_commit (place, !from || !from->fresh);
  return !late || fddm_picture_fail (error, _ ("Cannot write “%s”: %s"), to, late);
}

gboolean
fddm_picture_save (GeglBuffer *buffer, const FddmPictureOrigin *from, const char *to, int jpeg_quality, GError **error)
{
  const FddmTraits       none    = { 0 };
  const FddmTraits      *traits  = from && from->traits ? from->traits : &none;
  g_autofree char       *problem = NULL;
  g_autoptr (GBytes)     profile = NULL, exif = NULL, xmp = NULL;
  g_autoptr (GeglBuffer) held = NULL;
  FddmFormat             format;
  FddmPlace              place;
  gboolean               done;

  if (!format_for (&format, to, error) || !make_place (&place, to, error))
    return FALSE;
  if (from && from->traits)
    fddm_metadata_facts (from->path, from->traits);
  profile = choose_profile (buffer, traits, &format);
  held    = fit (buffer, from, to, &format);
  if (held && is_untold (held, traits, &format, profile))
    {
      g_autoptr (GeglBuffer) own = g_steal_pointer (&held);

      held = in_srgb (own);
    }
  if (held && format.codec && format.codec->upright && from && from->traits)
    take_metadata (from, held, &exif, &xmp);
  problem = save_beside (
    &format, held, from, &place, to,
    &(FddmWriting) { .traits = traits, .profile = profile, .quality = jpeg_quality, .exif = exif, .xmp = xmp });
  done = finish (&place, from, to, problem, error);
  fddm_place_clear (&place);
  return done;
}
