/* check-torus.c: windows of a torus, and the clamping of pixels.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/gpu/check.h"

typedef struct {
  int height, width, window_height, window_width, row, column, n;
} TorusCase;

static void
check_windows (Bench *bench, const TorusCase *c)
{
  g_autoptr (GError) error  = NULL;
  Twin               torus  = bench_twin (bench, FDDM_TENSOR_FLOAT, c->height, c->width, c->n, FILL_EXTREME);
  Twin               window = bench_twin (bench, FDDM_TENSOR_FLOAT, c->window_height, c->window_width, c->n, FILL_RANDOM);
  Twin               down   = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, c->window_height, FILL_POSITIVE);
  Twin               across = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, c->window_width, FILL_POSITIVE);

  bench->ref->copy_window (bench->ref_device, torus.ref, c->row, c->column, window.ref, NULL);
  if (bench_ran (bench, bench->backend->copy_window (bench->device, torus.tested, c->row, c->column, window.tested, &error),
                 &error, "reading a window"))
    bench_compare_twin (bench, window, 0.0, "a window of %d × %d on %d × %d × %d", c->window_height, c->window_width,
                        c->height, c->width, c->n);
  bench->ref->add_window (bench->ref_device, window.ref, down.ref, across.ref, c->row, c->column, torus.ref, NULL);
  if (bench_ran (bench,
                 bench->backend->add_window (bench->device, window.tested, down.tested, across.tested, c->row, c->column,
                                             torus.tested, &error),
                 &error, "adding a window"))
    bench_compare_twin (bench, torus, 1e-6, "adding a window of %d × %d to %d × %d × %d", c->window_height, c->window_width,
                        c->height, c->width, c->n);
  bench_twin_free (bench, torus);
  bench_twin_free (bench, window);
  bench_twin_free (bench, down);
  bench_twin_free (bench, across);
}

static void
check_clamp (Bench *bench, int height, int width, int patch, int channels)
{
  g_autoptr (GError) error = NULL;
  Twin               x     = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, channels * patch * patch, FILL_RANDOM);

  bench->ref->clamp (bench->ref_device, patch, x.ref, NULL);
  if (bench_ran (bench, bench->backend->clamp (bench->device, patch, x.tested, &error), &error, "clamping"))
    bench_compare_twin (bench, x, 1e-5, "clamping, %d × %d patches of %d, %d channels", height, width, patch, channels);
  bench_twin_free (bench, x);
}

void
check_torus (Bench *bench)
{
  static const TorusCase cases[] = {
    { 1, 1, 3, 5, 0, 0, 3 },   { 7, 9, 4, 5, 5, 6, 48 },    { 3, 11, 4, 4, 2, 10, 13 },
    { 5, 2, 6, 7, 4, 1, 192 }, { 31, 17, 1, 1, 30, 16, 1 }, { 64, 64, 16, 16, 60, 0, 192 }
  };
  static const int patches[] = { 1, 2, 4, 7, 8, 16 };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_windows (bench, &cases[i]);
  for (guint i = 0; i < G_N_ELEMENTS (patches); i++)
    for (int channels = 1; channels <= 3; channels += 2)
      check_clamp (bench, 5, 3, patches[i], channels);
}
