/* ends.c: see ends.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/host/ends.h"
#include <glib/gi18n-lib.h>
#include <math.h>
#include "kernels/fddm-math.h"

/* Outputs from here on would overflow in the pixels. Pixels are limited before the network sees them, so whatever the photo,
 * its weights are the reason. */
#define OUTPUT_MAX 1e20f

static float
state_of (const FddmHostEnds *ends, int k, float x, float noise, float mean)
{
  return ends->form == FDDM_INPUT_WIENER ? fddm_wiener_state (x, noise, mean, ends->variance[k])
                                         : fddm_precondition_state (x, noise, mean, ends->variance[k]);
}

static float
level_of (const FddmHostEnds *ends, int k, float noise)
{
  return ends->form == FDDM_INPUT_WIENER ? fddm_wiener_noise (noise, ends->variance[k])
                                         : fddm_precondition_noise (noise, ends->lo, ends->hi);
}

static float
estimate_of (const FddmHostEnds *ends, int k, float x, float noise, float mean, float output)
{
  return ends->output == FDDM_OUTPUT_CLEAN ? fddm_estimate_clean (mean, ends->variance[k], output)
                                           : fddm_estimate (x, noise, mean, ends->variance[k], output);
}

void
fddm_host_ends_init (FddmHostEnds *ends, const FddmConditioning *conditioning, const float *noise)
{
  ends->n        = conditioning->mean->channels;
  ends->mean     = fddm_host_at (conditioning->mean, 0, 0);
  ends->variance = fddm_host_at (conditioning->variance, 0, 0);
  ends->form     = conditioning->form;
  ends->output   = conditioning->output;
  ends->lo       = conditioning->lo;
  ends->hi       = conditioning->hi;
  ends->constant = noise != NULL;
  for (int k = 0; ends->constant && k < ends->n; k++)
    {
      ends->state[k]  = state_of (ends, k, 1.0f, noise[k], 0.0f);
      ends->level[k]  = level_of (ends, k, noise[k]);
      ends->wiener[k] = estimate_of (ends, k, 1.0f, noise[k], 0.0f, 0.0f);
      ends->share[k]  = estimate_of (ends, k, 0.0f, noise[k], 0.0f, 1.0f);
    }
}

void
fddm_host_ends_noise (const float *level, const float (*curve)[FDDM_NOISE_KNOTS], int channels, int patch, const float *y,
                      float *noise)
{
  const int   area       = patch * patch;
  const float brightness = y[0] / patch; /* the DC coefficient of an orthonormal DCT is d times the mean */

  for (int c = 0; c < channels; c++)
    {
      const float factor = fddm_noise_curve (curve[c], brightness);

      for (int k = c * area; k < (c + 1) * area; k++)
        noise[k] = level[k] * factor;
    }
}

void
fddm_host_ends_input (const FddmHostEnds *ends, const float *x, const float *noise, float *input)
{
  const int    n    = ends->n;
  const float *mean = ends->mean;

  for (int k = 0; k < n; k++)
    if (ends->constant)
      {
        input[k]     = (x[k] - mean[k]) * ends->state[k];
        input[n + k] = ends->level[k];
      }
    else
      {
        input[k]     = state_of (ends, k, x[k], noise[k], mean[k]);
        input[n + k] = level_of (ends, k, noise[k]);
      }
}

gboolean
fddm_host_ends_estimate (const FddmHostEnds *ends, const float *x, const float *noise, const float *output, float *x0)
{
  const float *mean = ends->mean;
  int          bad  = 0;

  for (int k = 0; k < ends->n; k++)
    {
      x0[k] = ends->constant ? mean[k] + ends->wiener[k] * (x[k] - mean[k]) + ends->share[k] * output[k]
                             : estimate_of (ends, k, x[k], noise[k], mean[k], output[k]);
      bad |= !(fabsf (output[k]) < OUTPUT_MAX);
    }
  return bad == 0;
}

gboolean
fddm_host_ends_finish (gboolean overflowed, GError **error)
{
  if (overflowed)
    g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_OVERFLOW,
                         _ ("the network computes numbers that are not finite"));
  return !overflowed;
}
