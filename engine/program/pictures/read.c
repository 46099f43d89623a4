/* read.c: reading of picture files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "engine/program/jpeg.h"
#include "engine/program/pictures/graph.h"
#include "engine/program/pictures/private.h"

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
    return fddm_picture_fail (error, _ ("Cannot read “%s”: %s"), path, g_strerror (EISDIR)), NULL;
  if (g_access (path, R_OK) != 0)
    return fddm_picture_fail (error, _ ("Cannot read “%s”: %s"), path, g_strerror (errno)), NULL;
  file = g_mapped_file_new (path, FALSE, &reason);
  if (!file)
    return fddm_picture_fail (error, _ ("Cannot read “%s”: %s"), path, reason->message), NULL;
  bytes     = (const guint8 *) g_mapped_file_get_contents (file);
  size      = g_mapped_file_get_length (file);
  operation = loader_for (bytes, size);
  if (!operation)
    return fddm_picture_fail (error, _ ("Cannot read “%s”: %s"), path, _ ("unrecognised image format")), NULL;
  /* libjpeg fills missing data with gray */
  if (fddm_jpeg_is (bytes, size) && !fddm_jpeg_whole (bytes, size))
    return fddm_picture_fail (error, _ ("Cannot read “%s”: %s"), path, _ ("it is cut off")), NULL;
  return operation;
}

GeglBuffer *
fddm_picture_read (const char *path, GError **error)
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
  warning = fddm_graph_run (sink, _ ("Cannot read “%s”: %s"), path, NULL);
  if (!warning && buffer && !gegl_rectangle_is_empty (gegl_buffer_get_extent (buffer)))
    return buffer;
  g_clear_object (&buffer);
  fddm_picture_fail (error, _ ("Cannot read “%s”: %s"), path, warning ? warning : _ ("it is damaged"));
  return NULL;
}

gboolean
fddm_picture_unchanged (const FddmStamp *stamp, const char *path, GError **error)
{
  FddmStamp now;

  return (fddm_stamp_take (&now, path) && fddm_stamp_same (stamp, &now)) ||
         fddm_picture_fail (error, _ ("Cannot read “%s”: %s"), path, _ ("it was replaced in the meantime"));
}

GeglBuffer *
fddm_picture_load (const char *path, FddmStamp *stamp, GError **error)
{
  g_autoptr (GeglBuffer) buffer = NULL;

  if (stamp && !fddm_stamp_take (stamp, path))
    return fddm_picture_fail (error, _ ("Cannot read “%s”: %s"), path, g_strerror (errno)), NULL;
  buffer = fddm_picture_read (path, error);
  return buffer && (!stamp || fddm_picture_unchanged (stamp, path, error)) ? g_steal_pointer (&buffer) : NULL;
}
