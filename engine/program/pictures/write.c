/* write.c: writing of picture files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "engine/program/jpeg.h"
#include "engine/program/pictures/graph.h"
#include "engine/program/pictures/private.h"
#include "engine/program/temporary.h"

static const struct {
  const char *ending, *operation;
} savers[] = {
  { ".png", "gegl:png-save" },  { ".tif", "gegl:tiff-save" },  { ".tiff", "gegl:tiff-save" }, { ".jpg", "gegl:jpg-save" },
  { ".jpeg", "gegl:jpg-save" }, { ".webp", "gegl:webp-save" }, { ".exr", "gegl:exr-save" },   { ".hdr", "gegl:rgbe-save" },
  { ".ppm", "gegl:ppm-save" },  { ".pgm", "gegl:ppm-save" },
};

static const char *
saver_for (const char *path, GError **error)
{
  const char *dot = strrchr (path, '.');

  for (gsize i = 0; dot && i < G_N_ELEMENTS (savers); i++)
    if (g_ascii_strcasecmp (dot, savers[i].ending) == 0)
      return savers[i].operation;
  fddm_picture_fail (error, _ ("Cannot write “%s”: %s"), path,
                     _ ("its name must end in .png, .tif, .jpg, .webp, .exr, .hdr or .ppm"));
  return NULL;
}

gboolean
fddm_picture_has_format (const char *path, GError **error)
{
  return saver_for (path, error) != NULL;
}

static gboolean
temporary_beside (FddmTemporary *temporary, const char *path, GError **error)
{
  return fddm_temporary_beside (temporary, path) ||
         fddm_picture_fail (error, _ ("Cannot write “%s”: %s"), path, g_strerror (errno));
}

gboolean
fddm_picture_writable (const char *path, GError **error)
{
  FddmTemporary temporary;

  if (!saver_for (path, error) || !temporary_beside (&temporary, path, error))
    return FALSE;
  fddm_temporary_remove (&temporary);
  return TRUE;
}

/* Saves with the bit depth of the picture, if the format supports it. */
static void
set_depth (GeglNode *save, const char *operation, const Babl *format)
{
  gboolean eight = babl_format_get_type (format, 0) == babl_type ("u8");

  if (strcmp (operation, "gegl:png-save") == 0 || strcmp (operation, "gegl:ppm-save") == 0)
    gegl_node_set (save, "bitdepth", eight ? 8 : 16, NULL);
  if (strcmp (operation, "gegl:jpg-save") == 0)
    {
      gboolean gray = (babl_get_model_flags (babl_format_get_model (format)) & BABL_MODEL_FLAG_GRAY) != 0;

      gegl_node_set (save, "quality", 95, "progressive", FALSE, "grayscale", gray, NULL);
    }
  if (strcmp (operation, "gegl:webp-save") == 0)
    gegl_node_set (save, "quality", 95, NULL);
}

static gboolean
add_exif (const char *from, const char *to, GError **error)
{
  g_autofree char   *source = NULL;
  g_autofree char   *target = NULL;
  g_autoptr (GBytes) bytes  = NULL;
  gsize              source_size, target_size;

  if (!g_file_get_contents (from, &source, &source_size, NULL) || !g_file_get_contents (to, &target, &target_size, error))
    return source == NULL;
  bytes = fddm_jpeg_with_exif ((const guint8 *) source, source_size, (const guint8 *) target, target_size);
  return !bytes || g_file_set_contents_full (to, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                                             G_FILE_SET_CONTENTS_NONE, 0666, error);
}

/* Savers do not report a full disk. The file counts as written if it can be read back completely and in the right size. */
static gboolean
is_whole (const char *path, GeglBuffer *buffer)
{
  g_autoptr (GeglBuffer) again = fddm_picture_read (path, NULL);
  int                    file  = g_open (path, O_RDWR | O_CLOEXEC);
  gboolean               whole = file >= 0 && fsync (file) == 0 && again &&
                   gegl_buffer_get_width (again) == gegl_buffer_get_width (buffer) &&
                   gegl_buffer_get_height (again) == gegl_buffer_get_height (buffer);

  if (file >= 0)
    close (file);
  return whole;
}

/* Saves to PATH, in the folder TEMPORARY, with OPERATION. TARGET is the final name. Returns the problem, or NULL. */
static char *
save_with (const char *operation, GeglBuffer *buffer, const char *path, const char *temporary, const char *target)
{
  g_autoptr (GeglNode) graph  = gegl_node_new ();
  GeglNode            *source = gegl_node_new_child (graph, "operation", "gegl:buffer-source", "buffer", buffer, NULL);
  GeglNode            *save   = gegl_node_new_child (graph, "operation", operation, "path", path, NULL);

  set_depth (save, operation, gegl_buffer_get_format (buffer));
  gegl_node_link (source, save);
  return fddm_graph_run (save, _ ("Cannot write “%s”: %s"), target, temporary);
}

/* Saves to PATH in TEMPORARY and completes the file there. Returns the problem, or NULL. */
static char *
save_beside (const char *operation, GeglBuffer *buffer, const FddmPictureOrigin *from, const char *path,
             const FddmTemporary *temporary, const char *to)
{
  g_autoptr (GError) reason  = NULL;
  char              *problem = save_with (operation, buffer, path, temporary->path, to);

  if (!problem && from && strcmp (operation, "gegl:jpg-save") == 0 && !add_exif (from->path, path, &reason))
    problem = g_strdup (reason->message);
  if (!problem && !is_whole (path, buffer))
    problem = g_strdup (_ ("it could not be written whole; is the disk full?"));
  return problem;
}

/* Renames PATH to TO with the permissions of TO. Returns the problem, or NULL. */
static char *
replace (const char *path, const char *to)
{
  GStatBuf old;

  if ((g_stat (to, &old) == 0 && g_chmod (path, (int) (old.st_mode & 0777)) != 0) || g_rename (path, to) != 0)
    return g_strdup (g_strerror (errno));
  return NULL;
}

gboolean
fddm_picture_save (GeglBuffer *buffer, const FddmPictureOrigin *from, const char *to, GError **error)
{
  const char      *operation = saver_for (to, error);
  g_autofree char *name      = g_path_get_basename (to);
  g_autofree char *path      = NULL;
  g_autofree char *problem   = NULL;
  gboolean         unchanged;
  FddmTemporary    temporary;

  if (!operation || !temporary_beside (&temporary, to, error))
    return FALSE;
  path      = g_build_filename (temporary.path, name, NULL);
  problem   = save_beside (operation, buffer, from, path, &temporary, to);
  unchanged = problem || !from || fddm_picture_unchanged (&from->stamp, from->path, error);
  if (!problem && unchanged)
    problem = replace (path, to);
  fddm_temporary_remove (&temporary);
  return unchanged && (!problem || fddm_picture_fail (error, _ ("Cannot write “%s”: %s"), to, problem));
}
