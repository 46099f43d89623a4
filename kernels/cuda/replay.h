/* replay.h: records the layers of a network and launches them together. When the same layers are recorded a second time, in
 * the same order and on the same memory, their launches are captured in a CUDA graph, which then replaces them.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/plan.h"

G_BEGIN_DECLS

typedef struct FddmCall FddmCall;

/* Launches CALL's kernels. Must not allocate; memory and plans already exist. */
typedef gboolean (*FddmLaunch) (FddmDevice *device, const FddmCall *call, GError **error);

/* One layer, with everything that its launches depend on. Calls are compared by their bytes, so padding must be zero. */
struct FddmCall {
  FddmLaunch      launch;
  FddmTensor      in, out;
  FddmTensor      weight, bias; /* of convolution and norm; WEIGHT also: vector of an embedding */
  FddmTensor      residual;     /* DATA is NULL if there is none                                */
  void           *rounded_bias; /* the bias in the NETWORK format                               */
  const FddmPlan *plan;         /* of convolution and attention                                 */
  void           *scratch;
  FddmActivation  activation;
  int             number; /* number of groups or heads, first channel, or side of the kernel */
};

FddmReplay *fddm_replay_new (void);
void        fddm_replay_free (FddmReplay *replay);
/* Initialises CALL for a layer that reads IN and writes OUT. All other members become zero. */
void fddm_call_init (FddmCall *call, FddmLaunch launch, const FddmTensor *in, const FddmTensor *out);
/* Records CALL, with BYTES of scratch memory. */
gboolean fddm_replay_add (FddmDevice *device, FddmCall *call, gsize bytes, GError **error);
/* Launches all recorded calls. */
gboolean fddm_replay_flush (FddmDevice *device, GError **error);
/* Number of graphs captured and of graph launches, for the tests. */
void fddm_replay_count (const FddmReplay *replay, int *captured, int *launched);

G_END_DECLS
