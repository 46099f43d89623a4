/* test-fallback.c: what becomes of a photo when the GPU cannot be had, or is lost in the middle of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

enum { WIDTH = 90, HEIGHT = 70, N = WIDTH * HEIGHT * 3 };

static const char *module_dir;

static FddmContext *
open_context (FddmDeviceKind device, const char *convolutions, GError **error)
{
  g_autofree char        *path    = test_golden_path ("tiny.safetensors");
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, NULL);
  FddmContextOptions      options = { .module_dir = module_dir, .tile = 32 };

  g_setenv ("FDDM_TEST_CONVOLUTIONS", convolutions, TRUE);
  return fddm_context_new (weights, device, &options, error);
}

static gboolean
run (FddmContext *context, float *out, GError **error)
{
  g_autofree float *pixels = test_floats (N, 0, 1, 9);
  FddmImage         from = { pixels, WIDTH, HEIGHT, 3, WIDTH * 3, 3 }, to = { out, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
  FddmSource        source = fddm_image_source (&from);
  FddmSink          sink   = fddm_image_sink (&to);
  FddmDenoiseParams params = fddm_denoise_params_default ();

  params.noise = 20;
  return fddm_denoise (context, &params, &source, &sink, NULL, NULL, NULL, error);
}

/* AUTO: the work is done over on the CPU, and the reason is kept. */
static void
test_lost_half_way (void)
{
  g_autoptr (GError)      error   = NULL;
  g_autofree float       *out     = g_new0 (float, N), *expected = g_new0 (float, N);
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_AUTO, "40", &error), cpu = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (fddm_context_device (context), ==, FDDM_DEVICE_GPU);
  g_assert_null (fddm_context_gpu_reason (context));
  g_assert_true (run (context, out, &error));
  g_assert_cmpint (fddm_context_device (context), ==, FDDM_DEVICE_CPU);
  g_assert_nonnull (strstr (fddm_context_gpu_reason (context), "fallen off the bus"));
  cpu = open_context (FDDM_DEVICE_CPU, "0", &error);
  g_assert_true (run (cpu, expected, &error));
  g_assert_cmpmem (out, N * sizeof *out, expected, N * sizeof *expected);
}

/* GPU asked for: the error, not another device. */
static void
test_gpu_asked_for (void)
{
  g_autoptr (GError)      error   = NULL;
  g_autofree float       *out     = g_new0 (float, N);
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_GPU, "40", &error);

  g_assert_no_error (error);
  g_assert_false (run (context, out, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_DEVICE);
  g_clear_error (&error);
  g_assert_null (open_context (FDDM_DEVICE_GPU, "0", &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_DEVICE);
  g_assert_nonnull (strstr (error->message, "no NVIDIA driver"));
}

static void
test_no_gpu (void)
{
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_AUTO, "0", &error);

  g_assert_no_error (error);
  g_assert_cmpint (fddm_context_device (context), ==, FDDM_DEVICE_CPU);
  g_assert_cmpstr (fddm_context_gpu_reason (context), ==, "no NVIDIA driver");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 3);
  module_dir = argv[1];
  g_test_add_func ("/fallback/lost-half-way", test_lost_half_way);
  g_test_add_func ("/fallback/gpu-asked-for", test_gpu_asked_for);
  g_test_add_func ("/fallback/no-gpu", test_no_gpu);
  return g_test_run ();
}
