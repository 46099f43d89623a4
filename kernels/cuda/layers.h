/* layers.h: our own kernels, as conv.c and calls.c need them.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/replay.h"

G_BEGIN_DECLS

/* The end of the convolution CALL: its output = activation (SUMS + bias + residual), SUMS in device memory, laid out as the
 * output; the residual may be the output itself. */
gboolean fddm_cuda_finish (FddmDevice *device, const FddmCall *call, const void *sums, GError **error);
/* The whole convolution, slowly, for what cuDNN has no engine for. Its weights are out × kernel × kernel × in. */
gboolean fddm_cuda_direct (FddmDevice *device, const FddmCall *call, GError **error);
/* Attention without cuDNN. */
gboolean fddm_cuda_direct_attention (FddmDevice *device, const FddmTensor *in, int heads, const FddmTensor *out,
                                     GError **error);
/* Bytes of scratch memory that a group norm needs. */
gsize fddm_norm_scratch (const FddmTensor *in, int groups);

/* ---- Launching a layer that has been put down: norm.cu, layers.cu ---- */

gboolean fddm_launch_group_norm (FddmDevice *device, const FddmCall *call, GError **error);
gboolean fddm_launch_embedding (FddmDevice *device, const FddmCall *call, GError **error);
gboolean fddm_launch_copy_channels (FddmDevice *device, const FddmCall *call, GError **error);

G_END_DECLS
