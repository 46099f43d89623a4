/* attention.c: softmax attention over all positions.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only the scores of QUERIES queries are stored at a time, never the whole matrix, so memory grows with the number of
 * positions and not with its square. Both matrix products multiply rows by a matrix whose rows are read from end to end. */
#include <math.h>
#include <string.h>
#include "kernels/host/host.h"
#include "kernels/memory.h"
#include "kernels/vector.h"

#define QUERIES 4  /* queries per product                                                    */
#define LANES   16 /* floats per vector                                                      */
#define COLUMNS 32 /* columns per product: two vectors, so that the 8 sums stay in registers */

/* Multiply-adds of a thread between two questions whether to go on: a few milliseconds to a tenth of a second. */
#define ROUND 2e8

typedef float Vector __attribute__ ((vector_size (LANES * sizeof (float)), aligned (sizeof (float)), may_alias));

typedef struct {
  FddmDevice       *device;
  const FddmTensor *in;
  FddmTensor       *out;
  int               size; /* channels of a head */
  int               head;
  int               padded_size;   /* SIZE rounded up to a multiple of COLUMNS                  */
  gsize             n, padded_n;   /* number of positions, and the same rounded up              */
  float            *keys, *values; /* size × padded_n, transposed; n × padded_size; zero-padded */
  float            *rooms;         /* of the workers: a query, its result and its scores, QUERIES times         */
  int               first;         /* group of queries that this round begins with                          */
} Attention;

/* OUT = A · B. A: QUERIES × N, rows A_STRIDE apart; B: N × COLUMNS, rows B_STRIDE apart; OUT: QUERIES × COLUMNS, rows
 * OUT_STRIDE apart. */
FDDM_INLINE void
multiply (const float *a, gsize a_stride, const float *b, gsize b_stride, gsize n, float *out, gsize out_stride)
{
  Vector sum[QUERIES][2] = { 0 };

  for (gsize i = 0; i < n; i++)
    {
      const Vector left = *(const Vector *) (b + i * b_stride), right = *(const Vector *) (b + i * b_stride + LANES);

      for (int q = 0; q < QUERIES; q++)
        {
          sum[q][0] += a[q * a_stride + i] * left;
          sum[q][1] += a[q * a_stride + i] * right;
        }
    }
  for (int q = 0; q < QUERIES; q++)
    {
      *(Vector *) (out + q * out_stride)         = sum[q][0];
      *(Vector *) (out + q * out_stride + LANES) = sum[q][1];
    }
}

/* Maximum (here) and sum (below) of N floats, N a multiple of LANES. Lanes are combined last, so that the loops
 * vectorise. */
FDDM_INLINE float
largest (const float *x, gsize n)
{
  float most[LANES], all;

  memcpy (most, x, sizeof most);
  for (gsize i = LANES; i < n; i += LANES)
    for (int l = 0; l < LANES; l++)
      most[l] = x[i + l] > most[l] ? x[i + l] : most[l];
  all = most[0];
  for (int l = 1; l < LANES; l++)
    all = MAX (all, most[l]);
  return all;
}

FDDM_INLINE float
total (const float *x, gsize n)
{
  float sum[LANES] = { 0 }, all = 0.0f;

  for (gsize i = 0; i < n; i += LANES)
    for (int l = 0; l < LANES; l++)
      sum[l] += x[i + l];
  for (int l = 0; l < LANES; l++)
    all += sum[l];
  return all;
}

/* Softmax of the first N scores, in place. Scores N to PADDED − 1 are set to 0. */
FDDM_INLINE void
softmax (float *scores, gsize n, gsize padded)
{
  float most, share;

  for (gsize i = n; i < padded; i++)
    scores[i] = scores[0];
  most = largest (scores, padded);
  for (gsize i = 0; i < padded; i++)
    scores[i] = fddm_exp (scores[i] - most);
  for (gsize i = n; i < padded; i++)
    scores[i] = 0.0f;
  share = 1.0f / total (scores, padded);
  for (gsize i = 0; i < padded; i++)
    scores[i] *= share;
}

/* Attention of QUERIES queries Q (rows of SIZE) to OUT (rows of padded_size). SCORES: working memory, QUERIES × padded_n. */
FDDM_VECTORS static void
attend (const Attention *a, const float *q, float *scores, float *out)
{
  for (gsize i = 0; i < a->padded_n; i += COLUMNS)
    multiply (q, a->size, a->keys + i, a->padded_n, a->size, scores + i, a->padded_n);
  for (int i = 0; i < QUERIES; i++)
    softmax (scores + i * a->padded_n, a->n, a->padded_n);
  for (int c = 0; c < a->padded_size; c += COLUMNS)
    multiply (scores, a->padded_n, a->values + c, a->padded_size, a->n, out + c, a->padded_size);
}

/* Floats that a worker needs. */
static gsize
room (const Attention *a)
{
  return QUERIES * ((gsize) a->size + a->padded_size + a->padded_n);
}

/* Runs the groups [FIRST, LAST) of QUERIES queries each, counted from the round's first. */
static void
attention_groups (const void *task, int first, int last)
{
  const Attention *a     = task;
  const int        width = a->out->channels;
  const float      scale = 1.0f / sqrtf (a->size);
  float           *q = a->rooms + (gsize) fddm_worker () * room (a), *out = q + QUERIES * (gsize) a->size;
  float           *scores = out + QUERIES * (gsize) a->padded_size;

  memset (q, 0, QUERIES * (gsize) a->size * sizeof *q);
  for (int group = a->first + first; group < a->first + last; group++)
    {
      const gsize begin = (gsize) group * QUERIES;
      const int   count = (int) MIN (a->n - begin, QUERIES);

      for (int i = 0; i < count; i++)
        fddm_host_load (a->device, a->in, (begin + i) * a->in->channels + a->head * a->size, a->size, q + i * a->size);
      for (int i = 0; i < count * a->size; i++)
        q[i] *= scale;
      attend (a, q, scores, out);
      for (int i = 0; i < count; i++)
        fddm_host_store (a->device, a->out, (begin + i) * width + a->head * a->size, a->size, out + i * a->padded_size);
    }
}

/* Loads the head's keys, transposed, and its values for the positions [FIRST, LAST). */
static void
load_positions (const void *task, int first, int last)
{
  const Attention *a     = task;
  const int        width = a->out->channels;
  float           *key   = a->rooms + (gsize) fddm_worker () * room (a);

  for (gsize i = first; i < (gsize) last; i++)
    {
      const gsize at = i * a->in->channels + a->head * a->size;

      fddm_host_load (a->device, a->in, at + width, a->size, key);
      for (int c = 0; c < a->size; c++)
        a->keys[c * a->padded_n + i] = key[c];
      fddm_host_load (a->device, a->in, at + 2 * width, a->size, a->values + i * a->padded_size);
    }
}

/* Sizes of the attention of CHANNELS channels in HEADS heads over N positions. */
static Attention
sizes_of (gsize n, int channels, int heads)
{
  const int size = channels / heads;

  return (Attention) { .size        = size,
                       .padded_size = (size + COLUMNS - 1) / COLUMNS * COLUMNS,
                       .n           = n,
                       .padded_n    = (n + COLUMNS - 1) / COLUMNS * COLUMNS };
}

/* Floats of the keys and values. */
static gsize
matrices (const Attention *a)
{
  return a->size * a->padded_n + a->n * a->padded_size;
}

gsize
fddm_host_attention_bytes (FddmDevice *device, int height, int width, int channels, int heads)
{
  const Attention a = sizes_of ((gsize) height * width, channels, heads);

  return (matrices (&a) + (gsize) device->threads * room (&a)) * sizeof (float);
}

/* Runs all queries of a head in rounds of ROUND multiply-adds for each thread. Between them the device's listener is asked. */
static gboolean
run_head (FddmDevice *device, Attention *a, GError **error)
{
  const int    groups = (int) ((a->n + QUERIES - 1) / QUERIES);
  const double one    = (double) QUERIES * a->padded_n * (a->size + a->padded_size);
  const int    round  = (int) CLAMP (ROUND / one, 1.0, (double) G_MAXINT / device->threads) * device->threads;

  device->rows (device, load_positions, a, (int) a->n);
  for (a->first = 0; a->first < groups; a->first += round)
    {
      device->rows (device, attention_groups, a, MIN (round, groups - a->first));
      if (!fddm_host_goes_on (device, error))
        return FALSE;
      if (round > groups - a->first) /* before the sum overflows */
        break;
    }
  return TRUE;
}

gboolean
fddm_host_attention (FddmDevice *device, const FddmTensor *in, int heads, FddmTensor *out, GError **error)
{
  Attention   a      = sizes_of ((gsize) in->height * in->width, out->channels, heads);
  const gsize floats = matrices (&a);
  gboolean    ok     = TRUE;

  a.device = device;
  a.in     = in;
  a.out    = out;
  a.keys   = fddm_memory_new ((floats + (gsize) device->threads * room (&a)) * sizeof (float));
  if (a.keys == NULL)
    return fddm_host_no_memory (error);
  memset (a.keys, 0, floats * sizeof (float));
  a.values = a.keys + a.size * a.padded_n;
  a.rooms  = a.keys + floats;
  for (a.head = 0; ok && a.head < heads; a.head++)
    ok = run_head (device, &a, error);
  fddm_memory_free (a.keys);
  return ok;
}
