/* layer-pixels.c: see layer-pixels.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "layer-pixels.h"

#include <math.h>

GeglBuffer *
fddm_layer_pixels_copy (FddmItemId drawable)
{
  g_autoptr (GeglBuffer) live = fddm_host_buffer (drawable);
  GeglBuffer            *copy = gegl_buffer_new (gegl_buffer_get_extent (live), fddm_host_format (drawable));

  gegl_buffer_copy (live, NULL, GEGL_ABYSS_NONE, copy, NULL);
  return copy;
}

void
fddm_layer_pixels_noise (FddmItemId layer, FddmItemId source, GeglBuffer *clean)
{
  g_autoptr (GeglBuffer) before = fddm_host_buffer (source);
  g_autoptr (GeglBuffer) noise  = fddm_host_buffer (layer);
  gboolean            gray     = babl_format_get_n_components (fddm_host_format (layer)) == 1;
  int                 samples  = gray ? 1 : 3;
  const Babl         *format   = babl_format_with_space (gray ? "Y' float" : "R'G'B' float", fddm_host_format (source));
  GeglBufferIterator *iterator = gegl_buffer_iterator_new (noise, NULL, 0, format, GEGL_ACCESS_WRITE, GEGL_ABYSS_NONE, 3);

  gegl_buffer_iterator_add (iterator, before, NULL, 0, format, GEGL_ACCESS_READ, GEGL_ABYSS_NONE);
  gegl_buffer_iterator_add (iterator, clean, NULL, 0, format, GEGL_ACCESS_READ, GEGL_ABYSS_NONE);
  while (gegl_buffer_iterator_next (iterator))
    {
      float       *out = iterator->items[0].data;
      const float *was = iterator->items[1].data;
      const float *is  = iterator->items[2].data;

      for (gsize i = 0; i < (gsize) iterator->length * samples; i++)
        {
          float removed = was[i] - is[i];

          out[i] = 0.5f + (isfinite (removed) ? removed : 0);   /* infinities are left alone: nothing was removed */
        }
    }
  gegl_buffer_flush (noise);
}

void
fddm_layer_pixels_mask (FddmItemId to, FddmItemId from)
{
  g_autoptr (GeglBuffer) target   = fddm_host_buffer (to);
  g_autoptr (GeglBuffer) factor   = fddm_host_buffer (from);
  const Babl            *format   = babl_format ("Y float");
  GeglBufferIterator    *iterator = gegl_buffer_iterator_new (target, NULL, 0, format, GEGL_ACCESS_READWRITE,
                                                              GEGL_ABYSS_NONE, 2);

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
