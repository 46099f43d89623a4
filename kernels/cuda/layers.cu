/* layers.cu: the small layers: embedding, concatenation of channels, the end of a convolution, and direct convolution.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cuda/layers.h"
#include "kernels/cuda/element.cuh"

static __global__ void
embed_kernel (FddmView in, FddmView vector, FddmView out, size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FDDM_FOR_FOURS (k, in.channels)
    {
      float x[4], add[4];

      fddm_get4 (in, position, k, x);
      fddm_get4 (vector, 0, k, add);
      for (int i = 0; i < 4; i++)
        x[i] += add[i];
      fddm_put4 (out, position, k, in.channels - k, x);
    }
}

gboolean
fddm_launch_embedding (FddmDevice *device, const FddmCall *call, GError **error)
{
  const size_t n        = fddm_positions (&call->in);
  const int    channels = call->in.channels;

  embed_kernel<<<fddm_fours_grid (channels, n), fddm_fours_block (channels), 0, device->stream>>> (
    fddm_view (device, &call->in), fddm_view (device, &call->weight), fddm_view (device, &call->out), n);
  return fddm_cuda_launched ("an embedding", error);
}

static __global__ void
copy_channels_kernel (FddmView in, int first, FddmView out, size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FDDM_FOR_FOURS (k, in.channels)
    {
      float x[4];

      fddm_get4 (in, position, k, x);
      fddm_put4 (out, position, first + k, in.channels - k, x);
    }
}

gboolean
fddm_launch_copy_channels (FddmDevice *device, const FddmCall *call, GError **error)
{
  const size_t n        = fddm_positions (&call->in);
  const int    channels = call->in.channels;

  copy_channels_kernel<<<fddm_fours_grid (channels, n), fddm_fours_block (channels), 0, device->stream>>> (
    fddm_view (device, &call->in), call->number, fddm_view (device, &call->out), n);
  return fddm_cuda_launched ("a copy of channels", error);
}

/* The operations after a convolution's sum. RESIDUAL's data are NULL if there is none. */
typedef struct {
  FddmView       bias, residual, out;
  FddmActivation activation;
} End;

static End
end_of (const FddmDevice *device, const FddmCall *call)
{
  return { fddm_view (device, &call->bias), fddm_view (device, &call->residual), fddm_view (device, &call->out),
           call->activation };
}

static __global__ void
finish_kernel (FddmView sums, const __grid_constant__ End end, size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FDDM_FOR_FOURS (k, end.out.channels)
    {
      float x[4], add[4], more[4] = {};

      fddm_get4 (sums, position, k, x);
      fddm_get4 (end.bias, 0, k, add);
      if (end.residual.data != NULL)
        fddm_get4 (end.residual, position, k, more);
      for (int i = 0; i < 4; i++)
        x[i] = fddm_activate (end.activation, x[i] + add[i] + more[i]);
      fddm_put4 (end.out, position, k, end.out.channels - k, x);
    }
}

gboolean
fddm_cuda_finish (FddmDevice *device, const FddmCall *call, const void *sums, GError **error)
{
  const int    channels  = call->out.channels;
  const size_t n         = fddm_positions (&call->out);
  FddmView     sums_view = fddm_view (device, &call->out);

  sums_view.data = (void *) sums;
  finish_kernel<<<fddm_fours_grid (channels, n), fddm_fours_block (channels), 0, device->stream>>> (
    sums_view, end_of (device, call), n);
  return fddm_cuda_launched ("the end of a convolution", error);
}

/* Each thread computes one output value at a time. The threads of a block share the inputs of a position. */
#define DIRECT_CHANNELS  16
#define DIRECT_POSITIONS 16

typedef struct {
  FddmView in, weights;
  int      kernel, height, width;
  size_t   first, n; /* positions to compute */
} Direct;

static __global__ void
direct_kernel (const __grid_constant__ Direct conv, const __grid_constant__ End end)
{
  const size_t place = (size_t) blockIdx.x * DIRECT_POSITIONS + threadIdx.y, position = conv.first + place;
  const int    kernel = conv.kernel, height = conv.height, width = conv.width, reach = kernel / 2;
  const int    row = (int) (position / width), column = (int) (position % width);

  if (place >= conv.n)
    return;
  for (int k = threadIdx.x; k < end.out.channels; k += DIRECT_CHANNELS)
    {
      float sum = fddm_get (end.bias, 0, k);

      for (int i = 0; i < kernel; i++)
        for (int j = 0; j < kernel; j++)
          {
            const int    y = row + i - reach, x = column + j - reach;
            const size_t tap = (((size_t) k * kernel + i) * kernel + j) * conv.in.channels;

            if (y < 0 || y >= height || x < 0 || x >= width)
              continue;
            for (int c = 0; c < conv.in.channels; c++)
              sum += fddm_get (conv.in, (size_t) y * width + x, c) *
                     fddm_load (conv.weights.data, conv.weights.type, tap + c);
          }
      if (end.residual.data != NULL)
        sum += fddm_get (end.residual, position, k);
      fddm_put (end.out, place, k, fddm_activate (end.activation, sum));
    }
}

gboolean
fddm_cuda_direct_rows (FddmDevice *device, const FddmCall *call, int first, FddmTensor *rows, GError **error)
{
  const size_t n    = fddm_positions (rows);
  const Direct conv = { fddm_view (device, &call->in),
                        fddm_view (device, &call->weight),
                        call->number,
                        call->in.height,
                        call->in.width,
                        (size_t) first * call->in.width,
                        n };
  const dim3   block (DIRECT_CHANNELS, DIRECT_POSITIONS);
  const dim3   grid ((unsigned int) ((n + DIRECT_POSITIONS - 1) / DIRECT_POSITIONS));
  End          end = end_of (device, call);

  end.out = fddm_view (device, rows);
  direct_kernel<<<grid, block, 0, device->stream>>> (conv, end);
  return fddm_cuda_launched ("a convolution", error);
}

gboolean
fddm_cuda_direct (FddmDevice *device, const FddmCall *call, GError **error)
{
  FddmTensor out = call->out;

  return fddm_cuda_direct_rows (device, call, 0, &out, error);
}
