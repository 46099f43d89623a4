/* layers.c: the layers that only generation needs, and the joining of channels.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "host.h"

typedef struct {
  FddmDevice       *device;
  const FddmTensor *in, *weight, *bias;
  FddmTensor       *out;
  int               groups, heads, first;
  FddmActivation    activation;
} Layer;

static gsize
position (const FddmTensor *tensor, int row, int column)
{
  return ((gsize) row * tensor->width + column) * tensor->channels;
}

/* The work is divided by groups: each reads and writes its own channels only. */
static void
group_norm_groups (const void *task, int first, int last)
{
  const Layer      *l    = task;
  const int         size = l->in->channels / l->groups;
  const gsize       n    = (gsize) l->in->height * l->in->width;
  g_autofree float *x    = g_new (float, size);

  for (int group = first; group < last; group++)
    {
      const int channel = group * size;
      double    sum = 0.0, squares = 0.0, mean, scale;

      for (gsize i = 0; i < n; i++)
        {
          fddm_host_load (l->device, l->in, i * l->in->channels + channel, size, x);
          for (int c = 0; c < size; c++)
            sum += x[c];
        }
      mean = sum / (n * size);
      for (gsize i = 0; i < n; i++)
        {
          fddm_host_load (l->device, l->in, i * l->in->channels + channel, size, x);
          for (int c = 0; c < size; c++)
            squares += (x[c] - mean) * (x[c] - mean);
        }
      scale = 1.0 / sqrt (squares / (n * size) + 1e-5);
      for (gsize i = 0; i < n; i++)
        {
          fddm_host_load (l->device, l->in, i * l->in->channels + channel, size, x);
          for (int c = 0; c < size; c++)
            x[c] = fddm_host_activate (l->activation, (float) ((x[c] - mean) * scale) *
                                                              fddm_host_at (l->weight, 0, 0)[channel + c] +
                                                          fddm_host_at (l->bias, 0, 0)[channel + c]);
          fddm_host_store (l->device, l->out, i * l->in->channels + channel, size, x);
        }
    }
}

gboolean
fddm_host_group_norm (FddmDevice *device, const FddmTensor *in, const FddmTensor *weight, const FddmTensor *bias,
                      int groups, FddmActivation activation, FddmTensor *out, GError **error G_GNUC_UNUSED)
{
  Layer l = { .device = device, .in = in, .weight = weight, .bias = bias, .groups = groups,
              .activation = activation, .out = out };

  device->rows (device, group_norm_groups, &l, groups);
  return TRUE;
}

/* Softmax of the N scores in place. */
static void
softmax (float *scores, gsize n)
{
  float  most = scores[0];
  double sum  = 0.0;

  for (gsize i = 1; i < n; i++)
    most = MAX (most, scores[i]);
  for (gsize i = 0; i < n; i++)
    sum += scores[i] = expf (scores[i] - most);
  for (gsize i = 0; i < n; i++)
    scores[i] /= (float) sum;
}

/* Scores of one query are kept, never the whole matrix: memory grows with the positions, not with their square. */
static void
attend (const Layer *l, gsize query, int head, int size, float *vectors, float *scores)
{
  const gsize n     = (gsize) l->in->height * l->in->width;
  const int   width = l->out->channels;
  const float scale = 1.0f / sqrtf (size);
  float      *q = vectors, *v = vectors + size, *sum = vectors + 2 * size;

  fddm_host_load (l->device, l->in, query * l->in->channels + head * size, size, q);
  for (gsize i = 0; i < n; i++)
    {
      float product = 0.0f;

      fddm_host_load (l->device, l->in, i * l->in->channels + width + head * size, size, v);
      for (int c = 0; c < size; c++)
        product += q[c] * v[c];
      scores[i] = product * scale;
    }
  softmax (scores, n);
  memset (sum, 0, size * sizeof *sum);
  for (gsize i = 0; i < n; i++)
    {
      fddm_host_load (l->device, l->in, i * l->in->channels + 2 * width + head * size, size, v);
      for (int c = 0; c < size; c++)
        sum[c] += scores[i] * v[c];
    }
  fddm_host_store (l->device, l->out, query * width + head * size, size, sum);
}

static void
attention_rows (const void *task, int first, int last)
{
  const Layer      *l       = task;
  const int         size    = l->out->channels / l->heads;
  g_autofree float *scores  = g_new (float, (gsize) l->in->height * l->in->width);
  g_autofree float *vectors = g_new (float, 3 * (gsize) size);

  for (int row = first; row < last; row++)
    for (int column = 0; column < l->in->width; column++)
      for (int head = 0; head < l->heads; head++)
        attend (l, (gsize) row * l->in->width + column, head, size, vectors, scores);
}

gboolean
fddm_host_attention (FddmDevice *device, const FddmTensor *in, int heads, FddmTensor *out,
                     GError **error G_GNUC_UNUSED)
{
  Layer l = { .device = device, .in = in, .heads = heads, .out = out };

  device->rows (device, attention_rows, &l, in->height);
  return TRUE;
}

static void
embed_rows (const void *task, int first, int last)
{
  const Layer      *l = task;
  g_autofree float *x = g_new (float, l->in->channels);

  for (int row = first; row < last; row++)
    for (int column = 0; column < l->in->width; column++)
      {
        fddm_host_load (l->device, l->in, position (l->in, row, column), l->in->channels, x);
        for (int c = 0; c < l->in->channels; c++)
          x[c] += fddm_host_at (l->weight, 0, 0)[c];
        fddm_host_store (l->device, l->out, position (l->out, row, column), l->in->channels, x);
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
  const Layer      *l = task;
  g_autofree float *x = g_new (float, l->in->channels);

  for (int row = first; row < last; row++)
    for (int column = 0; column < l->in->width; column++)
      {
        fddm_host_load (l->device, l->in, position (l->in, row, column), l->in->channels, x);
        fddm_host_store (l->device, l->out, position (l->out, row, column) + l->first, l->in->channels, x);
      }
}

gboolean
fddm_host_copy_channels (FddmDevice *device, const FddmTensor *in, int first, FddmTensor *out,
                         GError **error G_GNUC_UNUSED)
{
  Layer l = { .device = device, .in = in, .first = first, .out = out };

  device->rows (device, copy_rows, &l, in->height);
  return TRUE;
}
