/* open.h: finding a GPU that can be trusted.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/device.h"

/* The table's open and close. Errors are FDDM_KERNEL_ERROR_UNUSABLE and say in words what is missing. */
FddmDevice *fddm_cuda_open  (const FddmDeviceOptions *options, GError **error);
void        fddm_cuda_close (FddmDevice *device);

/* Whether a small convolution on DEVICE gives the numbers that it must give. */
gboolean    fddm_cuda_self_test (FddmDevice *device, GError **error);
