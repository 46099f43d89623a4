/* layers.c: layers that only generation uses (group norm and embedding), and the concatenation of channels.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "kernels/host/host.h"
#include "kernels/vector.h"

typedef struct {
  FddmDevice       *device;
  const FddmTensor *in, *weight, *bias;
  FddmTensor       *out;
  int               groups, first;
  FddmActivation    activation;
  double           *moments; /* of a group norm: room of the workers */
} Layer;

/* Channels that are loaded at a time. */
#define CHANNELS 512

static gsize
position (const FddmTensor *tensor, int row, int column)
{
  return ((gsize) row * tensor->width + column) * tensor->channels;
}

/* ---- Group norm ---- */

/* In double precision the square of a float is exact, so the mean may be far larger than the standard deviation. */
FDDM_VECTORS static void
add_moments (const float *x, int n, double *sum, double *squares)
{
  for (int c = 0; c < n; c++)
    {
      sum[c] += x[c];
      squares[c] += (double) x[c] * x[c];
    }
}

/* X = activation ((X − MEAN) · SCALE + SHIFT), by channel. */
FDDM_VECTORS static void
normalise (float *restrict x, int n, const float *restrict mean, const float *restrict scale, const float *restrict shift,
           FddmActivation activation)
{
  for (int c = 0; c < n; c++)
    x[c] = (x[c] - mean[c]) * scale[c] + shift[c];
  if (activation == FDDM_ACTIVATION_SILU)
    for (int c = 0; c < n; c++)
      x[c] = x[c] / (1.0f + fddm_exp (-x[c]));
  else if (activation == FDDM_ACTIVATION_RELU)
    for (int c = 0; c < n; c++)
      x[c] = x[c] > 0.0f ? x[c] : 0.0f;
}

/* Converts the moments of N channels from FIRST on to the MEAN and SCALE that normalise them. */
static void
join_groups (const Layer *l, int first, int n, const double *sum, const double *squares, float *mean, float *scale)
{
  const int    size = l->in->channels / l->groups;
  const double all  = (double) l->in->height * l->in->width * size;

  for (int begin = 0; begin < n; begin += size)
    {
      double total = 0.0, total_squares = 0.0, middle, spread;

      for (int c = begin; c < begin + size; c++)
        {
          total += sum[c];
          total_squares += squares[c];
        }
      middle = total / all;
      spread = 1.0 / sqrt (MAX (total_squares / all - middle * middle, 0.0) + 1e-5);
      for (int c = begin; c < begin + size; c++)
        {
          mean[c]  = (float) middle;
          scale[c] = (float) spread * fddm_host_at (l->weight, 0, 0)[first + c];
        }
    }
}

/* Doubles that a worker needs for N channels: two of them, and three floats. */
static gsize
room (int n)
{
  return (gsize) n * 2 + ((gsize) n * 3 + 1) / 2;
}

/* The work is divided by groups, since each group reads and writes its own channels only. */
static void
group_norm_groups (const void *task, int first_group, int last_group)
{
  const Layer *l     = task;
  const int    size  = l->in->channels / l->groups;
  const int    first = first_group * size, n = (last_group - first_group) * size;
  const gsize  positions = (gsize) l->in->height * l->in->width, stride = l->in->channels;
  const float *shift = fddm_host_at (l->bias, 0, 0) + first;
  double      *sum = l->moments + (gsize) fddm_worker () * room (l->in->channels), *squares = sum + n;
  float       *x = (float *) (squares + n), *mean = x + n, *scale = mean + n;

  memset (sum, 0, 2 * (gsize) n * sizeof *sum);
  for (gsize i = 0; i < positions; i++)
    {
      fddm_host_load (l->device, l->in, i * stride + first, n, x);
      add_moments (x, n, sum, squares);
    }
  join_groups (l, first, n, sum, squares, mean, scale);
  for (gsize i = 0; i < positions; i++)
    {
      fddm_host_load (l->device, l->in, i * stride + first, n, x);
      normalise (x, n, mean, scale, shift, l->activation);
      fddm_host_store (l->device, l->out, i * stride + first, n, x);
    }
}

gboolean
fddm_host_group_norm (FddmDevice *device, const FddmTensor *in, const FddmTensor *weight, const FddmTensor *bias, int groups,
                      FddmActivation activation, FddmTensor *out, GError **error)
{
  const gsize bytes = (gsize) device->threads * room (in->channels) * sizeof (double);
  Layer       l     = {
              .device = device, .in = in, .weight = weight, .bias = bias, .groups = groups, .activation = activation, .out = out
  };

  l.moments = fddm_memory_new (bytes);
  if (l.moments == NULL)
    return fddm_host_no_memory (error);
  device->rows (device, group_norm_groups, &l, groups);
  fddm_memory_free (l.moments);
  return TRUE;
}

/* ---- Embedding and concatenation ---- */

static void
embed_rows (const void *task, int first, int last)
{
  const Layer *l        = task;
  const float *vector   = fddm_host_at (l->weight, 0, 0);
  const int    channels = l->in->channels;
  float        x[CHANNELS];

  for (int row = first; row < last; row++)
    for (int column = 0; column < l->in->width; column++)
      for (int begin = 0; begin < channels; begin += CHANNELS)
        {
          const int n = MIN (CHANNELS, channels - begin);

          fddm_host_load (l->device, l->in, position (l->in, row, column) + begin, n, x);
          for (int c = 0; c < n; c++)
            x[c] += vector[begin + c];
          fddm_host_store (l->device, l->out, position (l->out, row, column) + begin, n, x);
        }
}

gboolean
fddm_host_embed (FddmDevice *device, const FddmTensor *in, const FddmTensor *vector, FddmTensor *out,
                 GError **error G_GNUC_UNUSED)
{
  Layer l = { .device = device, .in = in, .weight = vector, .out = out };

  device->rows (device, embed_rows, &l, in->height);
  return TRUE;
}

static void
copy_rows (const void *task, int first, int last)
{
  const Layer *l        = task;
  const int    channels = l->in->channels;
  float        x[CHANNELS];

  for (int row = first; row < last; row++)
    for (int column = 0; column < l->in->width; column++)
      for (int begin = 0; begin < channels; begin += CHANNELS)
        {
          const int n = MIN (CHANNELS, channels - begin);

          fddm_host_load (l->device, l->in, position (l->in, row, column) + begin, n, x);
          fddm_host_store (l->device, l->out, position (l->out, row, column) + l->first + begin, n, x);
        }
}

gboolean
fddm_host_copy_channels (FddmDevice *device, const FddmTensor *in, int first, FddmTensor *out, GError **error G_GNUC_UNUSED)
{
  Layer l = { .device = device, .in = in, .first = first, .out = out };

  device->rows (device, copy_rows, &l, in->height);
  return TRUE;
}
