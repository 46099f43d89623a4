/* memory.c: tensors in the GPU's memory. Plain allocations, never managed ones: what does not fit must say so.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "device.h"

/* What cudaMalloc aligns to. */
#define ALIGNMENT 256

/* Left to the driver, the desktop and the libraries: a sixteenth of what is free, at most this. */
#define RESERVE ((gsize) 256 << 20)

gsize
fddm_cuda_tensor_bytes (FddmDevice *device, FddmTensorType type, int height, int width, int channels)
{
  gsize element = fddm_cuda_element (device, type) == FDDM_ELEMENT_FLOAT ? sizeof (float) : sizeof (guint16);
  gsize bytes;

  if (!g_size_checked_mul (&bytes, (gsize) height, (gsize) width) ||
      !g_size_checked_mul (&bytes, bytes, (gsize) channels) ||
      !g_size_checked_mul (&bytes, bytes, element) ||
      !g_size_checked_add (&bytes, bytes, ALIGNMENT - 1))
    return G_MAXSIZE;
  return bytes / ALIGNMENT * ALIGNMENT;
}

void
fddm_cuda_scratch_free (FddmDevice *device)
{
  (void) cudaFree (device->scratch);
  device->scratch       = NULL;
  device->scratch_bytes = 0;
}

/* Device memory; scratch that nobody uses at the moment gives way. */
static void *
allocate (FddmDevice *device, gsize bytes, const char *what, GError **error)
{
  void       *data   = NULL;
  cudaError_t status = cudaMalloc (&data, bytes);

  if (status == cudaErrorMemoryAllocation && device->scratch != NULL)
    {
      (void) cudaGetLastError ();
      if (!fddm_cuda_ok (cudaStreamSynchronize (device->stream), "waiting for its work", error))
        return NULL;
      fddm_cuda_scratch_free (device);
      status = cudaMalloc (&data, bytes);
    }
  return fddm_cuda_ok (status, what, error) ? data : NULL;
}

void *
fddm_cuda_scratch (FddmDevice *device, gsize bytes, GError **error)
{
  if (bytes <= device->scratch_bytes && device->scratch != NULL)
    return device->scratch;
  if (!fddm_cuda_ok (cudaStreamSynchronize (device->stream), "waiting for its work", error))
    return NULL;
  fddm_cuda_scratch_free (device);
  device->scratch = allocate (device, MAX (bytes, ALIGNMENT), "working memory", error);
  if (device->scratch != NULL)
    device->scratch_bytes = MAX (bytes, ALIGNMENT);
  return device->scratch;
}

static gboolean
within_limit (const FddmDevice *device, gsize bytes)
{
  return device->limit == 0 || (device->used <= device->limit && bytes <= device->limit - device->used);
}

FddmTensor *
fddm_cuda_tensor_new (FddmDevice *device, FddmTensorType type, int height, int width, int channels, GError **error)
{
  gsize            bytes = fddm_cuda_tensor_bytes (device, type, height, width, channels);
  g_autofree char *what  = g_strdup_printf ("%d × %d × %d values", height, width, channels);
  void            *data;
  FddmTensor      *tensor;

  if (!fddm_cuda_enter (device, error))
    return NULL;
  if (bytes == G_MAXSIZE || !within_limit (device, bytes))
    {
      fddm_cuda_ok (cudaErrorMemoryAllocation, what, error);
      return NULL;
    }
  data = allocate (device, bytes, what, error);
  if (data == NULL)
    return NULL;
  device->used += bytes;
  tensor  = g_new (FddmTensor, 1);
  *tensor = (FddmTensor) {
    .type = type, .height = height, .width = width, .channels = channels, .bytes = bytes, .data = data
  };
  return tensor;
}

void
fddm_cuda_tensor_free (FddmDevice *device, FddmTensor *tensor)
{
  if (tensor == NULL)
    return;
  /* Kernels that use it may still be on their way. Of a device that has failed nothing more can be said here. */
  if (!fddm_cuda_enter (device, NULL) || cudaStreamSynchronize (device->stream) != cudaSuccess ||
      cudaFree (tensor->data) != cudaSuccess)
    (void) cudaGetLastError ();
  device->used -= tensor->bytes;
  g_free (tensor);
}

gsize
fddm_cuda_available (FddmDevice *device)
{
  size_t available = 0, total = 0;
  gsize  reserve;

  if (!fddm_cuda_enter (device, NULL) ||
      !fddm_cuda_ok (cudaMemGetInfo (&available, &total), "asking for free memory", NULL))
    return 0;
  available += device->scratch_bytes;
  reserve    = MIN (available / 16, RESERVE);
  available -= reserve;
  if (device->limit != 0)
    available = MIN (available, device->limit > device->used ? device->limit - device->used : 0);
  return available;
}

static gsize
n_values (const FddmTensor *tensor)
{
  return (gsize) tensor->height * tensor->width * tensor->channels;
}

gboolean
fddm_cuda_tensor_upload (FddmDevice *device, FddmTensor *tensor, const float *values, GError **error)
{
  const gsize n = n_values (tensor), size = device->staging.bytes / sizeof (float);
  int         slot = 0;

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  for (gsize first = 0; first < n; first += size, slot ^= 1)
    {
      gsize count = MIN (size, n - first);

      if (!fddm_staging_wait (device, slot, error))
        return FALSE;
      memcpy (device->staging.host[slot], values + first, count * sizeof (float));
      if (!fddm_staging_send (device, slot, count * sizeof (float), error) ||
          !fddm_cuda_store_floats (device, device->staging.device, tensor, first, count, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
fddm_cuda_tensor_download (FddmDevice *device, const FddmTensor *tensor, float *values, GError **error)
{
  const gsize n = n_values (tensor), size = device->staging.bytes / sizeof (float);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  for (gsize first = 0; first < n; first += size)
    {
      gsize count = MIN (size, n - first);

      /* The slot may still be on its way to the GPU; the stream's order sees to the rest. */
      if (!fddm_cuda_load_floats (device, tensor, first, count, device->staging.device, error) ||
          !fddm_staging_fetch (device, 0, count * sizeof (float), error) || !fddm_staging_wait (device, 0, error))
        return FALSE;
      memcpy (values + first, device->staging.host[0], count * sizeof (float));
    }
  return TRUE;
}
