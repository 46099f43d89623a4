/* finite.c: reports outputs of the network that are not finite. They are counted by the kernels that read them (ends.cuh).
 * SPDX-License-Identifier: Apache-2.0
 *
 * The host looks at a flag in its own memory, so that the count, in the GPU's, need not be fetched as long as all is
 * well. */
#include <glib/gi18n-lib.h>
#include "kernels/cuda/device.h"

gboolean
fddm_cuda_finite_init (FddmDevice *device, GError **error)
{
  FddmBroken *broken = &device->broken;

  if (!fddm_cuda_ok (cudaMalloc ((void **) &broken->count, sizeof *broken->count), "its memory", error) ||
      !fddm_cuda_ok (cudaMemsetAsync (broken->count, 0, sizeof *broken->count, device->stream), "its memory", error) ||
      !fddm_cuda_ok (cudaHostAlloc ((void **) &broken->any, sizeof *broken->any, cudaHostAllocMapped), "pinning memory",
                     error))
    return FALSE;
  *broken->any = 0;
  return TRUE;
}

void
fddm_cuda_finite_clear (FddmDevice *device)
{
  if (device->broken.any != NULL)
    (void) cudaFreeHost (device->broken.any);
  (void) cudaFree (device->broken.count);
  device->broken = (FddmBroken) { NULL, NULL };
}

gboolean
fddm_cuda_are_finite (FddmDevice *device, GError **error)
{
  volatile unsigned int *any   = device->broken.any;
  unsigned int           count = 0;

  if (*any == 0)
    return TRUE;
  if (!fddm_cuda_fetch (device, &count, device->broken.count, sizeof count, "its work", error) ||
      !fddm_cuda_ok (cudaMemsetAsync (device->broken.count, 0, sizeof count, device->stream), "its work", error) ||
      !fddm_cuda_wait (device, error))
    return FALSE;
  *any = 0; /* not before, since kernels still at work would set it again */
  g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED, _ ("the GPU returned numbers that are not finite (%u)"),
               count);
  return FALSE;
}
