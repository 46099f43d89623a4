/* torus.c: planning and allocation of a torus of windows.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/torus.h"
#include "engine/tensor.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Largest window, in patches, for which a single thread is fastest. */
#define SMALL (32 * 32)

/* Most multiply-adds for the estimate of one window: minutes on a processor. Our own network takes 2e9. */
#define WORK_MAX 1e13

int
fddm_torus_windows (const FddmTorus *torus)
{
  return torus->down.count * torus->across.count;
}

static gboolean
is_guided (const FddmTorus *torus)
{
  return torus->lanes[0].sampler.class >= 0 && torus->context->weights->guidance > 1.0f;
}

/* ---- Lanes ---- */

static void
lane_clear (FddmTorus *torus, FddmTorusLane *lane)
{
  const FddmBackend *backend = torus->context->backend;

  if (lane->device == NULL)
    return;
  backend->tensor_free (lane->device, lane->x);
  backend->tensor_free (lane->device, lane->x0);
  backend->tensor_free (lane->device, lane->sampler.guidance.other);
  if (lane->device == torus->context->device)
    fddm_network_release (lane->network);
  else
    {
      fddm_network_free (lane->network);
      backend->close (lane->device);
    }
  *lane = (FddmTorusLane) { NULL };
}

/* Opens a lane on the context's own device or, with THREADS > 0, on a device beside it. */
static gboolean
lane_open (FddmTorus *torus, FddmTorusLane *lane, int threads, int class, GError **error)
{
  FddmContext *context = torus->context;

  lane->device = threads > 0 ? context->backend->beside (context->device, threads, error) : context->device;
  if (lane->device == NULL)
    return FALSE;
  lane->network = threads > 0 ? fddm_network_new (context->backend, lane->device, context->weights, FALSE, error)
                              : context->network;
  lane->sampler = (FddmSampler) { .backend  = context->backend,
                                  .device   = lane->device,
                                  .weights  = context->weights,
                                  .network  = lane->network,
                                  .mean     = context->mean,
                                  .variance = context->variance,
                                  .class    = class,
                                  .clamp    = context->weights->clamp,
                                  .guidance = { .strength = context->weights->guidance } };
  return lane->network != NULL;
}

static gboolean
lane_prepare (FddmTorus *torus, FddmTorusLane *lane, GError **error)
{
  const int          rows = torus->down.window, columns = torus->across.window;
  const int          n       = torus->context->weights->coefficients;
  const FddmBackend *backend = torus->context->backend;

  lane->sampler.guidance.one  = torus->one;
  lane->sampler.guidance.zero = torus->zero;
  if (!fddm_network_prepare (lane->network, rows, columns, error))
    return FALSE;
  if (fddm_torus_windows (torus) > 1 && (!fddm_tensor_make (backend, lane->device, rows, columns, n, &lane->x, error) ||
                                         !fddm_tensor_make (backend, lane->device, rows, columns, n, &lane->x0, error)))
    return FALSE;
  return !is_guided (torus) ||
         fddm_tensor_make (backend, lane->device, rows, columns, n, &lane->sampler.guidance.other, error);
}

/* ---- Memory ---- */

static gsize
sum (gsize a, gsize b)
{
  gsize result;

  return g_size_checked_add (&result, a, b) ? result : G_MAXSIZE;
}

static gsize
tensor_bytes (const FddmTorus *torus, int rows, int columns)
{
  return torus->context->backend->tensor_bytes (torus->context->device, FDDM_TENSOR_FLOAT, rows, columns,
                                                torus->context->weights->coefficients);
}

/* Memory of a lane, from the first one. */
static gboolean
lane_bytes (const FddmTorus *torus, gsize *bytes, GError **error)
{
  const FddmTorusLane *lane    = &torus->lanes[0];
  const gsize          window  = tensor_bytes (torus, torus->down.window, torus->across.window);
  const int            tensors = (fddm_torus_windows (torus) > 1 ? 2 : 0) + (is_guided (torus) ? 1 : 0);

  if (!fddm_network_bytes (lane->network, torus->down.window, torus->across.window, bytes, error))
    return FALSE;
  for (int i = 0; i < tensors; i++)
    *bytes = sum (*bytes, window);
  return TRUE;
}

/* Bytes of the copies of the weights that every further lane makes for itself. */
static gsize
weights_bytes (const FddmWeights *weights)
{
  gsize prepared;

  fddm_weights_bytes (weights, &prepared);
  return prepared;
}

/* Useful number of lanes, and the THREADS of each. 0 threads: the context's own device is the only lane. */
static int
lanes_wanted (const FddmTorus *torus, int *threads)
{
  const int n      = fddm_context_threads (torus->context),
            wanted = MIN (MIN (n, fddm_torus_windows (torus)), FDDM_TORUS_LANES_MAX);

  *threads = 0;
  if (torus->context->backend->beside == NULL)
    return 1;
  *threads = torus->down.window * torus->across.window <= SMALL ? 1 : n / wanted;
  return wanted;
}

static gboolean
too_large (GError **error)
{
  g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_MEMORY,
                       _ ("The network needs more memory than allowed; raise the limit"));
  return FALSE;
}

/* Fails if the estimate of a window, or one of its convolutions, which nobody can stop, would take too long. */
static gboolean
check_work (const FddmTorus *torus, GError **error)
{
  const FddmContext *context = torus->context;
  const FddmBackend *backend = context->backend;
  const int          rows = torus->down.window, columns = torus->across.window, patch = context->weights->patch;
  const double       limit = backend->operation_limit != NULL && context->kind != FDDM_DEVICE_GPU
                               ? backend->operation_limit (context->device)
                               : HUGE_VAL;

  return fddm_context_check_work (fddm_weights_work (context->weights, rows, columns), WORK_MAX, columns * patch,
                                  rows * patch, error) &&
         fddm_context_check_work (fddm_network_heaviest (context->weights) * rows * columns, limit, columns * patch,
                                  rows * patch, error);
}

gboolean
fddm_torus_init (FddmTorus *torus, FddmContext *context, const FddmTorusAxis *down, const FddmTorusAxis *across, int class,
                 gsize extra, GError **error)
{
  const gsize limit = fddm_context_memory (context);
  gsize       whole, each;
  int         wanted, threads;

  *torus = (FddmTorus) { .context = context, .down = *down, .across = *across };
  whole  = tensor_bytes (torus, down->length, across->length);
  whole  = sum (sum (whole, sum (whole, whole)), extra);
  wanted = lanes_wanted (torus, &threads);
  if (whole > limit)
    return too_large (error);
  if (!check_work (torus, error))
    return FALSE;
  if (!lane_open (torus, &torus->lanes[torus->n_lanes++], threads, class, error) || !lane_bytes (torus, &each, error))
    return FALSE;
  if (each > limit - whole)
    return too_large (error);
  torus->bytes = whole + each;
  each         = sum (each, weights_bytes (context->weights));
  for (; torus->n_lanes < wanted && each <= limit - torus->bytes; torus->bytes += each)
    if (!lane_open (torus, &torus->lanes[torus->n_lanes++], threads, class, error))
      return FALSE;
  return TRUE;
}

/* ---- Making it ---- */

static gboolean
make_constant (FddmTorus *torus, float value, FddmTensor **tensor, GError **error)
{
  float values[FDDM_COEF_MAX];

  for (int k = 0; k < torus->context->weights->coefficients; k++)
    values[k] = value;
  return fddm_context_make_vector (torus->context, values, tensor, error);
}

static gboolean
make_weights (FddmTorus *torus, const FddmTorusAxis *axis, FddmTensor ***tensors, GError **error)
{
  const FddmContext *context = torus->context;
  g_autofree float  *weights = g_try_new (float, axis->window);
  g_autofree double *total   = g_try_new (double, axis->length);

  *tensors = g_try_new0 (FddmTensor *, axis->count);
  if (weights == NULL || total == NULL || *tensors == NULL)
    return fddm_weights_no_memory (error);
  fddm_torus_axis_sum (axis, total);
  for (int i = 0; i < axis->count; i++)
    {
      fddm_torus_axis_weights (axis, i, total, weights);
      if (!fddm_vector_make (context->backend, context->device, weights, axis->window, &(*tensors)[i], error))
        return FALSE;
    }
  return TRUE;
}

gboolean
fddm_torus_prepare (FddmTorus *torus, GError **error)
{
  if (!make_constant (torus, 1.0f, &torus->one, error) || !make_constant (torus, 0.0f, &torus->zero, error))
    return FALSE;
  for (int i = 0; i < torus->n_lanes; i++)
    if (!lane_prepare (torus, &torus->lanes[i], error))
      return FALSE;
  return fddm_torus_windows (torus) == 1 || (make_weights (torus, &torus->down, &torus->down_weights, error) &&
                                             make_weights (torus, &torus->across, &torus->across_weights, error));
}

void
fddm_torus_use (FddmTorus *torus, const FddmTensor *mean, const FddmTensor *variance)
{
  for (int i = 0; i < torus->n_lanes; i++)
    {
      torus->lanes[i].sampler.mean     = mean;
      torus->lanes[i].sampler.variance = variance;
    }
}

static void
clear_weights (FddmTorus *torus, const FddmTorusAxis *axis, FddmTensor ***tensors)
{
  for (int i = 0; *tensors != NULL && i < axis->count; i++)
    torus->context->backend->tensor_free (torus->context->device, (*tensors)[i]);
  g_clear_pointer (tensors, g_free);
}

void
fddm_torus_clear (FddmTorus *torus)
{
  const FddmContext *context = torus->context;

  if (context == NULL) /* never begun */
    return;
  clear_weights (torus, &torus->down, &torus->down_weights);
  clear_weights (torus, &torus->across, &torus->across_weights);
  for (int i = 0; i < torus->n_lanes; i++)
    lane_clear (torus, &torus->lanes[i]);
  context->backend->tensor_free (context->device, torus->one);
  context->backend->tensor_free (context->device, torus->zero);
  torus->one = torus->zero = NULL;
  torus->n_lanes           = 0;
}
