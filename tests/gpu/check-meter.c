/* check-meter.c: the noise meter's ends.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "tests/gpu/check.h"

enum { SUMS = sizeof (FddmMeterSums) / sizeof (double), PIECES = 3 };

static void
compare_sums (Bench *bench, const FddmMeterSums *tested, const FddmMeterSums *ref, const char *name)
{
  float mine[SUMS], theirs[SUMS];

  for (int i = 0; i < SUMS; i++)
    {
      mine[i]   = (float) ((const double *) tested)[i];
      theirs[i] = (float) ((const double *) ref)[i];
    }
  bench_compare (bench, mine, theirs, SUMS, 2e-6, "%s", name);
}

/* Some pieces, one after the other, into the same sums. */
static void
check_pieces (Bench *bench, int rows, int columns, Fill fill)
{
  const Twin         input  = bench_twin (bench, FDDM_TENSOR_NETWORK, rows, columns, FDDM_METER_INPUTS, FILL_RANDOM);
  g_autofree char   *name   = g_strdup_printf ("readings of %d pieces of %d × %d patches", PIECES, rows, columns);
  FddmMeterSums      tested = { .certainty = { 5.0 } }, ref = tested, again = tested;
  g_autoptr (GError) error = NULL;
  gboolean           ok    = TRUE;

  /* What was gathered and discarded comes to nothing. */
  for (int i = 0; ok && i < PIECES + 1; i++)
    {
      const Twin y      = bench_twin (bench, FDDM_TENSOR_FLOAT, rows, columns, FDDM_METER_COEFFICIENTS, fill);
      const Twin output = bench_twin (bench, FDDM_TENSOR_NETWORK, rows, columns, FDDM_METER_OUTPUTS, FILL_RANDOM);

      ok = bench_ran (bench,
                      bench->backend->meter_features (bench->device, y.tested, input.tested, &error) &&
                        bench->backend->meter_gather (bench->device, y.tested, output.tested, &tested, &error) &&
                        (i > 0 || bench->backend->meter_finish (bench->device, NULL, &error)),
                      &error, name);
      bench->ref->meter_features (bench->ref_device, y.ref, input.ref, NULL);
      if (ok && i == 0)
        bench_compare_twin (bench, input, bench_rounding (bench), "features of %d × %d patches", rows, columns);
      if (i > 0)
        bench->ref->meter_gather (bench->ref_device, y.ref, output.ref, &ref, NULL);
      bench_twin_free (bench, y);
      bench_twin_free (bench, output);
    }
  bench->ref->meter_finish (bench->ref_device, &ref, NULL);
  if (ok && bench_ran (bench,
                       bench->backend->meter_finish (bench->device, &tested, &error) &&
                         bench->backend->meter_finish (bench->device, &again, &error),
                       &error, name))
    {
      compare_sums (bench, &tested, &ref, name);
      bench_expect (bench, again.certainty[0] == 5.0, "%s: read once", name);
    }
  bench_twin_free (bench, input);
}

void
check_meter (Bench *bench)
{
  check_pieces (bench, 2, 2, FILL_RANDOM);
  check_pieces (bench, 3, 65, FILL_WIDE);
  check_pieces (bench, 64, 64, FILL_RANDOM);
  check_pieces (bench, 17, 9, FILL_EXTREME);
}
