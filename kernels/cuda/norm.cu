/* norm.cu: group norm. Moments are computed by slices of the picture, then joined in a fixed order, so that the same input
 * gives the same bits.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cuda/element.cuh"
#include "kernels/cuda/layers.h"

#define THREADS 256
#define EPSILON 1e-5

/* Maximum number of slices: enough blocks for any GPU, few enough for each block to join them. */
#define SLICES_MAX 64

/* Maximum number of blocks that write the result. */
#define BLOCKS_MAX 1024

/* Minimum number of positions in a slice, so that the work outweighs the launch. */
#define POSITIONS_MIN 256

/* Number of channels that the second kernel handles at a time, with their mean, scale and shift in shared memory. */
#define CHANNELS_AT_ONCE 1024

/* Moments of one group in one slice: the mean, and the sum of squared deviations from it. In double precision, since the
 * sums cover a whole picture. */
typedef struct {
  double mean, squares;
} Moments;

static size_t
slice_length (size_t positions)
{
  return MAX (POSITIONS_MIN, (positions + SLICES_MAX - 1) / SLICES_MAX);
}

static int
n_slices (size_t positions)
{
  return (int) ((positions + slice_length (positions) - 1) / slice_length (positions));
}

gsize
fddm_norm_scratch (const FddmTensor *in, int groups)
{
  return (gsize) groups * n_slices (fddm_positions (in)) * sizeof (Moments);
}

/* Sum of X over the block, returned to every thread. */
static __device__ double
block_sum (double x)
{
  __shared__ double warps[THREADS / 32];
  double            sum = 0.0;

  for (int offset = 16; offset > 0; offset /= 2)
    x += __shfl_down_sync (0xFFFFFFFFu, x, offset);
  __syncthreads (); /* the previous sum may still be in use */
  if (threadIdx.x % 32 == 0)
    warps[threadIdx.x / 32] = x;
  __syncthreads ();
  for (int i = 0; i < THREADS / 32; i++)
    sum += warps[i];
  return sum;
}

/* blockIdx.x: group, blockIdx.y: slice. */
static __global__ void __launch_bounds__ (THREADS)
moments_kernel (FddmView in, int size, size_t length, size_t positions, Moments *moments)
{
  const size_t begin = blockIdx.y * length, n = min (length, positions - begin) * size;
  const int    first = (int) blockIdx.x * size;
  double       sum = 0.0, squares = 0.0, mean;

  for (size_t i = threadIdx.x; i < n; i += THREADS)
    sum += fddm_get (in, begin + i / size, first + (int) (i % size));
  mean = block_sum (sum) / n;
  for (size_t i = threadIdx.x; i < n; i += THREADS)
    {
      const double apart = fddm_get (in, begin + i / size, first + (int) (i % size)) - mean;

      squares += apart * apart;
    }
  squares = block_sum (squares);
  if (threadIdx.x == 0)
    moments[(size_t) blockIdx.x * gridDim.y + blockIdx.y] = { mean, squares };
}

/* Joins the moments of all slices, for a group of SIZE channels (Chan, Golub, LeVeque, 1979). */
static __device__ Moments
join_slices (const Moments *slices, int n_slices, int size, size_t length, size_t positions)
{
  Moments all  = { 0.0, 0.0 };
  double  seen = 0.0;

  for (int i = 0; i < n_slices; i++)
    {
      const double n = (double) min (length, positions - i * length) * size, apart = slices[i].mean - all.mean;

      all.mean += apart * (n / (seen + n));
      all.squares += slices[i].squares + apart * apart * (seen * n / (seen + n));
      seen += n;
    }
  return all;
}

/* blockIdx.x: SHARE positions, blockIdx.y: CHANNELS_AT_ONCE channels. */
static __global__ void __launch_bounds__ (THREADS)
apply_kernel (FddmView in, FddmView weight, FddmView bias, int size, FddmActivation activation, FddmView out, size_t share,
              size_t length, int n_slices, size_t positions, const Moments *moments)
{
  __shared__ float mean[CHANNELS_AT_ONCE], scale[CHANNELS_AT_ONCE], shift[CHANNELS_AT_ONCE];
  const int        first = (int) blockIdx.y * CHANNELS_AT_ONCE, n = min (CHANNELS_AT_ONCE, out.channels - first);
  const int        fours = (n + 3) / 4;
  const size_t     begin = blockIdx.x * share, end = min (begin + share, positions);

  for (int i = threadIdx.x; i < n; i += THREADS)
    {
      const int     group = (first + i) / size;
      const Moments all   = join_slices (moments + (size_t) group * n_slices, n_slices, size, length, positions);

      mean[i]  = (float) all.mean;
      scale[i] = (float) (1.0 / sqrt (all.squares / ((double) positions * size) + EPSILON)) *
                 fddm_get (weight, 0, first + i);
      shift[i] = fddm_get (bias, 0, first + i);
    }
  __syncthreads ();
  for (size_t i = threadIdx.x; i < (end - begin) * fours; i += THREADS)
    {
      const size_t position = begin + i / fours;
      const int    k        = (int) (i % fours) * 4;
      float        x[4];

      fddm_get4 (in, position, first + k, x);
      for (int j = 0; j < 4; j++)
        if (k + j < n)
          x[j] = fddm_activate (activation, (x[j] - mean[k + j]) * scale[k + j] + shift[k + j]);
      fddm_put4 (out, position, first + k, n - k, x);
    }
}

gboolean
fddm_launch_group_norm (FddmDevice *device, const FddmCall *call, GError **error)
{
  const size_t positions = fddm_positions (&call->in), length = slice_length (positions);
  const size_t share    = (positions + BLOCKS_MAX - 1) / BLOCKS_MAX;
  const int    channels = call->in.channels, slices = n_slices (positions), size = channels / call->number;
  Moments     *moments = (Moments *) call->scratch;

  moments_kernel<<<dim3 (call->number, slices), THREADS, 0, device->stream>>> (fddm_view (device, &call->in), size, length,
                                                                               positions, moments);
  if (!fddm_cuda_launched ("a group norm", error))
    return FALSE;
  apply_kernel<<<dim3 ((unsigned int) ((positions + share - 1) / share),
                       (channels + CHANNELS_AT_ONCE - 1) / CHANNELS_AT_ONCE),
                 THREADS, 0, device->stream>>> (fddm_view (device, &call->in), fddm_view (device, &call->weight),
                                                fddm_view (device, &call->bias), size, call->activation,
                                                fddm_view (device, &call->out), share, length, slices, positions, moments);
  return fddm_cuda_launched ("a group norm", error);
}
