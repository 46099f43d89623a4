/* graph.c: describes convolutions to cuDNN. The types and counts of the attributes are from cuDNN's Backend API reference.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include "kernels/cuda/graph.h"

/* Minimum alignment in bytes of cudaMalloc and within the scratch memory. */
#define ALIGNMENT 16

void
fddm_pool_init (FddmPool *pool, const FddmCudnn *cudnn)
{
  *pool = (FddmPool) { .cudnn = cudnn, .descriptors = g_ptr_array_new (), .status = CUDNN_STATUS_SUCCESS };
}

void
fddm_pool_clear (FddmPool *pool)
{
  while (pool->descriptors->len > 0)
    (void) pool->cudnn->descriptor_free (g_ptr_array_steal_index (pool->descriptors, pool->descriptors->len - 1));
  g_clear_pointer (&pool->descriptors, g_ptr_array_unref);
  (void) cudaGetLastError (); /* what cuDNN left behind is no error of the next launch */
}

cudnnBackendDescriptor_t
fddm_pool_new (FddmPool *pool, cudnnBackendDescriptorType_t type)
{
  cudnnBackendDescriptor_t descriptor = NULL;

  if (pool->status == CUDNN_STATUS_SUCCESS)
    pool->status = pool->cudnn->descriptor_new (type, &descriptor);
  if (pool->status != CUDNN_STATUS_SUCCESS)
    return NULL;
  g_ptr_array_add (pool->descriptors, descriptor);
  return descriptor;
}

void
fddm_pool_set (FddmPool *pool, cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
               cudnnBackendAttributeType_t type, gint64 n, const void *values)
{
  if (pool->status == CUDNN_STATUS_SUCCESS)
    pool->status = pool->cudnn->set (descriptor, name, type, n, values);
}

void
fddm_pool_finish (FddmPool *pool, cudnnBackendDescriptor_t descriptor)
{
  if (pool->status == CUDNN_STATUS_SUCCESS)
    pool->status = pool->cudnn->finalize (descriptor);
}

static void
set_descriptor (FddmPool *pool, cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                cudnnBackendDescriptor_t value)
{
  fddm_pool_set (pool, descriptor, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &value);
}

cudnnBackendDescriptor_t
fddm_graph_tensor (FddmPool *pool, const FddmGraphTensor *t)
{
  const gint64             alignment  = t->by_value ? (gint64) sizeof (float) : ALIGNMENT;
  const bool               is_virtual = t->is_virtual, by_value = t->by_value;
  cudnnBackendDescriptor_t tensor = fddm_pool_new (pool, CUDNN_BACKEND_TENSOR_DESCRIPTOR);

  fddm_pool_set (pool, tensor, CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_TYPE_INT64, 1, &t->uid);
  fddm_pool_set (pool, tensor, CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &t->type);
  fddm_pool_set (pool, tensor, CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_TYPE_INT64, 4, t->sizes);
  fddm_pool_set (pool, tensor, CUDNN_ATTR_TENSOR_STRIDES, CUDNN_TYPE_INT64, 4, t->strides);
  fddm_pool_set (pool, tensor, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, CUDNN_TYPE_INT64, 1, &alignment);
  fddm_pool_set (pool, tensor, CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, &is_virtual);
  fddm_pool_set (pool, tensor, CUDNN_ATTR_TENSOR_IS_BY_VALUE, CUDNN_TYPE_BOOLEAN, 1, &by_value);
  fddm_pool_finish (pool, tensor);
  return tensor;
}

/* SIZES: N, C, H, W (K, C, R, S for weights). Channels are contiguous in memory. */
static cudnnBackendDescriptor_t
tensor_new (FddmPool *pool, gint64 uid, cudnnDataType_t type, const gint64 sizes[4], gboolean is_virtual)
{
  const FddmGraphTensor tensor = { .uid        = uid,
                                   .type       = type,
                                   .sizes      = { sizes[0], sizes[1], sizes[2], sizes[3] },
                                   .strides    = { sizes[1] * sizes[2] * sizes[3], 1, sizes[1] * sizes[3], sizes[1] },
                                   .is_virtual = is_virtual };

  return fddm_graph_tensor (pool, &tensor);
}

/* A convolution without flipping (a cross-correlation), with stride 1 and zero padding. */
static cudnnBackendDescriptor_t
convolution_new (FddmPool *pool, int kernel)
{
  const gint64                 n = 2, padding[2] = { kernel / 2, kernel / 2 }, ones[2] = { 1, 1 };
  const cudnnDataType_t        accumulate  = CUDNN_DATA_FLOAT;
  const cudnnConvolutionMode_t mode        = CUDNN_CROSS_CORRELATION;
  cudnnBackendDescriptor_t     convolution = fddm_pool_new (pool, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);

  fddm_pool_set (pool, convolution, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_TYPE_INT64, 1, &n);
  fddm_pool_set (pool, convolution, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_TYPE_DATA_TYPE, 1, &accumulate);
  fddm_pool_set (pool, convolution, CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, &mode);
  fddm_pool_set (pool, convolution, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, CUDNN_TYPE_INT64, n, padding);
  fddm_pool_set (pool, convolution, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_TYPE_INT64, n, padding);
  fddm_pool_set (pool, convolution, CUDNN_ATTR_CONVOLUTION_DILATIONS, CUDNN_TYPE_INT64, n, ones);
  fddm_pool_set (pool, convolution, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_TYPE_INT64, n, ones);
  fddm_pool_finish (pool, convolution);
  return convolution;
}

static cudnnBackendDescriptor_t
convolve (FddmPool *pool, int kernel, cudnnBackendDescriptor_t x, cudnnBackendDescriptor_t w, cudnnBackendDescriptor_t y)
{
  const float              alpha = 1.0f, beta = 0.0f;
  cudnnBackendDescriptor_t convolution = convolution_new (pool, kernel);
  cudnnBackendDescriptor_t operation   = fddm_pool_new (pool, CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);

  set_descriptor (pool, operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, convolution);
  set_descriptor (pool, operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, x);
  set_descriptor (pool, operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, w);
  set_descriptor (pool, operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, y);
  fddm_pool_set (pool, operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_TYPE_FLOAT, 1, &alpha);
  fddm_pool_set (pool, operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, CUDNN_TYPE_FLOAT, 1, &beta);
  fddm_pool_finish (pool, operation);
  return operation;
}

/* Y = X + B, or Y = MODE (X) if B is NULL. */
static cudnnBackendDescriptor_t
pointwise (FddmPool *pool, cudnnPointwiseMode_t mode, cudnnBackendDescriptor_t x, cudnnBackendDescriptor_t b,
           cudnnBackendDescriptor_t y)
{
  const cudnnDataType_t    type       = CUDNN_DATA_FLOAT;
  cudnnBackendDescriptor_t descriptor = fddm_pool_new (pool, CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
  cudnnBackendDescriptor_t operation;

  fddm_pool_set (pool, descriptor, CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, &mode);
  fddm_pool_set (pool, descriptor, CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, 1, &type);
  fddm_pool_finish (pool, descriptor);
  operation = fddm_pool_new (pool, CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
  set_descriptor (pool, operation, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, descriptor);
  set_descriptor (pool, operation, CUDNN_ATTR_OPERATION_POINTWISE_XDESC, x);
  if (b != NULL)
    set_descriptor (pool, operation, CUDNN_ATTR_OPERATION_POINTWISE_BDESC, b);
  set_descriptor (pool, operation, CUDNN_ATTR_OPERATION_POINTWISE_YDESC, y);
  fddm_pool_finish (pool, operation);
  return operation;
}

cudnnDataType_t
fddm_graph_type (const FddmDevice *device)
{
  switch (device->network)
    {
    case FDDM_ELEMENT_HALF: return CUDNN_DATA_HALF;
    case FDDM_ELEMENT_BF16: return CUDNN_DATA_BFLOAT16;
    default: return CUDNN_DATA_FLOAT;
    }
}

cudnnBackendDescriptor_t
fddm_graph_close (FddmPool *pool, const FddmDevice *device, int n_operations, const cudnnBackendDescriptor_t *operations)
{
  cudnnBackendDescriptor_t graph = fddm_pool_new (pool, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);

  if (device->properties == NULL)
    fddm_pool_set (pool, graph, CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, &device->handle);
  fddm_pool_set (pool, graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_TYPE_BACKEND_DESCRIPTOR, n_operations, operations);
  fddm_pool_finish (pool, graph);
  return graph;
}

/* Lists the operations on the convolution's sum, in order, and returns their number. The residual precedes the bias, as in
 * cuDNN's precompiled kernels. */
static int
list_stages (const FddmPlanKey *key, FddmPlanKind kind, cudnnPointwiseMode_t modes[3], gint64 operands[3])
{
  int n = 0;

  if (kind == FDDM_PLAN_PLAIN)
    return 0;
  if (key->residual)
    {
      modes[n]      = CUDNN_POINTWISE_ADD;
      operands[n++] = FDDM_UID_Z;
    }
  modes[n]      = CUDNN_POINTWISE_ADD;
  operands[n++] = FDDM_UID_BIAS;
  if (key->activation != FDDM_ACTIVATION_NONE)
    {
      modes[n]      = key->activation == FDDM_ACTIVATION_RELU ? CUDNN_POINTWISE_RELU_FWD : CUDNN_POINTWISE_SWISH_FWD;
      operands[n++] = 0;
    }
  return n;
}

cudnnBackendDescriptor_t
fddm_graph_new_conv (FddmPool *pool, const FddmDevice *device, const FddmPlanKey *key, FddmPlanKind kind)
{
  const gint64             in_sizes[4]     = { 1, key->in_channels, key->height, key->width };
  const gint64             out_sizes[4]    = { 1, key->out_channels, key->height, key->width };
  const gint64             weight_sizes[4] = { key->out_channels, key->in_channels, key->kernel, key->kernel };
  const gint64             bias_sizes[4]   = { 1, key->out_channels, 1, 1 };
  const cudnnDataType_t    type            = fddm_graph_type (device);
  const cudnnDataType_t    bias_type       = kind == FDDM_PLAN_ROUNDED ? type : CUDNN_DATA_FLOAT;
  cudnnPointwiseMode_t     modes[3];
  gint64                   operands[3];
  const int                n_stages = list_stages (key, kind, modes, operands);
  cudnnBackendDescriptor_t operations[4], x, w, y, value, next;

  x             = tensor_new (pool, FDDM_UID_X, type, in_sizes, FALSE);
  w             = tensor_new (pool, FDDM_UID_W, type, weight_sizes, FALSE);
  y             = tensor_new (pool, FDDM_UID_Y, type, out_sizes, FALSE);
  value         = n_stages == 0 ? y : tensor_new (pool, '0', CUDNN_DATA_FLOAT, out_sizes, TRUE);
  operations[0] = convolve (pool, key->kernel, x, w, value);
  for (int i = 0; i < n_stages; i++, value = next)
    {
      cudnnBackendDescriptor_t operand = NULL;

      if (operands[i] == FDDM_UID_Z)
        operand = tensor_new (pool, FDDM_UID_Z, type, out_sizes, FALSE);
      else if (operands[i] == FDDM_UID_BIAS)
        operand = tensor_new (pool, FDDM_UID_BIAS, bias_type, bias_sizes, FALSE);
      next              = i == n_stages - 1 ? y : tensor_new (pool, '1' + i, CUDNN_DATA_FLOAT, out_sizes, TRUE);
      operations[1 + i] = pointwise (pool, modes[i], value, operand, next);
    }
  return fddm_graph_close (pool, device, 1 + n_stages, operations);
}
