/* denoiser.h: the engine as one operation uses it, call after call.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/gegl-pixels.h"
#include "gegl/kept-noise.h"

/* Keeps the network and the measured noise between calls. */
typedef struct {
  GMutex        lock;
  FddmContext  *context; /* for the following; NULL: none yet */
  FddmQuality   quality;
  int           device, threads, averages;
  FddmKeptNoise noise;
} FddmDenoiser;

void fddm_denoiser_init (FddmDenoiser *denoiser);
void fddm_denoiser_clear (FddmDenoiser *denoiser);

/* Denoises PIXELS with VALUES (of fddm_denoise_parameters) on as many threads as GEGL uses. PROGRESS gets the phases of
 * fddm_denoise. After an error part of the picture may have been written. Calls from several threads run one after
 * another. */
gboolean fddm_denoiser_run (FddmDenoiser *denoiser, const double *values, FddmGeglPixels *pixels, FddmProgress progress,
                            gpointer data, GError **error);
