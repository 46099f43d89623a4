/* check-filter.c: the filters after the network, on what a series of windows has changed.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "kernels/pixels/pixels.h"
#include "tests/gpu/check.h"

enum { PATCH = 2 };

/* The whole of a packed picture, reflected to whole patches. */
static void
fill_window (FddmWindow *window, const FddmFilters *f, int *row_offset, int *column_offset)
{
  *window = (FddmWindow) { .patch          = PATCH,
                           .rows           = (f->height + PATCH - 1) / PATCH,
                           .columns        = (f->width + PATCH - 1) / PATCH,
                           .channels       = f->samples,
                           .channel_stride = f->samples == 1 ? 0 : 1,
                           .n_floats       = (gsize) f->width * f->height * f->samples,
                           .row_offset     = row_offset,
                           .column_offset  = column_offset,
                           .bottom         = f->height,
                           .right          = f->width };
  for (int i = 0; i < window->rows * PATCH; i++)
    row_offset[i] = fddm_reflect (i, f->height) * f->width * f->samples;
  for (int j = 0; j < window->columns * PATCH; j++)
    column_offset[j] = fddm_reflect (j, f->width) * f->samples;
}

/* By BACKEND, in WINDOWS windows; TENSOR is the change of each. */
static gboolean
filter (const FddmBackend *backend, FddmDevice *device, FddmWindow *window, const FddmFilters *f, int windows,
        const FddmTensor *tensor, const float *pixels, float *change, GError **error)
{
  FddmTensor *y  = backend->tensor_new (device, FDDM_TENSOR_FLOAT, window->rows, window->columns, tensor->channels, error);
  gboolean    ok = y != NULL;

  for (int i = 0; ok && i < windows; i++)
    {
      window->series = windows == 1       ? FDDM_SERIES_ONLY
                       : i == 0           ? FDDM_SERIES_FIRST
                       : i == windows - 1 ? FDDM_SERIES_LAST
                                          : FDDM_SERIES_MORE;
      ok             = backend->analyse (device, window, pixels, y, error) &&
           backend->synthesise (device, window, tensor, 0.5f, change, error);
    }
  ok = ok && backend->filter (device, f, pixels, change, error) && backend->synthesise_finish (device, error);
  backend->tensor_free (device, y);
  return ok;
}

static void
check_filters (Bench *bench, const FddmFilters *f, int windows, Fill fill, const char *what)
{
  const int          rows = (f->height + PATCH - 1) / PATCH, columns = (f->width + PATCH - 1) / PATCH;
  const gsize        n          = (gsize) f->width * f->height * f->samples;
  g_autofree int    *row_offset = g_new (int, rows * PATCH), *column_offset = g_new (int, columns * PATCH);
  g_autofree float  *pixels = bench_values (bench, n, fill), *mine = g_new0 (float, n), *theirs = g_new0 (float, n);
  g_autofree char   *name   = g_strdup_printf ("%s, %d × %d pixels of %d", what, f->width, f->height, f->samples);
  g_autoptr (GError) error  = NULL;
  const int          stride = f->width * f->samples, left = f->left * f->samples, right = f->right * f->samples;
  FddmWindow         window;
  Twin               tensor = bench_twin (bench, FDDM_TENSOR_FLOAT, rows, columns, f->samples * PATCH * PATCH,
                            fill == FILL_EXTREME ? FILL_EXTREME : FILL_RANDOM);

  fill_window (&window, f, row_offset, column_offset);
  filter (bench->ref, bench->ref_device, &window, f, windows, tensor.ref, pixels, theirs, NULL);
  if (bench_ran (bench, filter (bench->backend, bench->device, &window, f, windows, tensor.tested, pixels, mine, &error),
                 &error, name))
    {
      for (int y = 0; y < f->bottom - f->top; y++) /* packs what is defined */
        {
          memmove (mine + y * (right - left), mine + (y + f->top) * stride + left, (right - left) * sizeof *mine);
          memmove (theirs + y * (right - left), theirs + (y + f->top) * stride + left, (right - left) * sizeof *theirs);
        }
      bench_compare (bench, mine, theirs, (gsize) (f->bottom - f->top) * (right - left), 1e-5, "%s", name);
    }
  bench_twin_free (bench, tensor);
}

/* Both filters, one of them, and neither; thresholds of the size of what they are compared with. */
static void
check_size (Bench *bench, int width, int height, int samples, int index)
{
  static const struct {
    float       shrinkage, blotches;
    const char *name;
  } kinds[] = { { 2.2f, 0.0f, "shrinkage" }, { 2.2f, 0.4f, "shrinkage and blotches" }, { 0.0f, 0.4f, "blotches" } };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const int   inside = index % 2 * 5;
      FddmFilters f      = { .width          = width,
                             .height         = height,
                             .samples        = samples,
                             .x              = 7 * index,
                             .y              = 3 * index,
                             .left           = MIN (inside, width - 1),
                             .top            = MIN (2 * inside, height - 1),
                             .right          = MAX (width - inside, MIN (inside, width - 1) + 1),
                             .bottom         = MAX (height - inside, MIN (2 * inside, height - 1) + 1),
                             .luma           = 0.8f,
                             .chroma         = index == 2 ? 0.0f : 0.5f,
                             .luma_whole     = 1.0f / 0.8f,
                             .chroma_whole   = index == 2 ? 0.0f : 2.0f,
                             .rest           = 0.7f,
                             .shrinkage      = kinds[i].shrinkage,
                             .shrinkage_most = 0.3f,
                             .blotches       = kinds[i].blotches };

      if (samples == 3 || i == 0)
        {
          check_filters (bench, &f, 1 + index % 3, FILL_RANDOM, kinds[i].name);
          check_filters (bench, &f, 1, FILL_EXTREME, kinds[i].name);
        }
    }
}

/* Nothing removed: nothing to shrink by, and nothing to divide by. */
static void
check_still (Bench *bench)
{
  enum { SIDE = 40, N = SIDE * SIDE * 3 };
  FddmFilters        f      = { .width          = SIDE,
                                .height         = SIDE,
                                .samples        = 3,
                                .right          = SIDE,
                                .bottom         = SIDE,
                                .luma           = 1.0f,
                                .chroma         = 1.0f,
                                .luma_whole     = 1.0f,
                                .chroma_whole   = 1.0f,
                                .rest           = 1.0f,
                                .shrinkage      = 2.2f,
                                .shrinkage_most = 0.3f };
  g_autofree float  *pixels = g_new0 (float, N), *change = g_new0 (float, N), *zeros = g_new0 (float, N);
  g_autofree int    *row_offset = g_new (int, SIDE), *column_offset = g_new (int, SIDE);
  g_autoptr (GError) error = NULL;
  FddmTensor *tensor = bench->backend->tensor_new (bench->device, FDDM_TENSOR_FLOAT, SIDE / PATCH, SIDE / PATCH, 12, NULL);
  FddmWindow  window;

  fill_window (&window, &f, row_offset, column_offset);
  bench->backend->tensor_upload (bench->device, tensor, zeros, NULL);
  if (bench_ran (bench, filter (bench->backend, bench->device, &window, &f, 1, tensor, pixels, change, &error), &error,
                 "nothing removed"))
    bench_expect (bench, memcmp (change, zeros, N * sizeof *change) == 0, "nothing removed, nothing shrunk");
  bench->backend->tensor_free (bench->device, tensor);
}

/* More rows than a launch has. */
static void
check_tall (Bench *bench)
{
  enum { HEIGHT = 33000 };
  FddmFilters f = { .width          = 1,
                    .height         = HEIGHT,
                    .samples        = 1,
                    .y              = 5,
                    .top            = 9,
                    .right          = 1,
                    .bottom         = HEIGHT - 3,
                    .luma           = 1.0f,
                    .chroma         = 1.0f,
                    .luma_whole     = 1.0f,
                    .chroma_whole   = 1.0f,
                    .rest           = 0.7f,
                    .shrinkage      = 2.2f,
                    .shrinkage_most = 0.3f };

  check_filters (bench, &f, 1, FILL_RANDOM, "shrinkage of a strip");
  f.samples   = 3;
  f.shrinkage = 0.0f;
  f.blotches  = 0.4f;
  check_filters (bench, &f, 1, FILL_RANDOM, "blotches of a strip");
}

void
check_filter (Bench *bench)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 700 }, { 700, 1 }, { 64, 64 }, { 33, 47 }, { 101, 66 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int samples = 1; samples <= 3; samples += 2)
      check_size (bench, sizes[i][0], sizes[i][1], samples, (int) i);
  check_still (bench);
  check_tall (bench);
}
