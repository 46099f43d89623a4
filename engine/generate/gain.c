/* gain.c: see gain.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/gain.h"
#include <math.h>
#include <glib/gi18n-lib.h>
#include "engine/error.h"
#include "kernels/memory.h"
#include "kernels/pixels/pixels.h"

#define ROWS    16  /* read at once */
#define OCTAVES 16  /* above 1      */
#define STEPS   16  /* of an octave */
#define RARE    100 /* one sample of so many may be brighter */

/* Counts samples above 1 by their logarithm. Those that are not finite tell nothing. */
static void
count (const float *pixels, gsize n, guint64 *above)
{
  for (gsize i = 0; i < n; i++)
    if (pixels[i] > 1.0f && isfinite (pixels[i]))
      above[(int) fminf (STEPS * log2f (pixels[i]), OCTAVES * STEPS - 1)]++;
}

gboolean
fddm_gain_measure (const FddmSource *source, float *gain, GError **error)
{
  const gsize row                    = (gsize) source->width * source->channels;
  guint64     above[OCTAVES * STEPS] = { 0 }, brighter = 0;
  float      *pixels = fddm_memory_new (ROWS * row * sizeof *pixels);
  gboolean    ok     = TRUE;
  int         i      = OCTAVES * STEPS;

  if (pixels == NULL)
    {
      g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_MEMORY,
                           _ ("Not enough memory for a strip of the picture; close other programs"));
      return FALSE;
    }
  for (int y = 0; ok && y < source->height; y += ROWS)
    {
      const int rows = MIN (ROWS, source->height - y);

      ok = source->read (source->data, 0, y, source->width, rows, pixels, error) ||
           fddm_error_unless_set (error, FDDM_ERROR_READ, _ ("The picture cannot be read"));
      if (ok)
        count (pixels, rows * row, above);
    }
  while (i > 0 && brighter + above[i - 1] <= row * (guint64) source->height / RARE)
    brighter += above[--i];
  *gain = exp2f ((float) i / STEPS);
  fddm_memory_free (pixels);
  return ok;
}

static gboolean
read_removed (gpointer data, int x, int y, int width, int height, float *pixels, GError **error)
{
  const FddmGain   *gain   = data;
  const FddmSource *source = gain->source;

  if (!source->read (source->data, x, y, width, height, pixels, error))
    return FALSE;
  fddm_pixels_scale (pixels, (gsize) width * height * source->channels, 1.0f / gain->gain);
  return TRUE;
}

FddmSource
fddm_gain_removed (const FddmGain *gain)
{
  FddmSource source = *gain->source;

  source.data    = (gpointer) gain;
  source.read    = read_removed;
  source.visible = NULL;
  return source;
}
