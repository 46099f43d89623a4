/* maps.h: the maps of a generated picture, each in a file beside it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>
#include "engine/fddm.h"

/* The options for maps. */
typedef struct {
  gboolean       wanted;
  char          *normals; /* opengl or directx; NULL = opengl */
  FddmMapsParams params;
} FddmCliMaps;

/* No options given. */
void fddm_cli_maps_init (FddmCliMaps *maps);

/* Checks the options and takes them over into the parameters. TILEABLE: the picture's edges meet. */
gboolean fddm_cli_maps_take (FddmCliMaps *maps, gboolean tileable, GError **error);

/* The files for the maps of OUT: out-height.png, out-normal.png, out-roughness.png for out.png. Free with g_strfreev. */
char **fddm_cli_maps_files (const char *out);

/* Whether they can be written. */
gboolean fddm_cli_maps_writable (const char *out, GError **error);

/* Writes the maps of PICTURE with 16 bits a sample. */
gboolean fddm_cli_maps_save (const FddmCliMaps *maps, GeglBuffer *picture, const char *out, GError **error);
