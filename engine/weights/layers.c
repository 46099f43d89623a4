/* layers.c: from the list of layers in a weights file to numbered values and pointers to tensors.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/weights/json.h"
#include "engine/weights/private.h"

typedef struct {
  FddmWeights     *weights;
  FddmSafetensors *file;
  GHashTable      *values; /* name -> the number of the value that it stands for now */
  int              index;  /* of the layer being read */
  JsonObject      *object; /* its keys */
} Reader;

typedef struct {
  const char *name;
  FddmOp      op;
  int         kernel;
  gboolean    generate_only;
  const char *keys[7]; /* besides op, in and out; NULL-terminated */
  gboolean (*read) (Reader *reader, FddmLayer *layer, GError **error);
} OpReader;

/* ---- Keys ---- */

static gboolean
has (const Reader *reader, const char *key)
{
  return json_object_has_member (reader->object, key);
}

static const char *
text (const Reader *reader, const char *key, GError **error)
{
  const char *value = fddm_json_string (json_object_get_member (reader->object, key));

  if (value == NULL || !*value)
    return fddm_weights_fail (error, _ ("layer %d: “%s” is missing or not a string"), reader->index, key), NULL;
  return value;
}

/* A whole number that divides WHOLE. */
static gboolean
divisor (const Reader *reader, const char *key, int whole, int *result, GError **error)
{
  *result = (int) fddm_json_integer (json_object_get_member (reader->object, key), 1, FDDM_WEIGHTS_CHANNELS_MAX);
  if (*result < 1 || whole % *result != 0)
    return fddm_weights_fail (error, _ ("layer %d: “%s” must be a divisor of %d"), reader->index, key, whole);
  return TRUE;
}

static gboolean
value (const Reader *reader, const char *name, int *number, GError **error)
{
  gpointer found;

  if (!g_hash_table_lookup_extended (reader->values, name, NULL, &found))
    return fddm_weights_fail (error, _ ("layer %d reads “%s”, which no earlier layer writes"), reader->index, name);
  *number = GPOINTER_TO_INT (found);
  return TRUE;
}

static int
channels_of (const Reader *reader, int number)
{
  return fddm_weights_value_channels (reader->weights, number);
}

static gboolean
input (const Reader *reader, FddmLayer *layer, GError **error)
{
  const char *name = text (reader, "in", error);

  layer->n_in = 1;
  return name != NULL && value (reader, name, &layer->in[0], error);
}

static gboolean
activation (const Reader *reader, FddmLayer *layer, GError **error)
{
  static const char *const names[] = { "none", "relu", "silu" }; /* in FddmActivation's order */
  const char              *name;

  if (!has (reader, "activation"))
    return TRUE;
  name = text (reader, "activation", error);
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (names); i++)
    if (strcmp (name, names[i]) == 0)
      {
        layer->activation = (FddmActivation) i;
        return TRUE;
      }
  return name != NULL && fddm_weights_fail (error, _ ("layer %d: unknown activation “%s”"), reader->index, name);
}

static gboolean
tensor (const Reader *reader, const char *part, int n, gint64 *shape, const float **values, GError **error)
{
  const char      *stem = text (reader, "weights", error);
  g_autofree char *name = stem != NULL ? g_strconcat (stem, part, NULL) : NULL;

  if (name == NULL)
    return FALSE;
  *values = fddm_safetensors_take (reader->file, name, n, shape, error);
  if (*values == NULL)
    g_prefix_error (error, _ ("layer %d: "), reader->index);
  return *values != NULL;
}

/* ---- Operations ---- */

static gboolean
read_conv (Reader *reader, FddmLayer *layer, GError **error)
{
  gint64 shape[4] = { -1, -1, layer->kernel, layer->kernel };

  if (!input (reader, layer, error) || !activation (reader, layer, error))
    return FALSE;
  shape[1] = channels_of (reader, layer->in[0]);
  if (!tensor (reader, ".weight", 4, shape, &layer->weight, error) ||
      !tensor (reader, ".bias", 1, shape, &layer->bias, error))
    return FALSE;
  if (shape[0] > FDDM_WEIGHTS_CHANNELS_MAX)
    return fddm_weights_fail (error, _ ("layer %d has more than %d channels"), reader->index, FDDM_WEIGHTS_CHANNELS_MAX);
  layer->channels = (int) shape[0];

  if (has (reader, "residual"))
    {
      const char *name = text (reader, "residual", error);

      if (name == NULL || !value (reader, name, &layer->residual, error))
        return FALSE;
      if (channels_of (reader, layer->residual) != layer->channels)
        return fddm_weights_fail (error, _ ("layer %d adds %d channels of “%s” to its %d"), reader->index,
                                  channels_of (reader, layer->residual), name, layer->channels);
    }
  return TRUE;
}

static gboolean
read_group_norm (Reader *reader, FddmLayer *layer, GError **error)
{
  gint64 shape[1];

  if (!input (reader, layer, error) || !activation (reader, layer, error))
    return FALSE;
  shape[0] = layer->channels = channels_of (reader, layer->in[0]);
  return divisor (reader, "groups", layer->channels, &layer->groups, error) &&
         tensor (reader, ".weight", 1, shape, &layer->weight, error) &&
         tensor (reader, ".bias", 1, shape, &layer->bias, error);
}

static gboolean
read_attention (Reader *reader, FddmLayer *layer, GError **error)
{
  int channels;

  if (!input (reader, layer, error))
    return FALSE;
  channels = channels_of (reader, layer->in[0]);
  if (channels % 3 != 0)
    return fddm_weights_fail (error, _ ("layer %d: attention needs a multiple of 3 channels, not %d"), reader->index,
                              channels);
  layer->channels = channels / 3;
  return divisor (reader, "heads", layer->channels, &layer->heads, error);
}

static gboolean
read_embedding (Reader *reader, FddmLayer *layer, GError **error)
{
  gint64 shape[2] = { 1, 0 };

  if (!input (reader, layer, error))
    return FALSE;
  if (reader->weights->classes != NULL)
    shape[0] += g_strv_length (reader->weights->classes);
  shape[1] = layer->channels = channels_of (reader, layer->in[0]);
  return tensor (reader, ".weight", 2, shape, &layer->weight, error);
}

static gboolean
read_concat (Reader *reader, FddmLayer *layer, GError **error)
{
  JsonNode  *node  = json_object_get_member (reader->object, "in");
  JsonArray *names = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint      n     = names != NULL ? json_array_get_length (names) : 0;

  if (n < 1 || n > FDDM_LAYER_INPUTS_MAX)
    return fddm_weights_fail (error, _ ("layer %d: “in” must be an array of 1 to %d names"), reader->index,
                              FDDM_LAYER_INPUTS_MAX);
  layer->n_in = (int) n;
  for (guint i = 0; i < n; i++)
    {
      const char *name = fddm_json_string (json_array_get_element (names, i));

      if (!value (reader, name != NULL ? name : "", &layer->in[i], error))
        return FALSE;
      layer->channels += channels_of (reader, layer->in[i]);
    }
  if (layer->channels > FDDM_WEIGHTS_CHANNELS_MAX)
    return fddm_weights_fail (error, _ ("layer %d has more than %d channels"), reader->index, FDDM_WEIGHTS_CHANNELS_MAX);
  return TRUE;
}

static const OpReader op_readers[] = {
  { "conv3x3", FDDM_OP_CONV, 3, FALSE, { "weights", "activation", "residual" }, read_conv },
  { "conv1x1", FDDM_OP_CONV, 1, FALSE, { "weights", "activation", "residual" }, read_conv },
  { "concat", FDDM_OP_CONCAT, 0, FALSE, { NULL }, read_concat },
  { "group_norm", FDDM_OP_GROUP_NORM, 0, TRUE, { "weights", "groups", "activation" }, read_group_norm },
  { "attention", FDDM_OP_ATTENTION, 0, TRUE, { "heads" }, read_attention },
  { "embedding", FDDM_OP_EMBEDDING, 0, TRUE, { "weights" }, read_embedding },
};

/* ---- Layers ---- */

static gboolean
check_keys (const Reader *reader, const OpReader *op, GError **error)
{
  g_autoptr (GList) keys = json_object_get_members (reader->object);

  for (GList *key = keys; key != NULL; key = key->next)
    if (strcmp (key->data, "op") != 0 && strcmp (key->data, "in") != 0 && strcmp (key->data, "out") != 0 &&
        !g_strv_contains (op->keys, key->data))
      return fddm_weights_fail (error, _ ("layer %d (%s): unknown key “%s”"), reader->index, op->name,
                                (const char *) key->data);
  return TRUE;
}

static gboolean
read_layer (Reader *reader, FddmLayer *layer, GError **error)
{
  const char     *name = text (reader, "op", error);
  const char     *out  = name != NULL ? text (reader, "out", error) : NULL;
  const OpReader *op   = NULL;

  if (out == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (op_readers) && op == NULL; i++)
    if (strcmp (name, op_readers[i].name) == 0)
      op = &op_readers[i];
  if (op == NULL)
    return fddm_weights_fail (error, _ ("layer %d: unknown operation “%s”"), reader->index, name);
  if (op->generate_only && reader->weights->kind != FDDM_KIND_GENERATE)
    return fddm_weights_fail (error, _ ("layer %d: only a generating network can use “%s”"), reader->index, name);

  layer->op       = op->op;
  layer->kernel   = op->kernel;
  layer->residual = -1;
  if (!check_keys (reader, op, error) || !op->read (reader, layer, error))
    return FALSE;
  g_hash_table_insert (reader->values, g_strdup (out), GINT_TO_POINTER (reader->index + 1));
  return TRUE;
}

static gboolean
read_layers (Reader *reader, JsonNode *root, GError **error)
{
  FddmWeights *weights = reader->weights;
  JsonArray   *array   = JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;
  guint        n       = array != NULL ? json_array_get_length (array) : 0;

  if (n < 1 || n > FDDM_WEIGHTS_LAYERS_MAX)
    return fddm_weights_fail (error, _ ("“layers” must be an array of 1 to %d layers"), FDDM_WEIGHTS_LAYERS_MAX);
  weights->layers = g_try_new0 (FddmLayer, n);
  if (weights->layers == NULL)
    return fddm_weights_no_memory (error);
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      reader->index = (int) i;
      if (!JSON_NODE_HOLDS_OBJECT (node))
        return fddm_weights_fail (error, _ ("layer %d is not an object"), reader->index);
      reader->object = json_node_get_object (node);
      if (!read_layer (reader, &weights->layers[i], error))
        return FALSE;
      weights->n_layers = (int) i + 1;
    }
  if (weights->layers[n - 1].channels != weights->outputs)
    return fddm_weights_fail (error, _ ("the last layer has %d channels instead of %d"), weights->layers[n - 1].channels,
                              weights->outputs);
  return TRUE;
}

gboolean
fddm_weights_read_layers (FddmWeights *weights, FddmSafetensors *file, const char *json, GError **error)
{
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (JsonNode)   root   = fddm_json_parse (json, strlen (json), 4, error);
  Reader                 reader = { .weights = weights, .file = file, .values = values };

  if (root == NULL)
    {
      g_prefix_error (error, "%s", _ ("metadata “layers”: "));
      return FALSE;
    }
  g_hash_table_insert (values, g_strdup ("input"), GINT_TO_POINTER (0));
  return read_layers (&reader, root, error);
}
