/* look.c: see look.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The meter sees few patches around a place, the denoising network sees many more. Told a level, it takes out about that much
 * where there is such noise, but spares texture that it knows. So where it takes out far less than it was told, the meter has
 * read texture. Pieces spread over the picture tell; weights/train/RESULTS.md and experiments/meter.md have the figures. */
#include "engine/noise/look.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include "engine/diffusion/sampler.h"
#include "engine/noise/measure.h"
#include "engine/noise/model.h"
#include "engine/tiling/window.h"
#include "kernels/pixels/hot.h"
#include "kernels/pixels/pixels.h"

/* Side of a piece in pixels, and the number of pieces down and across. */
#define SIDE   64
#define DOWN   3
#define ACROSS 4

/* ln factor = STEEP (ln taken − ENOUGH), from ln LEAST to 0. */
#define ENOUGH (-1.0)
#define STEEP  4.0
#define LEAST  0.2

/* What was taken out is told apart by brightness: a knot of the curve sees a bell of that standard deviation, in knots, and a
 * share of the whole picture. */
#define BELL  1.5
#define WHOLE 0.1

/* How far outside of [0,1] samples count, as for the meter. */
#define BEYOND 1.0f

typedef struct {
  FddmContext          *context;
  const FddmSource     *source;
  const FddmNoiseModel *model;
  FddmSampler           sampler;
  int                   rows, columns; /* of a piece, in patches */
  int                   down, across;  /* number of pieces       */
  FddmTensor           *y, *noise, *x0;
  float                *raw, *pixels; /* a region, as read and repaired */
  float                *values;       /* three tensors' */
  guint8               *visible;      /* by pixel of a region; NULL: nothing is hidden */
  int                  *row_offset, *column_offset;
  double                sum[FDDM_METER_BINS]; /* by brightness: of the squares of what was taken out of luma's means, as */
  double                n[FDDM_METER_BINS];   /* shares of the level; number of patches                                  */
} Look;

double
fddm_look_factor (double taken)
{
  if (!(taken > 0))
    return LEAST;
  return CLAMP (exp (STEEP * (log (taken) - ENOUGH)), LEAST, 1);
}

/* ---- Pieces ---- */

/* Start of piece I of N of SIZE patches on an axis of LENGTH: evenly spread, away from the ends. */
static int
piece_start (int i, int n, int length, int size)
{
  return (int) ((gint64) (length - size) * (2 * i + 1) / (2 * n));
}

static FddmTile
piece_tile (const Look *look, int i)
{
  const int patch = look->model->patch, width = look->source->width, height = look->source->height;
  FddmTile  tile = { .rows = look->rows, .columns = look->columns };

  tile.row    = piece_start (i / look->across, look->down, height / patch, look->rows);
  tile.column = piece_start (i % look->across, look->across, width / patch, look->columns);
  tile.region = fddm_tile_region (&tile, patch, width, height);
  return tile;
}

/* Whether all pixels of the piece's patch (ROW, COLUMN) are visible. */
static gboolean
patch_is_visible (const Look *look, const FddmTile *tile, int row, int column)
{
  const int patch = look->model->patch, x = (tile->column + column) * patch - tile->region.x;
  const int y = (tile->row + row) * patch - tile->region.y;

  for (int j = 0; look->visible != NULL && j < patch; j++)
    for (int i = 0; i < patch; i++)
      if (look->visible[(gsize) (y + j) * tile->region.width + x + i] == 0)
        return FALSE;
  return TRUE;
}

/* Adds what was taken out of a piece. */
static gboolean
gather (Look *look, const FddmTile *tile, GError **error)
{
  const FddmBackend *backend = look->context->backend;
  FddmDevice        *device  = look->context->device;
  const int          n       = look->context->weights->coefficients;
  const gsize        each    = (gsize) look->rows * look->columns * n;
  float             *y = look->values, *x0 = y + each, *level = x0 + each;

  if (!backend->tensor_download (device, look->y, y, error) || !backend->tensor_download (device, look->x0, x0, error) ||
      !backend->tensor_download (device, look->noise, level, error))
    return FALSE;
  for (int row = 0; row < look->rows; row++)
    for (int column = 0; column < look->columns; column++)
      {
        const gsize  at    = ((gsize) row * look->columns + column) * n;
        const double share = (y[at] - x0[at]) / level[at];
        int          bin;

        if (!isfinite (share) || !patch_is_visible (look, tile, row, column))
          continue;
        bin = (int) ((y[at] / look->model->patch + 1) / 2 * FDDM_METER_BINS);
        bin = CLAMP (bin, 0, FDDM_METER_BINS - 1);
        look->sum[bin] += share * share;
        look->n[bin] += 1;
      }
  return TRUE;
}

static gboolean
look_at_piece (Look *look, int i, const FddmTicker *ticker, GError **error)
{
  const FddmContext    *context = look->context;
  const FddmBackend    *backend = context->backend;
  const FddmSource     *source  = look->source;
  const FddmGrid        plain   = fddm_grid (0, look->model->patch);
  const FddmTile        tile    = piece_tile (look, i);
  const FddmRect       *region  = &tile.region;
  const FddmPictureForm picture = { .width    = source->width,
                                    .height   = source->height,
                                    .samples  = source->channels,
                                    .patch    = look->model->patch,
                                    .channels = look->model->channels };
  FddmWindow            window;

  if (!source->read (source->data, region->x, region->y, region->width, region->height, look->raw, error))
    return fddm_error_unless_set (error, FDDM_ERROR_READ, _ ("The picture cannot be read"));
  if (look->visible != NULL &&
      !source->visible (source->data, region->x, region->y, region->width, region->height, look->visible, error))
    return fddm_error_unless_set (error, FDDM_ERROR_READ, _ ("The picture cannot be read"));
  fddm_pixels_repair (look->raw, region->width, region->height, source->channels, BEYOND, look->pixels);
  fddm_window_init (&window, &picture, &tile, &plain, look->row_offset, look->column_offset);
  return backend->analyse (context->device, &window, look->pixels, look->y, error) &&
         backend->noise_map (context->device, look->model, look->y, look->noise, error) &&
         fddm_sampler_estimate (&look->sampler, look->y, look->noise, look->x0, ticker, error) &&
         gather (look, &tile, error);
}

/* ---- The look ---- */

static gboolean
prepare (Look *look, GError **error)
{
  FddmContext *context = look->context;
  const int    patch   = look->model->patch;
  const gsize  side    = SIDE + 4 * (gsize) patch + 2 * (FDDM_REPAIR_REACH + FDDM_HOT_REACH);
  const gsize  floats  = side * side * (gsize) look->source->channels;

  look->rows    = MIN (SIDE, look->source->height) / patch;
  look->columns = MIN (SIDE, look->source->width) / patch;
  look->down    = CLAMP (look->source->height / SIDE, 1, DOWN);
  look->across  = CLAMP (look->source->width / SIDE, 1, ACROSS);
  if (look->rows == 0 || look->columns == 0)
    return TRUE;
  if (!fddm_network_prepare (context->network, look->rows, look->columns, error) ||
      !fddm_context_make_tensor (context, look->rows, look->columns, &look->y, error) ||
      !fddm_context_make_tensor (context, look->rows, look->columns, &look->noise, error) ||
      !fddm_context_make_tensor (context, look->rows, look->columns, &look->x0, error))
    return FALSE;
  look->raw           = g_try_new (float, floats);
  look->pixels        = g_try_new (float, floats);
  look->values        = g_try_new (float, 3 * (gsize) look->rows * look->columns * context->weights->coefficients);
  look->row_offset    = g_try_new (int, SIDE);
  look->column_offset = g_try_new (int, SIDE);
  look->visible       = look->source->visible != NULL ? g_try_new (guint8, side * side) : NULL;
  if (look->raw != NULL && look->pixels != NULL && look->values != NULL && look->row_offset != NULL &&
      look->column_offset != NULL && (look->source->visible == NULL || look->visible != NULL))
    return TRUE;
  g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_MEMORY,
                       _ ("Not enough memory to measure the noise; close other programs"));
  return FALSE;
}

static gboolean
look_at_pieces (Look *look, const FddmTicker *ticker, GError **error)
{
  const int n = look->rows > 0 && look->columns > 0 ? look->down * look->across : 0;

  for (int i = 0; i < n; i++)
    {
      const FddmTicker part = fddm_ticker_part (ticker, i, n);

      if (!look_at_piece (look, i, &part, error))
        return FALSE;
    }
  return TRUE;
}

static void
clear (Look *look)
{
  const FddmBackend *backend = look->context->backend;

  fddm_network_release (look->context->network);
  backend->tensor_free (look->context->device, look->y);
  backend->tensor_free (look->context->device, look->noise);
  backend->tensor_free (look->context->device, look->x0);
  g_free (look->raw);
  g_free (look->pixels);
  g_free (look->values);
  g_free (look->visible);
  g_free (look->row_offset);
  g_free (look->column_offset);
}

/* What was taken out around KNOT of the curve, or of the whole picture where that is less, as a share of the level; 1 where
 * nothing was seen. */
static double
taken_at (const Look *look, int knot)
{
  double sum = 0, n = 0, all = 0, n_all = 0;

  for (int b = 0; b < FDDM_METER_BINS; b++)
    {
      const double away = (b + 0.5 - knot) / BELL, weight = exp (-0.5 * away * away) + WHOLE;

      sum += weight * look->sum[b];
      n += weight * look->n[b];
      all += look->sum[b];
      n_all += look->n[b];
    }
  return n > 0 ? sqrt (MIN (sum / n, all / n_all)) : 1;
}

static void
lower (const Look *look, FddmNoiseModel *model)
{
  for (int knot = 0; knot < FDDM_NOISE_KNOTS; knot++)
    {
      const float factor = (float) fddm_look_factor (taken_at (look, knot));

      for (int c = 0; c < model->channels; c++)
        model->curve[c][knot] *= factor;
    }
}

gboolean
fddm_look_again (FddmContext *context, const FddmSource *source, const FddmTicker *ticker, FddmNoiseModel *model,
                 GError **error)
{
  Look     look = { .context = context,
                    .source  = source,
                    .model   = model,
                    .sampler = { .backend  = context->backend,
                                 .device   = context->device,
                                 .weights  = context->weights,
                                 .network  = context->network,
                                 .mean     = context->mean,
                                 .variance = context->variance,
                                 .class    = -1 } };
  gboolean ok   = prepare (&look, error) && look_at_pieces (&look, ticker, error);

  clear (&look);
  if (ok)
    lower (&look, model);
  return ok;
}

gboolean
fddm_measure_twice (FddmContext *context, const FddmSource *source, const FddmTicker *ticker, FddmNoiseModel *model,
                    GError **error)
{
  const FddmTicker first = fddm_ticker_part (ticker, 0, 2), second = fddm_ticker_part (ticker, 1, 2);
  const gboolean   gray = source->channels == 1;

  if (!fddm_measure_model (context, source, &first, model, error))
    return FALSE;
  if (!(model->level[0] > 0) || fddm_noise_is_white (model, gray))
    return fddm_tick (ticker, 1, 1, error);
  return fddm_context_use (context, FALSE, HUGE_VAL, error) && fddm_look_again (context, source, &second, model, error) &&
         fddm_tick (ticker, 1, 1, error);
}
