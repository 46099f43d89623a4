/* layers.cu: the small layers: embedding, joining of channels, and what stands beside a convolution.
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

static __global__ void
finish_kernel (FddmView sums, FddmView bias, FddmView residual, bool with_residual, FddmActivation activation, FddmView out,
               size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FDDM_FOR_FOURS (k, out.channels)
    {
      float x[4], add[4], more[4] = {};

      fddm_get4 (sums, position, k, x);
      fddm_get4 (bias, 0, k, add);
      if (with_residual)
        fddm_get4 (residual, position, k, more);
      for (int i = 0; i < 4; i++)
        x[i] = fddm_activate (activation, x[i] + add[i] + more[i]);
      fddm_put4 (out, position, k, out.channels - k, x);
    }
}

gboolean
fddm_cuda_finish (FddmDevice *device, const void *sums, const FddmTensor *bias, const FddmTensor *residual,
                  FddmActivation activation, FddmTensor *out, GError **error)
{
  const size_t n         = fddm_positions (out);
  FddmView     sums_view = fddm_view (device, out);

  sums_view.data = (void *) sums;
  finish_kernel<<<fddm_fours_grid (out->channels, n), fddm_fours_block (out->channels), 0, device->stream>>> (
    sums_view, fddm_view (device, bias), fddm_view (device, residual != NULL ? residual : out), residual != NULL, activation,
    fddm_view (device, out), n);
  return fddm_cuda_launched ("the end of a convolution", error);
}

/* One output value to a thread; neighbours in a block share the position's inputs. */
#define DIRECT_CHANNELS  16
#define DIRECT_POSITIONS 16

static __global__ void
direct_kernel (FddmView in, FddmView weights, int kernel, int height, int width, const float *bias, FddmView residual,
               bool with_residual, FddmActivation activation, FddmView out)
{
  const size_t position = (size_t) blockIdx.x * DIRECT_POSITIONS + threadIdx.y;
  const int    reach = kernel / 2, row = (int) (position / width), column = (int) (position % width);

  if (position >= (size_t) height * width)
    return;
  for (int k = threadIdx.x; k < out.channels; k += DIRECT_CHANNELS)
    {
      float sum = bias[k];

      for (int i = 0; i < kernel; i++)
        for (int j = 0; j < kernel; j++)
          {
            const int    y = row + i - reach, x = column + j - reach;
            const size_t tap = (((size_t) k * kernel + i) * kernel + j) * in.channels;

            if (y < 0 || y >= height || x < 0 || x >= width)
              continue;
            for (int c = 0; c < in.channels; c++)
              sum += fddm_get (in, (size_t) y * width + x, c) * fddm_load (weights.data, weights.type, tap + c);
          }
      if (with_residual)
        sum += fddm_get (residual, position, k);
      fddm_put (out, position, k, fddm_activate (activation, sum));
    }
}

gboolean
fddm_cuda_direct (FddmDevice *device, const FddmTensor *in, const FddmTensor *weights, int kernel, const FddmTensor *bias,
                  const FddmTensor *residual, FddmActivation activation, FddmTensor *out, GError **error)
{
  const dim3 block (DIRECT_CHANNELS, DIRECT_POSITIONS);
  const dim3 grid ((unsigned int) ((fddm_positions (out) + DIRECT_POSITIONS - 1) / DIRECT_POSITIONS));

  direct_kernel<<<grid, block, 0, device->stream>>> (
    fddm_view (device, in), fddm_view (device, weights), kernel, in->height, in->width, (const float *) bias->data,
    fddm_view (device, residual != NULL ? residual : out), residual != NULL, activation, fddm_view (device, out));
  return fddm_cuda_launched ("a convolution", error);
}
