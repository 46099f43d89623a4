/* runtime.c: as much of the CUDA runtime as the GPU module calls, on host memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <glib.h>
#include <cuda_runtime_api.h>

/* What the make-believe GPU has. */
#define MEMORY ((size_t) 1 << 30)

static size_t allocated;

/* The size stands before the memory. */
cudaError_t
cudaMalloc (void **memory, size_t bytes)
{
  char *block;

  *memory = NULL;
  if (bytes > MEMORY - allocated)
    return cudaErrorMemoryAllocation;
  block = malloc (bytes + 16);
  memcpy (block, &bytes, sizeof bytes);
  memset (block + 16, 0xFF, bytes);
  allocated += bytes;
  *memory = block + 16;
  return cudaSuccess;
}

cudaError_t
cudaFree (void *memory)
{
  size_t bytes;

  if (memory == NULL)
    return cudaSuccess;
  memcpy (&bytes, (char *) memory - 16, sizeof bytes);
  allocated -= bytes;
  free ((char *) memory - 16);
  return cudaSuccess;
}

cudaError_t
cudaHostAlloc (void **memory, size_t bytes, unsigned int flags G_GNUC_UNUSED)
{
  *memory = malloc (bytes);
  return cudaSuccess;
}

cudaError_t
cudaFreeHost (void *memory)
{
  free (memory);
  return cudaSuccess;
}

cudaError_t
cudaMemGetInfo (size_t *available, size_t *total)
{
  *available = MEMORY - allocated;
  *total     = MEMORY;
  return cudaSuccess;
}

cudaError_t
cudaMemcpyAsync (void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind G_GNUC_UNUSED,
                 cudaStream_t stream G_GNUC_UNUSED)
{
  memcpy (to, from, bytes);
  return cudaSuccess;
}

cudaError_t
cudaDriverGetVersion (int *version)
{
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t
cudaGetDeviceCount (int *count)
{
  *count = 1;
  return cudaSuccess;
}

cudaError_t
cudaSetDevice (int device G_GNUC_UNUSED)
{
  return cudaSuccess;
}

cudaError_t
cudaGetLastError (void)
{
  return cudaSuccess;
}

const char *
cudaGetErrorString (cudaError_t error G_GNUC_UNUSED)
{
  return "emulated";
}

cudaError_t
cudaDeviceGetAttribute (int *value, enum cudaDeviceAttr attribute, int device G_GNUC_UNUSED)
{
  *value = attribute == cudaDevAttrComputeCapabilityMajor ? 9 : 0;
  return cudaSuccess;
}

cudaError_t
cudaGetDeviceProperties (struct cudaDeviceProp *properties, int device G_GNUC_UNUSED)
{
  memset (properties, 0, sizeof *properties);
  g_strlcpy (properties->name, "emulated GPU", sizeof properties->name);
  return cudaSuccess;
}

cudaError_t
cudaStreamCreateWithFlags (cudaStream_t *stream, unsigned int flags G_GNUC_UNUSED)
{
  *stream = (cudaStream_t) malloc (1);
  return cudaSuccess;
}

cudaError_t
cudaStreamDestroy (cudaStream_t stream)
{
  free (stream);
  return cudaSuccess;
}

cudaError_t
cudaStreamSynchronize (cudaStream_t stream G_GNUC_UNUSED)
{
  return cudaSuccess;
}

cudaError_t
cudaEventCreateWithFlags (cudaEvent_t *event, unsigned int flags G_GNUC_UNUSED)
{
  *event = (cudaEvent_t) malloc (1);
  return cudaSuccess;
}

cudaError_t
cudaEventDestroy (cudaEvent_t event)
{
  free (event);
  return cudaSuccess;
}

cudaError_t
cudaEventSynchronize (cudaEvent_t event G_GNUC_UNUSED)
{
  return cudaSuccess;
}

cudaError_t
cudaEventRecord (cudaEvent_t event G_GNUC_UNUSED, cudaStream_t stream G_GNUC_UNUSED)
{
  return cudaSuccess;
}
