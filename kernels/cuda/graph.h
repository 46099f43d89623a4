/* graph.h: cuDNN's graph of a convolution, in descriptors of its backend API.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A pool makes descriptors and remembers the first failure: after it nothing is done, so that a caller checks once. */
#pragma once
#include "plan.h"

typedef struct {
  const FddmCudnn *cudnn;
  GPtrArray       *descriptors;
  cudnnStatus_t    status;
} FddmPool;

/* Names of the graph's tensors, as the run's data must be labelled. */
enum {
  FDDM_UID_X = 'x',
  FDDM_UID_W = 'w',
  FDDM_UID_Z = 'z',
  FDDM_UID_BIAS = 'b',
  FDDM_UID_Y = 'y'
};

void fddm_pool_init  (FddmPool *pool, const FddmCudnn *cudnn);
void fddm_pool_clear (FddmPool *pool);

cudnnBackendDescriptor_t fddm_pool_new (FddmPool *pool, cudnnBackendDescriptorType_t type);
void fddm_pool_set    (FddmPool *pool, cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                       cudnnBackendAttributeType_t type, gint64 n, const void *values);
void fddm_pool_finish (FddmPool *pool, cudnnBackendDescriptor_t descriptor);

/* The graph of KEY's convolution, with what follows it where FUSED. */
cudnnBackendDescriptor_t fddm_graph_new (FddmPool *pool, const FddmDevice *device, const FddmPlanKey *key,
                                         gboolean fused);
