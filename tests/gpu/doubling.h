/* doubling.h: a layer that doubles its input, on an emulated cuDNN with engines of choice.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/open.h"

enum { HEIGHT = 9, WIDTH = 7, CHANNELS = 8, N = HEIGHT * WIDTH * CHANNELS };

static inline FddmDevice *
open_emulated (void)
{
  const FddmDeviceOptions options = { .threads = 1 };
  g_autoptr (GError)      error   = NULL;
  FddmDevice             *device;

  g_setenv ("EMULATE_CUDNN", "fused", TRUE);
  g_setenv ("EMULATE_ENGINES", "good", TRUE);
  device = fddm_cuda_open (&options, &error);
  g_assert_no_error (error);
  return device;
}

/* Runs a layer that doubles its input, and adds 5 where RESIDUAL is set, by one of ENGINES; checks the result. */
static inline gboolean
run_layer (FddmDevice *device, const char *engines, gboolean residual, GError **error)
{
  float        weights[CHANNELS * CHANNELS] = { 0.0f }, bias[CHANNELS] = { 0.0f }, in[N], out[N];
  FddmConvSpec spec = { .kernel = 1, .in_channels = CHANNELS, .out_channels = CHANNELS, .weights = weights, .bias = bias };
  FddmTensor  *x    = fddm_cuda_tensor_new (device, FDDM_TENSOR_NETWORK, HEIGHT, WIDTH, CHANNELS, NULL);
  FddmTensor  *y    = fddm_cuda_tensor_new (device, FDDM_TENSOR_NETWORK, HEIGHT, WIDTH, CHANNELS, NULL);
  FddmConv    *conv;
  gboolean     ok;

  for (int i = 0; i < CHANNELS; i++)
    weights[i * CHANNELS + i] = 2.0f;
  for (int i = 0; i < N; i++)
    {
      in[i]  = (float) (i % 64) - 31.0f;
      out[i] = 5.0f;
    }
  g_setenv ("EMULATE_ENGINES", engines, TRUE);
  conv = fddm_cuda_conv_new (device, &spec, NULL);
  ok   = fddm_cuda_tensor_upload (device, x, in, error) && fddm_cuda_tensor_upload (device, y, out, error) &&
       fddm_cuda_conv (device, conv, x, residual ? y : NULL, y, error) && fddm_cuda_tensor_download (device, y, out, error);
  for (int i = 0; ok && i < N; i++)
    g_assert_cmpfloat (out[i], ==, 2.0f * in[i] + (residual ? 5.0f : 0.0f));
  fddm_cuda_conv_free (device, conv);
  fddm_cuda_tensor_free (device, x);
  fddm_cuda_tensor_free (device, y);
  return ok;
}
