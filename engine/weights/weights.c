/* weights.c: a weights file in memory, and what is known of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/weights/weights.h"

/* Work of attention for each head and pair of positions, beside its channels: the weight of the pair, and padding. */
#define ATTENTION_LEAST 32

/* How a CPU keeps the weights of convolutions: channels in blocks; nine numbers transformed to 36 at most. */
#define BLOCK    16
#define WINOGRAD 36

FddmWeights *
fddm_weights_ref (FddmWeights *weights)
{
  g_atomic_ref_count_inc (&weights->refs);
  return weights;
}

void
fddm_weights_unref (FddmWeights *weights)
{
  if (weights == NULL || !g_atomic_ref_count_dec (&weights->refs))
    return;
  fddm_weights_unref (weights->white);
  g_free (weights->path);
  g_free (weights->name);
  g_free (weights->layers);
  g_strfreev (weights->classes);
  g_free (weights->variants);
  for (int i = 0; i < weights->n_kept; i++)
    g_free (weights->kept[i].name);
  g_free (weights->kept);
  g_strfreev (weights->subjects);
  g_free (weights->difficulty_log_s);
  g_free (weights->difficulty_error);
  g_clear_pointer (&weights->metadata, g_hash_table_unref);
  g_clear_pointer (&weights->floats, g_ptr_array_unref);
  g_free (weights);
}

const char *
fddm_weights_path (const FddmWeights *weights)
{
  return weights->path;
}

const char *
fddm_weights_metadata (const FddmWeights *weights, const char *key)
{
  return g_hash_table_lookup (weights->metadata, key);
}

int
fddm_weights_channels (const FddmWeights *weights)
{
  return weights->channels;
}

int
fddm_weights_value_channels (const FddmWeights *weights, int value)
{
  return value == 0 ? weights->inputs : weights->layers[value - 1].channels;
}

const char *const *
fddm_weights_subjects (const FddmWeights *weights)
{
  return (const char *const *) weights->subjects;
}

/* Multiply-adds of LAYER, a convolution, for one patch. */
static double
convolution (const FddmWeights *weights, const FddmLayer *layer)
{
  return (double) layer->kernel * layer->kernel * layer->channels * fddm_weights_value_channels (weights, layer->in[0]);
}

double
fddm_weights_operations (const FddmWeights *weights)
{
  double sum = 0;

  for (int i = 0; i < weights->n_layers; i++)
    if (weights->layers[i].op == FDDM_OP_CONV)
      sum += convolution (weights, &weights->layers[i]);
  return sum / (weights->patch * weights->patch);
}

double
fddm_weights_work (const FddmWeights *weights, int rows, int columns)
{
  const double n   = (double) rows * columns;
  double       sum = 0;

  for (int i = 0; i < weights->n_layers; i++)
    {
      const FddmLayer *layer = &weights->layers[i];

      if (layer->op == FDDM_OP_CONV)
        sum += n * convolution (weights, layer);
      else if (layer->op == FDDM_OP_ATTENTION)
        sum += 2.0 * n * n * (layer->channels + layer->heads * ATTENTION_LEAST);
    }
  return sum;
}

/* Channels of memory for N. */
static gsize
padded (int n)
{
  return ((gsize) n + BLOCK - 1) / BLOCK * BLOCK;
}

static gsize
kept_bytes (const FddmWeights *weights)
{
  const FddmKept *last = weights->n_kept > 0 ? &weights->kept[weights->n_kept - 1] : NULL;

  return last == NULL ? 0
                      : (gsize) (last->first + last->count) * weights->kept_width * weights->kept_height * weights->channels;
}

gsize
fddm_weights_bytes (const FddmWeights *weights, gsize *prepared)
{
  g_autoptr (GHashTable) seen   = g_hash_table_new (NULL, NULL);
  gsize                  floats = 0, copies = 0;

  for (int i = 0; i < weights->n_layers; i++)
    {
      const FddmLayer *layer = &weights->layers[i];
      const int        in    = fddm_weights_value_channels (weights, layer->in[0]);
      const gsize      area  = (gsize) layer->kernel * layer->kernel;

      if (layer->op != FDDM_OP_CONV || !g_hash_table_add (seen, (gpointer) layer->weight))
        continue;
      floats += area * in * layer->channels;
      copies += (layer->kernel == 3 ? WINOGRAD : 1) * padded (in) * padded (layer->channels);
    }
  *prepared = copies * sizeof (float);
  return floats * sizeof (float) + kept_bytes (weights);
}

int
fddm_weights_reach (const FddmWeights *weights)
{
  int reach[FDDM_WEIGHTS_LAYERS_MAX + 1] = { 0 }; /* of each value */

  for (int i = 0; i < weights->n_layers; i++)
    {
      const FddmLayer *layer   = &weights->layers[i];
      int              longest = 0;

      for (int j = 0; j < layer->n_in; j++)
        longest = MAX (longest, reach[layer->in[j]]);
      longest += layer->kernel == 3;
      reach[i + 1] = layer->residual < 0 ? longest : MAX (longest, reach[layer->residual]);
    }
  return reach[weights->n_layers];
}
