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

/* ---- Convolutions ---- */

/* What is timed. A device may work on when its convolutions have returned: it is waited for by asking it for the first values of
 * SMALL; NULL where that is not needed. */
typedef struct {
  const FddmBackend *backend;
  FddmDevice        *device;
  FddmNetwork       *network;
  const FddmTensor  *small;
  const FddmWeights *weights;
} Subject;

static gboolean
run (const Subject *subject, GError **error)
{
  float vector[FDDM_COEF_MAX];

  return fddm_network_run_convolutions (subject->network, error) &&
         (subject->small == NULL || subject->backend->tensor_download (subject->device, subject->small, vector, error));
}

/* Errors are the kernels'. */
static gboolean
time_convolutions (const Subject *subject, int width, int height, double seconds, double *rate, GError **error)
{
  const int    patch = subject->weights->patch;
  const int    rows = (height + patch - 1) / patch, columns = (width + patch - 1) / patch;
  const double operations = fddm_weights_operations (subject->weights) * patch * patch * rows * columns;
  gint64       start, now;
  int          n  = 0;
  gboolean     ok = fddm_network_prepare (subject->network, rows, columns, error) &&
                run (subject, error); /* the first run finds its memory */

  start = now = g_get_monotonic_time ();
  for (; ok && now - start < seconds * G_USEC_PER_SEC; n++)
    {
      ok  = run (subject, error);
      now = g_get_monotonic_time ();
    }
  fddm_network_release (subject->network);
  *rate = operations * n * G_USEC_PER_SEC / MAX (now - start, 1);
  return ok;
}

gboolean
fddm_bench_convolutions (FddmContext *context, int width, int height, double seconds, double *rate, GError **error)
{
  const Subject subject = { .backend = context->backend,
                            .device  = context->device,
                            .network = context->network,
                            .small   = context->mean,
                            .weights = context->weights };
  GError       *problem = NULL;
  gboolean      ok      = time_convolutions (&subject, width, height, seconds, rate, &problem);

  if (!ok)
    fddm_error_propagate (error, problem);
  return ok;
}

/* ---- Ways ---- */

static gboolean
time_way (FddmContext *context, FddmConvolution convolution, int width, int height, double seconds, FddmBenchWay *way,
          GError **error)
{
  const FddmDeviceOptions options = { .threads     = context->options.threads,
                                      .ranges      = fddm_network_has_ranges (context->weights),
                                      .shape       = fddm_network_shape (context->weights),
                                      .convolution = convolution };
  Subject                 subject = { .backend = &fddm_backend_cpu, .weights = context->weights };
  g_autoptr (GError)      reason  = NULL;
  gboolean                ok;

  subject.device = subject.backend->open (&options, &reason);
  if (subject.device == NULL)
    return TRUE; /* not on this processor */
  subject.network = fddm_network_new (subject.backend, subject.device, context->weights, FALSE, error);
  ok              = subject.network != NULL && time_convolutions (&subject, width, height, seconds, &way->rate, error);
  way->taken      = g_str_equal (subject.backend->describe (subject.device), fddm_context_describe (context)) ||
               (convolution == FDDM_CONVOLUTION_INT8 && fddm_context_is_in_8_bits (context));
  fddm_network_free (subject.network);
  subject.backend->close (subject.device);
  return ok;
}

gboolean
fddm_bench_ways (FddmContext *context, int width, int height, double seconds, FddmBenchWay ways[FDDM_BENCH_WAYS],
                 GError **error)
{
  static const char *const names[FDDM_BENCH_WAYS] = { "bf16", "winograd", "direct", "int8" };
  GError                  *problem                = NULL;

  for (int i = 0; i < FDDM_BENCH_WAYS; i++)
    {
      ways[i] = (FddmBenchWay) { .name = names[i] };
      if (!time_way (context, FDDM_CONVOLUTION_BF16 + i, width, height, seconds, &ways[i], &problem))
        {
          fddm_error_propagate (error, problem);
          return FALSE;
        }
    }
  return TRUE;
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
