/* ranges.c: the ranges of convolutions' inputs in a weights file.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <string.h>
#include "engine/weights/json.h"
#include "engine/weights/private.h"

/* Ranges that convolutions in 8 bits can be trusted with. */
#define RANGE_LEAST 1e-6
#define RANGE_MOST  1e6

/* Products of 255 and 127 whose sum is sure to fit into 32 bits. */
#define PRODUCTS_MOST (G_MAXINT32 / (255 * 127))

/* Whether LAYER's input is what a layer with ReLU wrote. */
static gboolean
is_positive (const FddmWeights *weights, const FddmLayer *layer)
{
  return layer->in[0] > 0 && weights->layers[layer->in[0] - 1].activation == FDDM_ACTIVATION_RELU;
}

/* Sets the ranges of LAYER to the numbers of NODE, unless its sums could overflow. */
static gboolean
take (FddmWeights *weights, FddmLayer *layer, JsonNode *node, GError **error)
{
  guint              n       = 0;
  g_autofree double *numbers = layer->op == FDDM_OP_CONV ? fddm_json_numbers (node, FDDM_WEIGHTS_CHANNELS_MAX, &n) : NULL;
  float             *ranges  = NULL;

  if (numbers == NULL || n != (guint) fddm_weights_value_channels (weights, layer->in[0]))
    return fddm_weights_fail (error, _ ("metadata “%s” is out of range"), "ranges");
  ranges = g_try_new (float, n);
  if (ranges == NULL)
    return fddm_weights_no_memory (error);
  g_ptr_array_add (weights->floats, ranges);
  for (guint i = 0; i < n; i++)
    {
      if (!(numbers[i] >= RANGE_LEAST && numbers[i] <= RANGE_MOST))
        return fddm_weights_fail (error, _ ("metadata “%s” is out of range"), "ranges");
      ranges[i] = (float) numbers[i];
    }
  if ((int) n * layer->kernel * layer->kernel <= PRODUCTS_MOST)
    layer->ranges = ranges;
  layer->positive = is_positive (weights, layer);
  return TRUE;
}

/* The value of KEY in FILE, which is there. NULL with an error if it is not JSON. */
static JsonNode *
parse (FddmSafetensors *file, const char *key, GError **error)
{
  const char *text = g_hash_table_lookup (file->metadata, key);
  JsonNode   *root = fddm_json_parse (text, strlen (text), 2, error);

  if (root == NULL)
    g_prefix_error (error, _ ("metadata “%s”: "), key);
  return root;
}

/* Sets the noise levels from which the ranges serve, if FILE has any. */
static gboolean
read_levels (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  static const char    key[]   = "ranges_from";
  g_autoptr (JsonNode) root    = NULL;
  g_autofree double   *numbers = NULL;
  guint                n       = 0;

  if (!g_hash_table_contains (file->metadata, key))
    return TRUE;
  root = parse (file, key, error);
  if (root == NULL)
    return FALSE;
  numbers = fddm_json_numbers (root, FDDM_WEIGHTS_LAYERS_MAX, &n);
  if (numbers == NULL || n != (guint) weights->n_layers)
    return fddm_weights_fail (error, _ ("metadata “%s” is out of range"), key);
  for (guint i = 0; i < n; i++)
    {
      if (!(numbers[i] >= 0.0 && numbers[i] <= RANGE_MOST))
        return fddm_weights_fail (error, _ ("metadata “%s” is out of range"), key);
      weights->layers[i].ranges_from = (float) numbers[i];
    }
  return TRUE;
}

gboolean
fddm_weights_read_ranges (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  JsonArray           *array;

  if (!g_hash_table_contains (file->metadata, "ranges"))
    return TRUE;
  root = parse (file, "ranges", error);
  if (root == NULL)
    return FALSE;
  array = JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;
  if (array == NULL || json_array_get_length (array) != (guint) weights->n_layers)
    return fddm_weights_fail (error, _ ("metadata “%s” is out of range"), "ranges");
  for (int i = 0; i < weights->n_layers; i++)
    {
      JsonNode *node = json_array_get_element (array, (guint) i);

      if (!JSON_NODE_HOLDS_NULL (node) && !take (weights, &weights->layers[i], node, error))
        return FALSE;
    }
  return read_levels (weights, file, error);
}

float
fddm_weights_ranges_from (const FddmWeights *weights)
{
  float most = 0.0f;

  for (int i = 0; i < weights->n_layers; i++)
    if (weights->layers[i].ranges != NULL)
      most = MAX (most, weights->layers[i].ranges_from);
  return most;
}

const float *
fddm_weights_ranges (const FddmWeights *weights, int i, gboolean faint)
{
  const FddmLayer *layer = &weights->layers[i];

  return faint && layer->ranges_from > 0.0f ? NULL : layer->ranges;
}

/* Whether another layer than I has its weights. */
static gboolean
shares_weights (const FddmWeights *weights, int i)
{
  for (int j = 0; j < weights->n_layers; j++)
    if (j != i && weights->layers[j].weight == weights->layers[i].weight)
      return TRUE;
  return FALSE;
}

int
fddm_weights_only_reader (const FddmWeights *weights, int i, gboolean faint)
{
  const FddmLayer *layer = &weights->layers[i];
  int              found = -1;

  if (fddm_weights_ranges (weights, i, faint) == NULL || layer->activation != FDDM_ACTIVATION_RELU || layer->residual >= 0 ||
      i + 1 == weights->n_layers || shares_weights (weights, i))
    return -1;
  for (int j = i + 1; j < weights->n_layers; j++)
    {
      const FddmLayer *reader = &weights->layers[j];

      if (reader->residual == i + 1)
        return -1;
      for (int k = 0; k < reader->n_in; k++)
        if (reader->in[k] == i + 1)
          {
            if (found >= 0 || fddm_weights_ranges (weights, j, faint) == NULL || shares_weights (weights, j))
              return -1;
            found = j;
          }
    }
  return found;
}
