/* memory.c: tensors in the GPU's memory. Allocations are plain, never managed, so that lack of memory is an error.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "kernels/cuda/device.h"

/* Alignment of cudaMalloc, in bytes. */
#define ALIGNMENT 256

/* Memory left to the driver and the libraries: a sixteenth of the free memory, at most RESERVE. On a card that also draws
 * the screen: an eighth, at most SCREEN_RESERVE. */
#define RESERVE        ((gsize) 256 << 20)
#define SCREEN_RESERVE ((gsize) 1 << 30)

/* Seconds that an operation may take on such a card, and multiply-adds per cycle that a multiprocessor does at least: a
 * quarter of what the smallest can do in float32. */
#define OPERATION_SECONDS 0.1
#define OPERATION_RATE    16.0

gsize
fddm_cuda_tensor_bytes (FddmDevice *device, FddmTensorType type, int height, int width, int channels)
{
  gsize element = fddm_cuda_element (device, type) == FDDM_ELEMENT_FLOAT ? sizeof (float) : sizeof (guint16);
  gsize bytes;

  if (!g_size_checked_mul (&bytes, (gsize) height, (gsize) width) || !g_size_checked_mul (&bytes, bytes, (gsize) channels) ||
      !g_size_checked_mul (&bytes, bytes, element) || !g_size_checked_add (&bytes, bytes, ALIGNMENT - 1))
    return G_MAXSIZE;
  return bytes / ALIGNMENT * ALIGNMENT;
}

/* ---- Blocks: freed ones are kept, since the next picture needs the same sizes and CUDA allocates and frees slowly ---- */

static gsize
parked_bytes (const FddmDevice *device)
{
  gsize bytes = 0;

  for (guint i = 0; i < device->parked->len; i++)
    bytes += g_array_index (device->parked, FddmBlock, i).bytes;
  return bytes;
}

void
fddm_resident_free (FddmResident *resident)
{
  (void) cudaFree (resident->pixels);
  (void) cudaFree (resident->change);
  (void) cudaFree (resident->room);
  memset (resident, 0, sizeof *resident);
}

void
fddm_cuda_memory_purge (FddmDevice *device)
{
  if (!device->resident.open)
    fddm_resident_free (&device->resident);
  for (guint i = 0; i < device->parked->len; i++)
    (void) cudaFree (g_array_index (device->parked, FddmBlock, i).data);
  g_array_set_size (device->parked, 0);
  (void) cudaFree (device->scratch);
  device->scratch       = NULL;
  device->scratch_bytes = 0;
}

/* Waits until no memory outside of tensors is in use. Recorded calls refer to the scratch memory, so they are launched
 * first. */
static gboolean
settle (FddmDevice *device, GError **error)
{
  return device->settle (device, error) && fddm_cuda_wait (device, error);
}

/* Takes the most recently parked block of exactly BYTES; NULL if there is none. */
static void *
take_parked (FddmDevice *device, gsize bytes)
{
  for (guint i = device->parked->len; i-- > 0;)
    {
      const FddmBlock block = g_array_index (device->parked, FddmBlock, i);

      if (block.bytes == bytes)
        {
          g_array_remove_index (device->parked, i);
          return block.data;
        }
    }
  return NULL;
}

static int
attribute (const FddmDevice *device, enum cudaDeviceAttr which)
{
  int value = 0;

  if (cudaDeviceGetAttribute (&value, which, device->ordinal) == cudaSuccess)
    return value;
  (void) cudaGetLastError ();
  return 0;
}

/* Whether the card draws the screen: there, the driver ends what takes seconds. */
static gboolean
draws (const FddmDevice *device)
{
  return attribute (device, cudaDevAttrKernelExecTimeout) != 0;
}

/* What has to stay free of AVAILABLE bytes. */
static gsize
reserve_of (const FddmDevice *device, gsize available)
{
  return draws (device) ? MIN (available / 8, SCREEN_RESERVE) : MIN (available / 16, RESERVE);
}

/* Whether BYTES more would leave less than the reserve, which parked blocks take up. */
static gboolean
parked_in_the_way (const FddmDevice *device, gsize bytes)
{
  const gsize parked    = parked_bytes (device);
  size_t      available = 0, total = 0;

  return parked > 0 && cudaMemGetInfo (&available, &total) == cudaSuccess &&
         available < bytes + reserve_of (device, available + parked);
}

void *
fddm_cuda_allocate (FddmDevice *device, gsize bytes, const char *what, GError **error)
{
  void       *data = NULL;
  cudaError_t status;

  if (parked_in_the_way (device, bytes))
    {
      if (!settle (device, error))
        return NULL;
      fddm_cuda_memory_purge (device);
    }
  status = cudaMalloc (&data, bytes);

  if (status == cudaErrorMemoryAllocation &&
      (device->scratch != NULL || device->parked->len > 0 || device->resident.bytes > 0))
    {
      (void) cudaGetLastError ();
      if (!settle (device, error))
        return NULL;
      fddm_cuda_memory_purge (device);
      status = cudaMalloc (&data, bytes);
    }
  return fddm_cuda_ok (status, what, error) ? data : NULL;
}

void *
fddm_cuda_scratch (FddmDevice *device, gsize bytes, GError **error)
{
  void *old = device->scratch;

  bytes = MAX (bytes, ALIGNMENT);
  if (bytes <= device->scratch_bytes)
    return device->scratch;
  if (!settle (device, error))
    return NULL;
  device->scratch       = NULL;
  device->scratch_bytes = 0;
  (void) cudaFree (old);
  device->scratch = fddm_cuda_allocate (device, bytes, "working memory", error);
  if (device->scratch != NULL)
    device->scratch_bytes = bytes;
  return device->scratch;
}

/* ---- Tensors ---- */

static gboolean
within_limit (FddmDevice *device, gsize bytes, GError **error)
{
  if (device->limit == 0)
    return TRUE;
  /* The limit includes parked blocks. */
  if (parked_bytes (device) > 0 && device->used + parked_bytes (device) + bytes > device->limit)
    {
      if (!settle (device, error))
        return FALSE;
      fddm_cuda_memory_purge (device);
    }
  return device->used <= device->limit && bytes <= device->limit - device->used;
}

FddmTensor *
fddm_cuda_tensor_new (FddmDevice *device, FddmTensorType type, int height, int width, int channels, GError **error)
{
  gsize            bytes   = fddm_cuda_tensor_bytes (device, type, height, width, channels);
  g_autofree char *what    = g_strdup_printf ("%d × %d × %d values", height, width, channels);
  GError          *problem = NULL;
  void            *data;
  FddmTensor      *tensor;

  if (!fddm_cuda_select (device, error))
    return NULL;
  data = take_parked (device, bytes);
  if (data == NULL)
    {
      if (bytes == G_MAXSIZE || !within_limit (device, bytes, &problem))
        {
          if (problem != NULL)
            g_propagate_error (error, problem);
          else
            fddm_cuda_ok (cudaErrorMemoryAllocation, what, error);
          return NULL;
        }
      data = fddm_cuda_allocate (device, bytes, what, error);
    }
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
  FddmBlock block;

  if (tensor == NULL)
    return;
  block = (FddmBlock) { tensor->data, tensor->bytes };
  /* Kernels using the memory may not have finished. Those of the next tensor that takes it run after them. */
  g_array_append_val (device->parked, block);
  device->used -= tensor->bytes;
  g_free (tensor);
}

gsize
fddm_cuda_available (FddmDevice *device)
{
  size_t available = 0, total = 0;

  if (!fddm_cuda_select (device, NULL) ||
      !fddm_cuda_ok (cudaMemGetInfo (&available, &total), "asking for free memory", NULL))
    return 0;
  /* The caller plans a new picture, so a series still in progress has been abandoned. */
  fddm_cuda_synthesise_drop (device);
  device->resident.open = FALSE;
  available += device->scratch_bytes + parked_bytes (device) + 2 * device->resident.bytes + device->resident.room_bytes;
  available -= reserve_of (device, available);
  if (device->limit != 0)
    available = MIN (available, device->limit > device->used ? device->limit - device->used : 0);
  return available;
}

double
fddm_cuda_operation_limit (FddmDevice *device)
{
  /* The clock is in kHz. */
  return draws (device) ? OPERATION_SECONDS * OPERATION_RATE * attribute (device, cudaDevAttrMultiProcessorCount) * 1e3 *
                            attribute (device, cudaDevAttrClockRate)
                        : 0.0;
}
