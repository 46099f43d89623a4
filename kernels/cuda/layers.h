/* layers.h: what conv.c needs of our own kernels.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "device.h"

G_BEGIN_DECLS

/* OUT = activation (SUMS + BIAS + RESIDUAL), SUMS in device memory, laid out as OUT; RESIDUAL may be NULL or OUT. */
gboolean fddm_cuda_finish (FddmDevice *device, const void *sums, const FddmTensor *bias, const FddmTensor *residual,
                           FddmActivation activation, FddmTensor *out, GError **error);
/* The whole convolution, slowly, for what cuDNN has no engine for. WEIGHTS: out × kernel × kernel × in. */
gboolean fddm_cuda_direct (FddmDevice *device, const FddmTensor *in, const FddmTensor *weights, int kernel,
                           const FddmTensor *bias, const FddmTensor *residual, FddmActivation activation,
                           FddmTensor *out, GError **error);

G_END_DECLS
