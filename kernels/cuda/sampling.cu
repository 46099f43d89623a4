/* sampling.cu: what stands between the transform and the network: noise levels, preconditioning, the sampler's step.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fddm-math.h"
#include "element.cuh"

/* Each kernel below runs over the positions and channels of its output, as fddm_position_block () has it. */
#define FOR_CHANNELS(k, n) for (int k = threadIdx.x; k < (n); k += FDDM_BLOCK_SIDE)

static __global__ void
noise_map_kernel (const __grid_constant__ FddmNoiseModel model, FddmView x, FddmView out, size_t positions)
{
  const size_t position = fddm_position ();
  const int    area     = model.patch * model.patch;
  float        brightness;

  if (position >= positions)
    return;
  /* DC of an orthonormal DCT is d times the mean. */
  brightness = fddm_get (x, position, 0) / model.patch;
  FOR_CHANNELS (k, model.channels * area)
    fddm_put (out, position, k, model.level[k] * fddm_noise_curve (model.curve[k / area], brightness));
}

gboolean
fddm_cuda_noise_map (FddmDevice *device, const FddmNoiseModel *model, const FddmTensor *coefficients,
                     FddmTensor *noise, GError **error)
{
  const size_t n = fddm_positions (coefficients);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  noise_map_kernel<<<fddm_position_grid (n), fddm_position_block (), 0, device->stream>>> (
    *model, fddm_view (device, coefficients), fddm_view (device, noise), n);
  return fddm_cuda_launched ("the noise map", error);
}

static __global__ void
noise_cap_kernel (FddmView noise, FddmView cap, FddmView out, size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FOR_CHANNELS (k, out.channels)
    fddm_put (out, position, k, fminf (fddm_get (noise, position, k), fddm_get (cap, position, k)));
}

gboolean
fddm_cuda_noise_cap (FddmDevice *device, const FddmTensor *noise, const FddmTensor *cap, FddmTensor *out,
                     GError **error)
{
  const size_t n = fddm_positions (out);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  noise_cap_kernel<<<fddm_position_grid (n), fddm_position_block (), 0, device->stream>>> (
    fddm_view (device, noise), fddm_view (device, cap), fddm_view (device, out), n);
  return fddm_cuda_launched ("the noise cap", error);
}

static __global__ void
precondition_kernel (FddmView x, FddmView noise, FddmView mean, FddmView variance, float lo, float hi, FddmView input,
                     size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FOR_CHANNELS (k, x.channels)
    {
      const float s = fddm_get (noise, position, k);

      fddm_put (input, position, k,
                fddm_precondition_state (fddm_get (x, position, k), s, fddm_get (mean, 0, k),
                                         fddm_get (variance, 0, k)));
      fddm_put (input, position, x.channels + k, fddm_precondition_noise (s, lo, hi));
    }
}

gboolean
fddm_cuda_precondition (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise, const FddmTensor *mean,
                        const FddmTensor *variance, float lo, float hi, FddmTensor *input, GError **error)
{
  const size_t n = fddm_positions (x);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  precondition_kernel<<<fddm_position_grid (n), fddm_position_block (), 0, device->stream>>> (
    fddm_view (device, x), fddm_view (device, noise), fddm_view (device, mean), fddm_view (device, variance), lo, hi,
    fddm_view (device, input), n);
  return fddm_cuda_launched ("the preconditioning", error);
}

static __global__ void
estimate_kernel (FddmView x, FddmView noise, FddmView mean, FddmView variance, FddmView output, FddmView x0,
                 size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FOR_CHANNELS (k, x0.channels)
    fddm_put (x0, position, k,
              fddm_estimate (fddm_get (x, position, k), fddm_get (noise, position, k), fddm_get (mean, 0, k),
                             fddm_get (variance, 0, k), fddm_get (output, position, k)));
}

gboolean
fddm_cuda_estimate (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise, const FddmTensor *mean,
                    const FddmTensor *variance, const FddmTensor *output, FddmTensor *x0, GError **error)
{
  const size_t n = fddm_positions (x0);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  estimate_kernel<<<fddm_position_grid (n), fddm_position_block (), 0, device->stream>>> (
    fddm_view (device, x), fddm_view (device, noise), fddm_view (device, mean), fddm_view (device, variance),
    fddm_view (device, output), fddm_view (device, x0), n);
  return fddm_cuda_launched ("the estimate", error);
}

/* Normal numbers for coefficients 4·FOUR … of the patch at POSITION of a tensor WIDTH patches wide. */
static __device__ __forceinline__ void
draw (const FddmRandom &random, size_t position, int width, int four, float z[4])
{
  fddm_normal4 (random.seed, random.stream, random.row + (int) (position / width),
                random.column + (int) (position % width), four, z);
}

static __global__ void
step_kernel (FddmView x0, FddmView from, FddmView to, float eta, FddmRandom random, int width, FddmView x,
             size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FOR_CHANNELS (four, (x.channels + 3) / 4)
    {
      float z[4] = { 0.0f, 0.0f, 0.0f, 0.0f };

      if (eta > 0.0f)
        draw (random, position, width, four, z);
#pragma unroll
      for (int i = 0; i < 4; i++)
        {
          const int k = 4 * four + i;

          if (k < x.channels)
            fddm_put (x, position, k,
                      fddm_step (fddm_get (x, position, k), fddm_get (x0, position, k), fddm_get (from, position, k),
                                 fddm_get (to, position, k), eta, z[i]));
        }
    }
}

gboolean
fddm_cuda_step (FddmDevice *device, const FddmTensor *x0, const FddmTensor *from, const FddmTensor *to, float eta,
                const FddmRandom *random, FddmTensor *x, GError **error)
{
  const size_t     n    = fddm_positions (x);
  const FddmRandom none = { 0, 0, 0, 0 };

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  step_kernel<<<fddm_position_grid (n), fddm_position_block (), 0, device->stream>>> (
    fddm_view (device, x0), fddm_view (device, from), fddm_view (device, to), eta, random != NULL ? *random : none,
    x->width, fddm_view (device, x), n);
  return fddm_cuda_launched ("the sampler's step", error);
}

static __global__ void
start_kernel (FddmView noise, FddmView mean, FddmView variance, FddmRandom random, int width, FddmView x,
              size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FOR_CHANNELS (four, (x.channels + 3) / 4)
    {
      float z[4];

      draw (random, position, width, four, z);
#pragma unroll
      for (int i = 0; i < 4; i++)
        {
          const int k = 4 * four + i;

          if (k < x.channels)
            {
              const float s = fddm_get (noise, position, k);

              fddm_put (x, position, k, fddm_get (mean, 0, k) + sqrtf (fddm_get (variance, 0, k) + s * s) * z[i]);
            }
        }
    }
}

gboolean
fddm_cuda_start (FddmDevice *device, const FddmTensor *noise, const FddmTensor *mean, const FddmTensor *variance,
                 const FddmRandom *random, FddmTensor *x, GError **error)
{
  const size_t n = fddm_positions (x);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  start_kernel<<<fddm_position_grid (n), fddm_position_block (), 0, device->stream>>> (
    fddm_view (device, noise), fddm_view (device, mean), fddm_view (device, variance), *random, x->width,
    fddm_view (device, x), n);
  return fddm_cuda_launched ("the sampler's start", error);
}

static __global__ void
difference_kernel (FddmView y, FddmView x0, FddmView sample, float detail, FddmView strength, FddmView out,
                   size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FOR_CHANNELS (k, out.channels)
    {
      const float clean = fddm_get (x0, position, k), detailed = fddm_get (sample, position, k);

      fddm_put (out, position, k,
                fddm_get (strength, 0, k) * (clean + detail * (detailed - clean) - fddm_get (y, position, k)));
    }
}

gboolean
fddm_cuda_difference (FddmDevice *device, const FddmTensor *y, const FddmTensor *x0, const FddmTensor *sample,
                      float detail, const FddmTensor *strength, FddmTensor *out, GError **error)
{
  const size_t n = fddm_positions (out);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  difference_kernel<<<fddm_position_grid (n), fddm_position_block (), 0, device->stream>>> (
    fddm_view (device, y), fddm_view (device, x0), fddm_view (device, sample != NULL ? sample : x0), detail,
    fddm_view (device, strength), fddm_view (device, out), n);
  return fddm_cuda_launched ("the difference", error);
}
