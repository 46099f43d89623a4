/* uncertainty.c: probes of an estimate.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The covariance of the clean photo given the noisy one is S²·∂x̂/∂y, with S the noise (second-order Tweedie formula;
 * Manor and Michaeli, arXiv 2309.13598). Its diagonal is the mean of n·(∂x̂/∂y n) over noise n. Each probe takes one
 * network evaluation; posterior samples with the right spread would take dozens of steps. */
#include "engine/denoise/uncertainty.h"
#include "kernels/pixels/pixels.h"

/* Standard deviation of a probe, relative to the photo's noise. */
#define PROBE 0.25f

/* Sets FROM to PROBE times the photo's noise map. */
static gboolean
upload_levels (const FddmGridPass *pass, GError **error)
{
  const FddmBackend *backend = pass->context->backend;
  FddmCoefficients  *c       = pass->coefficients;
  FddmNoiseModel     model   = pass->removal->noise;

  for (int k = 0; k < pass->context->weights->coefficients; k++)
    model.level[k] *= PROBE;
  return pass->removal->noise_varies ? backend->noise_map (pass->context->device, &model, c->y, c->from, error)
                                     : backend->tensor_upload (pass->context->device, c->from, model.level, error);
}

/* Inverse transform of COEFFICIENTS to PIXELS, divided by PROBE. */
static gboolean
to_pixels (const FddmGridPass *pass, const FddmTensor *coefficients, float *pixels, GError **error)
{
  const FddmContext *context = pass->context;
  FddmWindow         window  = pass->window;

  window.series = FDDM_SERIES_NONE; /* not the photo's array */
  fddm_pixels_fill (pixels, pass->pixels * pass->samples, 0.0f);
  return context->backend->synthesise (context->device, &window, coefficients, 1.0f / PROBE, pixels, error) &&
         context->backend->synthesise_finish (context->device, error);
}

/* Draws NOISE of the photo's own kind; PASSED is the change of the estimate that it causes. */
static gboolean
probe (const FddmGridPass *pass, const FddmSampler *sampler, const FddmRandom *random, float *noise, float *passed,
       const FddmTicker *ticker, GError **error)
{
  const FddmRemoval *removal = pass->removal;
  const FddmBackend *backend = pass->context->backend;
  FddmDevice        *device  = pass->context->device;
  FddmCoefficients  *c       = pass->coefficients;

  if (!backend->start (device, c->from, removal->nothing, removal->nothing, random, c->x, error))
    return FALSE;
  if (!to_pixels (pass, c->x, noise, error))
    return FALSE;
  if (!backend->difference (device, c->x, c->y, NULL, 0.0f, removal->whole, c->next, error))
    return FALSE;
  if (!fddm_sampler_estimate (sampler, c->next, c->noise, c->x, ticker, error))
    return FALSE;
  if (!backend->difference (device, c->x, c->x0, NULL, 0.0f, removal->whole, c->next, error))
    return FALSE;
  return to_pixels (pass, c->next, passed, error);
}

gboolean
fddm_uncertainty_probe (FddmGridPass *pass, const FddmSampler *sampler, GError **error)
{
  float *noise = pass->spare, *passed = pass->change; /* free: no change has been accumulated yet */

  fddm_pixels_fill (pass->variance, pass->pixels, 0.0f);
  if (!upload_levels (pass, error))
    return FALSE;
  for (int i = 0; i < FDDM_PROBES; i++)
    {
      const FddmTicker part   = fddm_ticker_part (&pass->probing, i, FDDM_PROBES);
      FddmRandom       random = pass->random;

      random.stream = (guint32) (FDDM_GRIDS_MAX + i) *
                      FDDM_DENOISE_STEPS_MAX; /* streams not used by the sampling of any grid */
      if (!probe (pass, sampler, &random, noise, passed, &part, error))
        return FALSE;
      fddm_pixels_add_products (pass->variance, noise, passed, pass->pixels, pass->samples, 1.0f / FDDM_PROBES);
    }
  fddm_pixels_fill (pass->change, pass->pixels * pass->samples, 0.0f);
  return TRUE;
}
