/* attention.c: softmax attention over all positions.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only the scores of a block of queries are stored at a time, never the whole matrix, so memory grows with the number of
 * positions and not with its square. */
#include <math.h>
#include "kernels/host/host.h"
#include "kernels/memory.h"
#include "kernels/vector.h"

#define LANES 16 /* floats per vector */

/* Logarithm of the least weight. A smaller one makes denormal numbers, with which processors take a hundred times as long. */
#define SMALLEST -50.0f

/* Scores of a block, in all; and queries of a block at least, so that a block is worth a product. */
#define SCORES  (1 << 20)
#define QUERIES 16

typedef struct {
  FddmDevice       *device;
  const FddmTensor *in;
  FddmTensor       *out;
  int               size; /* channels of a head */
  int               head;
  gsize             n;                               /* number of positions                    */
  gsize             block;                           /* number of queries of a block, at most  */
  gsize             first;                           /* query that the block begins with       */
  float            *keys, *values, *queries, *means; /* N × SIZE; N × SIZE; BLOCK × SIZE, twice */
  float            *scores;                          /* BLOCK × N                              */
} Attention;

/* Maximum (here) and sum (below) of N floats. Lanes are combined last, so that the loops vectorise. */
FDDM_INLINE float
largest (const float *x, gsize n)
{
  const gsize whole = n / LANES * LANES;
  float       most[LANES], all = x[0];

  for (int l = 0; l < LANES; l++)
    most[l] = x[0];
  for (gsize i = 0; i < whole; i += LANES)
    for (int l = 0; l < LANES; l++)
      most[l] = x[i + l] > most[l] ? x[i + l] : most[l];
  for (int l = 0; l < LANES; l++)
    all = MAX (all, most[l]);
  for (gsize i = whole; i < n; i++)
    all = MAX (all, x[i]);
  return all;
}

FDDM_INLINE float
total (const float *x, gsize n)
{
  const gsize whole      = n / LANES * LANES;
  float       sum[LANES] = { 0 }, all = 0.0f;

  for (gsize i = 0; i < whole; i += LANES)
    for (int l = 0; l < LANES; l++)
      sum[l] += x[i + l];
  for (int l = 0; l < LANES; l++)
    all += sum[l];
  for (gsize i = whole; i < n; i++)
    all += x[i];
  return all;
}

/* Softmax of N scores, in place. Scores that overflow make no numbers: they must not look like small ones. */
FDDM_VECTORS static void
softmax (float *scores, gsize n)
{
  const float most = largest (scores, n);
  int         none = 0;
  float       share;

  for (gsize i = 0; i < n; i++)
    {
      const float beside = scores[i] - most;

      none |= beside != beside;
      scores[i] = fddm_exp (MAX (beside, SMALLEST));
    }
  share = none ? NAN : 1.0f / total (scores, n);
  for (gsize i = 0; i < n; i++)
    scores[i] *= share;
}

/* The stages of a head, each for the rows [FIRST, LAST) of its task. */

static void
load_keys_and_values (const void *task, int first, int last)
{
  const Attention *a     = task;
  const int        width = a->out->channels;

  for (gsize i = first; i < (gsize) last; i++)
    {
      const gsize at = i * a->in->channels + a->head * a->size;

      fddm_host_load (a->device, a->in, at + width, a->size, a->keys + i * a->size);
      fddm_host_load (a->device, a->in, at + 2 * width, a->size, a->values + i * a->size);
    }
}

static void
load_queries (const void *task, int first, int last)
{
  const Attention *a     = task;
  const float      scale = 1.0f / sqrtf (a->size);

  for (gsize i = first; i < (gsize) last; i++)
    {
      float *query = a->queries + i * a->size;

      fddm_host_load (a->device, a->in, (a->first + i) * a->in->channels + a->head * a->size, a->size, query);
      for (int c = 0; c < a->size; c++)
        query[c] *= scale;
    }
}

static void
weigh_scores (const void *task, int first, int last)
{
  const Attention *a = task;

  for (gsize i = first; i < (gsize) last; i++)
    softmax (a->scores + i * a->n, a->n);
}

static void
store_means (const void *task, int first, int last)
{
  const Attention *a = task;

  for (gsize i = first; i < (gsize) last; i++)
    fddm_host_store (a->device, a->out, (a->first + i) * a->out->channels + a->head * a->size, a->size,
                     a->means + i * a->size);
}

/* Sizes of the attention of CHANNELS channels in HEADS heads over N positions. */
static Attention
sizes_of (gsize n, int channels, int heads)
{
  return (Attention) { .size = channels / heads, .n = n, .block = MIN (n, MAX (SCORES / n, QUERIES)) };
}

/* Floats of working memory. */
static gsize
floats_of (const Attention *a)
{
  return 2 * (a->n + a->block) * a->size + a->block * a->n;
}

gsize
fddm_host_attention_bytes (FddmDevice *device G_GNUC_UNUSED, int height, int width, int channels, int heads)
{
  const Attention a = sizes_of ((gsize) height * width, channels, heads);

  return floats_of (&a) * sizeof (float);
}

/* Runs COUNT queries from a->first on. */
static gboolean
run_block (Attention *a, int count, GError **error)
{
  FddmDevice       *device = a->device;
  const FddmProduct score  = {
     .m = count, .n = a->n, .k = a->size, .a = a->queries, .b = a->keys, .transposed = TRUE, .out = a->scores
  };
  const FddmProduct mean = { .m = count, .n = a->size, .k = a->n, .a = a->scores, .b = a->values, .out = a->means };

  device->rows (device, load_queries, a, count);
  if (!device->product (device, &score, error))
    return FALSE;
  device->rows (device, weigh_scores, a, count);
  if (!device->product (device, &mean, error))
    return FALSE;
  device->rows (device, store_means, a, count);
  return TRUE;
}

gboolean
fddm_host_attention (FddmDevice *device, const FddmTensor *in, int heads, FddmTensor *out, GError **error)
{
  Attention a  = sizes_of ((gsize) in->height * in->width, out->channels, heads);
  gboolean  ok = TRUE;

  a.device = device;
  a.in     = in;
  a.out    = out;
  a.keys   = fddm_memory_pool_take (&device->pool, floats_of (&a) * sizeof (float));
  if (a.keys == NULL)
    return fddm_host_no_memory (error);
  a.values  = a.keys + a.n * a.size;
  a.queries = a.values + a.n * a.size;
  a.means   = a.queries + a.block * a.size;
  a.scores  = a.means + a.block * a.size;
  for (a.head = 0; ok && a.head < heads; a.head++)
    {
      device->rows (device, load_keys_and_values, &a, (int) a.n);
      for (a.first = 0; ok && a.first < a.n; a.first += a.block)
        ok = run_block (&a, (int) MIN (a.block, a.n - a.first), error) && fddm_host_goes_on (device, error);
    }
  fddm_memory_pool_give (&device->pool, a.keys, floats_of (&a) * sizeof (float));
  return ok;
}
