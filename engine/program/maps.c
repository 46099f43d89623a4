/* maps.c: see maps.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/program/maps.h"
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/gegl-pixels.h"
#include "engine/program/pictures/picture.h"
#include "engine/program/program.h"

/* The maps, in the order of their files. */
static const struct {
  const char *name, *format;
  int         channels;
} all[] = { { "height", "Y' u16", 1 }, { "normal", "R'G'B' u16", 3 }, { "roughness", "Y' u16", 1 } };

void
fddm_cli_maps_init (FddmCliMaps *maps)
{
  *maps = (FddmCliMaps) { .params = fddm_maps_params_default () };

  maps->params.strength = FDDM_CLI_NOT_GIVEN;
}

gboolean
fddm_cli_maps_take (FddmCliMaps *maps, gboolean tileable, GError **error)
{
  const gboolean strength = fddm_cli_given (&maps->params.strength, fddm_maps_params_default ().strength);

  if (!fddm_cli_needs ("normals", maps->normals != NULL, "--maps", maps->wanted, error) ||
      !fddm_cli_needs ("map-strength", strength, "--maps", maps->wanted, error))
    return FALSE;
  maps->params.tileable = tileable;
  if (!maps->normals || strcmp (maps->normals, "opengl") == 0)
    maps->params.normals = FDDM_NORMALS_OPENGL;
  else if (strcmp (maps->normals, "directx") == 0)
    maps->params.normals = FDDM_NORMALS_DIRECTX;
  else
    {
      g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("--normals must be opengl or directx, not %s"),
                   maps->normals);
      return FALSE;
    }
  return fddm_cli_in_range ("map-strength", maps->params.strength, 0, FDDM_MAPS_STRENGTH_MAX, error);
}

char **
fddm_cli_maps_files (const char *out)
{
  const char *slash = strrchr (out, G_DIR_SEPARATOR), *dot = strrchr (slash ? slash : out, '.');
  const int   stem  = (int) (dot ? (gsize) (dot - out) : strlen (out));
  char      **files = g_new0 (char *, G_N_ELEMENTS (all) + 1);

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    files[i] = g_strdup_printf ("%.*s-%s.png", stem, out, all[i].name);
  return files;
}

gboolean
fddm_cli_maps_writable (const char *out, GError **error)
{
  g_auto (GStrv) files = fddm_cli_maps_files (out);

  for (int i = 0; files[i]; i++)
    if (!fddm_picture_writable (files[i], error))
      return FALSE;
  return TRUE;
}

gboolean
fddm_cli_maps_save (const FddmCliMaps *maps, GeglBuffer *picture, const char *out, GError **error)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (picture);
  g_auto (GStrv)       files  = fddm_cli_maps_files (out);
  GeglBuffer          *buffers[G_N_ELEMENTS (all)];
  FddmGeglCanvas       canvases[G_N_ELEMENTS (all)];
  FddmSink             sinks[G_N_ELEMENTS (all)];
  FddmGeglPixels       pixels;
  FddmSource           source;
  gboolean             done;

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      buffers[i] = gegl_buffer_new (GEGL_RECTANGLE (0, 0, extent->width, extent->height), babl_format (all[i].format));
      sinks[i]   = fddm_gegl_data_sink (&canvases[i], buffers[i], all[i].channels);
    }
  fddm_gegl_pixels_init (&pixels, picture, NULL, extent, NULL);
  source = fddm_gegl_pixels_source (&pixels);
  done   = fddm_maps_make (&source, &maps->params, &(FddmMaps) { sinks[0], sinks[1], sinks[2] }, error);
  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      done = done && fddm_picture_save (buffers[i], NULL, files[i], 0, error);
      g_object_unref (buffers[i]);
    }
  return done;
}
