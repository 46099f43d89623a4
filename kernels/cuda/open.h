/* open.h: finding a GPU that can be trusted.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/device.h"

/* The table's open and close. Errors have the code for what is missing, and say it in words. */
FddmDevice *fddm_cuda_open (const FddmDeviceOptions *options, GError **error);
void        fddm_cuda_close (FddmDevice *device);

/* Whether a small convolution on DEVICE gives the numbers that it must give. */
gboolean fddm_cuda_self_test (FddmDevice *device, GError **error);
