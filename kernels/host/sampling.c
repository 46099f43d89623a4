/* sampling.c: what stands between the transform and the network: noise levels, preconditioning, the sampler's step.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fddm-math.h"
#include "host.h"

/* One struct for all of these operations; each fills in what it needs. */
typedef struct {
  const FddmDevice     *device;
  const FddmTensor     *x, *x0, *noise, *other;   /* OTHER: cap, target noise, sample or strength, by operation */
  const FddmTensor     *mean, *variance;
  FddmTensor           *out;
  const FddmNoiseModel *model;
  const FddmRandom     *random;
  float                 lo, hi, eta, detail;
  const FddmTensor     *strength;
} Sampling;

static void
noise_map_rows (const void *task, int first, int last)
{
  const Sampling       *s     = task;
  const FddmNoiseModel *model = s->model;
  const int             area  = model->patch * model->patch;

  for (int row = first; row < last; row++)
    for (int column = 0; column < s->x->width; column++)
      {
        /* DC of an orthonormal DCT is d times the mean. */
        float  brightness = fddm_host_at (s->x, row, column)[0] / model->patch;
        float *out        = fddm_host_at (s->out, row, column);

        for (int c = 0; c < model->channels; c++)
          {
            float factor = fddm_noise_curve (model->curve[c], brightness);

            for (int k = c * area; k < (c + 1) * area; k++)
              out[k] = model->level[k] * factor;
          }
      }
}

gboolean
fddm_host_noise_map (FddmDevice *device, const FddmNoiseModel *model, const FddmTensor *coefficients,
                     FddmTensor *noise, GError **error G_GNUC_UNUSED)
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
        float       *out   = fddm_host_at (s->out, row, column);

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

/* A constant noise level needs its root and logarithm once, not at every patch. */
static void
precondition_constant_rows (const void *task, int first, int last)
{
  const Sampling *s    = task;
  const int       n    = s->x->channels;
  const float    *mean = fddm_host_at (s->mean, 0, 0);
  g_autofree float *row_out = g_new (float, 2 * (gsize) n);
  g_autofree float *scale   = g_new (float, n);

  for (int k = 0; k < n; k++)
    {
      float noise = fddm_host_at (s->noise, 0, 0)[k];

      scale[k]       = fddm_precondition_state (1.0f, noise, 0.0f, fddm_host_at (s->variance, 0, 0)[k]);
      row_out[n + k] = fddm_precondition_noise (noise, s->lo, s->hi);
    }
  for (int row = first; row < last; row++)
    for (int column = 0; column < s->x->width; column++)
      {
        const float *x = fddm_host_at (s->x, row, column);

        for (int k = 0; k < n; k++)
          row_out[k] = (x[k] - mean[k]) * scale[k];
        fddm_host_store (s->device, s->out, ((gsize) row * s->x->width + column) * 2 * n, 2 * n, row_out);
      }
}

static void
precondition_rows (const void *task, int first, int last)
{
  const Sampling   *s = task;
  const int         n = s->x->channels;
  const float      *mean = fddm_host_at (s->mean, 0, 0), *variance = fddm_host_at (s->variance, 0, 0);
  g_autofree float *row_out = g_new (float, 2 * (gsize) n);

  for (int row = first; row < last; row++)
    for (int column = 0; column < s->x->width; column++)
      {
        const float *x = fddm_host_at (s->x, row, column), *noise = fddm_host_at (s->noise, row, column);

        for (int k = 0; k < n; k++)
          {
            row_out[k]     = fddm_precondition_state (x[k], noise[k], mean[k], variance[k]);
            row_out[n + k] = fddm_precondition_noise (noise[k], s->lo, s->hi);
          }
        fddm_host_store (s->device, s->out, ((gsize) row * s->x->width + column) * 2 * n, 2 * n, row_out);
      }
}

gboolean
fddm_host_precondition (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise, const FddmTensor *mean,
                        const FddmTensor *variance, float lo, float hi, FddmTensor *input,
                        GError **error G_GNUC_UNUSED)
{
  Sampling s = {
    .device = device, .x = x, .noise = noise, .mean = mean, .variance = variance, .lo = lo, .hi = hi, .out = input
  };
  gboolean constant = noise->height * noise->width == 1;

  device->rows (device, constant ? precondition_constant_rows : precondition_rows, &s, x->height);
  return TRUE;
}

/* As above: linear in what differs from patch to patch. */
static void
estimate_constant_rows (const void *task, int first, int last)
{
  const Sampling   *s = task;
  const int         n = s->x->channels;
  const float      *mean = fddm_host_at (s->mean, 0, 0), *variance = fddm_host_at (s->variance, 0, 0);
  g_autofree float *network = g_new (float, n), *wiener = g_new (float, n), *scale = g_new (float, n);

  for (int k = 0; k < n; k++)
    {
      float noise = fddm_host_at (s->noise, 0, 0)[k];

      wiener[k] = fddm_estimate (1.0f, noise, 0.0f, variance[k], 0.0f);
      scale[k]  = fddm_estimate (0.0f, noise, 0.0f, variance[k], 1.0f);
    }
  for (int row = first; row < last; row++)
    for (int column = 0; column < s->x->width; column++)
      {
        const float *x   = fddm_host_at (s->x, row, column);
        float       *out = fddm_host_at (s->out, row, column);

        fddm_host_load (s->device, s->other, ((gsize) row * s->x->width + column) * n, n, network);
        for (int k = 0; k < n; k++)
          out[k] = mean[k] + wiener[k] * (x[k] - mean[k]) + scale[k] * network[k];
      }
}

static void
estimate_rows (const void *task, int first, int last)
{
  const Sampling   *s = task;
  const int         n = s->x->channels;
  const float      *mean = fddm_host_at (s->mean, 0, 0), *variance = fddm_host_at (s->variance, 0, 0);
  g_autofree float *network = g_new (float, n);

  for (int row = first; row < last; row++)
    for (int column = 0; column < s->x->width; column++)
      {
        const float *x   = fddm_host_at (s->x, row, column), *noise = fddm_host_at (s->noise, row, column);
        float       *out = fddm_host_at (s->out, row, column);

        fddm_host_load (s->device, s->other, ((gsize) row * s->x->width + column) * n, n, network);
        for (int k = 0; k < n; k++)
          out[k] = fddm_estimate (x[k], noise[k], mean[k], variance[k], network[k]);
      }
}

gboolean
fddm_host_estimate (FddmDevice *device, const FddmTensor *x, const FddmTensor *noise, const FddmTensor *mean,
                    const FddmTensor *variance, const FddmTensor *output, FddmTensor *x0, GError **error G_GNUC_UNUSED)
{
  Sampling s = {
    .device = device, .x = x, .noise = noise, .mean = mean, .variance = variance, .other = output, .out = x0
  };
  gboolean constant = noise->height * noise->width == 1;

  device->rows (device, constant ? estimate_constant_rows : estimate_rows, &s, x->height);
  return TRUE;
}

/* Standard normal numbers for the N coefficients of a patch; Z has room for N rounded up to 4. */
static void
draw (const FddmRandom *random, int row, int column, int n, float *z)
{
  for (int four = 0; 4 * four < n; four++)
    fddm_normal4 (random->seed, random->stream, random->row + row, random->column + column, four, z + 4 * four);
}

static void
step_rows (const void *task, int first, int last)
{
  const Sampling   *s = task;
  const int         n = s->out->channels;
  g_autofree float *z = g_new0 (float, (gsize) n + 3);

  for (int row = first; row < last; row++)
    for (int column = 0; column < s->out->width; column++)
      {
        const float *x0 = fddm_host_at (s->x0, row, column);
        const float *from = fddm_host_at (s->noise, row, column), *to = fddm_host_at (s->other, row, column);
        float       *x  = fddm_host_at (s->out, row, column);

        if (s->eta > 0.0f)
          draw (s->random, row, column, n, z);
        for (int k = 0; k < n; k++)
          x[k] = fddm_step (x[k], x0[k], from[k], to[k], s->eta, z[k]);
      }
}

gboolean
fddm_host_step (FddmDevice *device, const FddmTensor *x0, const FddmTensor *from, const FddmTensor *to, float eta,
                const FddmRandom *random, FddmTensor *x, GError **error G_GNUC_UNUSED)
{
  Sampling s = { .x0 = x0, .noise = from, .other = to, .eta = eta, .random = random, .out = x };

  device->rows (device, step_rows, &s, x->height);
  return TRUE;
}

static void
start_rows (const void *task, int first, int last)
{
  const Sampling   *s = task;
  const int         n = s->out->channels;
  const float      *mean = fddm_host_at (s->mean, 0, 0), *variance = fddm_host_at (s->variance, 0, 0);
  g_autofree float *z = g_new0 (float, (gsize) n + 3);

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
          out[k] = strength[k] * (x0[k] + s->detail * (sample[k] - x0[k]) - y[k]);
      }
}

gboolean
fddm_host_difference (FddmDevice *device, const FddmTensor *y, const FddmTensor *x0, const FddmTensor *sample,
                      float detail, const FddmTensor *strength, FddmTensor *out, GError **error G_GNUC_UNUSED)
{
  Sampling s = { .x = y, .x0 = x0, .other = sample, .detail = detail, .strength = strength, .out = out };

  device->rows (device, difference_rows, &s, out->height);
  return TRUE;
}
