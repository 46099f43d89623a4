/* test-reach.c: a tile has everything that its pixels depend on, on each grid.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include "tests/unit/denoising.h"
#include "engine/denoise/workspace.h"
#include "engine/weights/weights.h"
#include "tests/unit/weights-file.h"

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

/* Whatever the tile's size, its arrays hold its region of the picture. In a file's network one pixel is a patch, and it sees no
 * farther than two. */
static void
test_regions_fit (void)
{
  const FddmWorkSpec      spec = { .width = 60, .height = 50, .samples = 1, .grids = 1, .evaluations = 1 };
  g_autofree char        *path = g_build_filename (g_get_tmp_dir (), "fddm-reach.safetensors", NULL);
  guint8                  data[DATA_BYTES];
  g_autoptr (GByteArray)  file    = NULL;
  g_autoptr (FddmWeights) weights = NULL;

  weights_file_data (data);
  file = weights_file (NULL, NULL, data, sizeof data);
  g_assert_true (g_file_set_contents (path, (const char *) file->data, file->len, NULL));
  weights = fddm_weights_open (path, NULL);
  g_remove (path);
  for (int tile = 1; tile <= 12; tile++)
    {
      const FddmContextOptions options = { .tile = tile };
      g_autoptr (FddmContext)  context = fddm_context_new (weights, FDDM_DEVICE_REFERENCE, &options, NULL);
      FddmWork                 work;

      g_assert_true (fddm_work_init (&work, context, &spec, NULL));
      for (int i = 0; i < fddm_work_tiles (&work); i++)
        {
          FddmTile tile_i;

          if (fddm_work_tile (&work, i, &tile_i))
            {
              const FddmRect region = fddm_tile_region (&tile_i, weights->patch, spec.width, spec.height);

              g_assert_cmpuint ((gsize) region.width * region.height, <=, work.floats);
            }
        }
      fddm_work_clear (&work);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reach/core-is-within-reach", test_core_is_within_reach);
  g_test_add_func ("/reach/regions-fit", test_regions_fit);
  return g_test_run ();
}
