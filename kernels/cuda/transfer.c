/* transfer.c: uploads and downloads the values of tensors, one slot of a ring at a time; fetches a few bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "kernels/cuda/device.h"

gboolean
fddm_cuda_answer_init (FddmDevice *device, GError **error)
{
  return fddm_cuda_ok (cudaHostAlloc (&device->answer, FDDM_ANSWER_BYTES, cudaHostAllocDefault), "pinning memory", error);
}

void
fddm_cuda_answer_clear (FddmDevice *device)
{
  if (device->answer != NULL)
    (void) cudaFreeHost (device->answer);
  device->answer = NULL;
}

/* By way of memory that lives as long as the device: where waiting fails, the copy may still be on its way. */
gboolean
fddm_cuda_fetch (FddmDevice *device, void *to, const void *from, gsize bytes, const char *doing, GError **error)
{
  g_assert (bytes <= FDDM_ANSWER_BYTES);
  if (!fddm_cuda_ok (cudaMemcpyAsync (device->answer, from, bytes, cudaMemcpyDeviceToHost, device->stream), doing, error) ||
      !fddm_cuda_wait (device, error))
    return FALSE;
  memcpy (to, device->answer, bytes);
  return TRUE;
}

static gsize
n_values (const FddmTensor *tensor)
{
  return (gsize) tensor->height * tensor->width * tensor->channels;
}

gboolean
fddm_cuda_tensor_upload (FddmDevice *device, FddmTensor *tensor, const float *values, GError **error)
{
  FddmRing   *ring = &device->up;
  const gsize n    = n_values (tensor);
  gsize       size;

  if (!fddm_cuda_enter (device, error) || !fddm_ring_reserve (device, ring, sizeof (float), error))
    return FALSE;
  size = ring->bytes / sizeof (float);
  for (gsize first = 0; first < n; first += size)
    {
      const gsize count = MIN (size, n - first);
      const int   slot  = fddm_ring_take (ring);

      if (!fddm_ring_wait (ring, slot, error))
        return FALSE;
      memcpy (ring->host[slot], values + first, count * sizeof (float));
      if (!fddm_ring_send (device, ring, slot, count * sizeof (float), error) ||
          !fddm_cuda_store_floats (device, ring->device[slot], tensor, first, count, error) ||
          !fddm_ring_used (device, ring, slot, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
fddm_cuda_tensor_download (FddmDevice *device, const FddmTensor *tensor, float *values, GError **error)
{
  FddmRing   *ring = &device->down;
  const gsize n    = n_values (tensor);
  gsize       size;

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  fddm_cuda_synthesise_drop (device);
  if (!fddm_ring_reserve (device, ring, sizeof (float), error))
    return FALSE;
  size = ring->bytes / sizeof (float);
  for (gsize first = 0; first < n; first += size)
    {
      const gsize count = MIN (size, n - first);
      const int   slot  = fddm_ring_take (ring);

      if (!fddm_ring_claim (device, ring, slot, error) ||
          !fddm_cuda_load_floats (device, tensor, first, count, ring->device[slot], error) ||
          !fddm_ring_fetch (device, ring, slot, count * sizeof (float), error) || !fddm_ring_wait (ring, slot, error))
        return FALSE;
      memcpy (values + first, ring->host[slot], count * sizeof (float));
    }
  return TRUE;
}
