/* test-trials.c: trials of engines run them as the layer will, and know those that must not run again; with an emulated cuDNN.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include "kernels/cuda/plan-cache.h"
#include "tests/gpu/doubling.h"
#include "tests/gpu/emulate/cudnn.h"

static char *cache;

static void
clear_cache (void)
{
  g_autofree char *remove = g_strdup_printf ("rm -rf '%s/fddm'", cache);

  g_assert_cmpint (system (remove), ==, 0);
}

static FddmPlanKey
layer (gboolean residual)
{
  return (FddmPlanKey) {
    .kernel = 1, .in_channels = CHANNELS, .out_channels = CHANNELS, .height = HEIGHT, .width = WIDTH, .residual = residual
  };
}

static void
assert_runs (FddmDevice *device, const char *engines, gboolean residual)
{
  g_autoptr (GError) error = NULL;

  run_layer (device, engines, residual, &error);
  g_assert_no_error (error);
}

static const FddmPlan *
plan_of (const FddmDevice *device, gboolean residual)
{
  const FddmPlanKey key = layer (residual);

  return fddm_plan_find (device, &key);
}

/* Networks add to the output in place. cuDNN's guide promises that for single operations only, so an engine that cannot is
 * refused; where nothing is added it will do. */
static void
test_in_place (void)
{
  FddmDevice *device;

  clear_cache ();
  device = open_emulated ();
  assert_runs (device, "apart,good", TRUE);
  g_assert_cmpfloat (plan_of (device, TRUE)->milliseconds, ==, 1.0);
  assert_runs (device, "apart,good", FALSE);
  g_assert_cmpfloat_with_epsilon (plan_of (device, FALSE)->milliseconds, 0.1, 1e-5);
  fddm_cuda_close (device);
}

/* Where it cannot be added in place at all, it is added to a sum that lies apart. */
static void
test_apart (void)
{
  FddmDevice *device;

  clear_cache ();
  device = open_emulated ();
  assert_runs (device, "apart", TRUE);
  g_assert_cmpint (plan_of (device, TRUE)->kind, ==, FDDM_PLAN_PLAIN);
  fddm_cuda_close (device);
}

/* What was tried and not taken is not kept. */
static void
test_losers_are_freed (void)
{
  const FddmPlan *plan;
  FddmDevice     *device;
  int             plans = 0;

  clear_cache ();
  device = open_emulated ();
  assert_runs (device, "slow,wrong,none,huge,fails,fast,good", FALSE);
  plan = plan_of (device, FALSE);
  for (guint i = 0; i < plan->descriptors->len; i++)
    plans += ((const EmulatedDescriptor *) g_ptr_array_index (plan->descriptors, i))->type ==
             CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR;
  g_assert_cmpint (plans, ==, 1);
  fddm_cuda_close (device);
}

/* A kernel is loaded when it runs first. That is no time of the layer: neither a reason for a kernel to be compiled, nor time
 * that the layer has run. */
static void
test_loading_does_not_count (void)
{
  FddmDevice *device;

  clear_cache ();
  device = open_emulated ();
  assert_runs (device, "good", FALSE);
  g_assert_cmpfloat (plan_of (device, FALSE)->milliseconds, ==, 1.0);
  fddm_cuda_close (device);
  clear_cache ();
  g_setenv ("FDDM_GPU_PLANS", "best", TRUE);
  device = open_emulated ();
  assert_runs (device, "good", FALSE);
  g_assert_cmpint (plan_of (device, FALSE)->kind, ==, FDDM_PLAN_ROUNDED);
  fddm_cuda_close (device);
  g_unsetenv ("FDDM_GPU_PLANS");
}

/* Layers of more values than cuDNN's engines can count want smaller tiles, whatever the memory. */
static void
test_largest_layers (void)
{
  float        weights[64 * CHANNELS] = { 0.0f }, bias[64] = { 0.0f };
  FddmConvSpec spec = { .kernel = 1, .in_channels = CHANNELS, .out_channels = 64, .weights = weights, .bias = bias };
  FddmDevice  *device;
  FddmConv    *conv;
  gsize        scratch = 0;

  clear_cache ();
  device = open_emulated ();
  conv   = fddm_cuda_conv_new (device, &spec, NULL);
  g_assert_true (fddm_cuda_conv_prepare (device, conv, 8191, 4096, FALSE, &scratch, NULL));
  g_assert_cmpuint (scratch, <, G_MAXSIZE / 2);
  g_assert_true (fddm_cuda_conv_prepare (device, conv, 8192, 4096, FALSE, &scratch, NULL));
  g_assert_cmpuint (scratch, ==, G_MAXSIZE);
  fddm_cuda_conv_free (device, conv);
  fddm_cuda_close (device);
}

/* Where a large layer's engines lack memory, that is the reason, so that smaller tiles are tried; a plan that lacked it is not
 * forgotten, and one that was found without its rivals is not remembered. */
static void
test_no_memory (void)
{
  enum { WIDE = 256, SIDE = 200 };
  g_autofree float  *weights = g_new0 (float, WIDE * WIDE), *bias = g_new0 (float, WIDE);
  FddmConvSpec       spec  = { .kernel = 1, .in_channels = WIDE, .out_channels = WIDE, .weights = weights, .bias = bias };
  const FddmPlanKey  key   = layer (FALSE);
  g_autoptr (GError) error = NULL;
  FddmDevice        *device;
  FddmPlanEntry      entry;
  FddmTensor        *x, *y;
  FddmConv          *conv;

  clear_cache ();
  device = open_emulated ();
  conv   = fddm_cuda_conv_new (device, &spec, NULL);
  x      = fddm_cuda_tensor_new (device, FDDM_TENSOR_NETWORK, SIDE, SIDE, WIDE, NULL);
  y      = fddm_cuda_tensor_new (device, FDDM_TENSOR_NETWORK, SIDE, SIDE, WIDE, NULL);
  g_setenv ("EMULATE_ENGINES", "fails,starved,none", TRUE);
  g_assert_false (fddm_cuda_conv (device, conv, x, NULL, y, &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY);
  assert_runs (device, "starved,slow", FALSE);
  g_assert_false (fddm_plan_cache_read (device, &key, &entry));
  fddm_cuda_tensor_free (device, x);
  fddm_cuda_tensor_free (device, y);
  fddm_cuda_conv_free (device, conv);
  fddm_cuda_close (device);
}

/* ---- Engines that the GPU does not survive: each time in a process of its own ---- */

static void
assert_lost (FddmDevice *device, const char *engines)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (run_layer (device, engines, FALSE, &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED);
  fddm_cuda_close (device);
}

static void
in_process (const char *path)
{
  g_test_trap_subprocess (path, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

/* A remembered plan that was good once. */
static void
test_lost_by_remembered (void)
{
  const FddmPlanKey key  = layer (FALSE);
  g_autofree char  *path = NULL;
  FddmDevice       *device;
  FddmPlanEntry     entry;

  if (!g_test_subprocess ())
    {
      clear_cache ();
      in_process (NULL);
      return;
    }
  device = open_emulated ();
  assert_runs (device, "good", FALSE);
  fddm_cuda_close (device);
  device = open_emulated ();
  g_assert_true (fddm_plan_cache_read (device, &key, &entry));
  fddm_plan_entry_clear (&entry);
  g_setenv ("EMULATE_CUDNN", "deadly", TRUE);
  path = fddm_plan_cache_path (device, &key);
  assert_lost (device, "good");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
lose_by_candidate (gconstpointer engines)
{
  if (g_test_subprocess ())
    assert_lost (open_emulated (), engines);
}

static void
run_without_deadly (gconstpointer engines)
{
  FddmDevice *device;

  if (!g_test_subprocess ())
    return;
  device = open_emulated ();
  assert_runs (device, engines, FALSE);
  g_assert_cmpfloat (plan_of (device, FALSE)->milliseconds, ==, 1.0);
  fddm_cuda_close (device);
}

/* The next process passes it over, and the one after that has a plan. */
static void
test_lost_by_candidate (void)
{
  clear_cache ();
  in_process ("/gpu/trials/lost-by-candidate/subprocess/first");
  in_process ("/gpu/trials/lost-by-candidate/subprocess/second");
}

/* Nor does the second make the first one forgotten. */
static void
test_lost_by_two (void)
{
  clear_cache ();
  in_process ("/gpu/trials/lost-by-candidate/subprocess/another");
  in_process ("/gpu/trials/lost-by-candidate/subprocess/another");
  in_process ("/gpu/trials/lost-by-candidate/subprocess/third");
}

int
main (int argc, char **argv)
{
  static const char one[] = "slow,deadly,good", two[] = "slow,deadly,deadly-too,good";
  g_autofree char  *remove = NULL;
  int               status;

  g_test_init (&argc, &argv, NULL);
  cache = g_test_subprocess () ? g_strdup (g_getenv ("XDG_CACHE_HOME")) : g_dir_make_tmp ("fddm-trials-XXXXXX", NULL);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_unsetenv ("FDDM_GPU_PLANS");
  g_setenv ("FDDM_GPU_PLANNING", "600000", TRUE); /* however busy the machine is */
  g_test_add_func ("/gpu/trials/in-place", test_in_place);
  g_test_add_func ("/gpu/trials/apart", test_apart);
  g_test_add_func ("/gpu/trials/losers", test_losers_are_freed);
  g_test_add_func ("/gpu/trials/loading", test_loading_does_not_count);
  g_test_add_func ("/gpu/trials/largest-layers", test_largest_layers);
  g_test_add_func ("/gpu/trials/lost-by-remembered", test_lost_by_remembered);
  g_test_add_func ("/gpu/trials/lost-by-candidate", test_lost_by_candidate);
  g_test_add_data_func ("/gpu/trials/lost-by-candidate/subprocess/first", one, lose_by_candidate);
  g_test_add_data_func ("/gpu/trials/lost-by-candidate/subprocess/second", one, run_without_deadly);
  g_test_add_func ("/gpu/trials/no-memory", test_no_memory);
  g_test_add_func ("/gpu/trials/lost-by-two", test_lost_by_two);
  g_test_add_data_func ("/gpu/trials/lost-by-candidate/subprocess/another", two, lose_by_candidate);
  g_test_add_data_func ("/gpu/trials/lost-by-candidate/subprocess/third", two, run_without_deadly);
  status = g_test_run ();
  if (!g_test_subprocess ())
    {
      remove = g_strdup_printf ("rm -rf '%s'", cache);
      g_assert_cmpint (system (remove), ==, 0);
    }
  g_free (cache);
  return status;
}
