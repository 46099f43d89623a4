/* gpu-check.c: every operation of the GPU against the reference, with random and extreme numbers and odd sizes.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   gpu-check MODULE-DIR [--float32]
 *
 * exits with 0 = all passed, 1 = some failed, 77 = no usable GPU (says why) */
#include <locale.h>
#include "tests/gpu/check.h"

int
main (int argc, char **argv)
{
  g_autoptr (GError) error   = NULL;
  FddmDeviceOptions  options = { .threads = 0, .float32 = argc > 2 && g_str_equal (argv[2], "--float32") };
  Bench              bench   = { .ref = &fddm_backend_ref };

  setlocale (LC_ALL, "");
  if (argc < 2)
    {
      g_printerr ("usage: gpu-check MODULE-DIR [--float32]\n");
      return 2;
    }
  bench.backend = fddm_backend_gpu (argv[1], &error);
  if (bench.backend != NULL)
    bench.device = bench.backend->open (&options, &error);
  if (bench.device == NULL)
    {
      g_print ("skipped: %s\n", error->message);
      return 77;
    }
  g_print ("%s\n", bench.backend->describe (bench.device));
  bench.ref_device = bench.ref->open (&options, NULL);
  bench.rand       = g_rand_new_with_seed (1);
  check_tensors (&bench);
  check_transform (&bench);
  check_filter (&bench);
  check_meter (&bench);
  check_sampling (&bench);
  check_convolution (&bench);
  check_layers (&bench);
  check_torus (&bench);
  check_memory (&bench);
  g_rand_free (bench.rand);
  bench.ref->close (bench.ref_device);
  bench.backend->close (bench.device);
  g_print ("%d passed, %d failed\n", bench.passed, bench.failed);
  return bench.failed > 0 ? 1 : 0;
}
