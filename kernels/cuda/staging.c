/* staging.c: the rings for transfers between host and GPU memory.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Order of work on one slot, with the events "copied" and "used":
 *   up:   host fills -> copied -> kernels read -> used -> (host fills)
 *   down: kernels write -> used -> copied -> host empties -> (kernels write) */
#include "kernels/cuda/device.h"
#include <glib/gi18n-lib.h>

/* Large enough that starting a copy, and sharing its packing among threads, costs little in comparison. */
#define SLOT_BYTES ((gsize) 8 << 20)

static void
free_buffers (FddmRing *ring)
{
  for (int i = 0; i < FDDM_RING_SLOTS; i++)
    {
      /* NULL is no pinned memory, and the error of freeing it would be reported for the next launch. */
      if (ring->host[i] != NULL)
        (void) cudaFreeHost (ring->host[i]);
      (void) cudaFree (ring->device[i]);
      ring->host[i] = ring->device[i] = NULL;
    }
  ring->bytes = 0;
}

/* Allocates pinned host memory. The error code is not that of GPU memory, since a smaller tile would not help. */
static gboolean
pin (void **memory, gsize bytes, GError **error)
{
  const cudaError_t status = cudaHostAlloc (memory, bytes, cudaHostAllocDefault);

  if (status != cudaErrorMemoryAllocation)
    return fddm_cuda_ok (status, "pinning memory", error);
  (void) cudaGetLastError ();
  g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED, _ ("the system has no %d MiB that the GPU may copy from"),
               (int) (bytes >> 20));
  return FALSE;
}

static gboolean
make_buffers (FddmRing *ring, gsize bytes, GError **error)
{
  for (int i = 0; i < FDDM_RING_SLOTS; i++)
    if (!pin (&ring->host[i], bytes, error) ||
        !fddm_cuda_ok (cudaMalloc (&ring->device[i], bytes), "the transfer buffer", error))
      {
        free_buffers (ring);
        return FALSE;
      }
  ring->bytes = bytes;
  return TRUE;
}

gboolean
fddm_ring_reserve (FddmDevice *device, FddmRing *ring, gsize bytes, GError **error)
{
  GError *problem = NULL;

  if (bytes <= ring->bytes)
    return TRUE;
  if (!fddm_cuda_wait (device, error))
    return FALSE;
  bytes = MAX (bytes, SLOT_BYTES);
  free_buffers (ring);
  if (make_buffers (ring, bytes, &problem))
    return TRUE;
  /* Frees unused memory and tries again. */
  if (!g_error_matches (problem, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY))
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  g_error_free (problem);
  fddm_cuda_memory_purge (device);
  return make_buffers (ring, bytes, error);
}

gboolean
fddm_ring_init (FddmRing *ring, GError **error)
{
  if (!fddm_cuda_ok (cudaStreamCreateWithFlags (&ring->stream, cudaStreamNonBlocking), "making a stream", error))
    return FALSE;
  for (int i = 0; i < FDDM_RING_SLOTS; i++)
    if (!fddm_event_new (&ring->copied[i], error) || !fddm_event_new (&ring->used[i], error))
      return FALSE;
  return make_buffers (ring, SLOT_BYTES, error);
}

/* Also clears a ring whose initialisation failed midway. */
void
fddm_ring_clear (FddmRing *ring)
{
  free_buffers (ring);
  for (int i = 0; i < FDDM_RING_SLOTS; i++)
    {
      if (ring->copied[i] != NULL)
        (void) cudaEventDestroy (ring->copied[i]);
      if (ring->used[i] != NULL)
        (void) cudaEventDestroy (ring->used[i]);
    }
  if (ring->stream != NULL)
    (void) cudaStreamDestroy (ring->stream);
}

int
fddm_ring_take (FddmRing *ring)
{
  const int slot = ring->next;

  ring->next = (slot + 1) % FDDM_RING_SLOTS;
  return slot;
}

gboolean
fddm_ring_wait (FddmRing *ring, int slot, GError **error)
{
  /* An event that was never recorded counts as completed. */
  return fddm_cuda_ok (cudaEventSynchronize (ring->copied[slot]), "its work", error);
}

gboolean
fddm_stream_wait (cudaStream_t stream, cudaEvent_t event, GError **error)
{
  return fddm_cuda_ok (cudaStreamWaitEvent (stream, event, 0), "ordering its work", error);
}

static gboolean
mark (cudaEvent_t event, cudaStream_t stream, GError **error)
{
  return fddm_cuda_ok (cudaEventRecord (event, stream), "ordering its work", error);
}

static gboolean
copy (FddmRing *ring, int slot, void *to, const void *from, gsize bytes, enum cudaMemcpyKind kind, GError **error)
{
  return fddm_stream_wait (ring->stream, ring->used[slot], error) &&
         fddm_cuda_ok (cudaMemcpyAsync (to, from, bytes, kind, ring->stream), "copying", error) &&
         mark (ring->copied[slot], ring->stream, error);
}

gboolean
fddm_ring_send_to (FddmDevice *device, FddmRing *ring, int slot, void *to, gsize bytes, GError **error)
{
  return copy (ring, slot, to, ring->host[slot], bytes, cudaMemcpyHostToDevice, error) &&
         fddm_stream_wait (device->stream, ring->copied[slot], error);
}

gboolean
fddm_ring_send (FddmDevice *device, FddmRing *ring, int slot, gsize bytes, GError **error)
{
  return fddm_ring_send_to (device, ring, slot, ring->device[slot], bytes, error);
}

gboolean
fddm_ring_used (FddmDevice *device, FddmRing *ring, int slot, GError **error)
{
  return mark (ring->used[slot], device->stream, error);
}

gboolean
fddm_ring_claim (FddmDevice *device, FddmRing *ring, int slot, GError **error)
{
  return fddm_stream_wait (device->stream, ring->copied[slot], error);
}

gboolean
fddm_ring_fetch_from (FddmDevice *device, FddmRing *ring, int slot, const void *from, gsize bytes, GError **error)
{
  return mark (ring->used[slot], device->stream, error) &&
         copy (ring, slot, ring->host[slot], from, bytes, cudaMemcpyDeviceToHost, error);
}

gboolean
fddm_ring_fetch (FddmDevice *device, FddmRing *ring, int slot, gsize bytes, GError **error)
{
  return fddm_ring_fetch_from (device, ring, slot, ring->device[slot], bytes, error);
}
