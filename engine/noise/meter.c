/* meter.c: see meter.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/noise/meter.h"
#include <glib/gi18n-lib.h>
#include <string.h>
#include "engine/weights/private.h"

struct FddmNoiseMeter {
  const FddmBackend *backend;
  FddmDevice        *device;
  FddmNetwork       *network;
  int                rows, columns; /* of a piece, in patches */
  FddmTensor        *coefficients;
  gboolean           reading; /* readings may still be on the device */
  FddmMeterSums      sums;
  FddmMeterSums      some; /* of pieces of which not all patches count; SUMS belongs to the device */
};

static gsize
places (int rows, int columns)
{
  return (gsize) rows * (gsize) columns;
}

/* ---- Weights ---- */

/* Generated from weights/noise-meter.safetensors by embed.py, so that there is no file to be missing. */
extern const guint8 fddm_noise_meter_weights[];
extern const gsize  fddm_noise_meter_weights_size;

static FddmNetwork *
load (FddmNoiseMeter *meter, FddmWeights *weights, GError **error)
{
  if (weights->kind == FDDM_KIND_MEASURE && weights->patch == FDDM_METER_PATCH && weights->channels == FDDM_METER_CHANNELS)
    return fddm_network_new (meter->backend, meter->device, weights, FALSE, error);
  g_set_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS, _ ("%s does not measure noise in patches of %d × %d"), weights->path,
               FDDM_METER_PATCH, FDDM_METER_PATCH);
  return NULL;
}

FddmNoiseMeter *
fddm_noise_meter_new (const FddmBackend *backend, FddmDevice *device, FddmWeights *weights, GError **error)
{
  FddmNoiseMeter         *meter = g_try_new0 (FddmNoiseMeter, 1);
  g_autoptr (FddmWeights) used  = NULL;

  if (meter == NULL)
    {
      g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_MEMORY,
                           _ ("Not enough memory to measure the noise; close other programs"));
      return NULL;
    }
  if (weights != NULL)
    used = fddm_weights_ref (weights);
  else
    used = fddm_weights_parse ("noise-meter.safetensors", fddm_noise_meter_weights, fddm_noise_meter_weights_size, error);
  meter->backend = backend;
  meter->device  = device;
  if (used != NULL && (meter->network = load (meter, used, error)) != NULL)
    return meter;
  fddm_noise_meter_free (meter);
  return NULL;
}

void
fddm_noise_meter_free (FddmNoiseMeter *meter)
{
  if (meter == NULL)
    return;
  fddm_noise_meter_end (meter, NULL);
  fddm_network_free (meter->network);
  g_free (meter);
}

/* ---- Pieces ---- */

gboolean
fddm_noise_meter_bytes (FddmNoiseMeter *meter, int rows, int columns, gsize *bytes, GError **error)
{
  const gsize floats = FDDM_METER_COEFFICIENTS + FDDM_METER_INPUTS + FDDM_METER_OUTPUTS;

  if (!fddm_network_bytes (meter->network, rows, columns, bytes, error))
    return FALSE;
  *bytes += places (rows, columns) * floats * sizeof (float) +
            meter->backend->tensor_bytes (meter->device, FDDM_TENSOR_FLOAT, rows, columns, FDDM_METER_COEFFICIENTS);
  return TRUE;
}

gboolean
fddm_noise_meter_begin (FddmNoiseMeter *meter, int rows, int columns, GError **error)
{
  fddm_noise_meter_end (meter, NULL);
  memset (&meter->sums, 0, sizeof meter->sums);
  memset (&meter->some, 0, sizeof meter->some);
  meter->rows         = rows;
  meter->columns      = columns;
  meter->coefficients = meter->backend->tensor_new (meter->device, FDDM_TENSOR_FLOAT, rows, columns, FDDM_METER_COEFFICIENTS,
                                                    error);
  return meter->coefficients != NULL && fddm_network_prepare (meter->network, rows, columns, error);
}

/* Computes the readings of a piece. */
static gboolean
read_piece (FddmNoiseMeter *meter, const FddmWindow *window, const float *pixels, const FddmTicker *ticker, GError **error)
{
  const FddmBackend *backend = meter->backend;
  FddmDevice        *device  = meter->device;

  meter->reading = TRUE;
  return backend->analyse (device, window, pixels, meter->coefficients, error) &&
         backend->meter_features (device, meter->coefficients, fddm_network_input (meter->network), error) &&
         fddm_network_run (meter->network, -1, ticker, error);
}

gboolean
fddm_noise_meter_add (FddmNoiseMeter *meter, const FddmWindow *window, const float *pixels, const FddmTicker *ticker,
                      GError **error)
{
  return read_piece (meter, window, pixels, ticker, error) &&
         meter->backend->meter_gather (meter->device, meter->coefficients, fddm_network_output (meter->network),
                                       &meter->sums, error);
}

/* Such pieces are few: their readings come to the host, which picks those that count. */
gboolean
fddm_noise_meter_add_some (FddmNoiseMeter *meter, const FddmWindow *window, const float *pixels, const guint8 *counted,
                           const FddmTicker *ticker, GError **error)
{
  const FddmBackend *backend = meter->backend;
  const gsize        n       = places (meter->rows, meter->columns);
  g_autofree float  *values  = g_try_new (float, n * (FDDM_METER_COEFFICIENTS + FDDM_METER_OUTPUTS));
  float             *output  = values != NULL ? values + n * FDDM_METER_COEFFICIENTS : NULL;

  if (values == NULL)
    {
      g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY, _ ("no memory for %d × %d × %d values"), meter->rows,
                   meter->columns, FDDM_METER_COEFFICIENTS + FDDM_METER_OUTPUTS);
      return FALSE;
    }
  if (!read_piece (meter, window, pixels, ticker, error) ||
      !backend->tensor_download (meter->device, meter->coefficients, values, error) ||
      !backend->tensor_download (meter->device, fddm_network_output (meter->network), output, error))
    return FALSE;
  for (gsize i = 0; i < n; i++)
    if (counted[i] != 0)
      fddm_meter_gather (values + i * FDDM_METER_COEFFICIENTS, output + i * FDDM_METER_OUTPUTS, 1, &meter->some);
  return TRUE;
}

gboolean
fddm_noise_meter_finish (FddmNoiseMeter *meter, GError **error)
{
  meter->reading = FALSE;
  if (!meter->backend->meter_finish (meter->device, &meter->sums, error))
    return FALSE;
  fddm_meter_add (&meter->sums, &meter->some);
  return TRUE;
}

void
fddm_noise_meter_end (FddmNoiseMeter *meter, FddmNoiseModel *model)
{
  if (meter->reading)
    meter->backend->meter_finish (meter->device, NULL, NULL);
  meter->reading = FALSE;
  if (meter->network != NULL)
    fddm_network_release (meter->network);
  meter->backend->tensor_free (meter->device, meter->coefficients);
  meter->coefficients = NULL;
  if (model != NULL)
    fddm_noise_read (&meter->sums, model);
}
