/* replay.h: the layers of a network, put down first and launched together: the second time that the same layers come in
 * the same order on the same memory, their launches are captured in a CUDA graph, which then takes their place.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/plan.h"

G_BEGIN_DECLS

typedef enum {
  FDDM_CALL_CONV,
  FDDM_CALL_GROUP_NORM,
  FDDM_CALL_ATTENTION,
  FDDM_CALL_EMBED,
  FDDM_CALL_COPY_CHANNELS
} FddmCallKind;

/* One layer: everything that its launches depend on. Two calls of the same bytes launch the same, so padding is zero. */
typedef struct {
  FddmCallKind    kind;
  FddmActivation  activation;
  int             number; /* of groups or heads; the first channel             */
  int             kernel;
  FddmTensor      in, out;
  FddmTensor      weight, bias; /* of convolution and norm; weight: an embedding     */
  FddmTensor      residual;     /* DATA NULL: none                                   */
  void           *rounded_bias; /* the bias in NETWORK numbers                       */
  const FddmPlan *plan;         /* of convolution and attention                      */
  void           *scratch;
} FddmCall;

FddmReplay *fddm_replay_new (void);
void        fddm_replay_free (FddmReplay *replay);
/* Puts CALL down. Memory and plans for it have been made: launching allocates nothing. */
gboolean fddm_replay_add (FddmDevice *device, const FddmCall *call, GError **error);
/* Launches what has been put down. */
gboolean fddm_replay_flush (FddmDevice *device, GError **error);
/* How many graphs have been captured and how often one was launched, for the tests. */
void fddm_replay_count (const FddmReplay *replay, int *captured, int *launched);

/* ---- Launching one call: conv.c, norm.cu, attention.c, layers.cu ---- */

gboolean fddm_call_conv (FddmDevice *device, const FddmCall *call, GError **error);
gboolean fddm_call_group_norm (FddmDevice *device, const FddmCall *call, GError **error);
gboolean fddm_call_attention (FddmDevice *device, const FddmCall *call, GError **error);
gboolean fddm_call_embed (FddmDevice *device, const FddmCall *call, GError **error);
gboolean fddm_call_copy_channels (FddmDevice *device, const FddmCall *call, GError **error);

G_END_DECLS
