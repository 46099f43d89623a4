/* onednn.h: the calls that differ between oneDNN 2 and oneDNN 3, implemented in a file for each; and declarations shared by
 * cpu.c and conv.c.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <dnnl.h>
#include "kernels/host/host.h"

/* The contents of FddmDevice.library. */
typedef struct {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  void         *scratch; /* working memory shared by all convolutions */
  gsize         scratch_bytes;
  void         *rows; /* of a chain's values */
  gsize         rows_bytes;
  GQueue        prepared; /* of FddmPrepared: the weights that convolutions use now */

  FddmConvolution chosen, exact; /* EXACT: the way in place of 8 bits; FASTEST = 8 bits were not chosen, or were asked for */
  gboolean        halves;        /* beside 8 bits, layers without ranges take bf16, which is faster here than floats */
  const FddmStrays *strays;      /* watched, or NULL */
} FddmOneDnn;

typedef struct {
  int              kernel, in_channels, out_channels, height, width;
  dnnl_data_type_t source, weights, target; /* the bias is float                                  */
  const float     *scales;                  /* of weights in 8 bits, for each output; else NULL             */
  gboolean         blocked;                 /* activations in planes of FDDM_BLOCK channels, otherwise NHWC */
  gboolean         winograd;                /* requests Winograd, available for blocked floats only         */
  gboolean         residual;                /* the result is added to the output's previous contents        */
  gboolean         open; /* the source has the rows that the kernel sees above and below, zeros otherwise */
  FddmActivation   activation;
} FddmOneDnnConv;

/* Describes a convolution. oneDNN chooses the layout of the weights; the user provides the working memory. A failure means
 * that the processor has no such implementation. */
dnnl_status_t fddm_onednn_describe_conv (dnnl_engine_t engine, const FddmOneDnnConv *conv, dnnl_primitive_desc_t *desc);

/* Name of the argument of a convolution in 8 bits with its scales; 0 where they are part of the convolution, which multiplies
 * the bias by them as well. */
int fddm_onednn_scales_argument (void);

/* Wraps HANDLE, weights of TYPE and of CONV's shape in OIHW, in a memory object. */
dnnl_status_t fddm_onednn_plain_weights (dnnl_engine_t engine, const FddmConvSpec *conv, dnnl_data_type_t type,
                                         const void *handle, dnnl_memory_t *memory);

/* Makes the primitive that copies FROM to TO, converting the layout. */
dnnl_status_t fddm_onednn_reorder (dnnl_engine_t engine, dnnl_memory_t from, dnnl_memory_t to, dnnl_primitive_t *primitive);

/* Whether MEMORY has the layout that DESC requires for its weights. */
gboolean fddm_onednn_weights_fit (dnnl_memory_t memory, const_dnnl_primitive_desc_t desc);

/* Memory that must be free before oneDNN compiles code: it throws an exception that C cannot catch, or ends the process,
 * where it gets none. It takes a few MB. */
#define FDDM_ONEDNN_RESERVE ((gsize) 16 << 20)

/* Fails since oneDNN cannot do WHAT, a verb and its object. Returns FALSE. */
gboolean fddm_onednn_fail (dnnl_status_t status, const char *what, GError **error);

/* ---- conv.c: convolution in the table of operations ---- */

FddmConv *fddm_cpu_conv_new (FddmDevice *device, const FddmConvSpec *spec, GError **error);
void      fddm_cpu_conv_free (FddmDevice *device, FddmConv *conv);
gboolean fddm_cpu_conv_prepare (FddmDevice *device, FddmConv *conv, int height, int width, gboolean residual, gsize *scratch,
                                GError **error);
gboolean fddm_cpu_conv (FddmDevice *device, FddmConv *conv, const FddmTensor *in, const FddmTensor *residual,
                        FddmTensor *out, GError **error);

/* Some rows of a picture: HEIGHT results of WIDTH positions, from inputs with kernel/2 more rows above and below. */
typedef struct {
  int      height, width;
  gboolean residual; /* the result is added to the output's previous contents */
} FddmRowsShape;

/* As conv_prepare and conv, for some rows. STRAYS: to be counted, or NULL. */
gboolean fddm_cpu_conv_rows_prepare (FddmDevice *device, FddmConv *conv, const FddmRowsShape *shape, gsize *scratch,
                                     GError **error);
gboolean fddm_cpu_conv_rows (FddmDevice *device, FddmConv *conv, const FddmRowsShape *shape, const void *in,
                             const FddmStrays *strays, void *out, GError **error);
/* Bytes of the results, and of the inputs if nothing else computed them, of one position. */
gsize fddm_cpu_conv_result_bytes (const FddmConv *conv);
gsize fddm_cpu_conv_input_bytes (const FddmConv *conv);
/* What CONV computes. */
const FddmConvSpec *fddm_cpu_conv_spec (const FddmConv *conv);
/* How many rows above and below a result the kernel sees. */
int fddm_cpu_conv_reach (const FddmConv *conv);

/* Of memory for vectors, in bytes. */
#define FDDM_VECTOR_BYTES 64

/* ---- chain.c, flow.c: chains of convolutions in the table of operations ---- */

gboolean fddm_cpu_chain_prepare (FddmDevice *device, const FddmChain *chain, int height, int width, int *bands,
                                 gsize *scratch, GError **error);
gboolean fddm_cpu_chain_band (FddmDevice *device, const FddmChain *chain, const FddmTensor *in, FddmTensor *out, int band,
                              GError **error);
gboolean fddm_cpu_flow_prepare (FddmDevice *device, const FddmChain *chain, int height, int width, int *bands,
                                gsize *scratch, GError **error);
gboolean fddm_cpu_flow_band (FddmDevice *device, const FddmChain *chain, const FddmPass *pass, int band, GError **error);
