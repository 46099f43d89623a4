/* sampling.cu: operations on coefficients: noise map, preconditioning, estimate, the sampler's step.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cuda/ends.cuh"

/* Each kernel below covers the positions of its output, and channels in groups of four. */

static __global__ void
noise_map_kernel (const __grid_constant__ FddmNoiseModel model, FddmView x, FddmView out, size_t positions)
{
  const size_t position = fddm_position ();
  const int    area = model.patch * model.patch, n = model.channels * area;
  float        brightness;

  if (position >= positions)
    return;
  /* DC of an orthonormal DCT is d times the mean. */
  brightness = fddm_get (x, position, 0) / model.patch;
  FDDM_FOR_FOURS (k, n)
    {
      float level[4] = {};

      for (int i = 0; i < 4; i++)
        if (k + i < n)
          level[i] = model.level[k + i] * fddm_noise_curve (model.curve[(k + i) / area], brightness);
      fddm_put4 (out, position, k, n - k, level);
    }
}

gboolean
fddm_cuda_noise_map (FddmDevice *device, const FddmNoiseModel *model, const FddmTensor *coefficients, FddmTensor *noise,
                     GError **error)
{
  const size_t n = fddm_positions (coefficients);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  noise_map_kernel<<<fddm_fours_grid (noise->channels, n), fddm_fours_block (noise->channels), 0, device->stream>>> (
    *model, fddm_view (device, coefficients), fddm_view (device, noise), n);
  return fddm_cuda_launched ("the noise map", error);
}

static __global__ void
noise_cap_kernel (FddmView noise, FddmView cap, FddmView out, size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FDDM_FOR_FOURS (k, out.channels)
    {
      float s[4], most[4];

      fddm_get4 (noise, position, k, s);
      fddm_get4 (cap, position, k, most);
      for (int i = 0; i < 4; i++)
        s[i] = fminf (s[i], most[i]);
      fddm_put4 (out, position, k, out.channels - k, s);
    }
}

gboolean
fddm_cuda_noise_cap (FddmDevice *device, const FddmTensor *noise, const FddmTensor *cap, FddmTensor *out, GError **error)
{
  const size_t n = fddm_positions (out);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  noise_cap_kernel<<<fddm_fours_grid (out->channels, n), fddm_fours_block (out->channels), 0, device->stream>>> (
    fddm_view (device, noise), fddm_view (device, cap), fddm_view (device, out), n);
  return fddm_cuda_launched ("the noise cap", error);
}

static __global__ void
precondition_kernel (FddmView x, FddmView noise, FddmSpread spread, FddmInputForm form, float lo, float hi, FddmView input,
                     size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FDDM_FOR_FOURS (k, x.channels)
    {
      float state[4], s[4];

      fddm_get4 (x, position, k, state);
      fddm_get4 (noise, position, k, s);
      fddm_to_network (spread, form, lo, hi, k, state, s);
      fddm_put4 (input, position, k, x.channels - k, state);
      fddm_put4 (input, position, x.channels + k, x.channels - k, s);
    }
}

gboolean
fddm_cuda_precondition (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise,
                        const FddmConditioning *conditioning, FddmTensor *input, GError **error)
{
  const size_t     n      = fddm_positions (x);
  const FddmSpread spread = fddm_spread (device, conditioning->mean, conditioning->variance);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  precondition_kernel<<<fddm_fours_grid (x->channels, n), fddm_fours_block (x->channels), 0, device->stream>>> (
    fddm_view (device, x), fddm_view (device, noise), spread, conditioning->form, conditioning->lo, conditioning->hi,
    fddm_view (device, input), n);
  return fddm_cuda_launched ("the preconditioning", error);
}

static __global__ void
estimate_kernel (FddmView x, FddmView noise, FddmSpread spread, FddmOutputForm form, FddmView output, FddmView x0,
                 size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FDDM_FOR_FOURS (k, x0.channels)
    {
      float state[4], s[4];

      fddm_get4 (x, position, k, state);
      fddm_get4 (noise, position, k, s);
      fddm_from_network (spread, form, output, position, k, state, s);
      fddm_put4 (x0, position, k, x0.channels - k, state);
    }
}

gboolean
fddm_cuda_estimate (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise, const FddmConditioning *conditioning,
                    const FddmTensor *output, FddmTensor *x0, GError **error)
{
  const size_t     n      = fddm_positions (x0);
  const FddmSpread spread = fddm_spread (device, conditioning->mean, conditioning->variance);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  estimate_kernel<<<fddm_fours_grid (x0->channels, n), fddm_fours_block (x0->channels), 0, device->stream>>> (
    fddm_view (device, x), fddm_view (device, noise), spread, conditioning->output, fddm_view (device, output),
    fddm_view (device, x0), n);
  return fddm_cuda_launched ("the estimate", error);
}

/* Standard normal numbers for coefficients 4·FOUR … 4·FOUR + 3 of the patch at POSITION. WIDTH: patches per row of the
 * tensor. */
static __device__ __forceinline__ void
draw (const FddmRandom &random, size_t position, int width, int four, float z[4])
{
  fddm_normal4 (random.seed, random.stream, random.row + (int) (position / width), random.column + (int) (position % width),
                four, z);
}

/* PREVIOUS and BEFORE are X0 and FROM in a step of first order. */
typedef struct {
  FddmView   x0, previous, before, from, to;
  float      eta;
  FddmRandom random;
} StepViews;

static __global__ void
step_kernel (StepViews step, int width, FddmView x, size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FDDM_FOR_FOURS (k, x.channels)
    {
      float z[4] = { 0.0f, 0.0f, 0.0f, 0.0f }, state[4], clean[4], previous[4], before[4], from[4], to[4];

      if (step.eta > 0.0f)
        draw (step.random, position, width, k / 4, z);
      fddm_get4 (x, position, k, state);
      fddm_get4 (step.x0, position, k, clean);
      fddm_get4 (step.previous, position, k, previous);
      fddm_get4 (step.before, position, k, before);
      fddm_get4 (step.from, position, k, from);
      fddm_get4 (step.to, position, k, to);
      for (int i = 0; i < 4; i++)
        state[i] = fddm_step (state[i], fddm_extrapolate (clean[i], previous[i], before[i], from[i], to[i]), from[i], to[i],
                              step.eta, z[i]);
      fddm_put4 (x, position, k, x.channels - k, state);
    }
}

gboolean
fddm_cuda_step (FddmDevice *device, const FddmStep *step, FddmTensor *x, GError **error)
{
  const size_t     n     = fddm_positions (x);
  const FddmRandom none  = { 0, 0, 0, 0 };
  const StepViews  views = {
    fddm_view (device, step->x0),
    fddm_view (device, step->previous != NULL ? step->previous : step->x0),
    fddm_view (device, step->previous != NULL ? step->before : step->from),
    fddm_view (device, step->from),
    fddm_view (device, step->to),
    step->eta,
    step->random != NULL ? *step->random : none,
  };

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  step_kernel<<<fddm_fours_grid (x->channels, n), fddm_fours_block (x->channels), 0, device->stream>>> (
    views, x->width, fddm_view (device, x), n);
  return fddm_cuda_launched ("the sampler's step", error);
}

static __global__ void
start_kernel (FddmView noise, FddmView mean, FddmView variance, FddmRandom random, int width, FddmView x, size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FDDM_FOR_FOURS (k, x.channels)
    {
      float z[4], s[4], m[4], v[4];

      draw (random, position, width, k / 4, z);
      fddm_get4 (noise, position, k, s);
      fddm_get4 (mean, 0, k, m);
      fddm_get4 (variance, 0, k, v);
      for (int i = 0; i < 4; i++)
        z[i] = m[i] + sqrtf (v[i] + s[i] * s[i]) * z[i];
      fddm_put4 (x, position, k, x.channels - k, z);
    }
}

gboolean
fddm_cuda_start (FddmDevice *device, const FddmTensor *noise, const FddmTensor *mean, const FddmTensor *variance,
                 const FddmRandom *random, FddmTensor *x, GError **error)
{
  const size_t n = fddm_positions (x);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  start_kernel<<<fddm_fours_grid (x->channels, n), fddm_fours_block (x->channels), 0, device->stream>>> (
    fddm_view (device, noise), fddm_view (device, mean), fddm_view (device, variance), *random, x->width,
    fddm_view (device, x), n);
  return fddm_cuda_launched ("the sampler's start", error);
}

static __global__ void
difference_kernel (FddmView y, FddmView x0, FddmView sample, float detail, FddmView strength, FddmView out, size_t positions)
{
  const size_t position = fddm_position ();

  if (position >= positions)
    return;
  FDDM_FOR_FOURS (k, out.channels)
    {
      float photo[4], clean[4], detailed[4], share[4];

      fddm_get4 (y, position, k, photo);
      fddm_get4 (x0, position, k, clean);
      fddm_get4 (sample, position, k, detailed);
      fddm_get4 (strength, 0, k, share);
      for (int i = 0; i < 4; i++)
        share[i] = fddm_difference (photo[i], clean[i] + detail * (detailed[i] - clean[i]), share[i]);
      fddm_put4 (out, position, k, out.channels - k, share);
    }
}

gboolean
fddm_cuda_difference (FddmDevice *device, const FddmTensor *y, const FddmTensor *x0, const FddmTensor *sample, float detail,
                      const FddmTensor *strength, FddmTensor *out, GError **error)
{
  const size_t n = fddm_positions (out);

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  difference_kernel<<<fddm_fours_grid (out->channels, n), fddm_fours_block (out->channels), 0, device->stream>>> (
    fddm_view (device, y), fddm_view (device, x0), fddm_view (device, sample != NULL ? sample : x0), detail,
    fddm_view (device, strength), fddm_view (device, out), n);
  return fddm_cuda_launched ("the difference", error);
}
