/* graph-attention.c: describes attention to cuDNN, which offers it as one operation since version 9.13.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cuda/graph.h"

#if CUDNN_VERSION >= 91300

/* Required by cuDNN's reference: heads have a multiple of 8 channels, so that rows are aligned to 16 bytes. */
#define CHANNELS_STEP 8

/* Describes q, k, v or the result as (batch, head, position, channel), in place, within rows of ROW channels. */
static cudnnBackendDescriptor_t
vectors_new (FddmPool *pool, const FddmDevice *device, const FddmPlanKey *key, gint64 uid, gint64 row)
{
  const gint64          positions = (gint64) key->height * key->width, size = key->out_channels / key->heads;
  const FddmGraphTensor tensor = { .uid     = uid,
                                   .type    = fddm_graph_type (device),
                                   .sizes   = { 1, key->heads, positions, size },
                                   .strides = { positions * row, size, row, 1 } };

  return fddm_graph_tensor (pool, &tensor);
}

cudnnBackendDescriptor_t
fddm_graph_new_attention (FddmPool *pool, const FddmDevice *device, const FddmPlanKey *key)
{
  const FddmGraphTensor scale_tensor = {
    .uid = FDDM_UID_SCALE, .type = CUDNN_DATA_FLOAT, .sizes = { 1, 1, 1, 1 }, .strides = { 1, 1, 1, 1 }, .by_value = TRUE
  };
  const struct {
    cudnnBackendAttributeName_t name;
    cudnnBackendDescriptor_t    value;
  } parts[] = {
    { CUDNN_ATTR_OPERATION_SDPA_FWD_QDESC, vectors_new (pool, device, key, FDDM_UID_X, key->in_channels) },
    { CUDNN_ATTR_OPERATION_SDPA_FWD_KDESC, vectors_new (pool, device, key, FDDM_UID_W, key->in_channels) },
    { CUDNN_ATTR_OPERATION_SDPA_FWD_VDESC, vectors_new (pool, device, key, FDDM_UID_Z, key->in_channels) },
    { CUDNN_ATTR_OPERATION_SDPA_FWD_ODESC, vectors_new (pool, device, key, FDDM_UID_Y, key->out_channels) },
    { CUDNN_ATTR_OPERATION_SDPA_FWD_SCALEDESC, fddm_graph_tensor (pool, &scale_tensor) },
  };
  cudnnBackendDescriptor_t operation;

  if (device->network == FDDM_ELEMENT_FLOAT || key->out_channels / key->heads % CHANNELS_STEP != 0)
    pool->status = CUDNN_STATUS_NOT_SUPPORTED;
  operation = fddm_pool_new (pool, CUDNN_BACKEND_OPERATION_SDPA_FWD_DESCRIPTOR);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    fddm_pool_set (pool, operation, parts[i].name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &parts[i].value);
  fddm_pool_finish (pool, operation);
  return fddm_graph_close (pool, device, 1, &operation);
}

#else

cudnnBackendDescriptor_t
fddm_graph_new_attention (FddmPool *pool, const FddmDevice *device G_GNUC_UNUSED, const FddmPlanKey *key G_GNUC_UNUSED)
{
  pool->status = CUDNN_STATUS_NOT_SUPPORTED;
  return NULL;
}

#endif
