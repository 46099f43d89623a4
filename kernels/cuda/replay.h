/* replay.h: the layers of a network, put down first and launched together: the second time that the same layers come in
 * the same order on the same memory, their launches are captured in a CUDA graph, which then takes their place.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/plan.h"

G_BEGIN_DECLS

typedef struct FddmCall FddmCall;

/* Launches CALL's kernels. It allocates nothing: memory and plans have been made. */
typedef gboolean (*FddmLaunch) (FddmDevice *device, const FddmCall *call, GError **error);

/* One layer: everything that its launches depend on. Two calls of the same bytes launch the same, so padding is zero. */
struct FddmCall {
  FddmLaunch      launch;
  FddmTensor      in, out;
  FddmTensor      weight, bias; /* of convolution and norm; weight: an embedding     */
  FddmTensor      residual;     /* DATA NULL: none                                   */
  void           *rounded_bias; /* the bias in NETWORK numbers                       */
  const FddmPlan *plan;         /* of convolution and attention                      */
  void           *scratch;
  FddmActivation  activation;
  int             number; /* of groups or heads; the first channel; the kernel's side */
};

FddmReplay *fddm_replay_new (void);
void        fddm_replay_free (FddmReplay *replay);
/* CALL of LAUNCH for a layer that reads IN and writes OUT; all else in it is zero. */
void fddm_call_init (FddmCall *call, FddmLaunch launch, const FddmTensor *in, const FddmTensor *out);
/* Puts CALL down, with BYTES of scratch memory. */
gboolean fddm_replay_add (FddmDevice *device, FddmCall *call, gsize bytes, GError **error);
/* Launches what has been put down. */
gboolean fddm_replay_flush (FddmDevice *device, GError **error);
/* How many graphs have been captured and how often one was launched, for the tests. */
void fddm_replay_count (const FddmReplay *replay, int *captured, int *launched);

G_END_DECLS
