/* context.h: weights made ready on a device.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/diffusion/network.h"
#include "engine/error.h"
#include "engine/noise/meter.h"
#include "engine/diffusion/schedule.h"

#define FDDM_MEMORY_DEFAULT ((gsize) 1 << 30)

struct FddmContext {
  FddmWeights       *weights;
  FddmContextOptions options;
  char              *module_dir;
  FddmDeviceKind     kind;
  gboolean           may_fall_back; /* AUTO was asked for, and this is a GPU */
  char              *gpu_reason;
  const FddmBackend *backend;
  FddmDevice        *device;
  FddmNetwork       *network;     /* the one in use of those below */
  FddmNetwork       *any, *white; /* for any noise; for white noise, or NULL */
  FddmTensor        *mean, *variance;
  FddmNoiseMeter    *meter; /* made when noise is measured */
  FddmSchedule       schedule;
};

/* Uses the network for white noise, where there is one, or that for any. Not between a network's prepare and release. */
void fddm_context_use (FddmContext *context, gboolean white);

/* Threads of the host's own loops. */
int fddm_context_threads (const FddmContext *context);

/* Bytes that tensors and working memory may take. */
gsize fddm_context_memory (const FddmContext *context);

typedef gboolean (*FddmJobFunc) (gpointer job, GError **error);

/* Calls FUNC on JOB; once more, on the CPU, when it was a GPU of AUTO's choice that failed in the middle of it. Errors are
 * the engine's. */
gboolean fddm_context_run (FddmContext *context, FddmJobFunc func, gpointer job, GError **error);
