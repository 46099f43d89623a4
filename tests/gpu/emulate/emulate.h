/* emulate.h: CUDA's threads on the CPU, one after the other, so that the GPU's kernels can be tested (with
 * AddressSanitizer, too) where there is no GPU. It says nothing about speed, and nothing about cuDNN.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <cuda_runtime_api.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include "tests/gpu/emulate/streams.h"

#undef __global__
#undef __device__
#undef __host__
#undef __shared__
#undef __forceinline__
#undef __launch_bounds__
#undef __grid_constant__
#define __global__
#define __device__
#define __host__
#define __shared__      static /* blocks run one after the other */
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __grid_constant__

using std::max;
using std::min;

/* Kernels run one after the other: these need not be a host thread's own, and kernels read them all the time. */
extern uint3 emulate_block __attribute__ ((visibility ("hidden"))), emulate_thread __attribute__ ((visibility ("hidden")));
extern dim3  emulate_block_size __attribute__ ((visibility ("hidden"))),
  emulate_grid_size __attribute__ ((visibility ("hidden")));
#define blockIdx  emulate_block
#define threadIdx emulate_thread
#define blockDim  emulate_block_size
#define gridDim   emulate_grid_size

/* A block's dynamic shared memory. */
void *emulate_shared (void);

/* Lets the other threads of the block run up to here. KIND tells barriers from shuffles: all threads that are left must
 * wait at the same kind. */
void emulate_wait (int kind);
/* Gives X to the block, and takes what the thread FROM of the block gave. */
double emulate_exchange (double x, unsigned int from);

/* Puts the kernel, bound to copies of its arguments, into the stream. */
void emulate_launch (dim3 grid, dim3 block, size_t shared, cudaStream_t stream, std::function<void ()> kernel);

static inline void
__syncthreads ()
{
  emulate_wait (1);
}

/* Threads run in turn. */
static inline unsigned int
atomicAdd (unsigned int *place, unsigned int more)
{
  const unsigned int before = *place;

  *place += more;
  return before;
}

/* Of all warps at once: kernels let all of them come here. */
static inline void
__syncwarp ()
{
  emulate_wait (1);
}

template <typename T>
static inline T
__shfl_xor_sync (unsigned int, T x, int mask)
{
  return (T) emulate_exchange ((double) x, emulate_thread.x ^ (unsigned int) mask);
}

template <typename T>
static inline T
__shfl_down_sync (unsigned int, T x, int offset)
{
  const unsigned int lane = emulate_thread.x % 32;

  return (T) emulate_exchange ((double) x, lane + offset < 32 ? emulate_thread.x + offset : emulate_thread.x);
}

template <typename T>
static inline T
__shfl_sync (unsigned int, T x, int lane)
{
  return (T) emulate_exchange ((double) x, emulate_thread.x / 32 * 32 + (unsigned int) lane);
}
