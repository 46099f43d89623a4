/* choice.h: choice of the fastest convolution method on this processor.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The choice relies on measurements alone: on some processors the bf16 instructions are no faster than floats. */
#pragma once
#include "kernels/cpu/onednn.h"

/* Sets the number format and the layout of DEVICE's NETWORK tensors. The method is taken from OPTIONS (may be NULL), then
 * from the environment variable FDDM_CPU_CONVOLUTION (bf16, winograd, direct or int8). Otherwise the fastest method for the shape
 * in OPTIONS is used, measured once and remembered (times.h). The method has passed a check of its results on a small
 * convolution. Fails if the method asked for is unknown or not offered, or if the results are wrong. */
gboolean fddm_cpu_choose (FddmDevice *device, const FddmDeviceOptions *options, GError **error);

/* Sets the number format and the layout of WAY, which was checked before. */
void fddm_cpu_take (FddmDevice *device, FddmConvolution way);

/* Format for messages, translated: "bf16", "8 bits", "8 bits, drawings in float" where 8 bits were chosen without being asked
 * for, "float, Winograd" or "float". */
const char *fddm_cpu_format (const FddmDevice *device);
