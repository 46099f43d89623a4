/* bench.c: the yardstick for the pipeline's speed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"
#include "context.h"

/* All convolutions once. A device may work on when they have returned: it is waited for by asking it for something small. */
static gboolean
run (FddmContext *context, GError **error)
{
  float vector[FDDM_COEF_MAX];

  return fddm_network_run_convolutions (context->network, error) &&
         context->backend->tensor_download (context->device, context->mean, vector, error);
}

gboolean
fddm_bench_convolutions (FddmContext *context, int width, int height, double seconds, double *rate, GError **error)
{
  const int    patch = context->weights->patch;
  const int    rows = (height + patch - 1) / patch, columns = (width + patch - 1) / patch;
  const double operations = fddm_weights_operations (context->weights) * patch * patch * rows * columns;
  gint64       start, now;
  int          n  = 0;
  gboolean     ok = fddm_network_prepare (context->network, rows, columns, error) &&
                run (context, error);   /* the first run finds its memory */

  for (start = now = g_get_monotonic_time (); ok && now - start < seconds * G_USEC_PER_SEC;
       now = g_get_monotonic_time (), n++)
    ok = run (context, error);
  fddm_network_release (context->network);
  if (ok)
    *rate = operations * n * G_USEC_PER_SEC / MAX (now - start, 1);
  else
    fddm_error_from_kernel (error);
  return ok;
}
