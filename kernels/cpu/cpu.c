/* cpu.c: the CPU backend: all cores, oneDNN, the processor's fastest number format.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <omp.h>
#include "kernels/cpu/choice.h"
#include "kernels/cpu/processor.h"
#include "kernels/memory.h"

/* Several pieces per thread, so that a core which is busy elsewhere does not delay the others. */
#define PIECES_PER_THREAD 4

static void
run_rows (FddmDevice *device, FddmRowsFunc func, const void *task, int n_rows)
{
  const int pieces = device->threads == 1 ? 1 : CLAMP (n_rows, 1, device->threads * PIECES_PER_THREAD);

#pragma omp parallel for schedule(dynamic) num_threads(device->threads)
  for (int i = 0; i < pieces; i++)
    func (task, (int) ((gint64) n_rows * i / pieces), (int) ((gint64) n_rows * (i + 1) / pieces));
}

/* oneDNN packs matrices in memory of its own, and compiles code at its first call. */
static gboolean
multiply (FddmDevice *device, const FddmProduct *p, GError **error)
{
  dnnl_status_t status;

  if (!fddm_memory_can_take (FDDM_ONEDNN_RESERVE))
    return fddm_host_no_memory (error);
  omp_set_num_threads (device->threads);
  status = dnnl_sgemm ('N', p->transposed ? 'T' : 'N', p->m, p->n, p->k, 1.0f, p->a, p->k, p->b, p->transposed ? p->k : p->n,
                       0.0f, p->out, p->n);
  return status == dnnl_success || fddm_onednn_fail (status, "multiply matrices", error);
}

static void
cpu_close (FddmDevice *device)
{
  FddmOneDnn *library = device->library;

  dnnl_stream_destroy (library->stream);
  dnnl_engine_destroy (library->engine);
  fddm_memory_free (library->scratch);
  fddm_memory_free (library->rows);
  fddm_memory_pool_clear (&device->pool);
  g_free (library);
  g_free (device->description);
  g_free (device);
}

/* A device with oneDNN, with the number format still to be chosen. */
static FddmDevice *
device_new (int threads, GError **error)
{
  FddmDevice   *device  = g_new0 (FddmDevice, 1);
  FddmOneDnn   *library = g_new0 (FddmOneDnn, 1);
  dnnl_status_t status;

  device->library = library;
  device->rows    = run_rows;
  device->product = multiply;
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
  g_autofree char *name = fddm_processor_name ();

  if (device == NULL)
    return NULL;
  if (!fddm_cpu_choose (device, options, error))
    {
      cpu_close (device);
      return NULL;
    }
  /* translators: the processor's name, how many, the kind of numbers that it computes in */
  device->description = g_strdup_printf (_ ("%s, %d threads, %s"), name, device->threads, fddm_cpu_format (device));
  return device;
}

/* Tensors are plain memory, usable by any device of this backend. The number format was checked when DEVICE was opened. */
static FddmDevice *
cpu_beside (FddmDevice *device, int threads, GError **error)
{
  FddmDevice *other = device_new (threads, error);

  if (other == NULL)
    return NULL;
  other->bf16    = device->bf16;
  other->int8    = device->int8;
  other->blocked = device->blocked;
  return other;
}

static void
cpu_watch (FddmDevice *device, const FddmStrays *strays)
{
  FddmOneDnn *library = device->library;

  library->strays = strays;
}

static gboolean
cpu_exactly (FddmDevice *device, gboolean exact)
{
  const FddmOneDnn *library = device->library;

  if (library->exact == FDDM_CONVOLUTION_FASTEST)
    return FALSE;
  fddm_cpu_take (device, exact ? library->exact : library->chosen);
  return TRUE;
}

/* oneDNN cannot be stopped: no convolution may take much longer than a second, on two slow cores. Tiles for 1 GiB are within. */
static double
operation_limit (FddmDevice *device G_GNUC_UNUSED)
{
  return 5e10;
}

const FddmBackend fddm_backend_cpu = {
  .abi   = FDDM_BACKEND_ABI,
  .name  = "CPU",
  .open  = cpu_open,
  .close = cpu_close,
  FDDM_HOST_OPERATIONS,
  .conv_new        = fddm_cpu_conv_new,
  .conv_free       = fddm_cpu_conv_free,
  .conv_prepare    = fddm_cpu_conv_prepare,
  .conv            = fddm_cpu_conv,
  .beside          = cpu_beside,
  .operation_limit = operation_limit,
  .watch           = cpu_watch,
  .exactly         = cpu_exactly,
  .chain_prepare   = fddm_cpu_chain_prepare,
  .chain_band      = fddm_cpu_chain_band,
  .flow_prepare    = fddm_cpu_flow_prepare,
  .flow_band       = fddm_cpu_flow_band,
};
