/* develop.c: see develop.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/develop.h"

/* Side of a field of the checkerboard in pixels, and its two grays, the same as GIMP's. */
#define FIELD 8
#define DARK  0x66
#define LIGHT 0x99

/* Composites RGB over the checkerboard with the alpha of RGBA. (LEFT, TOP) is the picture's position on the board. */
static void
lay_over_board (guint8 *rgb, const guint8 *rgba, int left, int top, int width, int height)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++, rgb += 3, rgba += 4)
      {
        const int board = ((left + x) / FIELD + (top + y) / FIELD) % 2 ? LIGHT : DARK;

        if (rgba[3] < 255)
          for (int c = 0; c < 3; c++)
            rgb[c] = (guint8) ((rgb[c] * rgba[3] + board * (255 - rgba[3]) + 127) / 255);
      }
}

guint8 *
fddm_develop_floats (const float *floats, const Babl *format, GeglBuffer *buffer, const GeglRectangle *part, int step)
{
  const int   width = (part->width + step - 1) / step, height = (part->height + step - 1) / step;
  const gsize n   = (gsize) width * height;
  guint8     *rgb = g_malloc_n (n, 3);

  babl_process (babl_fish (format, babl_format ("R'G'B' u8")), floats, rgb, (long) n);
  if (babl_format_has_alpha (gegl_buffer_get_format (buffer)))
    {
      g_autofree guint8 *rgba = g_malloc_n (n, 4);

      gegl_buffer_get (buffer, GEGL_RECTANGLE (part->x / step, part->y / step, width, height), 1.0 / step,
                       babl_format ("R'G'B'A u8"), rgba, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      lay_over_board (rgb, rgba, part->x / step, part->y / step, width, height);
    }
  return rgb;
}

/* Averages each STEP of a row's WIDTH pixels of four samples. */
static void
shrink_row (guint8 *means, const guint8 *row, int width, int step)
{
  for (int x = 0; x < width; x += step, means += 4)
    {
      const int n      = MIN (step, width - x);
      int       sum[4] = { 0 };

      for (int i = 0; i < n; i++, row += 4)
        for (int c = 0; c < 4; c++)
          sum[c] += row[c];
      for (int c = 0; c < 4; c++)
        means[c] = (guint8) ((sum[c] + n / 2) / n);
    }
}

guint8 *
fddm_develop_overview (GeglBuffer *buffer, int step)
{
  const GeglRectangle *all    = gegl_buffer_get_extent (buffer);
  const int            across = (all->width + step - 1) / step, down = (all->height + step - 1) / step;
  g_autofree guint8   *row = g_malloc_n (all->width, 4), *rgba = g_malloc_n ((gsize) across * down, 4);
  guint8              *rgb = g_malloc_n ((gsize) across * down, 3);

  for (int y = 0; y < down; y++)
    {
      const int at = MIN (y * step + step / 2, all->height - 1);

      gegl_buffer_get (buffer, GEGL_RECTANGLE (0, at, all->width, 1), 1.0, babl_format ("R'G'B'A u8"), row,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      shrink_row (rgba + (gsize) y * across * 4, row, all->width, step);
    }
  for (gsize i = 0; i < (gsize) across * down; i++)
    for (int c = 0; c < 3; c++)
      rgb[3 * i + c] = rgba[4 * i + c];
  lay_over_board (rgb, rgba, 0, 0, across, down);
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

        rgb[3 * i + c] = value > 0 ? (guint8) MIN (value, 255) : 0; /* NaN becomes black */
      }
  return rgb;
}
