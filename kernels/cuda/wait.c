/* wait.c: waiting for the GPU. The thread sleeps meanwhile, so that the processor is free for others.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cuda/device.h"

gboolean
fddm_event_new (cudaEvent_t *event, GError **error)
{
  return *event != NULL || fddm_cuda_ok (cudaEventCreateWithFlags (event, cudaEventDisableTiming | cudaEventBlockingSync),
                                         "making an event", error);
}

/* Waits for all work in STREAM. */
static gboolean
wait_for_stream (FddmDevice *device, cudaStream_t stream, GError **error)
{
  return fddm_event_new (&device->idle, error) && fddm_cuda_ok (cudaEventRecord (device->idle, stream), "its work", error) &&
         fddm_cuda_ok (cudaEventSynchronize (device->idle), "its work", error);
}

gboolean
fddm_cuda_wait (FddmDevice *device, GError **error)
{
  cudaStream_t streams[] = { device->up.stream, device->stream, device->down.stream };
  gboolean     ok        = TRUE;

  /* Waits for all streams even if one fails, because the caller is about to free memory that they use. */
  for (guint i = 0; i < G_N_ELEMENTS (streams); i++)
    if (streams[i] != NULL && /* NULL while a device is being set up */
        !wait_for_stream (device, streams[i], ok ? error : NULL))
      ok = FALSE;
  return ok;
}

gboolean
fddm_cuda_pace (FddmDevice *device, GError **error)
{
  cudaEvent_t   *mine = &device->paces[device->paced % 2], *before = &device->paces[(device->paced + 1) % 2];
  const gboolean first = device->paced == 0;

  if (!fddm_cuda_enter (device, error) || !fddm_event_new (mine, error) ||
      !fddm_cuda_ok (cudaEventRecord (*mine, device->stream), "ordering its work", error))
    return FALSE;
  device->paced++;
  return first || fddm_cuda_ok (cudaEventSynchronize (*before), "its work", error);
}

void
fddm_waits_clear (FddmDevice *device)
{
  cudaEvent_t *events[] = { &device->idle, &device->paces[0], &device->paces[1] };

  for (guint i = 0; i < G_N_ELEMENTS (events); i++)
    {
      if (*events[i] != NULL)
        (void) cudaEventDestroy (*events[i]);
      *events[i] = NULL;
    }
}
