/* cpu.c: the CPU as a device: all cores, oneDNN, and the fastest number format that the processor has.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <omp.h>
#include <string.h>
#include "kernels/memory.h"
#include "kernels/cpu/onednn.h"

/* Enough pieces that a core which is busy elsewhere does not hold the others up. */
#define PIECES_PER_THREAD 4

static void
run_rows (FddmDevice *device, FddmRowsFunc func, const void *task, int n_rows)
{
  const int pieces = device->threads == 1 ? 1 : CLAMP (n_rows, 1, device->threads * PIECES_PER_THREAD);

#pragma omp parallel for schedule(dynamic) num_threads(device->threads)
  for (int i = 0; i < pieces; i++)
    func (task, (int) ((gint64) n_rows * i / pieces), (int) ((gint64) n_rows * (i + 1) / pieces));
}

/* The name from the kernel's list of processors, for people only. */
static char *
processor_name (void)
{
  g_autofree char *text = NULL;
  char            *name, *end;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL) || (name = strstr (text, "model name")) == NULL ||
      (name = strchr (name, ':')) == NULL || (end = strchr (name, '\n')) == NULL)
    return g_strdup ("CPU");
  return g_strstrip (g_strndup (name + 1, end - name - 1));
}

/* The values are sets of bits, each instruction set holding those it builds on. */
static gboolean
has_fast_bf16 (void)
{
  return (dnnl_get_effective_cpu_isa () & dnnl_cpu_isa_avx512_core_bf16) == dnnl_cpu_isa_avx512_core_bf16;
}

/* Runs a convolution of every kind of fusion on DEVICE and on the reference; the error relative to the result, or a huge
 * number when it fails. */
static double
check_error (const FddmBackend *backend, FddmDevice *device)
{
  enum { SIDE = 9, CHANNELS = 32, N = SIDE * SIDE * CHANNELS, WEIGHTS = CHANNELS * CHANNELS * 9 };
  const FddmBackend *backends[2] = { backend, &fddm_backend_ref };
  FddmDevice        *devices[2]  = { device, fddm_backend_ref.open (NULL, NULL) };
  g_autofree float  *weights = g_new (float, WEIGHTS), *values = g_new (float, N);
  g_autofree float  *found = g_new0 (float, N), *expected = g_new0 (float, N);
  float             *results[2] = { found, expected };
  float              bias[CHANNELS];
  double             difference = 0.0, size = 0.0;
  gboolean           ok = TRUE;

  for (int i = 0; i < WEIGHTS; i++)
    weights[i] = 0.1f * sinf (1.7f * i);
  for (int i = 0; i < N; i++)
    values[i] = cosf (0.9f * i);
  for (int i = 0; i < CHANNELS; i++)
    bias[i] = 0.1f * i - 1.0f;
  for (int b = 0; b < 2; b++)
    {
      FddmConvSpec spec = { .kernel       = 3,
                            .in_channels  = CHANNELS,
                            .out_channels = CHANNELS,
                            .weights      = weights,
                            .bias         = bias,
                            .activation   = FDDM_ACTIVATION_RELU };
      FddmConv    *conv = backends[b]->conv_new (devices[b], &spec, NULL);
      FddmTensor  *in   = backends[b]->tensor_new (devices[b], FDDM_TENSOR_NETWORK, SIDE, SIDE, CHANNELS, NULL);
      FddmTensor  *out  = backends[b]->tensor_new (devices[b], FDDM_TENSOR_NETWORK, SIDE, SIDE, CHANNELS, NULL);

      ok = ok && conv != NULL && in != NULL && out != NULL && backends[b]->tensor_upload (devices[b], in, values, NULL) &&
           backends[b]->conv (devices[b], conv, in, in, out, NULL) &&
           backends[b]->tensor_download (devices[b], out, results[b], NULL);
      backends[b]->tensor_free (devices[b], out);
      backends[b]->tensor_free (devices[b], in);
      backends[b]->conv_free (devices[b], conv);
    }
  fddm_backend_ref.close (devices[1]);
  for (int i = 0; i < N; i++)
    {
      difference += pow (found[i] - expected[i], 2);
      size += pow (expected[i], 2);
    }
  return ok && isfinite (difference) ? sqrt (difference / size) : HUGE_VAL;
}

static void
cpu_close (FddmDevice *device)
{
  FddmOneDnn *library = device->library;

  dnnl_stream_destroy (library->stream);
  dnnl_engine_destroy (library->engine);
  fddm_memory_free (library->scratch);
  g_free (library);
  g_free (device->description);
  g_free (device);
}

/* The fastest way of computing that gives the right numbers here. */
static gboolean
choose_format (FddmDevice *device, gboolean float32, GError **error)
{
  FddmOneDnn *library = device->library;

  device->bf16 = !float32 && has_fast_bf16 ();
  if (device->bf16 && check_error (&fddm_backend_cpu, device) < 1e-2)
    return TRUE;
  device->bf16      = FALSE;
  library->winograd = TRUE;
  if (check_error (&fddm_backend_cpu, device) < 1e-4)
    return TRUE;
  library->winograd = FALSE;
  if (check_error (&fddm_backend_cpu, device) < 1e-4)
    return TRUE;
  g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_UNUSABLE,
               _ ("oneDNN %d.%d computes a test convolution wrongly on this processor"), dnnl_version ()->major,
               dnnl_version ()->minor);
  return FALSE;
}

/* A device with oneDNN, its number format not chosen yet. */
static FddmDevice *
device_new (int threads, GError **error)
{
  FddmDevice   *device  = g_new0 (FddmDevice, 1);
  FddmOneDnn   *library = g_new0 (FddmOneDnn, 1);
  dnnl_status_t status;

  device->library = library;
  device->rows    = run_rows;
  device->threads = threads;
  if ((status = dnnl_engine_create (&library->engine, dnnl_cpu, 0)) == dnnl_success &&
      (status = dnnl_stream_create (&library->stream, library->engine, dnnl_stream_default_flags)) == dnnl_success)
    return device;
  g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_UNUSABLE, _ ("oneDNN does not start (status %d)"), (int) status);
  cpu_close (device);
  return NULL;
}

static FddmDevice *
cpu_open (const FddmDeviceOptions *options, GError **error)
{
  FddmDevice *device = device_new (options != NULL && options->threads > 0 ? options->threads : omp_get_num_procs (), error);
  g_autofree char *name = processor_name ();

  if (device == NULL)
    return NULL;
  if (!choose_format (device, options != NULL && options->float32, error))
    {
      cpu_close (device);
      return NULL;
    }
  device->description = g_strdup_printf ("%s, %d threads, %s", name, device->threads, device->bf16 ? "bf16" : "float");
  return device;
}

/* Tensors are plain memory: any device of this sort may use them. The number format was tried when DEVICE was opened. */
static FddmDevice *
cpu_beside (FddmDevice *device, int threads, GError **error)
{
  const FddmOneDnn *library = device->library;
  FddmDevice       *other   = device_new (threads, error);

  if (other == NULL)
    return NULL;
  other->bf16                               = device->bf16;
  ((FddmOneDnn *) other->library)->winograd = library->winograd;
  return other;
}

const FddmBackend fddm_backend_cpu = {
  .abi   = FDDM_BACKEND_ABI,
  .name  = "CPU",
  .open  = cpu_open,
  .close = cpu_close,
  FDDM_HOST_OPERATIONS,
  .conv_new     = fddm_cpu_conv_new,
  .conv_free    = fddm_cpu_conv_free,
  .conv_prepare = fddm_cpu_conv_prepare,
  .conv         = fddm_cpu_conv,
  .beside       = cpu_beside,
};
