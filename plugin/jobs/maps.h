/* maps.h: the maps of generated pictures.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

/* Maximum number of maps of a picture. They are numbered from 1, in the order of the choices of the parameter. */
#define FDDM_JOB_MAPS_MAX 3

/* Number of maps that VALUES (of fddm_generate_parameters) ask for. */
int fddm_job_maps_count (const double *values);

/* Fails if an image cannot take them. GRAY: it has no colours. */
gboolean fddm_job_maps_check (gboolean gray, const double *values, GError **error);

/* Makes the maps of PICTURE, of coded floats. MAPS gets new buffers of floats, as many as are asked for. TILES: opposite edges of
 * the picture meet. */
gboolean fddm_job_maps_make (GeglBuffer *picture, gboolean tiles, const double *values, GeglBuffer **maps, GError **error);

/* Has the numbers of MAP, made by fddm_job_maps_make, pass unchanged into a layer of FORMAT. */
void fddm_job_maps_fit (GeglBuffer *map, const Babl *format);

/* Name of the layer of map WHICH (1 …) of the picture whose layer is called TITLE. Free with g_free. */
char *fddm_job_maps_title (const char *title, int which);
