/* strips.c: inverse transform and output of a picture in strips.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/strips.h"
#include <glib/gi18n-lib.h>
#include "kernels/memory.h"
#include "kernels/pixels/pixels.h"
#include "kernels/pixels/resample.h"

/* Rows per strip. Resampling reads more: about a patch more for short pictures, the filter's lobes for tall ones. */
#define STRIP       64
#define STRIP_READS (2 * STRIP)

typedef struct {
  const FddmWriter *s;
  int               patch, samples;
  int               width, height; /* of the picture that the patches hold */
  int              *row_offset, *column_offset;
  float            *strip, *read, *narrow; /* the output; when resampling, its input and the input at final width */
  FddmResampler    *down, *across;         /* NULL without resampling                                             */
} Strips;

gsize
fddm_writer_bytes (int width, int samples)
{
  return 3 * (gsize) STRIP_READS * ((gsize) width + FDDM_PATCH_MAX) * samples * sizeof (float);
}

/* Rows [TOP, BOTTOM) of the patches' picture, ROW floats apart, the first RIGHT pixels of each. */
static gboolean
synthesise (Strips *t, int top, int bottom, int right, gsize row, float *pixels, GError **error)
{
  const FddmContext *context = t->s->context;
  const FddmTensor  *tensor  = t->s->coefficients;
  FddmWindow         window  = { .patch          = t->patch,
                                 .rows           = tensor->height,
                                 .columns        = tensor->width,
                                 .channels       = context->weights->channels,
                                 .channel_stride = t->samples == 1 ? 0 : 1,
                                 .n_floats       = (bottom - top) * row,
                                 .row_offset     = t->row_offset,
                                 .column_offset  = t->column_offset,
                                 .top            = top,
                                 .bottom         = bottom,
                                 .right          = right };

  for (int y = top; y < bottom; y++)
    t->row_offset[y] = (int) ((y - top) * row);
  fddm_pixels_fill (pixels, window.n_floats, 0.5f);
  return context->backend->synthesise (context->device, &window, tensor, 1.0f, pixels, error) &&
         context->backend->synthesise_finish (context->device, error);
}

/* N rows of the periodic picture, from FIRST. What repeats begins in the middle of a patch: the network's estimates fit together
 * best there, and the wrap is where a seam would be seen. */
static gboolean
synthesise_around (Strips *t, int first, int n, float *pixels, GError **error)
{
  const gsize row = (gsize) t->width * t->samples;

  for (int done = 0, run; done < n; done += run)
    {
      const int top = ((first + t->patch / 2 + done) % t->height + t->height) % t->height;

      run = MIN (t->height - top, n - done);
      if (!synthesise (t, top, top + run, t->width, row, pixels + done * row, error))
        return FALSE;
    }
  return TRUE;
}

/* Resamples the output rows [TOP, BOTTOM) into strip. */
static gboolean
resample (Strips *t, int top, int bottom, GError **error)
{
  const int first = t->down->first[top], n = t->down->first[bottom - 1] + t->down->taps - first;

  if (!synthesise_around (t, first, n, t->read, error))
    return FALSE;
  fddm_resample_rows (t->across, t->read, n, t->samples, t->narrow);
  fddm_resample_columns (t->down, t->narrow, first, top, bottom, (gsize) t->s->width * t->samples, t->strip);
  return TRUE;
}

static gboolean
write_strip (Strips *t, int top, int bottom, GError **error)
{
  const FddmWriter *s   = t->s;
  const gsize       row = (gsize) s->width * t->samples;

  if (!(t->down != NULL ? resample (t, top, bottom, error)
        : s->tiles      ? synthesise_around (t, top, bottom - top, t->strip, error)
                        : synthesise (t, top, bottom, s->width, row, t->strip, error)))
    return FALSE;
  fddm_pixels_clamp (t->strip, (bottom - top) * row);
  if (s->sink->write (s->sink->data, 0, top, s->width, bottom - top, t->strip, error))
    return TRUE;
  return fddm_error_unless_set (error, FDDM_ERROR_WRITE, _ ("The result cannot be written"));
}

/* Largest number of input rows that a strip of output rows needs. */
static int
rows_read (const Strips *t)
{
  int most = 0;

  for (int top = 0; top < t->s->height; top += STRIP)
    {
      const int last = MIN (top + STRIP, t->s->height) - 1;

      most = MAX (most, t->down->first[last] + t->down->taps - t->down->first[top]);
    }
  return most;
}

/* FALSE if out of memory. */
static gboolean
resampling_init (Strips *t)
{
  t->across = fddm_resampler_new (t->width, t->s->width);
  t->down   = fddm_resampler_new (t->height, t->s->height);
  if (t->across == NULL || t->down == NULL)
    return FALSE;
  t->read   = fddm_memory_new ((gsize) rows_read (t) * t->width * t->samples * sizeof (float));
  t->narrow = fddm_memory_new ((gsize) rows_read (t) * t->s->width * t->samples * sizeof (float));
  return t->read != NULL && t->narrow != NULL;
}

static gboolean
strips_init (Strips *t, const FddmWriter *s, GError **error)
{
  const int patch = s->context->weights->patch;

  *t               = (Strips) { .s       = s,
                                .patch   = patch,
                                .samples = s->context->weights->channels,
                                .width   = s->coefficients->width * patch,
                                .height  = s->coefficients->height * patch };
  t->row_offset    = g_try_new0 (int, t->height);
  t->column_offset = g_try_new (int, t->width);
  for (int x = 0; t->column_offset != NULL && x < t->width; x++)
    t->column_offset[x] = (s->tiles ? (x + t->width - patch / 2) % t->width : x) * t->samples;
  t->strip = fddm_memory_new (STRIP * (gsize) s->width * t->samples * sizeof (float));
  if (t->row_offset != NULL && t->column_offset != NULL && t->strip != NULL &&
      (!s->tiles || (t->width == s->width && t->height == s->height) || resampling_init (t)))
    return TRUE;
  g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY,
                       _ ("Not enough memory for a strip of the picture; close other programs"));
  return FALSE;
}

static void
strips_clear (Strips *t)
{
  g_free (t->row_offset);
  g_free (t->column_offset);
  fddm_memory_free (t->strip);
  fddm_memory_free (t->read);
  fddm_memory_free (t->narrow);
  fddm_resampler_free (t->down);
  fddm_resampler_free (t->across);
}

gboolean
fddm_writer_run (const FddmWriter *s, const FddmTicker *ticker, GError **error)
{
  Strips   t;
  gboolean ok = strips_init (&t, s, error);

  for (int top = 0; ok && top < s->height; top += STRIP)
    ok = write_strip (&t, top, MIN (top + STRIP, s->height), error) &&
         fddm_tick (ticker, MIN (top + STRIP, s->height), s->height, error);
  strips_clear (&t);
  return ok;
}
