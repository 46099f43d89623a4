/* cuda_runtime_api.h: names of CUDA's types, for sources that call nothing of it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

typedef int   cudaError_t;
typedef void *cudaStream_t;
typedef void *cudaEvent_t;
