/* shrink.c: see shrink.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "plugin/jobs/shrink.h"

void
fddm_shrink_init (FddmShrink *shrink, const GeglRectangle *part, int step, int channels)
{
  *shrink        = (FddmShrink) { .part     = *part,
                                  .step     = step,
                                  .channels = channels,
                                  .across   = (part->width + step - 1) / step,
                                  .down     = (part->height + step - 1) / step };
  shrink->sums   = g_new0 (float, (gsize) shrink->across * shrink->down * channels);
  shrink->counts = g_new0 (int, (gsize) shrink->across * shrink->down);
}

/* Adds N pixels, the first at X of the part, to row ROW of the result. */
static void
add_row (FddmShrink *shrink, int row, int x, int n, const float *pixels)
{
  float *sums   = shrink->sums + (gsize) row * shrink->across * shrink->channels;
  int   *counts = shrink->counts + (gsize) row * shrink->across;

  for (int i = 0; i < n; i++, pixels += shrink->channels)
    {
      const int column = (x + i) / shrink->step;

      counts[column]++;
      for (int c = 0; c < shrink->channels; c++)
        sums[(gsize) column * shrink->channels + c] += pixels[c];
    }
}

static gboolean
add (gpointer data, int x, int y, int width, int height, const float *pixels, G_GNUC_UNUSED GError **error)
{
  FddmShrink   *shrink = data;
  GeglRectangle seen   = { x, y, width, height };

  if (!gegl_rectangle_intersect (&seen, &seen, &shrink->part))
    return TRUE;
  for (int row = seen.y; row < seen.y + seen.height; row++)
    add_row (shrink, (row - shrink->part.y) / shrink->step, seen.x - shrink->part.x, seen.width,
             pixels + ((gsize) (row - y) * width + seen.x - x) * shrink->channels);
  return TRUE;
}

FddmSink
fddm_shrink_sink (FddmShrink *shrink)
{
  return (FddmSink) { add, shrink };
}

float *
fddm_shrink_end (FddmShrink *shrink)
{
  const gsize n = (gsize) shrink->across * shrink->down;

  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < shrink->channels; c++)
      shrink->sums[i * shrink->channels + c] /= (float) MAX (shrink->counts[i], 1);
  g_clear_pointer (&shrink->counts, g_free);
  return g_steal_pointer (&shrink->sums);
}
