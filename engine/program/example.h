/* example.h: a picture of a material for fddm generate.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/gegl-pixels.h"
#include "engine/program/pictures/picture.h"

typedef struct {
  FddmPictureOrigin origin;
  GeglBuffer       *buffer;
  FddmGeglPixels    pixels;
  FddmSource        source; /* reads PIXELS */
} FddmCliExample;

/* Reads the picture PATH, which must outlive EXAMPLE, and turns it upright. Colours are converted to sRGB where CONVERT is set.
 * Fails if a pixel is transparent. */
gboolean fddm_cli_example_open (FddmCliExample *example, const char *path, gboolean convert, GError **error);
void     fddm_cli_example_close (FddmCliExample *example);
