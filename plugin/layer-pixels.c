/* layer-pixels.c: see layer-pixels.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/layer-pixels.h"

#include <math.h>

/* Height of GIMP's tiles (a tile cut by a band would be transferred twice), and approximate pixels per band: a fraction
 * of a second. */
#define TILE        64
#define BAND_PIXELS (1 << 20)

/* Alpha that is as good as 0, or as 1: half an 8-bit step. */
#define HARD 0.002f

gboolean
fddm_layer_pixels_next (const GeglRectangle *all, GeglRectangle *band)
{
  const int rows = MAX (BAND_PIXELS / all->width / TILE, 1) * TILE;
  const int y    = band->height ? band->y + band->height : all->y;

  *band = (GeglRectangle) { all->x, y, all->width, MIN (rows, all->y + all->height - y) };
  return band->height > 0;
}

static void
tell (const FddmStretch *stretch, const GeglRectangle *all, const GeglRectangle *band)
{
  fddm_progress_stretch (stretch, (double) (band->y + band->height - all->y) / all->height);
}

GeglBuffer *
fddm_layer_pixels_copy (FddmItemId layer, const FddmStretch *stretch)
{
  const FddmItemId     seen = fddm_host_seen_begin (layer);
  GeglBuffer          *live = fddm_host_buffer (seen);
  const GeglRectangle *all  = gegl_buffer_get_extent (live);
  GeglBuffer          *copy = gegl_buffer_new (all, fddm_host_format (layer));

  for (GeglRectangle band = { 0 }; fddm_layer_pixels_next (all, &band); tell (stretch, all, &band))
    gegl_buffer_copy (live, &band, GEGL_ABYSS_NONE, copy, &band);
  g_object_unref (live);
  fddm_host_seen_end (layer, seen);
  return copy;
}

GeglBuffer *
fddm_layer_pixels_copy_part (FddmItemId layer, const GeglRectangle *part, const FddmStretch *stretch)
{
  const FddmItemId    seen = fddm_host_seen_begin (layer);
  GeglBuffer         *live = fddm_host_buffer (seen);
  const GeglRectangle all  = { 0, 0, part->width, part->height };
  GeglBuffer         *copy = gegl_buffer_new (&all, fddm_host_format (layer));

  for (GeglRectangle band = { 0 }; fddm_layer_pixels_next (&all, &band); tell (stretch, &all, &band))
    {
      const GeglRectangle from = { part->x, part->y + band.y, band.width, band.height };

      gegl_buffer_copy (live, &from, GEGL_ABYSS_NONE, copy, &band);
    }
  g_object_unref (live);
  fddm_host_seen_end (layer, seen);
  return copy;
}

/* Flushes band by band, because flushing takes most of the time. */
void
fddm_layer_pixels_write (FddmItemId layer, GeglBuffer *pixels, const FddmStretch *stretch)
{
  g_autoptr (GeglBuffer) live = fddm_host_buffer (layer);
  const GeglRectangle   *all  = gegl_buffer_get_extent (live);

  for (GeglRectangle band = { 0 }; fddm_layer_pixels_next (all, &band); tell (stretch, all, &band))
    {
      gegl_buffer_copy (pixels, &band, GEGL_ABYSS_NONE, live, &band);
      gegl_buffer_flush (live);
    }
}

static void
fill_noise (GeglBuffer *noise, GeglBuffer *before, GeglBuffer *clean, const GeglRectangle *band, const Babl *format,
            int samples)
{
  GeglBufferIterator *iterator = gegl_buffer_iterator_new (noise, band, 0, format, GEGL_ACCESS_WRITE, GEGL_ABYSS_NONE, 3);

  gegl_buffer_iterator_add (iterator, before, band, 0, format, GEGL_ACCESS_READ, GEGL_ABYSS_NONE);
  gegl_buffer_iterator_add (iterator, clean, band, 0, format, GEGL_ACCESS_READ, GEGL_ABYSS_NONE);
  while (gegl_buffer_iterator_next (iterator))
    {
      float       *out = iterator->items[0].data;
      const float *was = iterator->items[1].data;
      const float *is  = iterator->items[2].data;

      for (gsize i = 0; i < (gsize) iterator->length * samples; i++)
        {
          float removed = was[i] - is[i];

          out[i] = 0.5f + (isfinite (removed) ? removed : 0); /* infinities are unchanged: nothing was removed */
        }
    }
}

void
fddm_layer_pixels_noise (FddmItemId layer, GeglBuffer *noisy, GeglBuffer *clean, const FddmStretch *stretch)
{
  g_autoptr (GeglBuffer) noise = fddm_host_buffer (layer);
  const GeglRectangle   *all   = gegl_buffer_get_extent (noise);
  gboolean               gray  = babl_format_get_n_components (fddm_host_format (layer)) == 1;
  const Babl *format           = babl_format_with_space (gray ? "Y' float" : "R'G'B' float", gegl_buffer_get_format (noisy));

  for (GeglRectangle band = { 0 }; fddm_layer_pixels_next (all, &band); tell (stretch, all, &band))
    {
      fill_noise (noise, noisy, clean, &band, format, gray ? 1 : 3);
      gegl_buffer_flush (noise);
    }
}

GeglBuffer *
fddm_layer_pixels_selection (FddmImageId image, const GeglRectangle *part)
{
  const GeglRectangle    all  = { 0, 0, part->width, part->height };
  g_autoptr (GeglBuffer) live = fddm_host_has_selection (image) ? fddm_host_selection (image) : NULL;
  GeglBuffer            *copy = live ? gegl_buffer_new (&all, gegl_buffer_get_format (live)) : NULL;

  if (live)
    gegl_buffer_copy (live, part, GEGL_ABYSS_NONE, copy, &all);
  return copy;
}

char *
fddm_layer_pixels_selected (FddmImageId image, FddmItemId layer)
{
  g_autoptr (GeglBuffer) live   = fddm_host_buffer (layer);
  g_autoptr (GChecksum)  sum    = g_checksum_new (G_CHECKSUM_SHA256);
  GeglRectangle          place  = *gegl_buffer_get_extent (live);
  g_autoptr (GeglBuffer) chosen = NULL;
  g_autofree guint8     *bytes  = NULL;

  fddm_host_offsets (layer, &place.x, &place.y);
  chosen = fddm_layer_pixels_selection (image, &place);
  if (!chosen)
    return g_strdup ("all");
  bytes = g_malloc ((gsize) place.width * TILE);
  for (int y = 0; y < place.height; y += TILE)
    {
      const GeglRectangle rows = { 0, y, place.width, MIN (TILE, place.height - y) };

      gegl_buffer_get (chosen, &rows, 1.0, babl_format ("Y u8"), bytes, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      g_checksum_update (sum, bytes, (gssize) rows.width * rows.height);
    }
  return g_strdup (g_checksum_get_string (sum));
}

gboolean
fddm_layer_pixels_soft (GeglBuffer *pixels, GeglBuffer *mask)
{
  const Babl         *format = babl_format ("YA float");
  GeglBufferIterator *iterator;
  gboolean            soft = FALSE;

  if (!mask && !babl_format_has_alpha (gegl_buffer_get_format (pixels)))
    return FALSE;
  iterator = gegl_buffer_iterator_new (pixels, NULL, 0, format, GEGL_ACCESS_READ, GEGL_ABYSS_NONE, 2);
  if (mask)
    gegl_buffer_iterator_add (iterator, mask, NULL, 0, babl_format ("Y float"), GEGL_ACCESS_READ, GEGL_ABYSS_NONE);
  while (!soft && gegl_buffer_iterator_next (iterator))
    {
      const float *pixel = iterator->items[0].data;
      const float *shown = mask ? iterator->items[1].data : NULL;

      for (int i = 0; i < iterator->length && !soft; i++)
        {
          const float alpha = pixel[2 * i + 1] * (shown ? shown[i] : 1);

          soft = alpha > HARD && alpha < 1 - HARD;
        }
    }
  if (soft)
    gegl_buffer_iterator_stop (iterator);
  return soft;
}

void
fddm_layer_pixels_restore (GeglBuffer *pixels, GeglBuffer *before, GeglBuffer *selection)
{
  const Babl         *own      = gegl_buffer_get_format (pixels);
  const int           n        = babl_format_get_n_components (own);
  const Babl         *format   = babl_format_with_space (n > 2 ? "RGBA float" : "YA float", own);
  const int           each     = n > 2 ? 4 : 2;
  GeglBufferIterator *iterator = gegl_buffer_iterator_new (pixels, NULL, 0, format, GEGL_ACCESS_READWRITE, GEGL_ABYSS_NONE,
                                                           3);

  gegl_buffer_iterator_add (iterator, before, NULL, 0, format, GEGL_ACCESS_READ, GEGL_ABYSS_NONE);
  gegl_buffer_iterator_add (iterator, selection, NULL, 0, babl_format ("Y float"), GEGL_ACCESS_READ, GEGL_ABYSS_NONE);
  while (gegl_buffer_iterator_next (iterator))
    {
      float       *pixel  = iterator->items[0].data;
      const float *was    = iterator->items[1].data;
      const float *chosen = iterator->items[2].data;

      for (int i = 0; i < iterator->length * each; i++)
        {
          const float share = chosen[i / each];

          if (!(share > 0)) /* what is infinite stays so */
            pixel[i] = was[i];
          else if (share < 1)
            pixel[i] = was[i] + share * (pixel[i] - was[i]);
        }
    }
}

void
fddm_layer_pixels_mask (FddmItemId to, GeglBuffer *factor)
{
  g_autoptr (GeglBuffer) target = fddm_host_buffer (to);
  const Babl            *format = babl_format ("Y float");
  GeglBufferIterator *iterator  = gegl_buffer_iterator_new (target, NULL, 0, format, GEGL_ACCESS_READWRITE, GEGL_ABYSS_NONE,
                                                            2);

  gegl_buffer_iterator_add (iterator, factor, NULL, 0, format, GEGL_ACCESS_READ, GEGL_ABYSS_NONE);
  while (gegl_buffer_iterator_next (iterator))
    {
      float       *product = iterator->items[0].data;
      const float *with    = iterator->items[1].data;

      for (int i = 0; i < iterator->length; i++)
        product[i] *= with[i];
    }
  gegl_buffer_flush (target);
}
