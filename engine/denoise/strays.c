/* strays.c: see strays.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/denoise/strays.h"
#include <math.h>
#include "engine/noise/model.h"

/* Sum of strays that a block may have in an evaluation of the network, at noise of one 8-bit step. It falls with the root of the
 * noise, since what is cut off costs more then. Blocks of 57 photographs stay below 18 at noise of 5, 9 at 15 and 5 at 25; the
 * worst ones of drawings and screens that lose 0.05 dB or more reach 13 to 104, 13 to 80 and 5.7 to 67 (docs/results.md). */
#define STRAYS_AT_ONE 27.5

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
  FddmTile              own     = *tile;
  FddmWindow            window;

  if (maps->blocks == NULL)
    return;
  own.core = tile->own; /* own parts make up the picture, so that nothing counts twice */
  fddm_window_init (&window, &picture, &own, grid, work->row_offset, work->column_offset);
  maps->now = (FddmStrays) { .top    = window.top / patch,
                             .bottom = window.bottom / patch,
                             .left   = window.left / patch,
                             .right  = window.right / patch,
                             .row    = random->row,
                             .column = random->column,
                             .across = blocks_along (grid->transpose ? work->down.length : work->across.length),
                             .blocks = maps->blocks + maps->size * (number + (removal->is_raised ? maps->grids : 0)),
                             .most   = (guint32) (maps->most * evaluations * FDDM_STRAYS_ONE) };
  context->backend->watch (context->device, &maps->now);
}

void
fddm_strays_end (FddmWork *work)
{
  const FddmContext *context = work->context;

  if (work->strays.blocks != NULL)
    context->backend->watch (context->device, NULL);
  g_clear_pointer (&work->strays.blocks, g_free);
}
