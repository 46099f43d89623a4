/* axis.c: division of one axis into tiles.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/tiling/axis.h"

/* Sizes of tiles from SIZE_FROM on are multiples of SIZE_UNIT, in patches. Smaller ones are for lack of memory. */
#define SIZE_UNIT 16
#define SIZE_FROM 256

/* Convolutions divide a picture into blocks, and are slow where the size has no suitable divisor. */
static int
round_up (int size)
{
  return size < SIZE_FROM ? size : (size + SIZE_UNIT - 1) / SIZE_UNIT * SIZE_UNIT;
}

gboolean
fddm_tiling_init (FddmTiling *tiling, int length, int halo, int count)
{
  /* The first and the last tile need a halo on one side only, which leaves 2 · halo patches for their cores. */
  const int inner = length - 2 * halo;

  if (count > 1 && inner < count)
    return FALSE;
  *tiling = (FddmTiling) { .length = length, .halo = halo, .count = count, .size = length };
  if (count > 1)
    tiling->size = MIN (round_up ((inner + count - 1) / count + 2 * halo), length);
  return TRUE;
}

void
fddm_tiling_get (const FddmTiling *tiling, int i, int *start, int *core, int *core_end)
{
  const int step = tiling->size - 2 * tiling->halo;

  *start    = MIN (i * step, tiling->length - tiling->size);
  *core     = i == 0 ? 0 : MIN (i * step + tiling->halo, tiling->length);
  *core_end = i == tiling->count - 1 ? tiling->length : MIN ((i + 1) * step + tiling->halo, tiling->length);
}

void
fddm_tiling_at (const FddmTiling *tiling, int first, int *start, int *core_end)
{
  *start    = CLAMP (first - tiling->halo, 0, tiling->length - tiling->size);
  *core_end = *start + tiling->size == tiling->length ? tiling->length : *start + tiling->size - tiling->halo;
}
