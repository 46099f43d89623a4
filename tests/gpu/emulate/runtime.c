/* runtime.c: as much of the CUDA runtime as the GPU module calls, on host memory; streams.c has what streams do.
 * SPDX-License-Identifier: Apache-2.0
 *
 * EMULATE_CUDA names what is wrong with the make-believe GPU, several things with commas between:
 *   no-driver, old-driver, no-device, old-gpu, exclusive, first-taken (two GPUs, the first one by somebody else), denied,
 *   memory=MIB, malloc=N (the Nth allocation fails, and so does the next), screen (it draws the screen),
 *   lost=N (fails from its Nth copy on),
 *   call=N (the Nth call of CUDA or cuDNN fails), calls=N (so do all after it),
 *   no-capture, spoilt-capture, no-instance (of graphs), unpinned (no pinned memory) */
#include <stdlib.h>
#include <string.h>
#include <gmodule.h>
#include "tests/gpu/emulate/streams.h"

static size_t      allocated;
static cudaError_t last_error;

const char *
emulate_fault (const char *word)
{
  g_auto (GStrv) faults = g_strsplit (g_getenv ("EMULATE_CUDA") != NULL ? g_getenv ("EMULATE_CUDA") : "", ",", 0);

  for (int i = 0; faults[i] != NULL; i++)
    if (g_str_equal (faults[i], word))
      return "";
    else if (g_str_has_prefix (faults[i], word) && faults[i][strlen (word)] == '=')
      return g_intern_string (faults[i] + strlen (word) + 1);
  return NULL;
}

cudaError_t
emulate_fail (cudaError_t status)
{
  if (status != cudaSuccess)
    last_error = status;
  return status;
}

static unsigned int n_calls;

cudaError_t
emulate_call (void)
{
  const char        *faults = g_getenv ("EMULATE_CUDA"), *one, *all;
  const unsigned int number = ++n_calls;

  if (faults == NULL || strstr (faults, "call") == NULL)
    return cudaSuccess;
  one = emulate_fault ("call");
  all = emulate_fault ("calls");
  if ((one != NULL && number == (unsigned int) atoi (one)) || (all != NULL && number >= (unsigned int) atoi (all)))
    return cudaErrorLaunchFailure;
  return cudaSuccess;
}

G_MODULE_EXPORT unsigned int
emulate_calls (void)
{
  const unsigned int n = n_calls;

  n_calls = 0;
  return n;
}

static size_t
memory_size (void)
{
  const char *megabytes = emulate_fault ("memory");

  return (size_t) (megabytes != NULL ? atoi (megabytes) : 1024) << 20;
}

/* The size stands before the memory, and the address has CUDA's alignment. */
#define ALIGNMENT 256

/* Counts allocations while one is to fail. The next one fails as well, since the module tries again. */
static gboolean
fails_now (void)
{
  static int  allocations;
  const char *which = emulate_fault ("malloc");

  allocations = which != NULL ? allocations + 1 : 0;
  return which != NULL && (allocations == atoi (which) || allocations == atoi (which) + 1);
}

cudaError_t
cudaMalloc (void **memory, size_t bytes)
{
  cudaError_t status = emulate_forbid_capture ();
  char       *block;

  *memory = NULL;
  if (status != cudaSuccess)
    return status;
  if (fails_now ())
    return emulate_fail (cudaErrorMemoryAllocation);
  if (bytes > memory_size () - MIN (allocated, memory_size ()))
    return emulate_fail (cudaErrorMemoryAllocation);
  block = aligned_alloc (ALIGNMENT, ALIGNMENT + (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
  memcpy (block, &bytes, sizeof bytes);
  memset (block + ALIGNMENT, 0xFF, bytes);
  allocated += bytes;
  *memory = block + ALIGNMENT;
  return cudaSuccess;
}

cudaError_t
cudaFree (void *memory)
{
  cudaError_t status = emulate_forbid_capture ();
  size_t      bytes;

  if (memory == NULL || status != cudaSuccess)
    return status;
  emulate_drain_all (); /* so does CUDA's */
  memcpy (&bytes, (char *) memory - ALIGNMENT, sizeof bytes);
  allocated -= bytes;
  free ((char *) memory - ALIGNMENT);
  return cudaSuccess;
}

/* Pinned memory: where it begins, and its bytes. */
static GHashTable *pinned;

cudaError_t
cudaHostAlloc (void **memory, size_t bytes, unsigned int flags G_GNUC_UNUSED)
{
  if (emulate_fault ("unpinned") != NULL)
    return emulate_fail (cudaErrorMemoryAllocation);
  *memory = malloc (bytes);
  if (pinned == NULL)
    pinned = g_hash_table_new (NULL, NULL);
  g_hash_table_insert (pinned, *memory, GSIZE_TO_POINTER (bytes));
  return emulate_forbid_capture ();
}

cudaError_t
cudaFreeHost (void *memory)
{
  /* What CUDA promises is for its own memory only. */
  if (memory == NULL)
    return emulate_fail (cudaErrorInvalidValue);
  emulate_drain_all ();
  g_hash_table_remove (pinned, memory);
  free (memory);
  return cudaSuccess;
}

cudaError_t
cudaMemGetInfo (size_t *available, size_t *total)
{
  if (emulate_fault ("exclusive") != NULL)
    return emulate_fail (cudaErrorDevicesUnavailable);
  *total     = memory_size ();
  *available = *total - MIN (allocated, *total);
  return cudaSuccess;
}

/* ---- Copies ---- */

typedef struct {
  void       *to;
  const void *from;
  size_t      bytes;
  int         value; /* of a fill */
} Copy;

/* Whether the BYTES at PLACE are pinned. A copy may run after an error has ended the function that started it, so that its end
 * in the host must not be on the stack. */
static gboolean
is_pinned (const char *place, size_t bytes)
{
  GHashTableIter iter;
  gpointer       begin, size;

  if (pinned == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, pinned);
  while (g_hash_table_iter_next (&iter, &begin, &size))
    if (place >= (char *) begin && place + bytes <= (char *) begin + GPOINTER_TO_SIZE (size))
      return TRUE;
  return FALSE;
}

static void
run_copy (void *data)
{
  const Copy *copy = data;

  memcpy (copy->to, copy->from, copy->bytes);
}

/* An error is CUDA's for good once a GPU has got lost. */
static gboolean
is_lost (void)
{
  static int  copies;
  const char *lost = emulate_fault ("lost");

  return lost != NULL && ++copies >= atoi (lost);
}

cudaError_t
cudaMemcpyAsync (void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind, cudaStream_t stream)
{
  Copy copy = { .to = to, .from = from, .bytes = bytes };

  g_assert_true (kind != cudaMemcpyDeviceToHost || is_pinned (to, bytes));
  g_assert_true (kind != cudaMemcpyHostToDevice || is_pinned (from, bytes));
  if (is_lost ())
    return emulate_fail (cudaErrorIllegalAddress);
  return emulate_submit (stream, run_copy, g_free, g_memdup2 (&copy, sizeof copy));
}

static void
run_clear (void *data)
{
  const Copy *clear = data;

  memset (clear->to, clear->value, clear->bytes);
}

cudaError_t
cudaMemsetAsync (void *to, int value, size_t bytes, cudaStream_t stream)
{
  Copy clear = { .to = to, .bytes = bytes, .value = value };

  return emulate_submit (stream, run_clear, g_free, g_memdup2 (&clear, sizeof clear));
}

/* ---- Devices ---- */

cudaError_t
cudaDriverGetVersion (int *version)
{
  *version = emulate_fault ("no-driver") != NULL ? 0 : emulate_fault ("old-driver") != NULL ? 11040 : CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t
cudaGetDeviceCount (int *count)
{
  *count = 0;
  if (emulate_fault ("no-device") != NULL)
    return emulate_fail (cudaErrorNoDevice);
  if (emulate_fault ("denied") != NULL)
    return emulate_fail (cudaErrorNotPermitted);
  *count = emulate_fault ("first-taken") != NULL ? 2 : 1;
  return cudaSuccess;
}

cudaError_t
cudaSetDevice (int device)
{
  return device == 0 && emulate_fault ("first-taken") != NULL ? emulate_fail (cudaErrorDevicesUnavailable) : cudaSuccess;
}

cudaError_t
cudaPeekAtLastError (void)
{
  return last_error;
}

cudaError_t
cudaGetLastError (void)
{
  cudaError_t error = last_error;

  if (error != cudaErrorIllegalAddress) /* which stays */
    last_error = cudaSuccess;
  return error;
}

const char *
cudaGetErrorString (cudaError_t error)
{
  return error == cudaErrorNotPermitted ? "operation not permitted" : "emulated";
}

cudaError_t
cudaDeviceGetAttribute (int *value, enum cudaDeviceAttr attribute, int device G_GNUC_UNUSED)
{
  const gboolean old = emulate_fault ("old-gpu") != NULL;

  switch (attribute)
    {
    case cudaDevAttrComputeCapabilityMajor: *value = old ? 6 : 9; break;
    case cudaDevAttrComputeCapabilityMinor: *value = old ? 1 : 0; break;
    case cudaDevAttrKernelExecTimeout: *value = emulate_fault ("screen") != NULL; break;
    case cudaDevAttrMultiProcessorCount: *value = 2; break;
    case cudaDevAttrClockRate: *value = 4000; break; /* 4 MHz */
    default: *value = 0;
    }
  return cudaSuccess;
}

cudaError_t
cudaGetDeviceProperties (struct cudaDeviceProp *properties, int device G_GNUC_UNUSED)
{
  memset (properties, 0, sizeof *properties);
  g_strlcpy (properties->name, "emulated GPU", sizeof properties->name);
  return cudaSuccess;
}
