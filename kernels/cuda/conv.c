/* conv.c: convolutions.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include "kernels/cuda/trial.h"

struct FddmConv {
  int            kernel, in_channels, out_channels;
  FddmActivation activation;
  FddmTensor    *weights; /* NETWORK: out × kernel² × in */
  FddmTensor    *bias;    /* FLOAT                       */
  FddmTensor    *rounded; /* the bias, NETWORK           */
};

void
fddm_cuda_conv_free (FddmDevice *device, FddmConv *conv)
{
  if (conv == NULL)
    return;
  fddm_cuda_tensor_free (device, conv->weights);
  fddm_cuda_tensor_free (device, conv->bias);
  fddm_cuda_tensor_free (device, conv->rounded);
  g_free (conv);
}

/* Reorders weights from out × in × kernel² to out × kernel² × in, cuDNN's order for NHWC. NULL if out of memory. */
static float *
reorder (const FddmConvSpec *spec)
{
  const gsize in = spec->in_channels, taps = (gsize) spec->kernel * spec->kernel;
  float      *weights = g_try_new (float, spec->out_channels * taps * in);

  for (gsize k = 0; weights != NULL && k < (gsize) spec->out_channels; k++)
    for (gsize c = 0; c < in; c++)
      for (gsize tap = 0; tap < taps; tap++)
        weights[(k * taps + tap) * in + c] = spec->weights[(k * in + c) * taps + tap];
  return weights;
}

static gboolean
upload_new (FddmDevice *device, FddmTensor **tensor, FddmTensorType type, int rows, int taps, int channels,
            const float *values, GError **error)
{
  *tensor = fddm_cuda_tensor_new (device, type, rows, taps, channels, error);
  return *tensor != NULL && fddm_cuda_tensor_upload (device, *tensor, values, error);
}

FddmConv *
fddm_cuda_conv_new (FddmDevice *device, const FddmConvSpec *spec, GError **error)
{
  g_autofree float *weights = reorder (spec);
  FddmConv         *conv;

  if (weights == NULL)
    {
      g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY, _ ("no memory for %d × %d × %d values"),
                   spec->kernel * spec->kernel, spec->in_channels, spec->out_channels);
      return NULL;
    }
  conv               = g_new0 (FddmConv, 1);
  conv->kernel       = spec->kernel;
  conv->in_channels  = spec->in_channels;
  conv->out_channels = spec->out_channels;
  conv->activation   = spec->activation;
  if (upload_new (device, &conv->weights, FDDM_TENSOR_NETWORK, spec->out_channels, spec->kernel * spec->kernel,
                  spec->in_channels, weights, error) &&
      upload_new (device, &conv->bias, FDDM_TENSOR_FLOAT, 1, 1, spec->out_channels, spec->bias, error) &&
      upload_new (device, &conv->rounded, FDDM_TENSOR_NETWORK, 1, 1, spec->out_channels, spec->bias, error))
    return conv;
  fddm_cuda_conv_free (device, conv);
  return NULL;
}

static FddmPlanKey
key_of (const FddmConv *conv, int height, int width, gboolean residual)
{
  return (FddmPlanKey) { .kernel       = conv->kernel,
                         .in_channels  = conv->in_channels,
                         .out_channels = conv->out_channels,
                         .height       = height,
                         .width        = width,
                         .activation   = conv->activation,
                         .residual     = residual };
}

/* Bytes of the sums of a plain plan, stored behind the workspace in the scratch memory. */
static gsize
sums_bytes (FddmDevice *device, const FddmPlanKey *key)
{
  return fddm_cuda_tensor_bytes (device, FDDM_TENSOR_NETWORK, key->height, key->width, key->out_channels);
}

static gsize
scratch_bytes (FddmDevice *device, const FddmPlan *plan)
{
  return fddm_scratch_align (plan->workspace) + (plan->kind == FDDM_PLAN_PLAIN ? sums_bytes (device, &plan->key) : 0);
}

static gboolean
is_too_large (const FddmPlanKey *key)
{
  return (gsize) key->height * key->width > FDDM_PLAN_VALUES_MAX / MAX (key->in_channels, key->out_channels);
}

/* The search for the tile size asks about many sizes, and plans are costly, so a plan is made only when it is run. Until
 * then the answer is an upper bound for any plan. G_MAXSIZE: only smaller tiles will do. */
gboolean
fddm_cuda_conv_prepare (FddmDevice *device, FddmConv *conv, int height, int width, gboolean residual, gsize *scratch,
                        GError **error G_GNUC_UNUSED)
{
  const FddmPlanKey key  = key_of (conv, height, width, residual);
  const FddmPlan   *plan = fddm_plan_find (device, &key);

  if (is_too_large (&key))
    *scratch = G_MAXSIZE;
  else if (plan != NULL)
    *scratch = scratch_bytes (device, plan);
  else if (!g_size_checked_add (scratch, MAX (sums_bytes (device, &key), fddm_trial_bytes (device, &key)),
                                FDDM_PLAN_WORKSPACE_MAX))
    *scratch = G_MAXSIZE;
  return TRUE;
}

static gboolean
launch_conv (FddmDevice *device, const FddmCall *call, GError **error)
{
  const FddmPlan *plan = call->plan;
  FddmPlanData    data = { .x    = call->in.data,
                           .w    = call->weight.data,
                           .bias = plan->kind == FDDM_PLAN_ROUNDED ? call->rounded_bias : call->bias.data,
                           .z    = call->residual.data,
                           .y    = call->out.data };

  if (plan->workspace > 0)
    data.workspace = call->scratch;
  switch (plan->kind)
    {
    case FDDM_PLAN_FUSED:
    case FDDM_PLAN_ROUNDED: return fddm_plan_run (device, plan, &data, error);
    case FDDM_PLAN_PLAIN:
      if (call->residual.data == call->out.data) /* which the sums must not overwrite */
        data.y = (guint8 *) call->scratch + fddm_scratch_align (plan->workspace);
      return fddm_plan_run (device, plan, &data, error) && fddm_cuda_finish (device, call, data.y, error);
    default: return fddm_cuda_direct (device, call, error);
    }
}

/* Gets the plan and the memory now; the replay launches the convolution later. */
gboolean
fddm_cuda_conv (FddmDevice *device, FddmConv *conv, const FddmTensor *in, const FddmTensor *residual, FddmTensor *out,
                GError **error)
{
  const FddmPlanKey   key = key_of (conv, in->height, in->width, residual != NULL);
  FddmCall            call;
  const FddmPlanTrial trial = { .run = fddm_trial_run, .data = &call };

  if (!fddm_cuda_select (device, error))
    return FALSE;
  fddm_call_init (&call, launch_conv, in, out);
  call.number       = conv->kernel;
  call.activation   = conv->activation;
  call.weight       = *conv->weights;
  call.bias         = *conv->bias;
  call.rounded_bias = conv->rounded->data;
  if (residual != NULL)
    call.residual = *residual;
  return fddm_plan_get (device, &key, &trial, &call.plan, error) &&
         fddm_replay_add (device, &call, scratch_bytes (device, call.plan), error);
}
