/* measure.c: feeding the noise meter.
 * SPDX-License-Identifier: Apache-2.0 */
#include "measure.h"
#include <glib/gi18n-lib.h>
#include "host/pixels.h"
#include "noise.h"
#include "window.h"

/* Side of the pieces in pixels, and how many are read: 4 Mpixel, beyond which a mean of levels gains nothing. */
#define PIECE    256
#define PIECES   64

typedef struct {
  FddmContext      *context;
  const FddmSource *source;
  FddmNoiseMeter   *meter;
  float            *raw, *pixels, *values;
  int              *row_offset, *column_offset;
} Measurement;

static gboolean
measure_piece (Measurement *m, int x, int y, GError **error)
{
  const FddmBackend *backend = m->context->backend;
  FddmDevice        *device  = m->context->device;
  const int          patch = m->context->weights->patch, channels = m->context->weights->channels;
  const FddmGrid     plain = fddm_grid (0, patch);
  FddmTile           tile  = { .row = y / patch, .column = x / patch };
  FddmWindow         window;
  FddmTensor        *coefficients;
  gboolean           ok;

  /* Whole patches only, where there is one: reflected pixels would be counted twice. */
  tile.rows    = MAX (MIN (PIECE, m->source->height - tile.row * patch) / patch, 1);
  tile.columns = MAX (MIN (PIECE, m->source->width - tile.column * patch) / patch, 1);
  tile.region  = fddm_tile_region (&tile, patch, m->source->width, m->source->height);
  if (!m->source->read (m->source->data, tile.region.x, tile.region.y, tile.region.width, tile.region.height, m->raw,
                        error))
    return FALSE;
  fddm_pixels_repair (m->raw, tile.region.width, tile.region.height, m->source->channels, m->pixels);
  fddm_window_init (&window, &tile, &plain, patch, channels, m->source->channels, m->source->width, m->source->height,
                    m->row_offset, m->column_offset);
  coefficients = backend->tensor_new (device, FDDM_TENSOR_FLOAT, tile.rows, tile.columns,
                                      m->context->weights->coefficients, error);
  ok = coefficients != NULL && backend->analyse (device, &window, m->pixels, coefficients, error) &&
       backend->tensor_download (device, coefficients, m->values, error);
  backend->tensor_free (device, coefficients);
  if (ok)
    fddm_noise_meter_add (m->meter, m->values, tile.rows, tile.columns);
  return ok;
}

/* A grid of pieces over the picture, every one of a small picture, of a large one as many as PIECES allows. */
static void
count_pieces (const FddmSource *source, int *across, int *down)
{
  *across = (source->width + PIECE - 1) / PIECE;
  *down   = (source->height + PIECE - 1) / PIECE;
  while (*across * *down > PIECES)
    if (*across > *down)
      *across -= 1;
    else
      *down -= 1;
}

static gboolean
measure_pieces (Measurement *m, const FddmTicker *ticker, GError **error)
{
  int across, down;

  count_pieces (m->source, &across, &down);
  for (int i = 0; i < across * down; i++)
    {
      /* Evenly from one edge to the other; the last ones of a row overlap rather than stand over. */
      int x = across > 1 ? (int) ((gint64) MAX (m->source->width - PIECE, 0) * (i % across) / (across - 1)) : 0;
      int y = down > 1 ? (int) ((gint64) MAX (m->source->height - PIECE, 0) * (i / across) / (down - 1)) : 0;

      if (!measure_piece (m, x, y, error) || !fddm_tick (ticker, i + 1, across * down, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
fddm_measure_model (FddmContext *context, const FddmSource *source, const FddmTicker *ticker, FddmNoiseModel *model,
                    GError **error)
{
  const FddmWeights *weights = context->weights;
  const gsize side   = PIECE + 2 * (2 * weights->patch + FDDM_REPAIR_REACH) + weights->patch;
  Measurement m      = { .context = context, .source = source };
  gboolean    ok;

  m.meter         = fddm_noise_meter_new (weights->patch, weights->channels);
  m.raw           = g_new (float, side * side * source->channels);
  m.pixels        = g_new (float, side * side * source->channels);
  m.values        = g_new (float, side * side * weights->channels);
  m.row_offset    = g_new (int, side);
  m.column_offset = g_new (int, side);
  ok = measure_pieces (&m, ticker, error);
  if (ok)
    fddm_noise_meter_read (m.meter, model);
  else if (error != NULL && *error == NULL)
    g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_READ, _("The picture cannot be read"));
  fddm_noise_meter_free (m.meter);
  g_free (m.raw);
  g_free (m.pixels);
  g_free (m.values);
  g_free (m.row_offset);
  g_free (m.column_offset);
  return ok;
}

typedef struct {
  FddmContext      *context;
  const FddmSource *source;
  FddmTicker        ticker;
  FddmNoiseModel    model;
} Job;

static gboolean
measure_on_device (gpointer data, GError **error)
{
  Job *job = data;

  return fddm_measure_model (job->context, job->source, &job->ticker, &job->model, error);
}

gboolean
fddm_measure (FddmContext *context, const FddmSource *source, FddmProgress progress, gpointer data, double *luma,
              double *chroma, GError **error)
{
  Job job = { .context = context, .source = source, .ticker = { progress, data, FDDM_PHASE_MEASURE, 0.0, 1.0 } };

  if (!fddm_context_run (context, measure_on_device, &job, error))
    return FALSE;
  fddm_noise_summary (&job.model, luma, chroma);
  return TRUE;
}
