/* attention.c: softmax attention over all positions.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only the scores of QUERIES queries are stored at a time, never the whole matrix, so memory grows with the number of
 * positions and not with its square. Both matrix products multiply rows by a matrix whose rows are read from end to end. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include "kernels/host/host.h"
#include "kernels/memory.h"
#include "kernels/vector.h"

#define QUERIES 4  /* queries per product                                                    */
#define LANES   16 /* floats per vector                                                      */
#define COLUMNS 32 /* columns per product: two vectors, so that the 8 sums stay in registers */

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

/* Runs the groups [FIRST, LAST) of QUERIES queries each. */
static void
attention_groups (const void *task, int first, int last)
{
  const Attention  *a      = task;
  const int         width  = a->out->channels;
  const float       scale  = 1.0f / sqrtf (a->size);
  g_autofree float *q      = g_new0 (float, QUERIES * (gsize) a->size);
  g_autofree float *out    = g_new (float, QUERIES * (gsize) a->padded_size);
  g_autofree float *scores = g_new (float, QUERIES * a->padded_n);

  for (int group = first; group < last; group++)
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
  const Attention  *a     = task;
  const int         width = a->out->channels;
  g_autofree float *key   = g_new (float, a->size);

  for (gsize i = first; i < (gsize) last; i++)
    {
      const gsize at = i * a->in->channels + a->head * a->size;

      fddm_host_load (a->device, a->in, at + width, a->size, key);
      for (int c = 0; c < a->size; c++)
        a->keys[c * a->padded_n + i] = key[c];
      fddm_host_load (a->device, a->in, at + 2 * width, a->size, a->values + i * a->padded_size);
    }
}

gboolean
fddm_host_attention (FddmDevice *device, const FddmTensor *in, int heads, FddmTensor *out, GError **error)
{
  const int   size = out->channels / heads, padded_size = (size + COLUMNS - 1) / COLUMNS * COLUMNS;
  const gsize n = (gsize) in->height * in->width, padded_n = (n + COLUMNS - 1) / COLUMNS * COLUMNS;
  const gsize floats = size * padded_n + n * padded_size;
  Attention   a      = {
           .device = device, .in = in, .out = out, .size = size, .padded_size = padded_size, .n = n, .padded_n = padded_n
  };

  a.keys = fddm_memory_new (floats * sizeof (float));
  if (a.keys == NULL)
    {
      g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY, _ ("no memory for attention"));
      return FALSE;
    }
  memset (a.keys, 0, floats * sizeof (float));
  a.values = a.keys + size * padded_n;
  for (a.head = 0; a.head < heads; a.head++)
    {
      device->rows (device, load_positions, &a, (int) n);
      device->rows (device, attention_groups, &a, (int) ((n + QUERIES - 1) / QUERIES));
    }
  fddm_memory_free (a.keys);
  return TRUE;
}
