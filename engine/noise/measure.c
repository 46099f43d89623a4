/* measure.c: choice of the pieces of a picture that the noise meter reads.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/noise/measure.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include "kernels/pixels/hot.h"
#include "kernels/pixels/pixels.h"
#include "engine/noise/meter.h"
#include "engine/tiling/window.h"

#define PATCH FDDM_METER_PATCH

/* Side of a piece in patches: the most, and the least when memory is short. */
#define PIECE_MOST  64
#define PIECE_LEAST 8

/* Pixels to read: 1/SHARE of the picture within these bounds. That is enough for the mean levels to settle, and little
 * work compared with denoising. */
#define SHARE        3.6
#define PIXELS_LEAST 5e5
#define PIXELS_MOST  2e6

/* How far outside of [0,1] samples count: five times the strongest noise that is likely. */
#define BEYOND 1.0f

/* Patches across and down below which nothing can be measured. */
#define PATCHES_LEAST 3

/* Patches between a patch that counts and a hidden pixel: near it the meter reads what was filled in. With fewer patches than
 * ENOUGH in the pieces, all pieces are read; with fewer than FEW, the border becomes narrower. */
#define BORDER 4
#define ENOUGH 200
#define FEW    10

typedef struct {
  FddmContext      *context;
  const FddmSource *source;
  int               most;          /* side of a piece at most, in patches */
  int               rows, columns; /* of a piece, in patches */
  int               down, across;  /* number of pieces       */
  float            *raw, *pixels;
  int              *row_offset, *column_offset;
  guint8           *visible, *counted; /* by pixel of a region, by patch of a piece; NULL: nothing is hidden */
  int               border;            /* in patches                                                         */
} Measurement;

/* Side of a piece's region, in pixels. */
static gsize
region_side (int patches)
{
  return ((gsize) patches + 4) * PATCH + 2 * (FDDM_REPAIR_REACH + FDDM_HOT_REACH);
}

static gsize
region_floats (const Measurement *m)
{
  return region_side (m->rows) * region_side (m->columns) * (gsize) m->source->channels;
}

/* Whole patches only, because reflected pixels would count twice. */
static gboolean
choose_size (Measurement *m, GError **error)
{
  for (int side = m->most; side >= PIECE_LEAST; side /= 2)
    {
      gsize bytes;

      m->rows    = MIN (side, m->source->height / PATCH);
      m->columns = MIN (side, m->source->width / PATCH);
      if (!fddm_noise_meter_bytes (m->context->meter, m->rows, m->columns, &bytes, error))
        return FALSE;
      if (bytes + 2 * region_floats (m) * sizeof (float) <= m->context->options.memory)
        break;
    }
  return TRUE;
}

static void
choose_all_pieces (Measurement *m)
{
  m->across = (m->source->width / PATCH + m->columns - 1) / m->columns;
  m->down   = (m->source->height / PATCH + m->rows - 1) / m->rows;
}

/* A grid of pieces, equally spaced in both directions: the whole of a small picture, a sample of a large one. */
static void
choose_pieces (Measurement *m)
{
  const double width = m->source->width / PATCH, height = m->source->height / PATCH;
  const double pixels = CLAMP ((double) m->source->width * m->source->height / SHARE, PIXELS_LEAST, PIXELS_MOST);
  const double most   = MAX (pixels / ((double) m->rows * m->columns * PATCH * PATCH), 1);

  choose_all_pieces (m);
  if (width * height * PATCH * PATCH <= pixels)
    return;
  while ((double) m->across * m->down > most)
    if (m->down == 1 || (m->across > 1 && width / m->across < height / m->down))
      m->across -= 1;
    else
      m->down -= 1;
}

/* Start of piece I of N on an axis of LENGTH patches. Pieces are spread evenly from end to end and may overlap, but not
 * overhang; a single piece is centred. */
static int
piece_start (int i, int n, int length, int size)
{
  return n == 1 ? (length - size) / 2 : (int) ((gint64) (length - size) * i / (n - 1));
}

/* The place of piece I. */
static FddmTile
piece_tile (const Measurement *m, int i)
{
  const int width = m->source->width, height = m->source->height;
  FddmTile  tile = { .rows = m->rows, .columns = m->columns };

  tile.row    = piece_start (i / m->across, m->down, height / PATCH, m->rows);
  tile.column = piece_start (i % m->across, m->across, width / PATCH, m->columns);
  tile.region = fddm_tile_region (&tile, PATCH, width, height);
  return tile;
}

/* ---- Hidden pixels ---- */

/* Whether all pixels of TILE are visible in the square of patches around its patch (ROW, COLUMN). */
static gboolean
patch_counts (const Measurement *m, const FddmTile *tile, int row, int column)
{
  const FddmRect *region = &tile->region;
  const int       side = (2 * m->border + 1) * PATCH, x = (tile->column + column - m->border) * PATCH - region->x;
  const int       y = (tile->row + row - m->border) * PATCH - region->y;

  for (int j = MAX (y, 0); j < MIN (y + side, region->height); j++)
    for (int i = MAX (x, 0); i < MIN (x + side, region->width); i++)
      if (m->visible[(gsize) j * region->width + i] == 0)
        return FALSE;
  return TRUE;
}

/* Finds the patches of a piece that count, and their number. */
static gboolean
find_counted (const Measurement *m, const FddmTile *tile, int *n, GError **error)
{
  const FddmRect *region = &tile->region;

  *n = m->rows * m->columns;
  if (m->source->visible == NULL)
    return TRUE;
  if (!m->source->visible (m->source->data, region->x, region->y, region->width, region->height, m->visible, error))
    return FALSE;
  *n = 0;
  for (int row = 0; row < m->rows; row++)
    for (int column = 0; column < m->columns; column++)
      {
        const gboolean counts = patch_counts (m, tile, row, column);

        m->counted[row * m->columns + column] = counts;
        *n += counts;
      }
  return TRUE;
}

/* Whether at least LEAST patches count in the pieces chosen. */
static gboolean
are_enough (const Measurement *m, int least, gboolean *enough, GError **error)
{
  int sum = 0;

  for (int i = 0; i < m->across * m->down && sum < least; i++)
    {
      const FddmTile tile = piece_tile (m, i);
      int            n;

      if (!find_counted (m, &tile, &n, error))
        return FALSE;
      sum += n;
    }
  *enough = sum >= least;
  return TRUE;
}

/* Where much is hidden, adapts the pieces and the border, so that enough patches count if there are any. */
static gboolean
choose_counted (Measurement *m, GError **error)
{
  gboolean enough;

  m->border = BORDER;
  if (m->source->visible == NULL)
    return TRUE;
  if (!are_enough (m, ENOUGH, &enough, error))
    return FALSE;
  if (enough)
    return TRUE;
  choose_all_pieces (m);
  for (; m->border > 0; m->border--)
    {
      if (!are_enough (m, FEW, &enough, error))
        return FALSE;
      if (enough)
        break;
    }
  return TRUE;
}

/* ---- Measuring ---- */

static gboolean
measure_piece (Measurement *m, int i, const FddmTicker *ticker, GError **error)
{
  const FddmSource     *source  = m->source;
  const FddmGrid        plain   = fddm_grid (0, PATCH);
  const FddmPictureForm picture = { .width    = source->width,
                                    .height   = source->height,
                                    .samples  = source->channels,
                                    .patch    = PATCH,
                                    .channels = FDDM_METER_CHANNELS };
  const FddmTile        tile    = piece_tile (m, i);
  FddmNoiseMeter       *meter   = m->context->meter;
  FddmWindow            window;
  int                   n;

  if (!find_counted (m, &tile, &n, error))
    return FALSE;
  if (n == 0)
    return fddm_tick (ticker, 1, 1, error);
  if (!source->read (source->data, tile.region.x, tile.region.y, tile.region.width, tile.region.height, m->raw, error))
    return FALSE;
  fddm_pixels_repair (m->raw, tile.region.width, tile.region.height, source->channels, BEYOND, m->pixels);
  fddm_window_init (&window, &picture, &tile, &plain, m->row_offset, m->column_offset);
  if (n == m->rows * m->columns)
    return fddm_noise_meter_add (meter, &window, m->pixels, ticker, error);
  return fddm_noise_meter_add_some (meter, &window, m->pixels, m->counted, ticker, error);
}

static gboolean
measure_pieces (Measurement *m, const FddmTicker *ticker, GError **error)
{
  const int n = m->across * m->down;

  for (int i = 0; i < n; i++)
    {
      FddmTicker part = fddm_ticker_part (ticker, i, n);

      if (!measure_piece (m, i, &part, error))
        return FALSE;
    }
  return TRUE;
}

/* Creates the meter on first use; it lives as long as the device. */
static gboolean
prepare (Measurement *m, GError **error)
{
  FddmContext *context = m->context;

  if (context->meter == NULL)
    context->meter = fddm_noise_meter_new (context->backend, context->device, NULL, error);
  if (context->meter == NULL || !choose_size (m, error) ||
      !fddm_noise_meter_begin (context->meter, m->rows, m->columns, error))
    return FALSE;
  choose_pieces (m);
  m->raw           = g_try_new (float, region_floats (m));
  m->pixels        = g_try_new (float, region_floats (m));
  m->row_offset    = g_try_new (int, (gsize) MAX (m->rows, m->columns) * PATCH);
  m->column_offset = g_try_new (int, (gsize) MAX (m->rows, m->columns) * PATCH);
  if (m->source->visible != NULL)
    {
      m->visible = g_try_new (guint8, region_side (m->rows) * region_side (m->columns));
      m->counted = g_try_new (guint8, (gsize) m->rows * m->columns);
    }
  if (m->raw != NULL && m->pixels != NULL && m->row_offset != NULL && m->column_offset != NULL &&
      (m->source->visible == NULL || (m->visible != NULL && m->counted != NULL)))
    return choose_counted (m, error);
  g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_MEMORY,
                       _ ("Not enough memory to measure the noise; close other programs"));
  return FALSE;
}

/* With pieces of m->most patches at most. */
static gboolean
measure (Measurement *m, const FddmTicker *ticker, FddmNoiseModel *metered, GError **error)
{
  FddmContext   *context = m->context;
  const gboolean ok      = prepare (m, error) && measure_pieces (m, ticker, error) &&
                      fddm_noise_meter_finish (context->meter, error);

  if (context->meter != NULL)
    fddm_noise_meter_end (context->meter, metered);
  g_clear_pointer (&m->raw, g_free);
  g_clear_pointer (&m->pixels, g_free);
  g_clear_pointer (&m->row_offset, g_free);
  g_clear_pointer (&m->column_offset, g_free);
  g_clear_pointer (&m->visible, g_free);
  g_clear_pointer (&m->counted, g_free);
  return ok;
}

/* In smaller pieces as long as memory is short: that of a GPU may be less than was free when they were chosen. */
static gboolean
measure_somehow (Measurement *m, const FddmTicker *ticker, FddmNoiseModel *metered, GError **error)
{
  for (m->most = PIECE_MOST; m->most >= PIECE_LEAST; m->most /= 2)
    {
      GError *problem = NULL;

      if (measure (m, ticker, metered, &problem))
        return TRUE;
      if (m->most == PIECE_LEAST || (!g_error_matches (problem, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY) &&
                                     !g_error_matches (problem, FDDM_ERROR, FDDM_ERROR_MEMORY)))
        {
          if (problem != NULL)
            g_propagate_error (error, problem);
          return FALSE;
        }
      g_clear_error (&problem);
    }
  return FALSE;
}

gboolean
fddm_measure_model (FddmContext *context, const FddmSource *source, const FddmTicker *ticker, FddmNoiseModel *model,
                    GError **error)
{
  const FddmWeights *weights = context->weights;
  const gboolean     gray    = source->channels == 1;
  Measurement        m       = { .context = context, .source = source };
  FddmNoiseModel     metered;
  gboolean           ok;

  fddm_noise_white (model, weights->patch, weights->channels, gray, 0);
  if (source->width / PATCH < PATCHES_LEAST || source->height / PATCH < PATCHES_LEAST)
    return fddm_tick (ticker, 1, 1, error);
  ok = measure_somehow (&m, ticker, &metered, error);
  if (ok)
    fddm_noise_convert (&metered, weights->patch, weights->channels, gray, model);
  else
    fddm_error_unless_set (error, FDDM_ERROR_READ, _ ("The picture cannot be read"));
  return ok;
}
