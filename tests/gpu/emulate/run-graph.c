/* run-graph.c: computes what a graph says, on the CPU.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "kernels/fddm-math.h"
#include "tests/gpu/emulate/cudnn.h"

/* A tensor's values while the graph runs: in the variant pack's memory, or in our own for virtual ones. */
typedef struct {
  const gint64   *sizes, *strides;
  cudnnDataType_t type;
  void           *data;
} View;

static void *
data_of (const EmulatedRun *run, GHashTable *virtuals, const EmulatedDescriptor *tensor)
{
  const gint64 uid = *(const gint64 *) emulate_attribute (tensor, CUDNN_ATTR_TENSOR_UNIQUE_ID, NULL), *sizes;
  void        *own;

  if (*(const _Bool *) emulate_attribute (tensor, CUDNN_ATTR_TENSOR_IS_VIRTUAL, NULL))
    {
      own = g_hash_table_lookup (virtuals, tensor);
      if (own == NULL)
        {
          sizes = emulate_attribute (tensor, CUDNN_ATTR_TENSOR_DIMENSIONS, NULL);
          own   = g_new (float, sizes[0] * sizes[1] * sizes[2] * sizes[3]);
          g_hash_table_insert (virtuals, (gpointer) tensor, own);
        }
      return own;
    }
  for (gint64 i = 0; i < run->n; i++)
    if (run->uids[i] == uid)
      return run->pointers[i];
  g_error ("no data for the tensor “%c”", (char) uid);
}

static View
view_of (const EmulatedRun *run, GHashTable *virtuals, const EmulatedDescriptor *tensor)
{
  return (View) { .sizes   = emulate_attribute (tensor, CUDNN_ATTR_TENSOR_DIMENSIONS, NULL),
                  .strides = emulate_attribute (tensor, CUDNN_ATTR_TENSOR_STRIDES, NULL),
                  .type    = *(const cudnnDataType_t *) emulate_attribute (tensor, CUDNN_ATTR_TENSOR_DATA_TYPE, NULL),
                  .data    = data_of (run, virtuals, tensor) };
}

static gint64
place (const View *v, gint64 n, gint64 c, gint64 y, gint64 x)
{
  return n * v->strides[0] + c * v->strides[1] + y * v->strides[2] + x * v->strides[3];
}

static float
load (const View *v, gint64 at)
{
  switch (v->type)
    {
    case CUDNN_DATA_HALF: return (float) ((const _Float16 *) v->data)[at];
    case CUDNN_DATA_BFLOAT16: return fddm_float_from_bf16 (((const guint16 *) v->data)[at]);
    default: return ((const float *) v->data)[at];
    }
}

static void
store (const View *v, gint64 at, float value)
{
  switch (v->type)
    {
    case CUDNN_DATA_HALF: ((_Float16 *) v->data)[at] = (_Float16) value; break;
    case CUDNN_DATA_BFLOAT16: ((guint16 *) v->data)[at] = fddm_bf16_from_float (value); break;
    default: ((float *) v->data)[at] = value;
    }
}

/* The values of V in the order (n, y, x, c), as floats. */
static float *
all_floats (const View *v)
{
  const gint64 *sizes  = v->sizes;
  float        *values = g_new (float, sizes[0] * sizes[1] * sizes[2] * sizes[3]), *at = values;

  for (gint64 n = 0; n < sizes[0]; n++)
    for (gint64 y = 0; y < sizes[2]; y++)
      for (gint64 x = 0; x < sizes[3]; x++)
        for (gint64 c = 0; c < sizes[1]; c++)
          *at++ = load (v, place (v, n, c, y, x));
  return values;
}

/* Weights in the order (row, column, input, output): a loop over outputs then is one over neighbours in memory. */
static float *
turned_weights (const View *w)
{
  const gint64 side = w->sizes[2], channels = w->sizes[1], outputs = w->sizes[0];
  float       *turned = g_new (float, side * side * channels * outputs), *at = turned;

  for (gint64 r = 0; r < side; r++)
    for (gint64 s = 0; s < side; s++)
      for (gint64 c = 0; c < channels; c++)
        for (gint64 k = 0; k < outputs; k++)
          *at++ = load (w, place (w, k, c, r, s));
  return turned;
}

/* Adds to SUMS[k], k < OUTPUTS, what the CHANNELS numbers of one pixel at A give; four at a time, since most of the time goes
 * into reading and writing the sums. */
static void
add_pixel (const float *restrict a, const float *restrict weights, gint64 channels, gint64 outputs, float *restrict sums)
{
  gint64 c = 0;

  for (; c + 4 <= channels; c += 4)
    {
      const float *w0 = weights + c * outputs, *w1 = w0 + outputs, *w2 = w1 + outputs, *w3 = w2 + outputs;

#pragma omp simd
      for (gint64 k = 0; k < outputs; k++)
        sums[k] += a[c] * w0[k] + a[c + 1] * w1[k] + a[c + 2] * w2[k] + a[c + 3] * w3[k];
    }
  for (; c < channels; c++)
    for (gint64 k = 0; k < outputs; k++)
      sums[k] += a[c] * weights[c * outputs + k];
}

static void
convolve (const EmulatedDescriptor *operation, gboolean wrong, const View *x, const View *w, const View *y)
{
  const EmulatedDescriptor *convolution = emulate_child (operation, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC);
  const gint64             *pad         = emulate_attribute (convolution, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, NULL);
  const gint64              channels = x->sizes[1], height = x->sizes[2], width = x->sizes[3], side = w->sizes[2];
  const gint64              outputs = y->sizes[1];
  g_autofree float         *in = all_floats (x), *weights = turned_weights (w), *sums = g_new (float, outputs);

  for (gint64 row = 0; row < y->sizes[2]; row++)
    for (gint64 column = 0; column < y->sizes[3]; column++)
      {
        for (gint64 k = 0; k < outputs; k++)
          sums[k] = wrong ? 1.0f : 0.0f;
        for (gint64 r = 0; r < side; r++)
          for (gint64 s = 0; s < side; s++)
            {
              const gint64 i = row + r - pad[0], j = column + s - pad[1];

              if (i >= 0 && i < height && j >= 0 && j < width)
                add_pixel (in + (i * width + j) * channels, weights + (r * side + s) * channels * outputs, channels, outputs,
                           sums);
            }
        for (gint64 k = 0; k < outputs; k++)
          store (y, place (y, 0, k, row, column), sums[k]);
      }
}

static void
pointwise (cudnnPointwiseMode_t mode, const View *x, const View *b, const View *y)
{
  for (gint64 c = 0; c < y->sizes[1]; c++)
    for (gint64 i = 0; i < y->sizes[2]; i++)
      for (gint64 j = 0; j < y->sizes[3]; j++)
        {
          float value = load (x, place (x, 0, c, i, j));

          if (mode == CUDNN_POINTWISE_ADD)
            value += load (b, place (b, 0, c, b->sizes[2] == 1 ? 0 : i, b->sizes[3] == 1 ? 0 : j));
          else if (mode == CUDNN_POINTWISE_RELU_FWD)
            value = MAX (value, 0.0f);
          else if (mode == CUDNN_POINTWISE_SWISH_FWD)
            value = value / (1.0f + expf (-value));
          else
            g_error ("pointwise mode %d", mode);
          store (y, place (y, 0, c, i, j), value);
        }
}

/* Softmax attention, plainly: (batch, head, position, channel). */
static void
attend (const View *q, const View *k, const View *v, const View *out, float scale)
{
  const gint64      positions = q->sizes[2], size = q->sizes[3];
  g_autofree float *scores = g_new (float, positions);

  for (gint64 head = 0; head < q->sizes[1]; head++)
    for (gint64 i = 0; i < positions; i++)
      {
        float most = -INFINITY, total = 0.0f;

        for (gint64 j = 0; j < positions; j++)
          {
            scores[j] = 0.0f;
            for (gint64 c = 0; c < size; c++)
              scores[j] += load (q, place (q, 0, head, i, c)) * load (k, place (k, 0, head, j, c));
            scores[j] *= scale;
            most = MAX (most, scores[j]);
          }
        for (gint64 j = 0; j < positions; j++)
          total += scores[j] = expf (scores[j] - most);
        for (gint64 c = 0; c < size; c++)
          {
            float sum = 0.0f;

            for (gint64 j = 0; j < positions; j++)
              sum += scores[j] * load (v, place (v, 0, head, j, c));
            store (out, place (out, 0, head, i, c), sum / total);
          }
      }
}

static void
run_attention (const EmulatedDescriptor *operation, const EmulatedRun *run, GHashTable *virtuals)
{
  View q = view_of (run, virtuals, emulate_child (operation, CUDNN_ATTR_OPERATION_SDPA_FWD_QDESC));
  View k = view_of (run, virtuals, emulate_child (operation, CUDNN_ATTR_OPERATION_SDPA_FWD_KDESC));
  View v = view_of (run, virtuals, emulate_child (operation, CUDNN_ATTR_OPERATION_SDPA_FWD_VDESC));
  View o = view_of (run, virtuals, emulate_child (operation, CUDNN_ATTR_OPERATION_SDPA_FWD_ODESC));

  attend (&q, &k, &v, &o, run->scale);
}

/* Sets what the last of N OPERATIONS writes to 0. */
static void
clear_output (EmulatedDescriptor *const *operations, gint64 n, const EmulatedRun *run, GHashTable *virtuals)
{
  const View y = view_of (run, virtuals,
                          emulate_child (operations[n - 1], n == 1 ? CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y
                                                                   : CUDNN_ATTR_OPERATION_POINTWISE_YDESC));

  for (gint64 i = 0; i < y.sizes[1] * y.sizes[2] * y.sizes[3]; i++)
    store (&y, i, 0.0f);
}

static void
run_operation (const EmulatedDescriptor *operation, const EmulatedRun *run, GHashTable *virtuals)
{
  const gboolean            conv   = operation->type == CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR;
  const EmulatedDescriptor *second = emulate_child (operation, conv ? CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W
                                                                    : CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
  View                      x      = view_of (
    run, virtuals,
    emulate_child (operation, conv ? CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X : CUDNN_ATTR_OPERATION_POINTWISE_XDESC));
  View y = view_of (
    run, virtuals,
    emulate_child (operation, conv ? CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y : CUDNN_ATTR_OPERATION_POINTWISE_YDESC));
  View b = second != NULL ? view_of (run, virtuals, second) : (View) { 0 };

  if (conv)
    convolve (operation, run->wrong, &x, &b, &y);
  else
    pointwise (*(const cudnnPointwiseMode_t *) emulate_attribute (
                 emulate_child (operation, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR), CUDNN_ATTR_POINTWISE_MODE, NULL),
               &x, &b, &y);
}

void
emulate_run_graph (void *data)
{
  const EmulatedRun         *run        = data;
  g_autoptr (GHashTable)     virtuals   = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  gint64                     n          = 0;
  EmulatedDescriptor *const *operations = emulate_attribute (run->graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, &n);

  /* Ours to write to, all of it, before and after. */
  if (run->workspace_bytes > 0)
    memset (run->workspace, 0xFF, run->workspace_bytes);
  if (run->clears)
    clear_output (operations, n, run, virtuals);
  for (gint64 i = 0; i < n; i++)
    if (operations[i]->type == CUDNN_BACKEND_OPERATION_SDPA_FWD_DESCRIPTOR)
      run_attention (operations[i], run, virtuals);
    else
      run_operation (operations[i], run, virtuals);
  if (run->workspace_bytes > 0)
    memset (run->workspace, 0xFF, run->workspace_bytes);
}

void
emulate_free_run (void *data)
{
  EmulatedRun *run = data;

  g_free (run->uids);
  g_free (run->pointers);
  g_free (run);
}
