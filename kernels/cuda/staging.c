/* staging.c: the way between the host's memory and the GPU's.
 * SPDX-License-Identifier: Apache-2.0 */
#include "device.h"

/* Large enough that a copy's start costs nothing against it, small enough to pin. */
#define SLOT_BYTES ((gsize) 8 << 20)

static void
free_buffers (FddmStaging *staging)
{
  for (int i = 0; i < 2; i++)
    {
      (void) cudaFreeHost (staging->host[i]);
      staging->host[i] = NULL;
    }
  (void) cudaFree (staging->device);
  staging->device = NULL;
  staging->bytes  = 0;
}

gboolean
fddm_staging_reserve (FddmDevice *device, gsize bytes, GError **error)
{
  FddmStaging *staging = &device->staging;

  if (bytes <= staging->bytes)
    return TRUE;
  if (!fddm_cuda_ok (cudaStreamSynchronize (device->stream), "waiting for its work", error))
    return FALSE;
  free_buffers (staging);
  if (fddm_cuda_ok (cudaHostAlloc (&staging->host[0], bytes, cudaHostAllocDefault), "pinning host memory", error) &&
      fddm_cuda_ok (cudaHostAlloc (&staging->host[1], bytes, cudaHostAllocDefault), "pinning host memory", error) &&
      fddm_cuda_ok (cudaMalloc (&staging->device, bytes), "the transfer buffer", error))
    {
      staging->bytes = bytes;
      return TRUE;
    }
  free_buffers (staging);
  return FALSE;
}

gboolean
fddm_staging_init (FddmDevice *device, GError **error)
{
  for (int i = 0; i < 2; i++)
    if (!fddm_cuda_ok (cudaEventCreateWithFlags (&device->staging.copied[i], cudaEventDisableTiming),
                       "making an event", error))
      return FALSE;
  return fddm_staging_reserve (device, SLOT_BYTES, error);
}

void
fddm_staging_clear (FddmDevice *device)
{
  free_buffers (&device->staging);
  for (int i = 0; i < 2; i++)
    if (device->staging.copied[i] != NULL)
      (void) cudaEventDestroy (device->staging.copied[i]);
}

gboolean
fddm_staging_wait (FddmDevice *device, int slot, GError **error)
{
  return fddm_cuda_ok (cudaEventSynchronize (device->staging.copied[slot]), "its work", error);
}

static gboolean
copy (FddmDevice *device, int slot, void *to, const void *from, gsize bytes, enum cudaMemcpyKind kind, GError **error)
{
  return fddm_cuda_ok (cudaMemcpyAsync (to, from, bytes, kind, device->stream), "copying", error) &&
         fddm_cuda_ok (cudaEventRecord (device->staging.copied[slot], device->stream), "copying", error);
}

gboolean
fddm_staging_send (FddmDevice *device, int slot, gsize bytes, GError **error)
{
  return copy (device, slot, device->staging.device, device->staging.host[slot], bytes, cudaMemcpyHostToDevice, error);
}

gboolean
fddm_staging_fetch (FddmDevice *device, int slot, gsize bytes, GError **error)
{
  return copy (device, slot, device->staging.host[slot], device->staging.device, bytes, cudaMemcpyDeviceToHost, error);
}
