/* read.c: reading of picture files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "engine/program/metadata/metadata.h"
#include "engine/program/program.h"
#include "engine/program/pictures/formats.h"
#include "engine/program/pictures/graph.h"
#include "engine/program/pictures/private.h"
#include "engine/program/pictures/turn.h"

/* Opens PATH without waiting, as a FIFO would make it. Returns NULL with *PROBLEM set. */
static FILE *
open_regular (const char *path, const char **problem)
{
  struct stat found;
  int         file = g_open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);

  if (file < 0 || fstat (file, &found) != 0)
    *problem = g_strerror (errno);
  else if (S_ISDIR (found.st_mode))
    *problem = g_strerror (EISDIR);
  else if (!S_ISREG (found.st_mode))
    *problem = _ ("it is not a regular file");
  else
    return fdopen (file, "rb");
  if (file >= 0)
    close (file);
  return NULL;
}

static GeglBuffer *
run_loader (const char *operation, const char *path, char **problem)
{
  g_autoptr (GeglNode)   graph  = gegl_node_new ();
  g_autoptr (GeglBuffer) buffer = NULL;
  GeglNode              *load   = gegl_node_new_child (graph, "operation", operation, "path", path, NULL);
  GeglNode *sink = gegl_node_new_child (graph, "operation", "gegl:buffer-sink", "buffer", &buffer, "format", NULL, NULL);

  gegl_node_link (load, sink);
  *problem = fddm_graph_run (sink, &(FddmGraphFile) { .format = _ ("Cannot read “%s”: %s"), .shown = path });
  if (!*problem && buffer && !gegl_rectangle_is_empty (gegl_buffer_get_extent (buffer)))
    return g_steal_pointer (&buffer);
  if (!*problem)
    *problem = g_strdup (_ ("it is damaged"));
  return NULL;
}

static GeglBuffer *
read_open (FILE *file, const char *path, FddmTraits *traits, char **problem)
{
  guint8                 head[FDDM_FORMAT_HEAD];
  const gsize            size   = fread (head, 1, sizeof head, file);
  g_autoptr (GeglBuffer) buffer = NULL;
  FddmFormat             format;

  if (!fddm_format_of_head (&format, head, size, problem))
    return NULL;
  rewind (file);
  traits->codec = format.codec;
  if (!format.codec)
    return run_loader (format.operation, path, problem);
  buffer = format.codec->read (file, traits, problem);
  /* stdio goes on behind what could not be read, so that a codec may find another picture in the rest. */
  if (buffer && ferror (file))
    {
      *problem = g_strdup (g_strerror (EIO));
      return NULL;
    }
  return g_steal_pointer (&buffer);
}

GeglBuffer *
fddm_picture_read (const char *path, FddmTraits *traits, GError **error)
{
  const char            *reason  = NULL;
  g_autofree char       *problem = NULL;
  FILE                  *file    = open_regular (path, &reason);
  g_autoptr (GeglBuffer) buffer  = NULL;

  if (!file)
    return fddm_picture_fail (error, _ ("Cannot read “%s”: %s"), path, reason), NULL;
  buffer = read_open (file, path, traits, &problem);
  fclose (file);
  if (fddm_cli_interrupted ()) /* what was read up to there may look like a damaged file */
    return fddm_picture_cancel (error), NULL;
  if (problem || !buffer)
    return fddm_picture_fail (error, _ ("Cannot read “%s”: %s"), path, problem ? problem : _ ("it is damaged")), NULL;
  return g_steal_pointer (&buffer);
}

gboolean
fddm_picture_wants_operation (const char *path)
{
  const char *reason = NULL;
  guint8      head[FDDM_FORMAT_HEAD];
  FILE       *file = path ? open_regular (path, &reason) : NULL;
  const gsize size = file ? fread (head, 1, sizeof head, file) : 0;

  if (file)
    fclose (file);
  return path && fddm_format_wants_operation (path, head, size);
}

gboolean
fddm_picture_unchanged (const FddmStamp *stamp, const char *path, GError **error)
{
  FddmStamp now;

  return (fddm_stamp_take (&now, path) && fddm_stamp_same (stamp, &now)) ||
         fddm_picture_fail (error, _ ("Cannot read “%s”: %s"), path, _ ("it was replaced in the meantime"));
}

GeglBuffer *
fddm_picture_load (FddmPictureOrigin *origin, const char *path, GError **error)
{
  g_autoptr (GeglBuffer) buffer = NULL;

  *origin        = (FddmPictureOrigin) { .path = path };
  origin->traits = g_new0 (FddmTraits, 1);
  if (!fddm_stamp_take (&origin->stamp, path))
    return fddm_picture_fail (error, _ ("Cannot read “%s”: %s"), path, g_strerror (errno)), NULL;
  buffer = fddm_picture_read (path, origin->traits, error);
  return buffer && fddm_picture_unchanged (&origin->stamp, path, error) ? g_steal_pointer (&buffer) : NULL;
}

GeglBuffer *
fddm_picture_upright (GeglBuffer *buffer, FddmPictureOrigin *from, GError **error)
{
  FddmTraits *traits = from->traits;

  g_autoptr (GeglBuffer) upright = NULL;

  fddm_metadata_facts (from->path, traits);
  upright = fddm_turn (buffer, traits->orientation);
  if (fddm_cli_interrupted ())
    return fddm_picture_cancel (error), NULL;
  if (!upright)
    return fddm_picture_fail (error, _ ("Cannot read “%s”: %s"), from->path, _ ("not enough memory")), NULL;
  fddm_traits_turn (traits);
  return g_steal_pointer (&upright);
}

void
fddm_picture_origin_clear (FddmPictureOrigin *origin)
{
  if (origin->traits)
    fddm_traits_clear (origin->traits);
  g_clear_pointer (&origin->traits, g_free);
}
