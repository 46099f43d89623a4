/* meter-math.h: arithmetic of the noise meter's ends on single values, shared by C and CUDA.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <math.h>
#include <stdint.h>
#include "kernels/fddm-math.h"
#include "kernels/pixels/meter.h"
#include "kernels/vector.h"

#define FDDM_METER_AREA       (FDDM_METER_PATCH * FDDM_METER_PATCH)
#define FDDM_METER_STEP       (2.0f / 255.0f) /* transition of the scale from linear to logarithmic: one 8-bit step */
#define FDDM_METER_ZERO_LEVEL -3.0f           /* ln s of an output of 0                                             */
#define FDDM_METER_SURE_MIN   -1.5f
#define FDDM_METER_SURE_MAX   3.0f

FDDM_INLINE int
fddm_meter_is_number (float x)
{
  union {
    float   f;
    int32_t i;
  } bits = { x };

  return (bits.i & 0x7f800000) != 0x7f800000;
}

FDDM_INLINE float
fddm_arsinh (float x)
{
  float size = fabsf (x);

  return copysignf (fddm_log (size + sqrtf (size * size + 1.0f)), x);
}

/* Brightness bin of a patch with DC coefficient DC. */
FDDM_INLINE int
fddm_meter_bin (float dc)
{
  float brightness = dc / FDDM_METER_PATCH;
  float at         = (brightness + 1) * (0.5f * FDDM_METER_BINS);

  return (int) fddm_clamp (at, 0, FDDM_METER_BINS - 1);
}

/* The reading of a coefficient from the network's outputs: certainty, 0 if they are not finite, and ln s. */
FDDM_INLINE float
fddm_meter_read (float level_output, float sure, float *level)
{
  float told = level_output + FDDM_METER_ZERO_LEVEL;
  int   good = fddm_meter_is_number (told) & fddm_meter_is_number (sure);

  sure   = sure > FDDM_METER_SURE_MIN ? sure : FDDM_METER_SURE_MIN;
  sure   = sure < FDDM_METER_SURE_MAX ? sure : FDDM_METER_SURE_MAX;
  *level = good ? told : 0;
  return fddm_exp (sure) * (float) good;
}
