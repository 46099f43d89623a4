/* example.c: see example.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include "engine/program/example.h"
#include "engine/program/program.h"

static GeglBuffer *
load_upright (const char *path, FddmPictureOrigin *origin, GError **error)
{
  g_autoptr (GeglBuffer) stored = fddm_picture_load (origin, path, error);

  return stored ? fddm_picture_upright (stored, origin, error) : NULL;
}

gboolean
fddm_cli_example_open (FddmCliExample *example, const char *path, gboolean convert, GError **error)
{
  *example = (FddmCliExample) { 0 };
  if ((example->buffer = load_upright (path, &example->origin, error)) == NULL)
    return FALSE;
  if (!fddm_gegl_is_opaque (example->buffer, gegl_buffer_get_extent (example->buffer)))
    {
      g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_FILE,
                   _ ("%s: parts are transparent; choose a piece without transparent pixels"), path);
      return FALSE;
    }
  fddm_gegl_pixels_init (&example->pixels, example->buffer, NULL, gegl_buffer_get_extent (example->buffer),
                         convert ? babl_space ("sRGB") : NULL);
  example->source = fddm_gegl_pixels_source (&example->pixels);
  return TRUE;
}

void
fddm_cli_example_close (FddmCliExample *example)
{
  g_clear_object (&example->buffer);
  fddm_picture_origin_clear (&example->origin);
}
