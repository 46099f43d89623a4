/* open.c: opens a GPU, from the check for a driver to a device that has passed the self-test.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Environment variables, for tests and measurements:
 *   FDDM_GPU_FORMAT   format of NETWORK tensors: bf16, fp16 or fp32
 *   FDDM_GPU_MEMORY   maximum memory for tensors, in MiB */
#include "kernels/cuda/open.h"
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

/* Rounding to fp16 costs our networks at most 0.0001 dB, rounding to bf16 0.0033 dB (weights/train/RESULTS.md), in the same
 * time. bf16 has the range of floats; ends.cuh makes up for the smaller range of fp16. */
static FddmElement
choose_format (int capability, gboolean float32)
{
  const char *wish = g_getenv ("FDDM_GPU_FORMAT");

  if (float32 || g_strcmp0 (wish, "fp32") == 0)
    return FDDM_ELEMENT_FLOAT;
  /* Turing has no bf16. */
  return capability >= 80 && g_strcmp0 (wish, "bf16") == 0 ? FDDM_ELEMENT_BF16 : FDDM_ELEMENT_HALF;
}

static gsize
memory_limit (void)
{
  const char *wish = g_getenv ("FDDM_GPU_MEMORY");

  return wish != NULL ? (gsize) MIN (g_ascii_strtoull (wish, NULL, 10), G_MAXSIZE >> 20) << 20 : 0;
}

static char *
description_of (const FddmDevice *device)
{
  static const char *const formats[] = { "fp32", "fp16", "bf16" };
  struct cudaDeviceProp    properties;
  const int                cudnn = (int) device->cudnn->get_version ();
  const char              *name  = "NVIDIA GPU";

  if (cudaGetDeviceProperties (&properties, device->ordinal) == cudaSuccess)
    name = properties.name;
  else
    (void) cudaGetLastError ();
  return g_strdup_printf ("%s, %s, cuDNN %d.%d.%d", name, formats[device->network], cudnn / 10000, cudnn / 100 % 100,
                          cudnn % 100);
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
  for (guint i = 0; i < device->plans->len; i++)
    fddm_plan_free (device, g_ptr_array_index (device->plans, i));
  g_ptr_array_unref (device->plans);
  device->resident.open = FALSE;
  fddm_cuda_memory_purge (device);
  g_array_unref (device->parked);
  fddm_ring_clear (&device->up);
  fddm_ring_clear (&device->down);
  if (device->handle != NULL)
    (void) device->cudnn->destroy (device->handle);
  if (device->stream != NULL)
    (void) cudaStreamDestroy (device->stream);
  (void) cudaGetLastError ();
  g_free (device->description);
  g_free (device);
}

static gboolean
set_up (FddmDevice *device, GError **error)
{
  return fddm_cuda_ok (cudaStreamCreateWithFlags (&device->stream, cudaStreamNonBlocking), "making a stream", error) &&
         fddm_ring_init (&device->up, error) && fddm_ring_init (&device->down, error) &&
         fddm_cudnn_ok (device->cudnn, device->cudnn->create (&device->handle), "starting", error) &&
         fddm_cudnn_ok (device->cudnn, device->cudnn->set_stream (device->handle, device->stream), "starting", error) &&
         fddm_cuda_self_test (device, error);
}

static FddmDevice *
open_ordinal (int ordinal, const FddmCudnn *cudnn, const FddmDeviceOptions *options, GError **error)
{
  FddmDevice *device;
  GError     *reason     = NULL;
  const int   wish       = options != NULL ? options->threads : 0;
  const int   threads    = wish > 0 ? wish : MIN ((int) g_get_num_processors (), THREADS_MAX);
  int         capability = 0;

  if (!check_capability (ordinal, &capability, error) || !check_memory (ordinal, error))
    return NULL;
  device              = g_new0 (FddmDevice, 1);
  device->ordinal     = ordinal;
  device->cudnn       = cudnn;
  device->network     = choose_format (capability, options != NULL && options->float32);
  device->limit       = memory_limit ();
  device->threads     = threads;
  device->plans       = g_ptr_array_new ();
  device->parked      = g_array_new (FALSE, FALSE, sizeof (FddmBlock));
  device->replay      = fddm_replay_new ();
  device->settle      = fddm_replay_flush;
  device->description = description_of (device);
  if (set_up (device, &reason))
    return device;
  make_unusable (reason, error);
  fddm_cuda_close (device);
  return NULL;
}

/* Opens the first usable device. CUDA lists the fastest device first; CUDA_VISIBLE_DEVICES is the user's selection. If no
 * device is usable, ERROR is that of the first one. */
FddmDevice *
fddm_cuda_open (const FddmDeviceOptions *options, GError **error)
{
  g_autoptr (GError) reason = NULL;
  const FddmCudnn   *cudnn;
  int                n_devices = 0;

  if (!check_driver (&n_devices, error) || (cudnn = fddm_cudnn_load (error)) == NULL)
    return NULL;
  for (int i = 0; i < n_devices; i++)
    {
      FddmDevice *device = open_ordinal (i, cudnn, options, reason == NULL ? &reason : NULL);

      if (device != NULL)
        return device;
      (void) cudaGetLastError (); /* otherwise reported for the next device */
    }
  g_propagate_error (error, g_steal_pointer (&reason));
  return NULL;
}
