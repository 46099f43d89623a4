/* network-state.h: what network.c, network-memory.c and network-run.c share.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Values live in slots. A slot is memory for one value after another, as large as the largest of them, because memory that
 * was never touched is expensive: the system clears it first. If the residual value of a convolution is not read later, the
 * result takes over its slot and the sum is computed in place.
 * A chain that runs band by band has memory for its ends only. */
#pragma once
#include "engine/diffusion/network.h"

typedef struct {
  FddmConv    *conv;
  FddmTensor  *weight, *bias; /* of a norm                                              */
  FddmTensor **rows;          /* of an embedding, by class, "any" last; NULL until used */
} FddmNetworkLayer;

struct FddmNetwork {
  const FddmBackend *backend;
  FddmDevice        *device;
  FddmWeights       *weights;
  gboolean           faint;
  FddmNetworkLayer  *layers;
  int               *slot_of; /* indexed by value */
  int                n_slots;
  int               *slot_channels; /* the most of a slot's values */
  FddmTensor       **slots;
  FddmTensor        *values;        /* views of the slots, indexed by value      */
  int                rows, columns; /* of the slots' tensors; 0 = none allocated */
  FddmConv         **convs;         /* of the chain; NULL = it is none, or the backend runs none */
  gboolean          *residuals;
  FddmChain          chain; /* of them; N is 0 without a chain                                     */
  gboolean           once;  /* pixels flow through the chain: fddm_network_flow                    */
  int                bands; /* of the chain for the slots' size; 0 = layers run one after another */
};

/* Number of the classes that can be told, "any" aside. */
int fddm_network_n_classes (const FddmNetwork *network);
