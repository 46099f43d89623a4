/* times.c: what the CPU remembers of speed.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whatever the file holds, times are sensible, and what is kept is found again. */
#include <math.h>
#include "kernels/cpu/times.h"
#include "tests/fuzz/support.h"

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  static const FddmConvShape shapes[]     = { { .kernel = 3, .in_channels = 64, .out_channels = 64 },
                                              { .kernel = 1, .in_channels = 1, .out_channels = 8192 } };
  static const char *const   processors[] = { "processor", "an [odd] one" };
  g_autofree char           *path         = fuzz_path ("fddm/convolutions.ini");

  fuzz_write (path, bytes, size);
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      FddmTimes times = { 0 }, kept = { 0.0 };

      if (fddm_times_read (processors[i], &shapes[i], times))
        for (int j = 0; j < FDDM_CONVOLUTIONS; j++)
          g_assert_true (isfinite (times[j]) && times[j] >= 0.0);
      for (int j = 1; j < FDDM_CONVOLUTIONS; j++)
        kept[j] = 100.0 * j;
      fddm_times_keep (processors[i], &shapes[i], kept);
      g_assert_true (fddm_times_read (processors[i], &shapes[i], times));
      for (int j = 1; j < FDDM_CONVOLUTIONS; j++)
        g_assert_cmpfloat (times[j], ==, kept[j]);
    }
  return 0;
}
