/* test-orders.c: the sampler's own loop, in steps of first and of second order, against the PyTorch implementation
 * (weights/train/golden.py). At eta = 0 it draws no random numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/diffusion/sampler.h"
#include "tests/support.h"

enum { STEPS = 10, MAPS = 3, VECTORS = 4 };

typedef struct {
  FddmSchedule schedule;
  FddmSampler  sampler;
  FddmPath     path;
  double       levels[STEPS - 1];
  FddmTensor  *maps[MAPS], *vectors[VECTORS], *mean, *variance;
} Run;

static void
open_network (Run *run, int rows, int columns)
{
  g_autofree char   *path   = test_golden_path ("tiny-generate.safetensors");
  const FddmBackend *ref    = &fddm_backend_ref;
  FddmWeights       *w      = fddm_weights_open (path, NULL);
  FddmDevice        *device = ref->open (NULL, NULL);

  g_assert_nonnull (w);
  run->mean     = test_tensor (ref, device, FDDM_TENSOR_FLOAT, 1, 1, 48, w->mean);
  run->variance = test_tensor (ref, device, FDDM_TENSOR_FLOAT, 1, 1, 48, w->variance);
  run->sampler  = (FddmSampler) { .backend  = ref,
                                  .device   = device,
                                  .weights  = w,
                                  .network  = fddm_network_new (ref, device, w, FALSE, NULL),
                                  .mean     = run->mean,
                                  .variance = run->variance,
                                  .class    = 1 };
  g_assert_true (fddm_network_prepare (run->sampler.network, rows, columns, NULL));
  fddm_schedule_init (&run->schedule, w->patch, w->open_grid, w->temperature);
}

static void
close_network (Run *run)
{
  const FddmBackend *ref    = run->sampler.backend;
  FddmDevice        *device = run->sampler.device;

  for (int i = 0; i < MAPS; i++)
    ref->tensor_free (device, run->maps[i]);
  for (int i = 0; i < VECTORS; i++)
    ref->tensor_free (device, run->vectors[i]);
  ref->tensor_free (device, run->mean);
  ref->tensor_free (device, run->variance);
  fddm_network_free (run->sampler.network);
  ref->close (device);
  fddm_weights_unref ((FddmWeights *) run->sampler.weights);
}

/* Makes the path's tensors, in the order in which FddmPath names them. NOISE: where it begins; START: the state there. */
static void
make_path (Run *run, int order, int rows, int columns, const float *start, const float *noise)
{
  const FddmSampler *s = &run->sampler;

  for (int i = 0; i < MAPS; i++)
    run->maps[i] = test_tensor (s->backend, s->device, FDDM_TENSOR_FLOAT, rows, columns, 48, i == 0 ? start : NULL);
  for (int i = 0; i < VECTORS; i++)
    run->vectors[i] = test_tensor (s->backend, s->device, FDDM_TENSOR_FLOAT, 1, 1, 48, i == 0 ? noise : NULL);
  run->path = (FddmPath) { .schedule = &run->schedule,
                           .noise    = run->vectors[0],
                           .levels   = run->levels,
                           .n        = STEPS,
                           .x0       = run->maps[1],
                           .from     = run->vectors[1],
                           .to       = run->vectors[2],
                           .previous = order == 2 ? run->maps[2] : NULL,
                           .before   = order == 2 ? run->vectors[3] : NULL };
}

static void
test_order (gconstpointer data)
{
  const int                   order = GPOINTER_TO_INT (data);
  g_autofree char            *bytes = NULL, *name = g_strdup_printf ("steps.order%d", order);
  g_autoptr (FddmSafetensors) file      = test_golden_open (&bytes);
  gint64                      levels[2] = { STEPS + 1, 48 }, times[1] = { STEPS - 1 };
  const float                *noise = fddm_safetensors_take (file, "steps.levels", 2, levels, NULL);
  const float                *mu    = fddm_safetensors_take (file, "steps.mu", 1, times, NULL);
  int                         n, rows, columns;
  g_autofree float           *start = test_golden_image (file, "steps.start", &n, &rows, &columns), *end = NULL;
  g_autofree float           *expected = test_golden_image (file, name, &n, &rows, &columns);
  Run                         run      = { .path = { 0 } };

  open_network (&run, rows, columns);
  make_path (&run, order, rows, columns, start, noise);
  for (int i = 0; i < STEPS - 1; i++)
    run.levels[i] = mu[i];
  g_assert_true (fddm_sampler_estimate (&run.sampler, run.maps[0], run.path.noise, run.path.x0, NULL, NULL));
  g_assert_true (fddm_sampler_run (&run.sampler, &run.path, run.path.x0, run.maps[0], &(FddmTicker) { .func = NULL }, NULL));
  end = test_download (run.sampler.backend, run.sampler.device, run.maps[0]);
  g_assert_cmpfloat (test_error (end, expected, (gsize) n * rows * columns), <, 1e-4);
  close_network (&run);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/golden/first-order", GINT_TO_POINTER (1), test_order);
  g_test_add_data_func ("/golden/second-order", GINT_TO_POINTER (2), test_order);
  return g_test_run ();
}
