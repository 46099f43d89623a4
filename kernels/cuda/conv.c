/* conv.c: convolutions.
 * SPDX-License-Identifier: Apache-2.0 */
#include "layers.h"
#include "plan.h"

struct FddmConv {
  int            kernel, in_channels, out_channels;
  FddmActivation activation;
  FddmTensor    *weights;   /* NETWORK: out × kernel² × in */
  FddmTensor    *bias;      /* FLOAT                       */
};

void
fddm_cuda_conv_free (FddmDevice *device, FddmConv *conv)
{
  if (conv == NULL)
    return;
  fddm_cuda_tensor_free (device, conv->weights);
  fddm_cuda_tensor_free (device, conv->bias);
  g_free (conv);
}

/* From out × in × kernel² to out × kernel² × in, cuDNN's order for channels that run fastest. */
static float *
reorder (const FddmConvSpec *spec)
{
  const gsize in = spec->in_channels, taps = (gsize) spec->kernel * spec->kernel;
  float      *weights = g_new (float, spec->out_channels * taps * in);

  for (gsize k = 0; k < (gsize) spec->out_channels; k++)
    for (gsize c = 0; c < in; c++)
      for (gsize tap = 0; tap < taps; tap++)
        weights[(k * taps + tap) * in + c] = spec->weights[(k * in + c) * taps + tap];
  return weights;
}

FddmConv *
fddm_cuda_conv_new (FddmDevice *device, const FddmConvSpec *spec, GError **error)
{
  g_autofree float *weights = reorder (spec);
  FddmConv         *conv    = g_new0 (FddmConv, 1);

  conv->kernel       = spec->kernel;
  conv->in_channels  = spec->in_channels;
  conv->out_channels = spec->out_channels;
  conv->activation   = spec->activation;
  conv->weights = fddm_cuda_tensor_new (device, FDDM_TENSOR_NETWORK, spec->out_channels, spec->kernel * spec->kernel,
                                        spec->in_channels, error);
  if (conv->weights != NULL && fddm_cuda_tensor_upload (device, conv->weights, weights, error))
    conv->bias = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1, 1, spec->out_channels, error);
  if (conv->bias != NULL && fddm_cuda_tensor_upload (device, conv->bias, spec->bias, error))
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

/* Bytes of a plain plan's sums, which stand at the beginning of the scratch memory. */
static gsize
sums_bytes (FddmDevice *device, const FddmPlanKey *key)
{
  return fddm_cuda_tensor_bytes (device, FDDM_TENSOR_NETWORK, key->height, key->width, key->out_channels);
}

static gsize
scratch_bytes (FddmDevice *device, const FddmPlan *plan)
{
  return plan->workspace + (plan->kind == FDDM_PLAN_PLAIN ? sums_bytes (device, &plan->key) : 0);
}

/* Whoever looks for the right size of tile asks about many: a plan, costly to make, is made for the one that is run.
 * Until then the answer is the most that any plan may need. */
gboolean
fddm_cuda_conv_prepare (FddmDevice *device, FddmConv *conv, int height, int width, gboolean residual, gsize *scratch,
                        GError **error G_GNUC_UNUSED)
{
  const FddmPlanKey key  = key_of (conv, height, width, residual);
  const FddmPlan   *plan = fddm_plan_find (device, &key);

  if (plan != NULL)
    *scratch = scratch_bytes (device, plan);
  else if (!g_size_checked_add (scratch, sums_bytes (device, &key), FDDM_PLAN_WORKSPACE_MAX))
    *scratch = G_MAXSIZE;
  return TRUE;
}

gboolean
fddm_cuda_conv (FddmDevice *device, FddmConv *conv, const FddmTensor *in, const FddmTensor *residual, FddmTensor *out,
                GError **error)
{
  const FddmPlanKey key = key_of (conv, in->height, in->width, residual != NULL);
  const FddmPlan   *plan;
  FddmPlanData      data = { .x    = in->data,
                           .w    = conv->weights->data,
                           .bias = conv->bias->data,
                           .z    = residual != NULL ? residual->data : NULL,
                           .y    = out->data };
  gsize             scratch;

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  plan    = fddm_plan_get (device, &key);
  scratch = scratch_bytes (device, plan);
  if (scratch > 0)
    {
      guint8 *memory = fddm_cuda_scratch (device, scratch, error);

      if (memory == NULL)
        return FALSE;
      data.workspace = plan->workspace > 0 ? memory + scratch - plan->workspace : NULL;
      if (plan->kind == FDDM_PLAN_PLAIN)
        data.y = memory;
    }
  switch (plan->kind)
    {
    case FDDM_PLAN_FUSED:
      return fddm_plan_run (device, plan, &data, error);
    case FDDM_PLAN_PLAIN:
      return fddm_plan_run (device, plan, &data, error) &&
             fddm_cuda_finish (device, data.y, conv->bias, residual, conv->activation, out, error);
    default:
      return fddm_cuda_direct (device, in, conv->weights, conv->kernel, conv->bias, residual, conv->activation, out,
                               error);
    }
}
