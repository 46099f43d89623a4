/* strays.c: see strays.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/strays.h"
#include <math.h>
#include "engine/denoise/grid.h"
#include "engine/noise/model.h"

/* Sum of strays that a block may have in an evaluation of the network, at noise of one 8-bit step. It falls with the root of the
 * noise, since what is cut off costs more then. Blocks of 57 photographs stay below 18 at noise of 5, 9 at 15 and 5 at 25; the
 * worst ones of drawings and screens that lose 0.05 dB or more reach 13 to 104, 13 to 80 and 5.7 to 67 (docs/speed.md). */
#define STRAYS_AT_ONE 27.5

/* One of so many blocks with too many strays: then most of the picture is computed again, and 8 bits can stop. */
#define MANY 16

static int
blocks_along (int patches)
{
  return patches / FDDM_STRAYS_BLOCK + 1;
}

gboolean
fddm_strays_begin (const FddmDenoiseJob *job, FddmWork *work, GError **error)
{
  FddmStrayMaps *maps = &work->strays;
  double         luma, chroma;

  *maps = (FddmStrayMaps) { .grids = job->removal.grids };
  if (!fddm_context_is_in_8_bits (work->context) || work->context->is_exact)
    return TRUE;
  fddm_noise_summary (&job->removal.noise, &luma, &chroma);
  maps->most   = STRAYS_AT_ONE / sqrt (MAX (MAX (luma, chroma), 1.0));
  maps->size   = (gsize) blocks_along (work->down.length) * blocks_along (work->across.length);
  maps->blocks = g_try_new0 (guint32, maps->size * maps->grids * (job->raise > 0.0 ? 2 : 1));
  return maps->blocks != NULL || fddm_work_no_memory (work, error);
}

/* The map of grid NUMBER of REMOVAL. */
static int
map_of (const FddmStrayMaps *maps, const FddmRemoval *removal, int number)
{
  return number + (removal->is_raised ? maps->grids : 0);
}

static guint32
most_of (const FddmStrayMaps *maps, int evaluations)
{
  return (guint32) (maps->most * evaluations * FDDM_STRAYS_ONE);
}

void
fddm_strays_watch (FddmWork *work, const FddmRemoval *removal, const FddmTile *tile, const FddmGrid *grid, int number,
                   int evaluations, const FddmRandom *random)
{
  const FddmContext    *context = work->context;
  const int             patch   = context->weights->patch;
  const FddmPictureForm picture = { .width    = work->spec.width,
                                    .height   = work->spec.height,
                                    .samples  = work->spec.samples,
                                    .patch    = patch,
                                    .channels = context->weights->channels };
  FddmStrayMaps        *maps    = &work->strays;
  const int             map     = map_of (maps, removal, number);
  FddmTile              own     = *tile;
  FddmWindow            window;

  if (maps->blocks == NULL)
    return;
  own.core = tile->own; /* own parts make up the picture, so that nothing counts twice */
  fddm_window_init (&window, &picture, &own, grid, work->row_offset, work->column_offset);
  maps->now = (FddmStrays) { .top     = window.top / patch,
                             .bottom  = window.bottom / patch,
                             .left    = window.left / patch,
                             .right   = window.right / patch,
                             .row     = random->row,
                             .column  = random->column,
                             .across  = blocks_along (grid->transpose ? work->down.length : work->across.length),
                             .blocks  = maps->blocks + maps->size * map,
                             .most    = most_of (maps, evaluations),
                             .over    = &maps->over[map],
                             .allowed = (guint32) MIN (maps->size / MANY, G_MAXUINT32) };
  context->backend->watch (context->device, &maps->now);
}

/* The first pixel of a block of LENGTH patches along an axis: the one from patch FIRST on, as the grid counts. */
static int
first_pixel (int first, int length, gboolean mirror, int offset, int patch)
{
  return (mirror ? length - first - FDDM_STRAYS_BLOCK : first) * patch - offset;
}

/* What strays in BLOCK of a map of GRID change of the picture. */
static FddmRect
reached (const FddmWork *work, const FddmGrid *grid, int block)
{
  const FddmRect picture = { .width = work->spec.width, .height = work->spec.height };
  const int      patch = work->context->weights->patch, rows = work->down.length, columns = work->across.length;
  const int      across = blocks_along (grid->transpose ? rows : columns);
  const int      down = block / across * FDDM_STRAYS_BLOCK, right = block % across * FDDM_STRAYS_BLOCK;
  const FddmRect pixels = {
    .x      = first_pixel (grid->transpose ? down : right, columns, grid->mirror_x, grid->offset_x, patch),
    .y      = first_pixel (grid->transpose ? right : down, rows, grid->mirror_y, grid->offset_y, patch),
    .width  = FDDM_STRAYS_BLOCK * patch,
    .height = FDDM_STRAYS_BLOCK * patch,
  };

  /* Further on, only the filters see wrong pixels, which changes little. */
  return fddm_rect_grow (&pixels, fddm_work_reach (work) * patch, &picture);
}

/* Marks what the strays on grid NUMBER of REMOVAL reach. */
static void
mark_grid (const FddmWork *work, const FddmRemoval *removal, int number, FddmAgain *again)
{
  const FddmStrayMaps *maps   = &work->strays;
  const FddmGrid       grid   = fddm_grid (number, work->context->weights->patch);
  const guint32        most   = most_of (maps, fddm_grid_evaluations (removal, number));
  const guint32       *blocks = maps->blocks + maps->size * map_of (maps, removal, number);

  for (gsize i = 0; i < maps->size; i++)
    if (blocks[i] > most)
      {
        const FddmRect rect = reached (work, &grid, (int) i);

        fddm_again_mark (again, &rect);
      }
}

static gboolean
has_too_many (const FddmStrayMaps *maps)
{
  for (gsize i = 0; i < G_N_ELEMENTS (maps->over); i++)
    if (maps->over[i] > 0)
      return TRUE;
  return FALSE;
}

gboolean
fddm_strays_mark (const FddmDenoiseJob *job, const FddmWork *work, FddmAgain *again, GError **error)
{
  if (work->strays.blocks == NULL || !has_too_many (&work->strays))
    return TRUE;
  if (!fddm_again_init (again, work->spec.width, work->spec.height))
    return fddm_work_no_memory (work, error);
  for (int i = 0; i < job->removal.grids; i++)
    {
      mark_grid (work, &job->removal, i, again);
      if (job->raise > 0.0)
        mark_grid (work, &job->raised, i, again);
    }
  return TRUE;
}

void
fddm_strays_end (FddmWork *work)
{
  const FddmContext *context = work->context;

  if (work->strays.blocks != NULL)
    context->backend->watch (context->device, NULL);
  g_clear_pointer (&work->strays.blocks, g_free);
}
