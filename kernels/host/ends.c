/* ends.c: see ends.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/host/ends.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "kernels/fddm-math.h"
#include "kernels/vector.h"

/* Outputs from here on would overflow in the pixels. Pixels are limited before the network sees them, so whatever the photo,
 * its weights are the reason. */
#define OUTPUT_MAX 1e20f

FDDM_INLINE float
state_of (FddmInputForm form, float x, float noise, float mean, float variance)
{
  return form == FDDM_INPUT_WIENER ? fddm_wiener_state (x, noise, mean, variance)
                                   : fddm_precondition_state (x, noise, mean, variance);
}

FDDM_INLINE float
level_of (FddmInputForm form, float noise, float variance, float lo, float hi)
{
  return form == FDDM_INPUT_WIENER ? fddm_wiener_noise (noise, variance) : fddm_precondition_noise (noise, lo, hi);
}

FDDM_INLINE float
estimate_of (FddmOutputForm form, float x, float noise, float mean, float variance, float output)
{
  return form == FDDM_OUTPUT_CLEAN ? fddm_estimate_clean (mean, variance, output)
                                   : fddm_estimate (x, noise, mean, variance, output);
}

void
fddm_host_ends_init (FddmHostEnds *ends, const FddmConditioning *conditioning, const float *noise)
{
  const int    n    = conditioning->mean->channels;
  const float *mean = fddm_host_at (conditioning->mean, 0, 0), *variance = fddm_host_at (conditioning->variance, 0, 0);

  ends->n        = n;
  ends->form     = conditioning->form;
  ends->output   = conditioning->output;
  ends->lo       = conditioning->lo;
  ends->hi       = conditioning->hi;
  ends->constant = noise != NULL;
  for (int i = 0; i < fddm_host_run (n) * n; i++)
    {
      const int k = i % n;

      ends->mean[i]     = mean[k];
      ends->variance[i] = variance[k];
      if (!ends->constant)
        continue;
      ends->state[i]  = i < n ? state_of (ends->form, 1.0f, noise[k], 0.0f, variance[k]) : ends->state[k];
      ends->level[i]  = i < n ? level_of (ends->form, noise[k], variance[k], ends->lo, ends->hi) : ends->level[k];
      ends->wiener[i] = i < n ? estimate_of (ends->output, 1.0f, noise[k], 0.0f, variance[k], 0.0f) : ends->wiener[k];
      ends->share[i]  = i < n ? estimate_of (ends->output, 0.0f, noise[k], 0.0f, variance[k], 1.0f) : ends->share[k];
    }
}

/* Factors of the noise of PATCHES, by channel. */
FDDM_VECTORS static void
find_factors (const float (*curve)[FDDM_NOISE_KNOTS], int channels, int patch, int patches, const float *y, int n,
              float factors[3][FDDM_RUN])
{
  float brightness[FDDM_RUN];

  for (int p = 0; p < patches; p++)
    brightness[p] = y[p * n] / patch; /* the DC coefficient of an orthonormal DCT is d times the mean */
  for (int c = 0; c < channels; c++)
    for (int p = 0; p < patches; p++)
      factors[c][p] = fddm_noise_curve (curve[c], brightness[p]);
}

FDDM_INLINE void
multiply (const float *restrict level, float factors[3][FDDM_RUN], int channels, int area, int patches,
          float *restrict noise)
{
  for (int p = 0; p < patches; p++)
    for (int c = 0; c < channels; c++)
      for (int k = c * area; k < (c + 1) * area; k++)
        noise[p * channels * area + k] = level[k] * factors[c][p];
}

void
fddm_host_ends_noise (const float *level, const float (*curve)[FDDM_NOISE_KNOTS], int channels, int patch, int patches,
                      const float *y, float *noise)
{
  float factors[3][FDDM_RUN];

  find_factors (curve, channels, patch, patches, y, channels * patch * patch, factors);
  if (channels == 3 && patch == 2) /* of most networks: unrolled */
    multiply (level, factors, 3, 4, patches, noise);
  else
    multiply (level, factors, channels, patch * patch, patches, noise);
}

/* State and noise input of M coefficients. */
FDDM_INLINE void
compute_input (FddmInputForm form, const FddmHostEnds *ends, int m, const float *restrict x, const float *restrict noise,
               float *restrict state, float *restrict level)
{
  for (int i = 0; i < m; i++)
    {
      state[i] = state_of (form, x[i], noise[i], ends->mean[i], ends->variance[i]);
      level[i] = level_of (form, noise[i], ends->variance[i], ends->lo, ends->hi);
    }
}

FDDM_VECTORS static void
input_whitened (const FddmHostEnds *ends, int m, const float *x, const float *noise, float *state, float *level)
{
  compute_input (FDDM_INPUT_WHITENED, ends, m, x, noise, state, level);
}

FDDM_VECTORS static void
input_wiener (const FddmHostEnds *ends, int m, const float *x, const float *noise, float *state, float *level)
{
  compute_input (FDDM_INPUT_WIENER, ends, m, x, noise, state, level);
}

FDDM_VECTORS static void
input_constant (const FddmHostEnds *ends, int m, const float *restrict x, float *restrict state)
{
  for (int i = 0; i < m; i++)
    state[i] = (x[i] - ends->mean[i]) * ends->state[i];
}

/* Interleaves STATE and LEVEL, N values of each for each patch. */
FDDM_INLINE void
interleave (int patches, int n, const float *restrict state, const float *restrict level, float *restrict input)
{
  for (int p = 0; p < patches; p++)
    {
      memcpy (input + 2 * p * n, state + p * n, n * sizeof (float));
      memcpy (input + (2 * p + 1) * n, level + p * n, n * sizeof (float));
    }
}

void
fddm_host_ends_input (const FddmHostEnds *ends, int patches, const float *x, const float *noise, float *input)
{
  const int    n = ends->n, m = patches * n;
  float        state[FDDM_COEF_MAX], levels[FDDM_COEF_MAX];
  const float *level = ends->constant ? ends->level : levels;

  if (ends->constant)
    input_constant (ends, m, x, state);
  else if (ends->form == FDDM_INPUT_WIENER)
    input_wiener (ends, m, x, noise, state, levels);
  else
    input_whitened (ends, m, x, noise, state, levels);
  if (n == 12) /* of most networks: copied without calls */
    interleave (patches, 12, state, level, input);
  else
    interleave (patches, n, state, level, input);
}

FDDM_VECTORS static void
estimate_residual (const FddmHostEnds *ends, int m, const float *restrict x, const float *restrict noise,
                   const float *restrict output, float *restrict x0)
{
  for (int i = 0; i < m; i++)
    x0[i] = fddm_estimate (x[i], noise[i], ends->mean[i], ends->variance[i], output[i]);
}

FDDM_VECTORS static void
estimate_clean (const FddmHostEnds *ends, int m, const float *restrict output, float *restrict x0)
{
  for (int i = 0; i < m; i++)
    x0[i] = fddm_estimate_clean (ends->mean[i], ends->variance[i], output[i]);
}

FDDM_VECTORS static void
estimate_constant (const FddmHostEnds *ends, int m, const float *restrict x, const float *restrict output,
                   float *restrict x0)
{
  for (int i = 0; i < m; i++)
    x0[i] = ends->mean[i] + ends->wiener[i] * (x[i] - ends->mean[i]) + ends->share[i] * output[i];
}

FDDM_VECTORS static int
count_bad (int m, const float *output)
{
  int bad = 0;

  for (int i = 0; i < m; i++)
    bad += !(fabsf (output[i]) < OUTPUT_MAX);
  return bad;
}

gboolean
fddm_host_ends_estimate (const FddmHostEnds *ends, int patches, const float *x, const float *noise, const float *output,
                         float *x0)
{
  const int m = patches * ends->n;

  if (ends->constant)
    estimate_constant (ends, m, x, output, x0);
  else if (ends->output == FDDM_OUTPUT_CLEAN)
    estimate_clean (ends, m, output, x0);
  else
    estimate_residual (ends, m, x, noise, output, x0);
  return count_bad (m, output) == 0;
}

gboolean
fddm_host_ends_finish (gboolean overflowed, GError **error)
{
  if (overflowed)
    g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_OVERFLOW,
                         _ ("the network computes numbers that are not finite"));
  return !overflowed;
}
