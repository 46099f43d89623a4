/* context.h: weights loaded onto a device.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/diffusion/network.h"
#include "engine/error.h"
#include "engine/noise/meter.h"
#include "engine/diffusion/schedule.h"
#include "kernels/memory.h"

#define FDDM_MEMORY_DEFAULT ((gsize) 1 << 30)

/* Which layers convolve in 8 bits, on a device that does: those that have ranges, those whose ranges serve at any noise level, or
 * none. */
typedef enum { FDDM_PRECISION_FASTEST, FDDM_PRECISION_FAINT, FDDM_PRECISION_EXACT, FDDM_PRECISIONS } FddmPrecision;

struct FddmContext {
  FddmWeights       *weights;
  FddmContextOptions options;
  char              *module_dir;
  FddmDeviceKind     kind;
  gsize              weight_bytes;  /* of the tensors and their copies    */
  gboolean           may_fall_back; /* AUTO was requested and chose a GPU */
  char              *gpu_reason;
  const FddmBackend *backend;
  FddmDevice        *device;
  FddmNetwork       *network;                   /* the one in use: one of the following                   */
  FddmNetwork       *networks[FDDM_PRECISIONS]; /* for any noise; but the fastest one, NULL until used    */
  FddmNetwork       *whites[FDDM_PRECISIONS];   /* for white noise; NULL where the weights have none, too */
  gboolean           is_white, is_faint, is_exact;
  FddmTensor        *mean, *variance;
  FddmNoiseMeter    *meter; /* created at the first measurement */
  FddmSchedule       schedule;
  FddmMemoryPool     pool; /* memory of the pixels of earlier tiles */
};

/* Selects the network for white noise, if there is one, or the network for any noise, and its layers in 8 bits for noise of LEVEL
 * 8-bit steps. Not allowed between a network's prepare and release. Fails where memory does not suffice. */
gboolean fddm_context_use (FddmContext *context, gboolean white, double level, GError **error);

/* Whether the device chose to convolve in 8 bits, which are for photographs only: who denoises watches for strays then. */
gboolean fddm_context_is_in_8_bits (const FddmContext *context);
/* Selects the networks without 8 bits, or those that are the fastest. As fddm_context_use. The networks of a context that is in 8
 * bits are the fastest ones except within a job. */
gboolean fddm_context_use_exact (FddmContext *context, gboolean exact, GError **error);

/* Fails unless SOURCE has pixels, not too many, and channels that suit the weights. */
gboolean fddm_context_check_source (const FddmContext *context, const FddmSource *source, GError **error);

/* Threads for loops on the host. */
int fddm_context_threads (const FddmContext *context);

/* Memory bound for tensors and working memory, in bytes: without what the weights take, where they lie in the host's memory. */
gsize fddm_context_memory (const FddmContext *context);

/* Fails with the reason if the network's WORK for WIDTH × HEIGHT pixels, in multiply-adds, exceeds MOST. */
gboolean fddm_context_check_work (double work, double most, int width, int height, GError **error);

/* A tensor of coefficients on the context's device: of ROWS × COLUMNS patches, or of one that holds VALUES. The caller's to
 * free; NULL where that fails. */
gboolean fddm_context_make_tensor (const FddmContext *context, int rows, int columns, FddmTensor **tensor, GError **error);
gboolean fddm_context_make_vector (const FddmContext *context, const float *values, FddmTensor **vector, GError **error);

typedef gboolean (*FddmJobFunc) (gpointer job, GError **error);

/* Calls FUNC on JOB. If a GPU chosen by AUTO fails, calls it again on the CPU. Sets errors of FDDM_ERROR, or passes on
 * those of a source or sink. */
gboolean fddm_context_run (FddmContext *context, FddmJobFunc func, gpointer job, GError **error);
