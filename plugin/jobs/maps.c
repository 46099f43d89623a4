/* maps.c: see maps.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/maps.h"

#include <glib/gi18n-lib.h>

#include "engine/gegl-pixels.h"
#include "plugin/gimp.h"
#include "plugin/parameters.h"

/* translators: the names of layers; %s is another one, such as "wood (seed 3)" */
static const char *const titles[] = { NULL, N_ ("%s height"), N_ ("%s normal"), N_ ("%s roughness") };

int
fddm_job_maps_count (const double *values)
{
  return (int) values[FDDM_GENERATE_MAPS];
}

gboolean
fddm_job_maps_check (gboolean gray, const double *values, GError **error)
{
  if (!gray || values[FDDM_GENERATE_MAPS] < FDDM_MAPS_NORMAL)
    return TRUE;
  g_set_error_literal (error, FDDM_HOST_ERROR, FDDM_HOST_ERROR_REFUSED,
                       _ ("Gray images cannot take a normal map. Convert the image to RGB first: Image > Mode > RGB."));
  return FALSE;
}

gboolean
fddm_job_maps_make (GeglBuffer *picture, gboolean tiles, const double *values, GeglBuffer **maps, GError **error)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (picture);
  FddmMapsParams       params = fddm_maps_params_default ();
  FddmGeglCanvas       canvases[FDDM_JOB_MAPS_MAX];
  FddmSink             sinks[FDDM_JOB_MAPS_MAX] = { { NULL, NULL } };
  FddmGeglPixels       pixels;
  FddmSource           source;

  if (fddm_job_maps_count (values) == 0)
    return TRUE;
  for (int i = 0; i < fddm_job_maps_count (values); i++)
    {
      const int channels = i == FDDM_MAPS_NORMAL - 1 ? 3 : 1;

      maps[i]  = gegl_buffer_new (extent, babl_format (channels == 1 ? "Y' float" : "R'G'B' float"));
      sinks[i] = fddm_gegl_data_sink (&canvases[i], maps[i], channels);
    }
  params.strength = values[FDDM_GENERATE_MAP_STRENGTH];
  params.normals  = values[FDDM_GENERATE_NORMALS] != 0 ? FDDM_NORMALS_DIRECTX : FDDM_NORMALS_OPENGL;
  params.tileable = tiles;
  fddm_gegl_pixels_init (&pixels, picture, NULL, extent, NULL);
  source = fddm_gegl_pixels_source (&pixels);
  return fddm_maps_make (&source, &params, &(FddmMaps) { sinks[0], sinks[1], sinks[2] }, error);
}

void
fddm_job_maps_fit (GeglBuffer *map, const Babl *format)
{
  gegl_buffer_set_format (map, fddm_gegl_data_format (format, babl_format_get_n_components (gegl_buffer_get_format (map))));
}

char *
fddm_job_maps_title (const char *title, int which)
{
  return g_strdup_printf (_ (titles[which]), title);
}
