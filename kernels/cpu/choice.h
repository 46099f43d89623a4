/* choice.h: selection of the fastest way of convolving on this processor.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Nothing is inferred from the processor's features: instructions for bf16 need not make bf16 faster than float. */
#pragma once
#include "kernels/cpu/onednn.h"

/* Sets the number format and the layout of DEVICE's NETWORK tensors to one of three: the way in OPTIONS (may be NULL);
 * else that in the environment variable FDDM_CPU_CONVOLUTION (bf16, winograd or direct); else the fastest for OPTIONS'
 * shape, which is measured once and remembered (times.h). The selected way has given correct results in a small
 * convolution. */
gboolean fddm_cpu_choose (FddmDevice *device, const FddmDeviceOptions *options, GError **error);

/* Name for users: "bf16", "float, Winograd" or "float". */
const char *fddm_cpu_format (const FddmDevice *device);
