/* meter.c: the noise meter's ends, in host memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include "kernels/host/host.h"
#include "kernels/memory.h"
#include "kernels/pixels/meter.h"

/* Parts of a piece whose readings are added one by one. */
#define PARTS 8

/* Room for N values. */
static float *
values_new (gsize n, GError **error)
{
  float *values = fddm_memory_new (n * sizeof *values);

  if (values == NULL)
    g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY, _ ("no memory for %d × %d × %d values"), 1, 1, (int) n);
  return values;
}

gboolean
fddm_host_meter_features (FddmDevice *device, const FddmTensor *coefficients, FddmTensor *input, GError **error)
{
  const gsize n      = (gsize) input->height * input->width * input->channels;
  float      *values = values_new (n, error);

  if (values == NULL)
    return FALSE;
  fddm_meter_features (coefficients->data, coefficients->height, coefficients->width, device->threads, values);
  fddm_host_store (device, input, 0, n, values);
  fddm_memory_free (values);
  return TRUE;
}

/* Adds N places in PARTS parts, which threads share; so the order of the sums does not depend on how many there are. */
static gboolean
gather (const float *coefficients, const float *values, int n, int threads, FddmMeterSums *sums)
{
  g_autofree FddmMeterSums *parts = g_try_new0 (FddmMeterSums, PARTS);

  if (parts == NULL)
    return FALSE;
#pragma omp parallel for schedule(static) num_threads(threads)
  for (int i = 0; i < PARTS; i++)
    {
      const gsize first = (gsize) n * (gsize) i / PARTS, last = (gsize) n * (gsize) (i + 1) / PARTS;

      fddm_meter_gather (coefficients + first * FDDM_METER_COEFFICIENTS, values + first * FDDM_METER_OUTPUTS,
                         (int) (last - first), &parts[i]);
    }
  for (int i = 0; i < PARTS; i++)
    fddm_meter_add (sums, &parts[i]);
  return TRUE;
}

gboolean
fddm_host_meter_gather (FddmDevice *device, const FddmTensor *coefficients, const FddmTensor *output, FddmMeterSums *sums,
                        GError **error)
{
  const gsize n      = (gsize) output->height * output->width * output->channels;
  float      *values = values_new (n, error);
  gboolean    done;

  if (values == NULL)
    return FALSE;
  fddm_host_load (device, output, 0, n, values);
  done = gather (coefficients->data, values, output->height * output->width, device->threads, sums);
  fddm_memory_free (values);
  return done || fddm_host_no_memory (error);
}

/* Nothing is left to do. */
gboolean
fddm_host_meter_finish (FddmDevice *device G_GNUC_UNUSED, FddmMeterSums *sums G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return TRUE;
}
