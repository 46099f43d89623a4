/* choice.h: which way of convolving is the fastest here.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Nothing is assumed of a processor: that it has instructions for bf16 does not make them faster than floats. */
#pragma once
#include "kernels/cpu/onednn.h"

/* Sets the number format and the layout of DEVICE's NETWORK tensors: as OPTIONS (or NULL) ask, or the environment's
 * FDDM_CPU_CONVOLUTION (bf16, winograd or direct), or else the fastest for OPTIONS' shape, which is measured once and then
 * remembered (times.h). It has given the right numbers in a small convolution. */
gboolean fddm_cpu_choose (FddmDevice *device, const FddmDeviceOptions *options, GError **error);

/* For people: "bf16", "float, Winograd" or "float". */
const char *fddm_cpu_format (const FddmDevice *device);
