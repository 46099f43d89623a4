/* onednn.h: the few calls in which oneDNN 2 and oneDNN 3 differ, in their own files; and what cpu.c and conv.c share.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <dnnl.h>
#include "kernels/host/host.h"

/* What hangs on FddmDevice.library. */
typedef struct {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  void         *scratch; /* working memory that all convolutions share */
  gsize         scratch_bytes;
} FddmOneDnn;

typedef struct {
  int              kernel, in_channels, out_channels, height, width;
  dnnl_data_type_t type;     /* of activations and weights; the bias is float */
  gboolean         blocked;  /* activations in planes of FDDM_BLOCK channels, else in NHWC */
  gboolean         winograd; /* asks for it: it is there for blocked floats only */
  gboolean         residual; /* added to what the output holds already */
  FddmActivation   activation;
} FddmOneDnnConv;

/* Describes a convolution, weights in whatever layout is fastest, working memory from the user.
 * A failure means that the processor has no such implementation. */
dnnl_status_t fddm_onednn_describe_conv (dnnl_engine_t engine, const FddmOneDnnConv *conv, dnnl_primitive_desc_t *desc);

/* A memory object around the floats of HANDLE: weights in OIHW. */
dnnl_status_t fddm_onednn_plain_weights (dnnl_engine_t engine, int kernel, int in_channels, int out_channels,
                                         const float *handle, dnnl_memory_t *memory);

/* The primitive that copies FROM to TO, whatever their layouts. */
dnnl_status_t fddm_onednn_reorder (dnnl_engine_t engine, dnnl_memory_t from, dnnl_memory_t to, dnnl_primitive_t *primitive);

/* Whether MEMORY has the layout that DESC wants for its weights. */
gboolean fddm_onednn_weights_fit (dnnl_memory_t memory, const_dnnl_primitive_desc_t desc);

/* ---- conv.c: the table's convolution ---- */

FddmConv *fddm_cpu_conv_new (FddmDevice *device, const FddmConvSpec *spec, GError **error);
void      fddm_cpu_conv_free (FddmDevice *device, FddmConv *conv);
gboolean fddm_cpu_conv_prepare (FddmDevice *device, FddmConv *conv, int height, int width, gboolean residual, gsize *scratch,
                                GError **error);
gboolean fddm_cpu_conv (FddmDevice *device, FddmConv *conv, const FddmTensor *in, const FddmTensor *residual,
                        FddmTensor *out, GError **error);
