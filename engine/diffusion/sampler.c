/* sampler.c: the sampler, which both denoises and generates: (27) and (28), docs/architecture.md.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/diffusion/sampler.h"
#include "engine/tensor.h"
#include <math.h>

/* Noise level at the end of a path: half an 8-bit step. Finer texture is invisible, and steps below this would be wasted. */
#define PATH_END (1.0 / 255.0)

/* Number of points in the integral of the difficulty. */
#define N_POINTS 256

static gboolean
evaluate (const FddmSampler *sampler, int class, const FddmTensor *x, const FddmTensor *noise, FddmTensor *x0,
          const FddmTicker *ticker, GError **error)
{
  const FddmConditioning conditioning = fddm_network_conditioning (sampler->weights, sampler->mean, sampler->variance);

  return sampler->backend->precondition (sampler->device, x, noise, &conditioning, fddm_network_input (sampler->network),
                                         error) &&
         fddm_network_run (sampler->network, class, ticker, error) &&
         sampler->backend->estimate (sampler->device, x, noise, &conditioning, fddm_network_output (sampler->network), x0,
                                     error);
}

static gboolean
evaluate_guided (const FddmSampler *sampler, const FddmTensor *x, const FddmTensor *noise, FddmTensor *x0,
                 const FddmTicker *ticker, GError **error)
{
  const FddmGuidance *guidance = &sampler->guidance;
  FddmTicker          parts[2];

  for (int i = 0; i < 2 && ticker != NULL; i++)
    parts[i] = fddm_ticker_part (ticker, i, 2);
  return evaluate (sampler, sampler->class, x, noise, x0, ticker != NULL ? &parts[0] : NULL, error) &&
         evaluate (sampler, -1, x, noise, guidance->other, ticker != NULL ? &parts[1] : NULL, error) &&
         sampler->backend->difference (sampler->device, guidance->zero, guidance->other, x0, guidance->strength,
                                       guidance->one, x0, error);
}

gboolean
fddm_sampler_estimate (const FddmSampler *sampler, const FddmTensor *x, const FddmTensor *noise, FddmTensor *x0,
                       const FddmTicker *ticker, GError **error)
{
  const gboolean guided = sampler->class >= 0 && sampler->guidance.strength > 1.0f;

  if (sampler->estimate != NULL)
    return sampler->estimate (sampler->data, x, noise, x0, ticker, error);
  return (guided ? evaluate_guided (sampler, x, noise, x0, ticker, error)
                 : evaluate (sampler, sampler->class, x, noise, x0, ticker, error)) &&
         (!sampler->clamp || sampler->backend->clamp (sampler->device, sampler->weights->patch, x0, error));
}

/* Difficulty at ln s, interpolated linearly; 1 for weights without a curve. */
static double
difficulty (const FddmWeights *weights, double log_s)
{
  const double *at = weights->difficulty_log_s, *error = weights->difficulty_error;
  const int     n = weights->n_difficulty;

  if (n == 0)
    return 1.0;
  if (log_s <= at[0])
    return error[0];
  for (int i = 1; i < n; i++)
    if (log_s <= at[i])
      return error[i - 1] + (error[i] - error[i - 1]) * (log_s - at[i - 1]) / (at[i] - at[i - 1]);
  return error[n - 1];
}

double
fddm_sampler_end (const FddmWeights *weights, const FddmSchedule *schedule)
{
  const int area = schedule->patch * schedule->patch;
  double    last = -HUGE_VAL;

  for (int k = 0; k < area; k++)
    last = MAX (last, fddm_schedule_fermi (schedule, k, MAX (PATH_END, weights->noise_lo)));
  return last;
}

/* Fermi levels at which the first frequency leaves its noise and the last one reaches PATH_END. */
static void
path_ends (const FddmWeights *weights, const FddmSchedule *schedule, const float *noise, double *from, double *to)
{
  const int    area = schedule->patch * schedule->patch;
  const double end  = MAX (PATH_END, weights->noise_lo);

  *from = HUGE_VAL;
  *to   = -HUGE_VAL;
  for (int k = 0; k < weights->coefficients; k++)
    if (noise[k] > end)
      {
        *from = MIN (*from, fddm_schedule_fermi (schedule, k % area, noise[k]));
        *to   = MAX (*to, fddm_schedule_fermi (schedule, k % area, end));
      }
}

void
fddm_sampler_levels (const FddmWeights *weights, const FddmSchedule *schedule, const float *noise, int n, double *levels)
{
  double from, to, integral[N_POINTS + 1] = { 0.0 };
  int    point = 0;

  path_ends (weights, schedule, noise, &from, &to);
  if (!(from < to))
    {
      for (int i = 0; i < n - 1; i++)
        levels[i] = 0.0;
      return;
    }
  /* The mean dispersion over all frequencies is 0, so ln s = −μ/2T' represents them all. */
  for (int i = 0; i < N_POINTS; i++)
    {
      double fermi = from + (to - from) * (i + 0.5) / N_POINTS;

      integral[i + 1] = integral[i] + MAX (difficulty (weights, -fermi / (2.0 * schedule->temperature)), 1e-3);
    }
  for (int i = 0; i < n - 1; i++)
    {
      double wanted = integral[N_POINTS] * (i + 1) / n;

      while (integral[point + 1] < wanted)
        point++;
      levels[i] = from +
                  (to - from) * (point + (wanted - integral[point]) / (integral[point + 1] - integral[point])) / N_POINTS;
    }
}

/* OUT = min (noise of the path, schedule at FERMI). */
static gboolean
cap_noise (const FddmSampler *sampler, const FddmPath *path, double fermi, FddmTensor *out, GError **error)
{
  const FddmSchedule *schedule = path->schedule;
  const int           n = sampler->weights->coefficients, area = schedule->patch * schedule->patch;
  float               values[FDDM_COEF_MAX];
  FddmTensor         *cap;
  gboolean            ok;

  for (int k = 0; k < n; k++)
    values[k] = (float) fddm_schedule_noise (schedule, k % area, fermi);
  ok = fddm_vector_make (sampler->backend, sampler->device, values, n, &cap, error) &&
       sampler->backend->noise_cap (sampler->device, path->noise, cap, out, error);
  sampler->backend->tensor_free (sampler->device, cap);
  return ok;
}

/* A tensor of the path for a level, other than NOW and BEFORE. */
static FddmTensor *
free_level (const FddmPath *path, const FddmTensor *now, const FddmTensor *before)
{
  FddmTensor *levels[] = { path->from, path->to, path->before };
  gsize       i        = 0;

  while (levels[i] == now || levels[i] == before)
    i++;
  return levels[i];
}

gboolean
fddm_sampler_run (const FddmSampler *sampler, const FddmPath *path, const FddmTensor *first, FddmTensor *x,
                  const FddmTicker *ticker, GError **error)
{
  const gboolean second = path->previous != NULL;
  FddmRandom     random = path->random;
  FddmStep       step   = { .x0 = first, .from = path->noise, .eta = path->eta, .random = &random };

  for (int i = 0; i < path->n; i++, random.stream++)
    {
      FddmTensor *fresh = second && step.x0 == path->x0 ? path->previous : path->x0;
      FddmTensor *to    = free_level (path, step.from, step.before);
      FddmTicker  part  = fddm_ticker_part (ticker, i, MAX (path->n - 1, 1));

      step.to = to;
      if (i == path->n - 1) /* to noise 0: the step gives the estimate wherever there was noise */
        return cap_noise (sampler, path, HUGE_VAL, to, error) && sampler->backend->step (sampler->device, &step, x, error);
      if (!cap_noise (sampler, path, path->levels[i], to, error))
        return FALSE;
      if (!sampler->backend->step (sampler->device, &step, x, error))
        return FALSE;
      if (!fddm_sampler_estimate (sampler, x, to, fresh, &part, error))
        return FALSE;
      step.previous = second ? step.x0 : NULL;
      step.before   = second ? step.from : NULL;
      step.x0       = fresh;
      step.from     = to;
    }
  return TRUE;
}
