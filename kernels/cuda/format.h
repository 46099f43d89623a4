/* format.h: the number format of the networks.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/device.h"

G_BEGIN_DECLS

/* The format for the GPU called NAME of compute capability CAPABILITY / 10. The environment variable FDDM_GPU_FORMAT asks
 * for another one: bf16, fp16 or fp32. */
FddmElement fddm_cuda_format (const char *name, int capability, gboolean float32);
const char *fddm_cuda_format_name (FddmElement format);

G_END_DECLS
