/* layers.cu: the small layers: embedding, joining of channels, and what stands beside a convolution.
 * SPDX-License-Identifier: Apache-2.0 */
#include "layers.h"
#include "element.cuh"

static __global__ void
embed_kernel (FddmView in, FddmView vector, FddmView out, size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  for (int k = threadIdx.x; k < in.channels; k += FDDM_BLOCK_SIDE)
    fddm_put (out, position, k, fddm_get (in, position, k) + fddm_get (vector, 0, k));
}

gboolean
fddm_cuda_embed (FddmDevice *device, const FddmTensor *in, const FddmTensor *vector, FddmTensor *out, GError **error)
{
  const size_t n = fddm_positions (in);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  embed_kernel<<<fddm_position_grid (n), fddm_position_block (), 0, device->stream>>> (
    fddm_view (device, in), fddm_view (device, vector), fddm_view (device, out), n);
  return fddm_cuda_launched ("an embedding", error);
}

static __global__ void
copy_channels_kernel (FddmView in, int first, FddmView out, size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  for (int k = threadIdx.x; k < in.channels; k += FDDM_BLOCK_SIDE)
    fddm_put (out, position, first + k, fddm_get (in, position, k));
}

gboolean
fddm_cuda_copy_channels (FddmDevice *device, const FddmTensor *in, int first, FddmTensor *out, GError **error)
{
  const size_t n = fddm_positions (in);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  copy_channels_kernel<<<fddm_position_grid (n), fddm_position_block (), 0, device->stream>>> (
    fddm_view (device, in), first, fddm_view (device, out), n);
  return fddm_cuda_launched ("a copy of channels", error);
}

static __global__ void
finish_kernel (const void *sums, const float *bias, FddmView residual, bool with_residual, FddmActivation activation,
               FddmView out, size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  for (int k = threadIdx.x; k < out.channels; k += FDDM_BLOCK_SIDE)
    {
      float sum = fddm_load (sums, out.type, position * out.channels + k) + bias[k];

      if (with_residual)
        sum += fddm_get (residual, position, k);
      fddm_put (out, position, k, fddm_activate (activation, sum));
    }
}

gboolean
fddm_cuda_finish (FddmDevice *device, const void *sums, const FddmTensor *bias, const FddmTensor *residual,
                  FddmActivation activation, FddmTensor *out, GError **error)
{
  const size_t n = fddm_positions (out);

  finish_kernel<<<fddm_position_grid (n), fddm_position_block (), 0, device->stream>>> (
    sums, (const float *) bias->data, fddm_view (device, residual != NULL ? residual : out), residual != NULL,
    activation, fddm_view (device, out), n);
  return fddm_cuda_launched ("the end of a convolution", error);
}

/* One output value to a thread; neighbours in a block share the position's inputs. */
static __global__ void
direct_kernel (FddmView in, FddmView weights, int kernel, int height, int width, const float *bias, FddmView residual,
               bool with_residual, FddmActivation activation, FddmView out)
{
  const size_t position = fddm_position ();
  const int    reach = kernel / 2, row = (int) (position / width), column = (int) (position % width);

  if (position >= (size_t) height * width)
    return;
  for (int k = threadIdx.x; k < out.channels; k += FDDM_BLOCK_SIDE)
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
fddm_cuda_direct (FddmDevice *device, const FddmTensor *in, const FddmTensor *weights, int kernel,
                  const FddmTensor *bias, const FddmTensor *residual, FddmActivation activation, FddmTensor *out,
                  GError **error)
{
  direct_kernel<<<fddm_position_grid (fddm_positions (out)), fddm_position_block (), 0, device->stream>>> (
    fddm_view (device, in), fddm_view (device, weights), kernel, in->height, in->width, (const float *) bias->data,
    fddm_view (device, residual != NULL ? residual : out), residual != NULL, activation, fddm_view (device, out));
  return fddm_cuda_launched ("a convolution", error);
}
