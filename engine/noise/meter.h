/* meter.h: the noise meter, a network that reads the noise of a picture from pieces of it.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   meter = fddm_noise_meter_new (backend, device, NULL, &error);
 *   fddm_noise_meter_begin (meter, 64, 64, &error);
 *   fddm_noise_meter_add (meter, &window, pixels, &ticker, &error);   for each piece
 *   fddm_noise_meter_finish (meter, &error);
 *   fddm_noise_meter_end (meter, &model); */
#pragma once
#include "engine/diffusion/network.h"
#include "engine/noise/model.h"

typedef struct FddmNoiseMeter FddmNoiseMeter;

/* WEIGHTS: of kind "measure", or NULL for the built-in ones. DEVICE must outlive the meter. */
FddmNoiseMeter *fddm_noise_meter_new (const FddmBackend *backend, FddmDevice *device, FddmWeights *weights, GError **error);
void            fddm_noise_meter_free (FddmNoiseMeter *meter);

/* Memory for pieces of ROWS × COLUMNS patches. */
gboolean fddm_noise_meter_bytes (FddmNoiseMeter *meter, int rows, int columns, gsize *bytes, GError **error);

/* Starts a picture with pieces of ROWS × COLUMNS patches, at least 2 × 2. */
gboolean fddm_noise_meter_begin (FddmNoiseMeter *meter, int rows, int columns, GError **error);
/* Reads a piece. WINDOW is its place in PIXELS (three channels, patches of side FDDM_METER_PATCH). */
gboolean fddm_noise_meter_add (FddmNoiseMeter *meter, const FddmWindow *window, const float *pixels,
                               const FddmTicker *ticker, GError **error);
/* Likewise, but counts only the patches whose byte in COUNTED, row by row, is not 0. */
gboolean fddm_noise_meter_add_some (FddmNoiseMeter *meter, const FddmWindow *window, const float *pixels,
                                    const guint8 *counted, const FddmTicker *ticker, GError **error);
/* Waits for the readings of all pieces. */
gboolean fddm_noise_meter_finish (FddmNoiseMeter *meter, GError **error);
/* Frees the memory for pieces. Fits MODEL to the readings unless it is NULL. */
void fddm_noise_meter_end (FddmNoiseMeter *meter, FddmNoiseModel *model);
