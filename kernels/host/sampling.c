/* sampling.c: operations on coefficients: noise map, preconditioning, estimate, the sampler's step.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/host/ends.h"
#include "kernels/fddm-math.h"

/* Arguments of all these operations. Each operation sets those it uses. */
typedef struct {
  const FddmDevice     *device;
  const FddmTensor     *x, *x0, *noise, *other; /* OTHER: cap, network's output or sample */
  const FddmTensor     *mean, *variance;
  const FddmHostEnds   *ends;
  FddmTensor           *out;
  const FddmNoiseModel *model;
  const FddmRandom     *random;
  const FddmStep       *step;
  float                 detail;
  const FddmTensor     *strength;
  int                  *overflowed; /* set where the network's output is no number */
} Sampling;

static void
noise_map_rows (const void *task, int first, int last)
{
  const Sampling       *s     = task;
  const FddmNoiseModel *model = s->model;
  const int             run   = fddm_host_run (model->channels * model->patch * model->patch);

  for (int row = first; row < last; row++)
    for (int column = 0; column < s->x->width; column += run)
      fddm_host_ends_noise (model->level, model->curve, model->channels, model->patch, MIN (run, s->x->width - column),
                            fddm_host_at (s->x, row, column), fddm_host_at (s->out, row, column));
}

gboolean
fddm_host_noise_map (FddmDevice *device, const FddmNoiseModel *model, const FddmTensor *coefficients, FddmTensor *noise,
                     GError **error G_GNUC_UNUSED)
{
  Sampling s = { .model = model, .x = coefficients, .out = noise };

  device->rows (device, noise_map_rows, &s, coefficients->height);
  return TRUE;
}

static void
noise_cap_rows (const void *task, int first, int last)
{
  const Sampling *s = task;

  for (int row = first; row < last; row++)
    for (int column = 0; column < s->out->width; column++)
      {
        const float *noise = fddm_host_at (s->noise, row, column), *cap = fddm_host_at (s->other, row, column);
        float       *out = fddm_host_at (s->out, row, column);

        for (int k = 0; k < s->out->channels; k++)
          out[k] = MIN (noise[k], cap[k]);
      }
}

gboolean
fddm_host_noise_cap (FddmDevice *device, const FddmTensor *noise, const FddmTensor *cap, FddmTensor *out,
                     GError **error G_GNUC_UNUSED)
{
  Sampling s = { .noise = noise, .other = cap, .out = out };

  device->rows (device, noise_cap_rows, &s, out->height);
  return TRUE;
}

/* NOISE may be a constant tensor. */
static void
ends_init (FddmHostEnds *ends, const FddmConditioning *conditioning, const FddmTensor *noise)
{
  fddm_host_ends_init (ends, conditioning, noise->height * noise->width == 1 ? fddm_host_at (noise, 0, 0) : NULL);
}

static void
precondition_rows (const void *task, int first, int last)
{
  const Sampling *s = task;
  const int       n = s->ends->n, run = fddm_host_run (n);
  float           input[2 * FDDM_COEF_MAX];

  for (int row = first; row < last; row++)
    for (int column = 0; column < s->x->width; column += run)
      {
        const int patches = MIN (run, s->x->width - column);

        fddm_host_ends_input (s->ends, patches, fddm_host_at (s->x, row, column), fddm_host_at (s->noise, row, column),
                              input);
        fddm_host_store (s->device, s->out, ((gsize) row * s->x->width + column) * 2 * n, (gsize) patches * 2 * n, input);
      }
}

gboolean
fddm_host_precondition (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise,
                        const FddmConditioning *conditioning, FddmTensor *input, GError **error G_GNUC_UNUSED)
{
  FddmHostEnds ends;
  Sampling     s = { .device = device, .x = x, .noise = noise, .ends = &ends, .out = input };

  ends_init (&ends, conditioning, noise);
  device->rows (device, precondition_rows, &s, x->height);
  return TRUE;
}

static void
estimate_rows (const void *task, int first, int last)
{
  const Sampling *s = task;
  const int       n = s->ends->n, run = fddm_host_run (n);
  float           output[FDDM_COEF_MAX];

  for (int row = first; row < last; row++)
    for (int column = 0; column < s->x->width; column += run)
      {
        const int patches = MIN (run, s->x->width - column);

        fddm_host_load (s->device, s->other, ((gsize) row * s->x->width + column) * n, (gsize) patches * n, output);
        if (!fddm_host_ends_estimate (s->ends, patches, fddm_host_at (s->x, row, column),
                                      fddm_host_at (s->noise, row, column), output, fddm_host_at (s->out, row, column)))
          fddm_host_ends_overflow (s->overflowed);
      }
}

gboolean
fddm_host_estimate (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise, const FddmConditioning *conditioning,
                    const FddmTensor *output, FddmTensor *x0, GError **error)
{
  FddmHostEnds ends;
  int          overflowed = FALSE;
  Sampling     s          = { .device = device, .x = x, .noise = noise, .other = output, .ends = &ends, .out = x0 };

  s.overflowed = &overflowed;
  ends_init (&ends, conditioning, noise);
  device->rows (device, estimate_rows, &s, x->height);
  return fddm_host_ends_finish (overflowed, error);
}

/* Draws standard normal numbers for the N coefficients of a patch. Z has space for N rounded up to a multiple of 4. */
static void
draw (const FddmRandom *random, int row, int column, int n, float *z)
{
  for (int four = 0; 4 * four < n; four++)
    fddm_normal4 (random->seed, random->stream, random->row + row, random->column + column, four, z + 4 * four);
}

static void
step_rows (const void *task, int first, int last)
{
  const Sampling *s                    = task;
  const FddmStep *step                 = s->step;
  const int       n                    = s->out->channels;
  float           z[FDDM_COEF_MAX + 3] = { 0.0f };

  for (int row = first; row < last; row++)
    for (int column = 0; column < s->out->width; column++)
      {
        const float *x0       = fddm_host_at (step->x0, row, column);
        const float *previous = step->previous != NULL ? fddm_host_at (step->previous, row, column) : x0;
        const float *from = fddm_host_at (step->from, row, column), *to = fddm_host_at (step->to, row, column);
        const float *before = step->previous != NULL ? fddm_host_at (step->before, row, column) : from;
        float       *x      = fddm_host_at (s->out, row, column);

        if (step->eta > 0.0f)
          draw (step->random, row, column, n, z);
        for (int k = 0; k < n; k++)
          x[k] = fddm_step (x[k], fddm_extrapolate (x0[k], previous[k], before[k], from[k], to[k]), from[k], to[k],
                            step->eta, z[k]);
      }
}

gboolean
fddm_host_step (FddmDevice *device, const FddmStep *step, FddmTensor *x, GError **error G_GNUC_UNUSED)
{
  Sampling s = { .step = step, .out = x };

  device->rows (device, step_rows, &s, x->height);
  return TRUE;
}

static void
start_rows (const void *task, int first, int last)
{
  const Sampling *s    = task;
  const int       n    = s->out->channels;
  const float    *mean = fddm_host_at (s->mean, 0, 0), *variance = fddm_host_at (s->variance, 0, 0);
  float           z[FDDM_COEF_MAX + 3] = { 0.0f };

  for (int row = first; row < last; row++)
    for (int column = 0; column < s->out->width; column++)
      {
        const float *noise = fddm_host_at (s->noise, row, column);
        float       *x     = fddm_host_at (s->out, row, column);

        draw (s->random, row, column, n, z);
        for (int k = 0; k < n; k++)
          x[k] = mean[k] + sqrtf (variance[k] + noise[k] * noise[k]) * z[k];
      }
}

gboolean
fddm_host_start (FddmDevice *device, const FddmTensor *noise, const FddmTensor *mean, const FddmTensor *variance,
                 const FddmRandom *random, FddmTensor *x, GError **error G_GNUC_UNUSED)
{
  Sampling s = { .noise = noise, .mean = mean, .variance = variance, .random = random, .out = x };

  device->rows (device, start_rows, &s, x->height);
  return TRUE;
}

static void
difference_rows (const void *task, int first, int last)
{
  const Sampling *s        = task;
  const float    *strength = fddm_host_at (s->strength, 0, 0);

  for (int row = first; row < last; row++)
    for (int column = 0; column < s->out->width; column++)
      {
        const float *y = fddm_host_at (s->x, row, column), *x0 = fddm_host_at (s->x0, row, column);
        const float *sample = s->other != NULL ? fddm_host_at (s->other, row, column) : x0;
        float       *out    = fddm_host_at (s->out, row, column);

        for (int k = 0; k < s->out->channels; k++)
          out[k] = fddm_difference (y[k], x0[k] + s->detail * (sample[k] - x0[k]), strength[k]);
      }
}

gboolean
fddm_host_difference (FddmDevice *device, const FddmTensor *y, const FddmTensor *x0, const FddmTensor *sample, float detail,
                      const FddmTensor *strength, FddmTensor *out, GError **error G_GNUC_UNUSED)
{
  Sampling s = { .x = y, .x0 = x0, .other = sample, .detail = detail, .strength = strength, .out = out };

  device->rows (device, difference_rows, &s, out->height);
  return TRUE;
}
