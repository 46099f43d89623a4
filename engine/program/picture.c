/* picture.c: picture files, through GEGL.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "engine/program/program.h"
#include "engine/program/jpeg.h"
#include "engine/program/picture.h"
#include "engine/program/temporary.h"

/* ---- Operations that tell failures in warnings only ---- */

static void
take_warning (G_GNUC_UNUSED const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  char **first = data;

  if (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR) && !*first)
    *first = g_strdup (message);
}

/* libjpeg ends the whole program on fatal errors. State for the message and the cleanup at exit: */
static struct {
  const char *format, *path; /* of the message; NULL = no operation in progress */
  const char *temporary;     /* folder to remove, or NULL */
  int         errors;        /* file descriptor for messages */
  void (*tell) (const char *reason);
} going_on;

void
fddm_picture_on_end (void (*tell) (const char *reason))
{
  going_on.tell = tell;
}

static void
end_in_good_order (void)
{
  g_autofree char *shown = NULL, *message = NULL;

  if (!going_on.format)
    return;
  dup2 (going_on.errors, STDERR_FILENO);
  shown   = g_filename_display_name (going_on.path);
  message = g_strdup_printf (going_on.format, shown, _ ("the library that was to do it gave up"));
  if (going_on.tell)
    going_on.tell (message);
  else
    fprintf (stderr, "fddm: %s\n", message);
  if (going_on.temporary)
    fddm_temporary_remove_folder (going_on.temporary);
}

/* Runs the graph up to NODE and returns its first warning, or NULL. Output of libraries on stderr is suppressed. If a
 * library ends the program, the message from FORMAT and PATH is reported and TEMPORARY removed. */
static char *
run_graph (GeglNode *node, const char *format, const char *path, const char *temporary)
{
  static gboolean prepared = FALSE;
  char           *warning  = NULL;
  int             silence = open ("/dev/null", O_WRONLY | O_CLOEXEC), errors = fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  GLogFunc        before = g_log_set_default_handler (take_warning, &warning);

  if (!prepared)
    prepared = atexit (end_in_good_order) == 0;
  going_on.path      = path;
  going_on.temporary = temporary;
  going_on.errors    = errors;
  going_on.format    = format;
  if (silence >= 0 && errors >= 0)
    dup2 (silence, STDERR_FILENO);
  gegl_node_process (node);
  if (silence >= 0 && errors >= 0)
    dup2 (errors, STDERR_FILENO);
  going_on.format = NULL;
  g_log_set_default_handler (before, NULL);
  if (silence >= 0)
    close (silence);
  if (errors >= 0)
    close (errors);
  return warning;
}

static gboolean
fail (GError **error, const char *format, const char *path, const char *reason)
{
  g_autofree char *shown   = g_filename_display_name (path);
  g_autofree char *message = g_strdup_printf (format, shown, reason);

  g_set_error_literal (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_FILE, g_strdelimit (message, "\n\r", ' '));
  return FALSE;
}

/* ---- Reading ---- */

static const struct {
  const char *operation, *magic;
  int         at, length;
} loaders[] = {
  { "gegl:png-load", "\x89PNG", 0, 4 },      { "gegl:jpg-load", "\xff\xd8\xff", 0, 3 },
  { "gegl:tiff-load", "II*\0", 0, 4 },       { "gegl:tiff-load", "MM\0*", 0, 4 },
  { "gegl:webp-load", "WEBP", 8, 4 },        { "gegl:exr-load", "\x76\x2f\x31\x01", 0, 4 },
  { "gegl:rgbe-load", "#?RADIANCE", 0, 10 }, { "gegl:ppm-load", "P3", 0, 2 },
  { "gegl:ppm-load", "P6", 0, 2 },           { "gegl:ppm-load", "P2", 0, 2 },
  { "gegl:ppm-load", "P5", 0, 2 },
};

/* Chooses a loader by the first bytes, which are more reliable than the extension. */
static const char *
loader_for (const guint8 *bytes, gsize size)
{
  for (gsize i = 0; i < G_N_ELEMENTS (loaders); i++)
    if (size >= (gsize) (loaders[i].at + loaders[i].length) &&
        memcmp (bytes + loaders[i].at, loaders[i].magic, (gsize) loaders[i].length) == 0)
      return loaders[i].operation;
  return NULL;
}

static const char *
check_file (const char *path, GError **error)
{
  g_autoptr (GError)      reason = NULL;
  g_autoptr (GMappedFile) file   = NULL;
  const guint8           *bytes;
  const char             *operation;
  gsize                   size;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return fail (error, _ ("Cannot read “%s”: %s"), path, g_strerror (EISDIR)), NULL;
  if (g_access (path, R_OK) != 0)
    return fail (error, _ ("Cannot read “%s”: %s"), path, g_strerror (errno)), NULL;
  file = g_mapped_file_new (path, FALSE, &reason);
  if (!file)
    return fail (error, _ ("Cannot read “%s”: %s"), path, reason->message), NULL;
  bytes     = (const guint8 *) g_mapped_file_get_contents (file);
  size      = g_mapped_file_get_length (file);
  operation = loader_for (bytes, size);
  if (!operation)
    return fail (error, _ ("Cannot read “%s”: %s"), path, _ ("unrecognised image format")), NULL;
  /* libjpeg fills missing data with gray */
  if (fddm_jpeg_is (bytes, size) && !fddm_jpeg_whole (bytes, size))
    return fail (error, _ ("Cannot read “%s”: %s"), path, _ ("it is cut off")), NULL;
  return operation;
}

static GeglBuffer *
load (const char *path, GError **error)
{
  const char          *operation = check_file (path, error);
  g_autoptr (GeglNode) graph     = NULL;
  GeglNode            *load, *sink;
  GeglBuffer          *buffer  = NULL;
  g_autofree char     *warning = NULL;

  if (!operation)
    return NULL;
  graph = gegl_node_new ();
  load  = gegl_node_new_child (graph, "operation", operation, "path", path, NULL);
  sink  = gegl_node_new_child (graph, "operation", "gegl:buffer-sink", "buffer", &buffer, "format", NULL, NULL);
  gegl_node_link (load, sink);
  warning = run_graph (sink, _ ("Cannot read “%s”: %s"), path, NULL);
  if (!warning && buffer && !gegl_rectangle_is_empty (gegl_buffer_get_extent (buffer)))
    return buffer;
  g_clear_object (&buffer);
  fail (error, _ ("Cannot read “%s”: %s"), path, warning ? warning : _ ("it is damaged"));
  return NULL;
}

static gboolean
is_unchanged (const FddmStamp *stamp, const char *path, GError **error)
{
  FddmStamp now;

  return (fddm_stamp_take (&now, path) && fddm_stamp_same (stamp, &now)) ||
         fail (error, _ ("Cannot read “%s”: %s"), path, _ ("it was replaced in the meantime"));
}

GeglBuffer *
fddm_picture_load (const char *path, FddmStamp *stamp, GError **error)
{
  g_autoptr (GeglBuffer) buffer = NULL;

  if (stamp && !fddm_stamp_take (stamp, path))
    return fail (error, _ ("Cannot read “%s”: %s"), path, g_strerror (errno)), NULL;
  buffer = load (path, error);
  return buffer && (!stamp || is_unchanged (stamp, path, error)) ? g_steal_pointer (&buffer) : NULL;
}

/* ---- Writing ---- */

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
  fail (error, _ ("Cannot write “%s”: %s"), path, _ ("its name must end in .png, .tif, .jpg, .webp, .exr, .hdr or .ppm"));
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
  return fddm_temporary_beside (temporary, path) || fail (error, _ ("Cannot write “%s”: %s"), path, g_strerror (errno));
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
  g_autoptr (GeglBuffer) again = load (path, NULL);
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
  return run_graph (save, _ ("Cannot write “%s”: %s"), target, temporary);
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
  unchanged = problem || !from || is_unchanged (&from->stamp, from->path, error);
  if (!problem && unchanged)
    problem = replace (path, to);
  fddm_temporary_remove (&temporary);
  return unchanged && (!problem || fail (error, _ ("Cannot write “%s”: %s"), to, problem));
}
