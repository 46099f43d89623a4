/* recolour.c: a first pass over the picture measures its colours, a second one changes and writes them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/recolour.h"
#include <glib/gi18n-lib.h>
#include "kernels/pixels/pixels.h"

/* Data of both passes' sinks. */
typedef struct {
  const FddmWriter *writer;
  int               samples;
  FddmColours       have;
  FddmColourMap     map;
} Recolouring;

static gboolean
measure (gpointer data, int x G_GNUC_UNUSED, int y G_GNUC_UNUSED, int width, int height, const float *pixels,
         GError **error G_GNUC_UNUSED)
{
  Recolouring *recolouring = data;

  fddm_colours_add (&recolouring->have, pixels, (gsize) width * height, recolouring->samples);
  return TRUE;
}

static gboolean
recolour (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error)
{
  const Recolouring *recolouring = data;
  const FddmSink    *sink        = recolouring->writer->sink;
  const gsize        n           = (gsize) width * height;
  float             *changed     = fddm_memory_new (n * recolouring->samples * sizeof *changed);
  gboolean           ok;

  if (changed == NULL)
    {
      g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY,
                           _ ("Not enough memory for a strip of the picture; close other programs"));
      return FALSE;
    }
  fddm_colours_apply (&recolouring->map, pixels, n, recolouring->samples, changed);
  fddm_pixels_clamp (changed, n * recolouring->samples);
  ok = sink->write (sink->data, x, y, width, height, changed, error);
  fddm_memory_free (changed);
  return ok;
}

gboolean
fddm_writer_run_recoloured (const FddmWriter *writer, const FddmColours *colours, const FddmTicker *ticker, GError **error)
{
  Recolouring    recolouring = { .writer = writer, .samples = writer->context->weights->channels };
  const FddmSink measuring = { measure, &recolouring }, changing = { recolour, &recolouring };
  FddmWriter     first = *writer, second = *writer;
  FddmTicker     half[2];

  for (int i = 0; ticker != NULL && i < 2; i++)
    half[i] = fddm_ticker_part (ticker, i, 2);
  first.sink  = &measuring;
  second.sink = &changing;
  if (!fddm_writer_run (&first, ticker != NULL ? &half[0] : NULL, error))
    return FALSE;
  fddm_colours_map (&recolouring.have, colours, &recolouring.map);
  return fddm_writer_run (&second, ticker != NULL ? &half[1] : NULL, error);
}
