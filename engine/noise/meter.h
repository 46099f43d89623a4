/* meter.h: the network that reads a picture's noise off pieces of it, on a device.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   meter = fddm_noise_meter_new (backend, device, NULL, &error);
 *   fddm_noise_meter_begin (meter, 64, 64, &error);
 *   fddm_noise_meter_add (meter, &window, pixels, &ticker, &error);   for each piece
 *   fddm_noise_meter_end (meter, &model); */
#pragma once
#include "engine/diffusion/network.h"
#include "engine/noise/model.h"

typedef struct FddmNoiseMeter FddmNoiseMeter;

/* WEIGHTS: of kind "measure", or NULL for those that the program carries in itself. DEVICE must outlive the meter. */
FddmNoiseMeter *fddm_noise_meter_new (const FddmBackend *backend, FddmDevice *device, FddmWeights *weights, GError **error);
void            fddm_noise_meter_free (FddmNoiseMeter *meter);

/* Bytes that pieces of ROWS × COLUMNS patches take. */
gboolean fddm_noise_meter_bytes (FddmNoiseMeter *meter, int rows, int columns, gsize *bytes, GError **error);

/* Starts a picture whose pieces have ROWS × COLUMNS patches, at least 2 × 2. */
gboolean fddm_noise_meter_begin (FddmNoiseMeter *meter, int rows, int columns, GError **error);
/* A piece: WINDOW says where it lies in PIXELS (three channels of the meter's patches). */
gboolean fddm_noise_meter_add (FddmNoiseMeter *meter, const FddmWindow *window, const float *pixels,
                               const FddmTicker *ticker, GError **error);
/* Gives up the pieces' memory, and says what was found unless MODEL is NULL. */
void fddm_noise_meter_end (FddmNoiseMeter *meter, FddmNoiseModel *model);
