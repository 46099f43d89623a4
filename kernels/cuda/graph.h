/* graph.h: descriptions of layers as graphs of cuDNN's backend API.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A pool creates descriptors and remembers the first failure. After a failure its functions do nothing, so that the caller
 * checks once. */
#pragma once
#include "kernels/cuda/device.h"

G_BEGIN_DECLS

/* The properties of a layer that its plan depends on. */
typedef struct {
  int            kernel; /* of a convolution; 0 for attention */
  int            heads;  /* of attention; 0 for a convolution */
  int            in_channels, out_channels;
  int            height, width;
  FddmActivation activation;
  gboolean       residual;
} FddmPlanKey;

typedef enum {
  FDDM_PLAN_FUSED,   /* one cuDNN graph: convolution, residual, bias, activation; or the whole attention */
  FDDM_PLAN_ROUNDED, /* the same with the bias in the NETWORK format, as precompiled kernels require     */
  FDDM_PLAN_PLAIN,   /* cuDNN convolves, fddm_cuda_finish () does the rest                               */
  FDDM_PLAN_DIRECT   /* our own kernel, where cuDNN has no engine                                        */
} FddmPlanKind;

typedef struct {
  const FddmCudnn *cudnn;
  GPtrArray       *descriptors;
  cudnnStatus_t    status;
} FddmPool;

/* Identifiers of the tensors of a graph; the data of a run are labelled with them. */
enum { FDDM_UID_X = 'x', FDDM_UID_W = 'w', FDDM_UID_Z = 'z', FDDM_UID_BIAS = 'b', FDDM_UID_Y = 'y', FDDM_UID_SCALE = 's' };

void fddm_pool_init (FddmPool *pool, const FddmCudnn *cudnn);
void fddm_pool_clear (FddmPool *pool);

cudnnBackendDescriptor_t fddm_pool_new (FddmPool *pool, cudnnBackendDescriptorType_t type);
void fddm_pool_set (FddmPool *pool, cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                    cudnnBackendAttributeType_t type, gint64 n, const void *values);
void fddm_pool_finish (FddmPool *pool, cudnnBackendDescriptor_t descriptor);

/* A tensor of four dimensions. A virtual one exists only inside the graph. */
typedef struct {
  gint64          uid;
  cudnnDataType_t type;
  gint64          sizes[4], strides[4];
  gboolean        is_virtual;
  gboolean        by_value; /* a single number, read from host memory when the graph is run */
} FddmGraphTensor;

cudnnBackendDescriptor_t fddm_graph_tensor (FddmPool *pool, const FddmGraphTensor *tensor);
/* Closes the graph of these operations, for the device. */
cudnnBackendDescriptor_t fddm_graph_close (FddmPool *pool, const FddmDevice *device, int n_operations,
                                           const cudnnBackendDescriptor_t *operations);
cudnnDataType_t          fddm_graph_type (const FddmDevice *device);

/* ---- graph.c ---- */

/* Graph of KEY's convolution, including the operations after it if KIND is fused or rounded. */
cudnnBackendDescriptor_t fddm_graph_new_conv (FddmPool *pool, const FddmDevice *device, const FddmPlanKey *key,
                                              FddmPlanKind kind);

/* ---- graph-attention.c ---- */

/* Graph of KEY's attention. Sets the pool's status to NOT_SUPPORTED where this cuDNN has none. */
cudnnBackendDescriptor_t fddm_graph_new_attention (FddmPool *pool, const FddmDevice *device, const FddmPlanKey *key);

G_END_DECLS
