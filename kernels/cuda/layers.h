/* layers.h: our own kernels, used by conv.c and calls.c.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/difference.h"
#include "kernels/cuda/replay.h"

G_BEGIN_DECLS

/* Finishes the convolution CALL: output = activation (SUMS + bias + residual). SUMS are in device memory, in the layout of
 * the output. The residual may be the output itself. */
gboolean fddm_cuda_finish (FddmDevice *device, const FddmCall *call, const void *sums, GError **error);
/* Runs a whole convolution, slowly, where cuDNN has no engine. The weights are out × kernel × kernel × in. */
gboolean fddm_cuda_direct (FddmDevice *device, const FddmCall *call, GError **error);
/* As fddm_cuda_direct(), but computes only as many rows as ROWS has, from row FIRST of the output on, and writes them to
 * ROWS. */
gboolean fddm_cuda_direct_rows (FddmDevice *device, const FddmCall *call, int first, FddmTensor *rows, GError **error);

/* Compares rows of FOUND, from row FIRST on, with all rows of RIGHT. SUMS: device memory of fddm_cuda_compare_bytes().
 * Values that exceed the number format are left out. Waits for the result. */
gboolean fddm_cuda_compare (FddmDevice *device, const FddmTensor *found, int first, const FddmTensor *right, void *sums,
                            FddmDifference *difference, GError **error);
gsize    fddm_cuda_compare_bytes (void);
/* Attention without cuDNN. Fails if the heads are too wide for shared memory. */
gboolean fddm_cuda_direct_attention (FddmDevice *device, const FddmTensor *in, int heads, const FddmTensor *out,
                                     GError **error);
/* Bytes of scratch memory for a group norm. */
gsize fddm_norm_scratch (const FddmTensor *in, int groups);

/* ---- Launching a recorded layer: norm.cu, layers.cu ---- */

gboolean fddm_launch_group_norm (FddmDevice *device, const FddmCall *call, GError **error);
gboolean fddm_launch_embedding (FddmDevice *device, const FddmCall *call, GError **error);
gboolean fddm_launch_copy_channels (FddmDevice *device, const FddmCall *call, GError **error);

G_END_DECLS
