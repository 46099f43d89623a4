/* context.c: choice of a device, loading of the weights, fallback to the CPU.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/context.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include "engine/installed.h"
#include "engine/tensor.h"

gboolean
fddm_context_make_tensor (const FddmContext *context, int rows, int columns, FddmTensor **tensor, GError **error)
{
  return fddm_tensor_make (context->backend, context->device, rows, columns, context->weights->coefficients, tensor, error);
}

gboolean
fddm_context_make_vector (const FddmContext *context, const float *values, FddmTensor **vector, GError **error)
{
  return fddm_vector_make (context->backend, context->device, values, context->weights->coefficients, vector, error);
}

static void
close_device (FddmContext *context)
{
  if (context->device == NULL)
    return;
  context->backend->tensor_free (context->device, context->mean);
  context->backend->tensor_free (context->device, context->variance);
  fddm_noise_meter_free (context->meter);
  for (int i = 0; i < FDDM_PRECISIONS; i++)
    {
      g_clear_pointer (&context->networks[i], fddm_network_free);
      g_clear_pointer (&context->whites[i], fddm_network_free);
    }
  context->backend->close (context->device);
  context->mean = context->variance = NULL;
  context->network                  = NULL;
  context->is_faint = context->is_exact = FALSE;

  context->meter  = NULL;
  context->device = NULL;
}

/* Selects the network for the context's noise and precision, which is opened unless it was before. */
static gboolean
select_network (FddmContext *context, GError **error)
{
  FddmWeights        *weights   = context->weights;
  const FddmPrecision precision = context->is_exact   ? FDDM_PRECISION_EXACT
                                  : context->is_faint ? FDDM_PRECISION_FAINT
                                                      : FDDM_PRECISION_FASTEST;
  const gboolean      white     = context->is_white && weights->white != NULL;
  FddmNetwork       **network   = white ? &context->whites[precision] : &context->networks[precision];

  if (*network == NULL)
    *network = fddm_network_new (context->backend, context->device, white ? weights->white : weights, context->is_faint,
                                 error);
  if (*network == NULL)
    return FALSE;
  context->network = *network;
  return TRUE;
}

static gboolean
open_device (FddmContext *context, FddmDeviceKind kind, GError **error)
{
  FddmDeviceOptions options = { .threads = context->options.threads,
                                .ranges  = fddm_network_has_ranges (context->weights),
                                .watched = context->weights->kind == FDDM_KIND_DENOISE,
                                .shape   = fddm_network_shape (context->weights) };

  switch (kind)
    {
    case FDDM_DEVICE_GPU: context->backend = fddm_backend_gpu (context->module_dir, error); break;
    case FDDM_DEVICE_REFERENCE: context->backend = &fddm_backend_ref; break;
    default: context->backend = &fddm_backend_cpu; break;
    }
  context->kind = kind;
  if (context->backend == NULL || (context->device = context->backend->open (&options, error)) == NULL)
    return FALSE;
  if (fddm_context_use (context, TRUE, HUGE_VAL, error) && fddm_context_use (context, FALSE, HUGE_VAL, error) &&
      fddm_context_make_vector (context, context->weights->mean, &context->mean, error) &&
      fddm_context_make_vector (context, context->weights->variance, &context->variance, error))
    return TRUE;
  close_device (context);
  return FALSE;
}

static gboolean
choose_device (FddmContext *context, FddmDeviceKind kind, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (kind != FDDM_DEVICE_AUTO)
    return open_device (context, kind, error);
  if (open_device (context, FDDM_DEVICE_GPU, &reason))
    {
      context->may_fall_back = TRUE;
      return TRUE;
    }
  context->gpu_reason = g_strdup (reason->message);
  return open_device (context, FDDM_DEVICE_CPU, error);
}

/* Bytes that the weights take in the host's memory. */
static gsize
bytes_of_weights (const FddmWeights *weights)
{
  gsize prepared, bytes = 0;

  for (; weights != NULL; weights = weights->white)
    bytes += fddm_weights_bytes (weights, &prepared) + prepared;
  return bytes;
}

/* Fails unless VALUE is 0, which stands for a default, or up to MOST. */
static gboolean
check_option (int value, int most, const char *name, GError **error)
{
  if (value >= 0 && value <= most)
    return TRUE;
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("%s must be from %d to %d, not %d"), name, 0, most, value);
  return FALSE;
}

FddmContext *
fddm_context_new (FddmWeights *weights, FddmDeviceKind device, const FddmContextOptions *options, GError **error)
{
  FddmContext *context;
  GError      *problem = NULL;

  if (weights->kind == FDDM_KIND_MEASURE)
    {
      g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS,
                   _ ("%s measures noise and makes no pictures; choose another network"), weights->path);
      return NULL;
    }
  if (options != NULL && (!check_option (options->threads, FDDM_THREADS_MAX, "threads", error) ||
                          !check_option (options->tile, FDDM_SIDE_MAX, "tile", error)))
    return NULL;
  context               = g_new0 (FddmContext, 1);
  context->weights      = fddm_weights_ref (weights);
  context->weight_bytes = bytes_of_weights (weights);
  if (options != NULL)
    context->options = *options;
  if (context->options.memory == 0)
    context->options.memory = FDDM_MEMORY_DEFAULT;
  context->module_dir         = g_strdup (options != NULL && options->module_dir != NULL ? options->module_dir
                                                                                         : fddm_installed_modules ());
  context->options.module_dir = context->module_dir;
  fddm_schedule_init (&context->schedule, weights->patch, weights->open_grid, weights->temperature);
  if (choose_device (context, device, &problem))
    return context;
  fddm_error_propagate (error, problem);
  fddm_context_free (context);
  return NULL;
}

void
fddm_context_free (FddmContext *context)
{
  if (context == NULL)
    return;
  close_device (context);
  fddm_memory_pool_clear (&context->pool);
  fddm_weights_unref (context->weights);
  g_free (context->module_dir);
  g_free (context->gpu_reason);
  g_free (context);
}

gboolean
fddm_context_use (FddmContext *context, gboolean white, double level, GError **error)
{
  const FddmWeights *weights = white && context->weights->white != NULL ? context->weights->white : context->weights;

  context->is_white = white;
  context->is_faint = fddm_context_is_in_8_bits (context) && level / 127.5 < fddm_weights_ranges_from (weights);
  return select_network (context, error);
}

gboolean
fddm_context_is_in_8_bits (const FddmContext *context)
{
  return context->backend->exactly != NULL && context->backend->exactly (context->device, context->is_exact);
}

gboolean
fddm_context_use_exact (FddmContext *context, gboolean exact, GError **error)
{
  if (context->is_exact == exact)
    return TRUE;
  context->backend->exactly (context->device, exact);
  context->is_exact = exact;
  if (select_network (context, error))
    return TRUE;
  context->backend->exactly (context->device, !exact);
  context->is_exact = !exact;
  return FALSE;
}

gboolean
fddm_context_check_source (const FddmContext *context, const FddmSource *source, GError **error)
{
  if (source->width < 1 || source->height < 1)
    g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("The picture has no pixels"));
  else if (source->width > FDDM_SIDE_MAX || source->height > FDDM_SIDE_MAX)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("The picture has more than %d pixels on a side"), FDDM_SIDE_MAX);
  else if (source->channels != 1 && source->channels != context->weights->channels)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT, _ ("%s denoises gray pictures only; choose another network"),
                 context->weights->path);
  else
    return TRUE;
  return FALSE;
}

gboolean
fddm_context_check_work (double work, double most, int width, int height, GError **error)
{
  if (work <= most)
    return TRUE;
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS,
               _ ("The network takes %.0f billion multiply-adds for %d × %d pixels; more than %.0f would take too long"),
               work / 1e9, width, height, most / 1e9);
  return FALSE;
}

gsize
fddm_context_memory (const FddmContext *context)
{
  const gsize available = context->backend->available (context->device);
  const gsize most      = MIN (available, context->options.memory);

  /* The bound protects memory that the host shares with GIMP; a GPU's own memory may be filled. */
  if (context->kind == FDDM_DEVICE_GPU)
    return available;
  return most > context->weight_bytes ? most - context->weight_bytes : 0;
}

/* Whether the weights leave memory for anything else. */
static gboolean
weights_fit (const FddmContext *context, GError **error)
{
  if (fddm_context_memory (context) > 0)
    return TRUE;
  if (context->kind == FDDM_DEVICE_GPU) /* of whose memory nothing is free, or which does not answer: no limit of ours */
    g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_DEVICE,
                         _ ("Not enough free memory for the smallest tile; close other programs or reduce detail"));
  else
    g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_MEMORY,
                         _ ("The network needs more memory than allowed; raise the limit"));
  return FALSE;
}

/* Falls back from the GPU to the CPU because of PROBLEM, where that is allowed. On FALSE, PROBLEM remains as it was, or
 * now explains the failure of the CPU. */
static gboolean
fall_back (FddmContext *context, GError **problem)
{
  if (!context->may_fall_back ||
      ((*problem)->domain != FDDM_KERNEL_ERROR && !g_error_matches (*problem, FDDM_ERROR, FDDM_ERROR_DEVICE) &&
       !g_error_matches (*problem, FDDM_ERROR, FDDM_ERROR_MEMORY)))
    return FALSE;
  g_free (context->gpu_reason);
  context->gpu_reason    = g_strdup_printf (_ ("The GPU failed (%s); continued on the CPU"), (*problem)->message);
  context->may_fall_back = FALSE;
  g_clear_error (problem);
  close_device (context);
  return open_device (context, FDDM_DEVICE_CPU, problem);
}

/* Passes PROBLEM on in the engine's words. */
static void
explain (const FddmContext *context, GError **error, GError *problem)
{
  if (!g_error_matches (problem, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_OVERFLOW))
    {
      fddm_error_propagate (error, problem);
      return;
    }
  g_error_free (problem);
  fddm_weights_fail (error,
                     _ ("Weights file “%s”: the network computes numbers that are not finite; choose another network"),
                     context->weights->path);
}

gboolean
fddm_context_run (FddmContext *context, FddmJobFunc func, gpointer job, GError **error)
{
  GError *problem = NULL;

  if (context->device == NULL && !open_device (context, FDDM_DEVICE_CPU, &problem)) /* which failed after the GPU */
    {
      explain (context, error, problem);
      return FALSE;
    }
  while (!weights_fit (context, &problem) || !func (job, &problem))
    if (!fall_back (context, &problem))
      {
        explain (context, error, problem);
        return FALSE;
      }
  return TRUE;
}

gboolean
fddm_gpu_usable (const char *module_dir, GError **error)
{
  const FddmDeviceOptions options = { .threads = 0 };
  GError                 *problem = NULL;
  const FddmBackend      *backend = fddm_backend_gpu (module_dir != NULL ? module_dir : fddm_installed_modules (), &problem);
  g_autofree char        *found   = backend != NULL ? backend->look (&options, &problem) : NULL;

  if (found == NULL)
    fddm_error_propagate (error, problem);
  return found != NULL;
}

int
fddm_context_threads (const FddmContext *context)
{
  return context->options.threads > 0 ? context->options.threads : (int) g_get_num_processors ();
}

FddmDeviceKind
fddm_context_device (const FddmContext *context)
{
  return context->kind;
}

const char *
fddm_context_describe (const FddmContext *context)
{
  return context->device != NULL ? context->backend->describe (context->device) : "–";
}

const char *
fddm_context_gpu_reason (const FddmContext *context)
{
  return context->gpu_reason;
}
