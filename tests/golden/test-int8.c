/* test-int8.c: a network in 8 bits against the PyTorch implementation (weights/train/golden.py).
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"
#include "engine/diffusion/network.h"
#include "engine/weights/weights.h"

static const FddmTicker silent;

/* Relative L2 error of the network's output against EXPECTED. FAINT: the network is for faint noise. */
static double
error_of (const FddmBackend *backend, FddmDevice *device, FddmSafetensors *golden, gboolean faint, const char *expected)
{
  int                     n, rows, columns;
  g_autofree char        *path    = test_golden_path ("tiny-int8.safetensors");
  g_autofree float       *output  = test_golden_image (golden, expected, &n, &rows, &columns);
  g_autofree float       *input   = test_golden_image (golden, "int8.input", &n, &rows, &columns);
  g_autofree float       *values  = NULL;
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);
  FddmNetwork            *network;
  double                  found;

  g_assert_no_error (error);
  network = fddm_network_new (backend, device, weights, faint, &error);
  g_assert_no_error (error);
  g_assert_true (fddm_network_prepare (network, rows, columns, &error));
  g_assert_true (backend->tensor_upload (device, fddm_network_input (network), input, &error));
  g_assert_true (fddm_network_run (network, -1, &silent, &error));
  values = test_download (backend, device, fddm_network_output (network));
  found  = test_error (values, output, (gsize) rows * columns * fddm_network_output (network)->channels);
  fddm_network_free (network);
  return found;
}

/* The reference computes in floats, whatever ranges there are. */
static void
test_in_floats (void)
{
  g_autofree char            *bytes  = NULL;
  g_autoptr (FddmSafetensors) golden = test_golden_open_file ("tiny-int8-golden.safetensors", &bytes);
  FddmDevice                 *ref    = fddm_backend_ref.open (NULL, NULL);

  g_assert_cmpfloat (error_of (&fddm_backend_ref, ref, golden, FALSE, "int8.float"), <, 1e-5);
  fddm_backend_ref.close (ref);
}

/* A network for FAINT noise or any is within MOST of EXPECTED, in 8 bits, and further than LEAST from OTHER. */
static void
assert_in_8_bits (gboolean faint, const char *expected, double most, const char *other, double least)
{
  const FddmDeviceOptions     options = { .convolution = FDDM_CONVOLUTION_INT8, .ranges = TRUE, .float32 = TRUE };
  g_autofree char            *bytes   = NULL;
  g_autoptr (FddmSafetensors) golden  = test_golden_open_file ("tiny-int8-golden.safetensors", &bytes);
  g_autoptr (GError)          error   = NULL;
  FddmDevice                 *cpu     = fddm_backend_cpu.open (&options, &error);

  if (cpu == NULL)
    {
      g_test_skip (error->message);
      return;
    }
  g_assert_cmpfloat (error_of (&fddm_backend_cpu, cpu, golden, faint, expected), <, most);
  g_assert_cmpfloat (error_of (&fddm_backend_cpu, cpu, golden, faint, other), >, least);
  fddm_backend_cpu.close (cpu);
}

/* Few inputs lie so near the middle of two integers that floats decide. */
static void
test_in_integers (void)
{
  assert_in_8_bits (FALSE, "int8.output", 2e-3, "int8.float", 0.05);
}

/* Where noise is faint, some layers compute in floats: in bf16, where the device does that beside 8 bits. */
static void
test_faint (void)
{
  assert_in_8_bits (TRUE, "int8.faint", 4e-3, "int8.output", 0.02);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/int8/floats", test_in_floats);
  g_test_add_func ("/golden/int8/integers", test_in_integers);
  g_test_add_func ("/golden/int8/faint", test_faint);
  return g_test_run ();
}
