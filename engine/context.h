/* context.h: weights made ready on a device.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "network.h"
#include "schedule.h"

#define FDDM_MEMORY_DEFAULT ((gsize) 1 << 30)

struct FddmContext {
  FddmWeights       *weights;
  FddmContextOptions options;
  char              *module_dir;
  FddmDeviceKind     kind;
  gboolean           may_fall_back;   /* AUTO was asked for, and this is a GPU */
  char              *gpu_reason;
  const FddmBackend *backend;
  FddmDevice        *device;
  FddmNetwork       *network;
  FddmTensor        *mean, *variance;
  FddmSchedule       schedule;
};

/* Turns the kernels' errors into the engine's; others stay. */
void     fddm_error_from_kernel (GError **error);

/* After the GPU failed with ERROR in the middle of work: goes over to the CPU if AUTO had chosen the GPU, clearing ERROR.
 * FALSE leaves ERROR as it is, or says why the CPU can't be had either. */
gboolean fddm_context_fall_back (FddmContext *context, GError **error);
