/* weights.c: a weights file in memory, and what is known of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/weights/weights.h"

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
  return (const char *const *) weights->classes;
}

double
fddm_weights_operations (const FddmWeights *weights)
{
  double sum = 0;

  for (int i = 0; i < weights->n_layers; i++)
    {
      const FddmLayer *layer = &weights->layers[i];

      if (layer->op == FDDM_OP_CONV)
        sum += (double) layer->kernel * layer->kernel * layer->channels *
               fddm_weights_value_channels (weights, layer->in[0]);
    }
  return sum / (weights->patch * weights->patch);
}

int
fddm_weights_reach (const FddmWeights *weights)
{
  g_autofree int *reach = g_new0 (int, weights->n_layers + 1); /* of each value */

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
