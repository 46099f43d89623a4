/* module.c: the table of operations for the GPU, and the only exported symbol of the module.
 * SPDX-License-Identifier: Apache-2.0 */
#include <gmodule.h>
#include "kernels/cuda/open.h"

G_MODULE_EXPORT const FddmBackend *fddm_backend_module (void);

static const char *
describe (FddmDevice *device)
{
  return device->description;
}

/* Results leave the GPU by three operations. All tell if the network's outputs behind them were no numbers. */

static gboolean
synthesise_finish (FddmDevice *device, GError **error)
{
  return fddm_cuda_synthesise_finish (device, error) && fddm_cuda_are_finite (device, error);
}

static gboolean
tensor_download (FddmDevice *device, const FddmTensor *tensor, float *values, GError **error)
{
  return fddm_cuda_tensor_download (device, tensor, values, error) && fddm_cuda_are_finite (device, error);
}

static gboolean
meter_finish (FddmDevice *device, FddmMeterSums *sums, GError **error)
{
  return fddm_cuda_meter_finish (device, sums, error) && fddm_cuda_are_finite (device, error);
}

static const FddmBackend backend = {
  .abi               = FDDM_BACKEND_ABI,
  .name              = "GPU",
  .open              = fddm_cuda_open,
  .close             = fddm_cuda_close,
  .look              = fddm_cuda_look,
  .describe          = describe,
  .available         = fddm_cuda_available,
  .tensor_new        = fddm_cuda_tensor_new,
  .tensor_free       = fddm_cuda_tensor_free,
  .tensor_bytes      = fddm_cuda_tensor_bytes,
  .tensor_upload     = fddm_cuda_tensor_upload,
  .tensor_download   = tensor_download,
  .analyse           = fddm_cuda_analyse,
  .synthesise        = fddm_cuda_synthesise,
  .analyse_input     = fddm_cuda_analyse_input,
  .synthesise_output = fddm_cuda_synthesise_output,
  .filter            = fddm_cuda_filter,
  .synthesise_finish = synthesise_finish,
  .meter_features    = fddm_cuda_meter_features,
  .meter_gather      = fddm_cuda_meter_gather,
  .meter_finish      = meter_finish,
  .noise_map         = fddm_cuda_noise_map,
  .noise_cap         = fddm_cuda_noise_cap,
  .precondition      = fddm_cuda_precondition,
  .estimate          = fddm_cuda_estimate,
  .step              = fddm_cuda_step,
  .start             = fddm_cuda_start,
  .difference        = fddm_cuda_difference,
  .conv_new          = fddm_cuda_conv_new,
  .conv_free         = fddm_cuda_conv_free,
  .conv_prepare      = fddm_cuda_conv_prepare,
  .conv              = fddm_cuda_conv,
  .group_norm        = fddm_cuda_group_norm,
  .attention         = fddm_cuda_attention,
  .embed             = fddm_cuda_embed,
  .copy_channels     = fddm_cuda_copy_channels,
  .copy_window       = fddm_cuda_copy_window,
  .add_window        = fddm_cuda_add_window,
  .clamp             = fddm_cuda_clamp,
  .pace              = fddm_cuda_pace,
  .operation_limit   = fddm_cuda_operation_limit,
};

const FddmBackend *
fddm_backend_module (void)
{
  return &backend;
}
