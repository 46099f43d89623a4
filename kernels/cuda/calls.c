/* calls.c: recording of all layers but convolutions for the replay.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "kernels/cuda/trial.h"

gboolean
fddm_cuda_group_norm (FddmDevice *device, const FddmTensor *in, const FddmTensor *weight, const FddmTensor *bias, int groups,
                      FddmActivation activation, FddmTensor *out, GError **error)
{
  FddmCall call;

  fddm_call_init (&call, fddm_launch_group_norm, in, out);
  call.weight     = *weight;
  call.bias       = *bias;
  call.number     = groups;
  call.activation = activation;
  return fddm_cuda_select (device, error) && fddm_replay_add (device, &call, fddm_norm_scratch (in, groups), error);
}

static gboolean
launch_attention (FddmDevice *device, const FddmCall *call, GError **error)
{
  const gsize  element = device->network == FDDM_ELEMENT_FLOAT ? sizeof (float) : sizeof (guint16);
  guint8      *in      = call->in.data;
  const gsize  part    = call->out.channels * element; /* each position holds q, k and v side by side */
  FddmPlanData data    = { .x = in, .w = in + part, .z = in + 2 * part, .y = call->out.data };

  if (call->plan->kind == FDDM_PLAN_DIRECT)
    return fddm_cuda_direct_attention (device, &call->in, call->number, &call->out, error);
  data.workspace = call->scratch;
  data.scale     = 1.0f / sqrtf ((float) call->out.channels / (float) call->number);
  return fddm_plan_run (device, call->plan, &data, error);
}

gboolean
fddm_cuda_attention (FddmDevice *device, const FddmTensor *in, int heads, FddmTensor *out, GError **error)
{
  const FddmPlanKey key = {
    .heads = heads, .in_channels = in->channels, .out_channels = out->channels, .height = in->height, .width = in->width
  };
  FddmCall            call;
  const FddmPlanTrial trial = { .run = fddm_trial_run, .data = &call };

  if (!fddm_cuda_select (device, error))
    return FALSE;
  fddm_call_init (&call, launch_attention, in, out);
  call.number = heads;
  return fddm_plan_get (device, &key, &trial, &call.plan, error) &&
         fddm_replay_add (device, &call, call.plan->workspace, error);
}

gboolean
fddm_cuda_embed (FddmDevice *device, const FddmTensor *in, const FddmTensor *vector, FddmTensor *out, GError **error)
{
  FddmCall call;

  fddm_call_init (&call, fddm_launch_embedding, in, out);
  call.weight = *vector;
  return fddm_cuda_select (device, error) && fddm_replay_add (device, &call, 0, error);
}

gboolean
fddm_cuda_copy_channels (FddmDevice *device, const FddmTensor *in, int first, FddmTensor *out, GError **error)
{
  FddmCall call;

  fddm_call_init (&call, fddm_launch_copy_channels, in, out);
  call.number = first;
  return fddm_cuda_select (device, error) && fddm_replay_add (device, &call, 0, error);
}
