/* format.c: see format.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Rounding to fp16 costs our networks at most 0.0001 dB, rounding to bf16 0.0033 dB (weights/train/RESULTS.md), in the same
 * time. bf16 has the range of floats; ends.cuh makes up for the smaller range of fp16. */
#include "kernels/cuda/format.h"
#include <string.h>

/* Turing without tensor cores: cuDNN's fp16 convolutions have returned NaN on these, and are hardly faster than floats. The
 * capability does not tell them from others, so their names must. */
static gboolean
distrusts_half (const char *name, int capability)
{
  static const char *const names[] = { "GTX 16", "MX450", "MX550",  " T400",  " T500",
                                       " T550",  " T600", " T1000", " T1200", " T2000" };

  for (guint i = 0; capability == 75 && i < G_N_ELEMENTS (names); i++)
    if (strstr (name, names[i]) != NULL)
      return TRUE;
  return FALSE;
}

FddmElement
fddm_cuda_format (const char *name, int capability, gboolean float32)
{
  const char *wish = g_getenv ("FDDM_GPU_FORMAT");

  if (float32 || g_strcmp0 (wish, "fp32") == 0)
    return FDDM_ELEMENT_FLOAT;
  /* Turing has no bf16. */
  if (capability >= 80 && g_strcmp0 (wish, "bf16") == 0)
    return FDDM_ELEMENT_BF16;
  return distrusts_half (name, capability) && g_strcmp0 (wish, "fp16") != 0 ? FDDM_ELEMENT_FLOAT : FDDM_ELEMENT_HALF;
}

const char *
fddm_cuda_format_name (FddmElement format)
{
  static const char *const names[] = { "fp32", "fp16", "bf16" };

  return names[format];
}
