/* open.h: opens a GPU that computes correctly.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/device.h"

/* Open, close and look of the table of operations. The error code and message name the missing part. */
FddmDevice *fddm_cuda_open (const FddmDeviceOptions *options, GError **error);
void        fddm_cuda_close (FddmDevice *device);
char       *fddm_cuda_look (const FddmDeviceOptions *options, GError **error);

/* Whether a small convolution on DEVICE gives the correct numbers. Otherwise sets ERROR. */
gboolean fddm_cuda_self_test (FddmDevice *device, GError **error);
