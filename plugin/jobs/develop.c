/* develop.c: see develop.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/develop.h"

/* Side of a field of the checkerboard in pixels, and its two grays, which are GIMP's. */
#define FIELD 8
#define DARK  0x66
#define LIGHT 0x99

/* RGB over the checkerboard, with the alpha of RGBA; the board stands still in the layer. */
static void
lay_over_board (guint8 *rgb, const guint8 *rgba, const GeglRectangle *part)
{
  for (int y = 0; y < part->height; y++)
    for (int x = 0; x < part->width; x++, rgb += 3, rgba += 4)
      {
        const int board = ((part->x + x) / FIELD + (part->y + y) / FIELD) % 2 ? LIGHT : DARK;

        if (rgba[3] < 255)
          for (int c = 0; c < 3; c++)
            rgb[c] = (guint8) ((rgb[c] * rgba[3] + board * (255 - rgba[3]) + 127) / 255);
      }
}

static guint8 *
read_rgba (GeglBuffer *buffer, const GeglRectangle *part)
{
  guint8 *rgba = g_malloc_n ((gsize) part->width * part->height, 4);

  gegl_buffer_get (buffer, part, 1.0, babl_format ("R'G'B'A u8"), rgba, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return rgba;
}

guint8 *
fddm_develop_buffer (GeglBuffer *buffer, const GeglRectangle *part)
{
  const gsize        n    = (gsize) part->width * part->height;
  g_autofree guint8 *rgba = read_rgba (buffer, part);
  guint8            *rgb  = g_malloc_n (n, 3);

  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < 3; c++)
      rgb[3 * i + c] = rgba[4 * i + c];
  lay_over_board (rgb, rgba, part);
  return rgb;
}

guint8 *
fddm_develop_floats (const float *floats, const Babl *format, GeglBuffer *buffer, const GeglRectangle *part)
{
  const gsize n   = (gsize) part->width * part->height;
  guint8     *rgb = g_malloc_n (n, 3);

  babl_process (babl_fish (format, babl_format ("R'G'B' u8")), floats, rgb, (long) n);
  if (babl_format_has_alpha (gegl_buffer_get_format (buffer)))
    {
      g_autofree guint8 *rgba = read_rgba (buffer, part);

      lay_over_board (rgb, rgba, part);
    }
  return rgb;
}

guint8 *
fddm_develop_removed (const float *before, const float *after, gsize n, int channels, float gain)
{
  guint8 *rgb = g_malloc_n (n, 3);

  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < 3; c++)
      {
        const gsize k     = channels == 1 ? i : 3 * i + c;
        const float value = 128 + 255 * gain * (before[k] - after[k]);

        rgb[3 * i + c] = value > 0 ? (guint8) MIN (value, 255) : 0;   /* what is no number is black */
      }
  return rgb;
}
