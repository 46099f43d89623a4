/* test-reach.c: a tile has everything that its pixels depend on, on each grid.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/denoising.h"
#include "engine/denoise/workspace.h"
#include "engine/weights/weights.h"

enum { HEIGHT = 305, WIDTH = 307, TILE = 63 };

/* [CORE, CORE + SIZE), pixels of one axis of LENGTH pixels, needs REACH patches on either side, or the picture's end. The tile
 * has N patches of side PATCH from pixel FIRST on. */
static void
check_axis (int core, int size, int length, int first, int n, int patch, int reach)
{
  const int top = (core - first) / patch, bottom = (core + size - 1 - first) / patch;

  g_assert_cmpint (core, >=, MAX (first, 0));
  g_assert_true (top >= reach || first <= 0);
  g_assert_true (n - 1 - bottom >= reach || first + n * patch >= length);
}

static void
check_tiles (const FddmWork *work)
{
  const FddmWeights *weights = work->context->weights;
  const int          reach = fddm_weights_reach (weights) * work->spec.evaluations, patch = weights->patch;

  g_assert_cmpint (work->down.count, >, 1);
  g_assert_cmpint (work->across.count, >, 1);
  for (int i = 0; i < fddm_work_tiles (work); i++)
    for (int g = 0; g < work->spec.grids; g++)
      {
        const FddmGrid grid = fddm_grid (g, patch);
        FddmTile       tile;

        if (!fddm_work_tile (work, i, &tile))
          continue;
        check_axis (tile.core.y, tile.core.height, HEIGHT, tile.row * patch - grid.offset_y, tile.rows, patch, reach);
        check_axis (tile.core.x, tile.core.width, WIDTH, tile.column * patch - grid.offset_x, tile.columns, patch, reach);
      }
}

/* One and all grids, with and without filters' margins. Without its farthest neighbours the network's answer at a tile's edge
 * would be off by so little that comparing pictures does not find all such faults. */
static void
test_core_is_within_reach (void)
{
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_REFERENCE, TILE, 0);

  for (int grids = 1; grids <= FDDM_GRIDS_MAX; grids += FDDM_GRIDS_MAX - 1)
    for (int evaluations = 1; evaluations <= 2; evaluations++)
      for (int margin = 0; margin <= 9; margin++)
        {
          const FddmWorkSpec spec = {
            .width = WIDTH, .height = HEIGHT, .samples = 3, .grids = grids, .evaluations = evaluations, .margin = margin
          };
          g_autoptr (GError) error = NULL;
          FddmWork           work;

          fddm_work_init (&work, context, &spec, &error);
          g_assert_no_error (error);
          check_tiles (&work);
          fddm_work_clear (&work);
        }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reach/core-is-within-reach", test_core_is_within_reach);
  return g_test_run ();
}
