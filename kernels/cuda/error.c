/* error.c: converts the status codes of CUDA and cuDNN to GErrors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cuda/device.h"
#include <glib/gi18n-lib.h>

/* registry.c in the program defines a quark of the same name. Quarks are equal if their names are, so the module needs no
 * symbol of the program that opens it. */
G_DEFINE_QUARK (fddm-kernel-error-quark, fddm_kernel_error)

gboolean
fddm_cuda_ok (cudaError_t status, const char *doing, GError **error)
{
  if (status == cudaSuccess)
    return TRUE;
  /* CUDA remembers a failed allocation until it is queried, and would report it at the next launch. */
  (void) cudaGetLastError ();
  if (status == cudaErrorMemoryAllocation)
    g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY, _ ("the GPU's memory is too small for %s"), doing);
  else
    g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED, _ ("the GPU failed in %s: %s"), doing,
                 cudaGetErrorString (status));
  return FALSE;
}

gboolean
fddm_cuda_launched (const char *doing, GError **error)
{
  return fddm_cuda_ok (cudaGetLastError (), doing, error);
}

gboolean
fddm_cudnn_ok (const FddmCudnn *cudnn, cudnnStatus_t status, const char *doing, GError **error)
{
  if (status == CUDNN_STATUS_SUCCESS)
    return TRUE;
  (void) cudaGetLastError ();
  if (status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED ||
      status == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED)
    g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY, _ ("the GPU's memory is too small for %s"), doing);
  else
    g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED, _ ("cuDNN failed in %s: %s"), doing,
                 cudnn->get_error_string (status));
  return FALSE;
}

gboolean
fddm_cuda_heads_too_wide (int size, GError **error)
{
  g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED,
               _ ("attention over heads of %d channels is too wide for the GPU"), size);
  return FALSE;
}

gboolean
fddm_cuda_select (const FddmDevice *device, GError **error)
{
  return fddm_cuda_ok (cudaSetDevice (device->ordinal), "choosing the device", error);
}
