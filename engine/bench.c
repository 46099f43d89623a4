/* bench.c: reference speed for the denoising pipeline, and the speed of generation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/bench.h"
#include <time.h>
#include "engine/context.h"
#include "engine/generate/torus.h"

/* Windows along each axis of the timed torus: enough work for all lanes. */
#define WINDOWS 4

/* Training size for weights files that do not record one. */
#define SIDE 128

/* Runs all convolutions once. A GPU may still be computing when they return; downloading one small tensor waits for it. */
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
  GError      *problem    = NULL;
  gint64       start, now;
  int          n  = 0;
  gboolean     ok = fddm_network_prepare (context->network, rows, columns, &problem) &&
                run (context, &problem); /* the first run allocates */

  start = now = g_get_monotonic_time ();
  for (; ok && now - start < seconds * G_USEC_PER_SEC; n++)
    {
      ok  = run (context, &problem);
      now = g_get_monotonic_time ();
    }
  fddm_network_release (context->network);
  if (ok)
    *rate = operations * n * G_USEC_PER_SEC / MAX (now - start, 1);
  else
    fddm_error_propagate (error, problem);
  return ok;
}

/* ---- Steps ---- */

static double
processor_seconds (void)
{
  return (double) clock () / CLOCKS_PER_SEC;
}

/* Estimates X repeatedly for SECONDS, at the noise level of the middle Fermi level of training. */
static gboolean
time_estimates (FddmTorus *torus, double seconds, FddmTensor *x, FddmTensor *noise, FddmTensor *x0, FddmBenchSteps *steps,
                GError **error)
{
  FddmContext       *context = torus->context;
  const FddmWeights *weights = context->weights;
  const FddmRandom   random  = { .seed = 1 };
  float              level[FDDM_COEF_MAX];
  gint64             start     = 0;
  double             processor = 0.0;

  for (int k = 0; k < weights->coefficients; k++)
    level[k] = (float) fddm_schedule_noise (&context->schedule, k % (weights->patch * weights->patch),
                                            (weights->mu_from + weights->mu_to) / 2);
  if (!context->backend->tensor_upload (context->device, noise, level, error) ||
      !context->backend->start (context->device, noise, context->mean, context->variance, &random, x, error))
    return FALSE;
  /* The first run, which prepares the device, is not counted. */
  for (int n = -1; n < 1 || steps->seconds < seconds; n++)
    {
      if (n == 0)
        {
          start     = g_get_monotonic_time ();
          processor = processor_seconds ();
        }
      if (!fddm_torus_estimate (torus, x, noise, 0, 0, x0, NULL, error) ||
          !context->backend->tensor_download (context->device, noise, level, error))
        return FALSE;
      steps->windows   = (double) (n + 1) * fddm_torus_windows (torus);
      steps->seconds   = n < 0 ? 0.0 : (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
      steps->processor = n < 0 ? 0.0 : processor_seconds () - processor;
    }
  return TRUE;
}

gboolean
fddm_bench_steps (FddmContext *context, double seconds, FddmBenchSteps *steps, GError **error)
{
  const int     patch = context->weights->patch, side = context->weights->side > 0 ? context->weights->side : SIDE;
  const int     window = (side + patch - 1) / patch, length = WINDOWS * (window - window / 4);
  FddmTensor   *x = NULL, *x0 = NULL, *noise = NULL;
  FddmTorusAxis axis;
  FddmTorus     torus;
  GError       *problem = NULL;
  gboolean      ok;

  fddm_torus_axis_init (&axis, length, window, TRUE);
  ok     = fddm_torus_init (&torus, context, &axis, &axis, -1, 0, &problem);
  *steps = (FddmBenchSteps) { .side = window * patch, .at_once = torus.n_lanes };
  ok     = ok && fddm_torus_prepare (&torus, &problem) && fddm_context_make_tensor (context, length, length, &x, &problem) &&
       fddm_context_make_tensor (context, length, length, &x0, &problem) &&
       fddm_context_make_tensor (context, 1, 1, &noise, &problem) &&
       time_estimates (&torus, seconds, x, noise, x0, steps, &problem);
  context->backend->tensor_free (context->device, x);
  context->backend->tensor_free (context->device, x0);
  context->backend->tensor_free (context->device, noise);
  fddm_torus_clear (&torus);
  if (!ok)
    fddm_error_propagate (error, problem);
  return ok;
}
