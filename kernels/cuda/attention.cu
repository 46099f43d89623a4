/* attention.cu: softmax attention in one pass over the keys, without storing the matrix of scores (Milakov and Gimelshein,
 * arXiv 1805.02867; Dao et al., arXiv 2205.14135).
 * SPDX-License-Identifier: Apache-2.0
 *
 * Used where cuDNN has no attention: floats, old GPUs, head sizes it does not support. A block handles QUERIES queries of
 * one head, one per warp. It reads 32 keys at a time. A lane represents one key while the scores are computed, and one
 * channel while the values are summed. */
#include "kernels/cuda/element.cuh"
#include "kernels/cuda/layers.h"

#define WARP    32
#define QUERIES 8
#define THREADS (QUERIES * WARP)
#define ALL     0xFFFFFFFFu

/* Shared memory that a block may use without a request. */
#define SHARED_MAX (48 * 1024)

static __device__ __forceinline__ float
warp_max (float x)
{
  for (int offset = WARP / 2; offset > 0; offset /= 2)
    x = fmaxf (x, __shfl_xor_sync (ALL, x, offset));
  return x;
}

static __device__ __forceinline__ float
warp_sum (float x)
{
  for (int offset = WARP / 2; offset > 0; offset /= 2)
    x += __shfl_xor_sync (ALL, x, offset);
  return x;
}

/* Keys from position FIRST on, of POSITIONS in total. */
typedef struct {
  const FddmView &in;
  size_t          first, positions;
} Keys;

/* Loads 32 keys × 32 channels from CHANNEL on; zeros beyond POSITIONS and END. */
static __device__ __forceinline__ void
load_piece (const Keys &keys, int channel, int end, float piece[WARP][WARP + 1])
{
  const int lane = threadIdx.x % WARP;

  __syncthreads (); /* the previous piece may still be in use */
  for (int i = threadIdx.x / WARP; i < WARP; i += QUERIES)
    piece[i][lane] = keys.first + i < keys.positions && channel + lane < end
                       ? fddm_get (keys.in, keys.first + i, channel + lane)
                       : 0.0f;
  __syncthreads ();
}

/* Score of this lane's key for this warp's query Q; -∞ if the lane has no key. */
static __device__ __forceinline__ float
score (const Keys &keys, int channel, int size, const float *q, float piece[WARP][WARP + 1])
{
  const int lane = threadIdx.x % WARP;
  float     sum  = 0.0f;

  for (int c = 0; c < size; c += WARP)
    {
      load_piece (keys, channel + c, channel + size, piece);
      for (int i = 0; i < min (WARP, size - c); i++)
        sum += q[c + i] * piece[lane][i];
    }
  return keys.first + lane < keys.positions ? sum : -INFINITY;
}

/* SUM = SUM · KEEP + the values of the 32 keys, weighted by each lane's WEIGHT. */
static __device__ __forceinline__ void
add_values (const Keys &keys, int channel, int size, float weight, float keep, float *sum, float piece[WARP][WARP + 1])
{
  const int lane = threadIdx.x % WARP;

  for (int c = 0; c < size; c += WARP)
    {
      float value = 0.0f;

      load_piece (keys, channel + c, channel + size, piece);
      for (int i = 0; i < WARP; i++)
        value += __shfl_sync (ALL, weight, i) * piece[i][lane];
      if (c + lane < size)
        sum[c + lane] = sum[c + lane] * keep + value;
    }
}

/* blockIdx.x: group of queries; blockIdx.y: head. Warps without a query take part because of the barriers. */
static __global__ void __launch_bounds__ (THREADS)
attention_kernel (FddmView in, int size, float scale, FddmView out, size_t positions)
{
  extern __shared__ float vectors[];
  __shared__ float        piece[WARP][WARP + 1];
  const int               warp = threadIdx.x / WARP, lane = threadIdx.x % WARP, width = out.channels, head = blockIdx.y;
  const size_t            query = (size_t) blockIdx.x * QUERIES + warp;
  float                  *q = vectors + warp * 2 * size, *sum = q + size;
  float                   most = -INFINITY, total = 0.0f;

  for (int c = lane; c < size; c += WARP)
    {
      q[c]   = query < positions ? fddm_get (in, query, head * size + c) * scale : 0.0f;
      sum[c] = 0.0f;
    }
  for (size_t first = 0; first < positions; first += WARP)
    {
      const Keys  keys   = { in, first, positions };
      const float mine   = score (keys, width + head * size, size, q, piece);
      const float now    = fmaxf (most, warp_max (mine)); /* finite: each piece has at least one key */
      const float keep   = expf (most - now);             /* 0 in the first piece                    */
      const float weight = expf (mine - now);

      total = total * keep + warp_sum (weight);
      most  = now;
      add_values (keys, 2 * width + head * size, size, weight, keep, sum, piece);
    }
  if (query >= positions)
    return;
  for (int c = lane; c < size; c += WARP)
    fddm_put (out, query, head * size + c, sum[c] / total);
}

gboolean
fddm_cuda_direct_attention (FddmDevice *device, const FddmTensor *in, int heads, const FddmTensor *out, GError **error)
{
  const size_t n      = fddm_positions (in);
  const int    size   = out->channels / heads;
  const size_t shared = (size_t) QUERIES * 2 * size * sizeof (float);
  const dim3   grid ((unsigned int) ((n + QUERIES - 1) / QUERIES), heads);

  if (shared + WARP * (WARP + 1) * sizeof (float) > SHARED_MAX)
    return fddm_cuda_heads_too_wide (size, error);
  attention_kernel<<<grid, THREADS, shared, device->stream>>> (fddm_view (device, in), size, 1.0f / sqrtf ((float) size),
                                                               fddm_view (device, out), n);
  return fddm_cuda_launched ("an attention", error);
}
