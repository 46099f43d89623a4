/* open.c: opens a GPU, from the check for a driver to a device that has passed the self-test.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The environment variable FDDM_GPU_MEMORY, for tests and measurements: maximum memory for tensors, in MiB. */
#include "kernels/cuda/open.h"
#include "kernels/cuda/format.h"
#include "kernels/cuda/replay.h"
#include <glib/gi18n-lib.h>

/* Minimum compute capability times 10, that of Turing: cuDNN supports no older one. */
#define CAPABILITY_MIN 75

/* Minimum free memory, for cuDNN's kernels and a small tile. */
#define MEMORY_MIN ((gsize) 512 << 20)

/* Maximum number of threads that pack pixels: more would wait for the memory. */
#define THREADS_MAX 16

static gboolean unusable (GError **error, FddmKernelError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Sets ERROR and returns FALSE. */
static gboolean
unusable (GError **error, FddmKernelError code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  if (error != NULL)
    *error = g_error_new_valist (FDDM_KERNEL_ERROR, code, format, args);
  va_end (args);
  return FALSE;
}

/* Converts a failure while opening: it makes the device unusable, but is no failure of the work. */
static gboolean
make_unusable (GError *reason, GError **error)
{
  if (g_error_matches (reason, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY))
    unusable (error, FDDM_KERNEL_ERROR_BUSY, _ ("the GPU is out of memory or in use"));
  else if (g_error_matches (reason, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_NO_CUDNN))
    unusable (error, FDDM_KERNEL_ERROR_NO_CUDNN, "%s", reason->message);
  else
    unusable (error, FDDM_KERNEL_ERROR_UNUSABLE, "%s", reason->message);
  g_error_free (reason);
  return FALSE;
}

static gboolean
check_driver (int *n_devices, GError **error)
{
  int         version = 0;
  cudaError_t status;

  if (cudaDriverGetVersion (&version) != cudaSuccess || version == 0)
    return unusable (error, FDDM_KERNEL_ERROR_NO_DRIVER, _ ("no NVIDIA driver"));
  if (version / 1000 < CUDART_VERSION / 1000)
    return unusable (error, FDDM_KERNEL_ERROR_OLD_DRIVER, _ ("the NVIDIA driver is too old for CUDA %d (has %d.%d)"),
                     CUDART_VERSION / 1000, version / 1000, version % 1000 / 10);
  status = cudaGetDeviceCount (n_devices);
  if (status == cudaErrorNoDevice || (status == cudaSuccess && *n_devices == 0))
    return unusable (error, FDDM_KERNEL_ERROR_NO_DEVICE, _ ("no NVIDIA GPU visible"));
  if (status != cudaSuccess)
    return unusable (error, FDDM_KERNEL_ERROR_UNUSABLE, _ ("the NVIDIA driver cannot be used: %s"),
                     cudaGetErrorString (status));
  return TRUE;
}

static gboolean
check_capability (int ordinal, int *capability, GError **error)
{
  int         major = 0, minor = 0;
  cudaError_t status = cudaDeviceGetAttribute (&major, cudaDevAttrComputeCapabilityMajor, ordinal);

  if (status == cudaSuccess)
    status = cudaDeviceGetAttribute (&minor, cudaDevAttrComputeCapabilityMinor, ordinal);
  if (status != cudaSuccess)
    return unusable (error, FDDM_KERNEL_ERROR_UNUSABLE, _ ("the GPU cannot be used: %s"), cudaGetErrorString (status));
  *capability = 10 * major + minor;
  if (*capability < CAPABILITY_MIN)
    return unusable (error, FDDM_KERNEL_ERROR_OLD_DEVICE, _ ("the GPU's compute capability %d.%d is too old (%d.%d needed)"),
                     major, minor, CAPABILITY_MIN / 10, CAPABILITY_MIN % 10);
  return TRUE;
}

/* The first call that accesses the GPU itself. It fails if another process has exclusive use of the GPU. */
static gboolean
check_memory (int ordinal, GError **error)
{
  size_t      available = 0, total = 0;
  cudaError_t status = cudaSetDevice (ordinal);

  if (status == cudaSuccess)
    status = cudaMemGetInfo (&available, &total);
  if (status == cudaErrorMemoryAllocation || status == cudaErrorDevicesUnavailable ||
      (status == cudaSuccess && available < MEMORY_MIN))
    return unusable (error, FDDM_KERNEL_ERROR_BUSY, _ ("the GPU is out of memory or in use"));
  if (status != cudaSuccess)
    return unusable (error, FDDM_KERNEL_ERROR_UNUSABLE, _ ("the GPU cannot be used: %s"), cudaGetErrorString (status));
  return TRUE;
}

static gsize
memory_limit (void)
{
  const char *wish = g_getenv ("FDDM_GPU_MEMORY");

  return wish != NULL ? (gsize) MIN (g_ascii_strtoull (wish, NULL, 10), G_MAXSIZE >> 20) << 20 : 0;
}

static char *
description_of (const char *name, FddmElement format, const FddmCudnn *library)
{
  const int cudnn = (int) library->get_version ();

  return g_strdup_printf ("%s, %s, cuDNN %d.%d.%d", name, fddm_cuda_format_name (format), cudnn / 10000, cudnn / 100 % 100,
                          cudnn % 100);
}

/* A GPU that may be usable: what can be said of it before it computes. */
typedef struct {
  int              ordinal, capability; /* capability times 10 */
  char            *name;
  FddmElement      format;
  const FddmCudnn *cudnn;
} Found;

static gboolean
look_at (int ordinal, const FddmCudnn *cudnn, const FddmDeviceOptions *options, Found *found, GError **error)
{
  struct cudaDeviceProp properties;

  *found = (Found) { .ordinal = ordinal, .cudnn = cudnn };
  if (!check_capability (ordinal, &found->capability, error) || !check_memory (ordinal, error))
    return FALSE;
  if (cudaGetDeviceProperties (&properties, ordinal) == cudaSuccess)
    found->name = g_strdup (properties.name);
  else
    {
      (void) cudaGetLastError ();
      found->name = g_strdup ("NVIDIA GPU");
    }
  found->format = fddm_cuda_format (found->name, found->capability, options != NULL && options->float32);
  return TRUE;
}

void
fddm_cuda_close (FddmDevice *device)
{
  if (device == NULL)
    return;
  /* Recorded calls that were never launched are dropped. */
  if (!fddm_cuda_select (device, NULL) || !fddm_cuda_wait (device, NULL))
    (void) cudaGetLastError ();
  fddm_cuda_synthesise_drop (device);
  fddm_replay_free (device->replay);
  fddm_plans_free (device);
  device->resident.open = FALSE;
  fddm_cuda_memory_purge (device);
  (void) cudaFree (device->meter);
  fddm_waits_clear (device);
  g_array_unref (device->parked);
  fddm_cuda_finite_clear (device);
  fddm_cuda_answer_clear (device);
  fddm_ring_clear (&device->up);
  fddm_ring_clear (&device->down);
  if (device->handle != NULL)
    (void) device->cudnn->destroy (device->handle);
  if (device->stream != NULL)
    (void) cudaStreamDestroy (device->stream);
  (void) cudaGetLastError ();
  g_free (device->description);
  g_free (device->name);
  g_free (device);
}

static gboolean
set_up (FddmDevice *device, GError **error)
{
  return fddm_cudnn_is_whole (error) &&
         fddm_cuda_ok (cudaStreamCreateWithFlags (&device->stream, cudaStreamNonBlocking), "making a stream", error) &&
         fddm_ring_init (&device->up, error) && fddm_ring_init (&device->down, error) &&
         fddm_cuda_finite_init (device, error) && fddm_cuda_answer_init (device, error) &&
         fddm_cudnn_ok (device->cudnn, device->cudnn->create (&device->handle), "starting", error) &&
         fddm_cudnn_ok (device->cudnn, device->cudnn->set_stream (device->handle, device->stream), "starting", error) &&
         fddm_cuda_self_test (device, error);
}

/* Opens the GPU that was FOUND, and takes over its name. */
static FddmDevice *
open_found (Found *found, const FddmDeviceOptions *options, GError **error)
{
  FddmDevice *device  = g_new0 (FddmDevice, 1);
  GError     *reason  = NULL;
  const int   wish    = options != NULL ? options->threads : 0;
  const int   threads = wish > 0 ? wish : MIN ((int) g_get_num_processors (), THREADS_MAX);

  device->ordinal     = found->ordinal;
  device->capability  = found->capability;
  device->name        = g_steal_pointer (&found->name);
  device->cudnn       = found->cudnn;
  device->network     = found->format;
  device->limit       = memory_limit ();
  device->threads     = threads;
  device->plans       = g_ptr_array_new ();
  device->parked      = g_array_new (FALSE, FALSE, sizeof (FddmBlock));
  device->replay      = fddm_replay_new ();
  device->settle      = fddm_replay_flush;
  device->description = description_of (device->name, device->network, device->cudnn);
  if (set_up (device, &reason))
    return device;
  make_unusable (reason, error);
  fddm_cuda_close (device);
  return NULL;
}

/* Finds the first usable GPU, and opens it if DEVICE is not NULL; sets DESCRIPTION otherwise. CUDA lists the fastest one
 * first; CUDA_VISIBLE_DEVICES is the user's selection. If none is usable, ERROR is that of the first one. */
static gboolean
find_device (const FddmDeviceOptions *options, FddmDevice **device, char **description, GError **error)
{
  g_autoptr (GError) reason = NULL;
  const FddmCudnn   *cudnn;
  int                n_devices = 0;

  if (!check_driver (&n_devices, error) || (cudnn = fddm_cudnn_load (error)) == NULL)
    return FALSE;
  for (int i = 0; i < n_devices; i++)
    {
      GError **problem = reason == NULL ? &reason : NULL;
      Found    found;
      gboolean ok = look_at (i, cudnn, options, &found, problem);

      if (ok && device != NULL)
        ok = (*device = open_found (&found, options, problem)) != NULL;
      else if (ok)
        *description = description_of (found.name, found.format, cudnn);
      g_free (found.name);
      if (ok)
        return TRUE;
      (void) cudaGetLastError (); /* otherwise reported for the next device */
    }
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

FddmDevice *
fddm_cuda_open (const FddmDeviceOptions *options, GError **error)
{
  FddmDevice *device = NULL;

  return find_device (options, &device, NULL, error) ? device : NULL;
}

char *
fddm_cuda_look (const FddmDeviceOptions *options, GError **error)
{
  char *description = NULL;

  return find_device (options, NULL, &description, error) ? description : NULL;
}
