/* safetensors.c: the container of weights files: named tensors and metadata.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Files are untrusted: every number in the header is checked before use. */
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/weights/json.h"
#include "engine/weights/safetensors.h"
#include "engine/error.h"

#define HEADER_MAX     ((guint64) 4 << 20) /* a hundred times what our largest network needs */
#define NAME_MAX_BYTES 256

typedef enum { TYPE_F32, TYPE_F16, TYPE_BF16, TYPE_U8 } Type;

/* Bytes of a value. */
static const gsize type_bytes[] = { 4, 2, 2, 1 };

typedef struct {
  const char *name; /* the hash table's key */
  Type        type;
  int         n;
  gint64      shape[FDDM_TENSOR_DIMENSIONS];
  guint64     begin, end; /* bytes, relative to the data */
  gsize       count;      /* values */
  gpointer    values;     /* floats, or bytes of type U8; NULL until taken */
} Stored;

static inline float
from_bits (guint32 bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* A half number that is finite. Numbers below the normal ones get there by a subtraction between normal floats, so that
 * a processor that flushes denormal floats to zero reads them too. */
static inline float
from_half (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000) << 16;
  guint32 rest = half & 0x7fff;

  if (rest >= 0x0400)
    return from_bits (sign | ((rest << 13) + (112u << 23)));
  return from_bits (sign | 0x3f800000) * (from_bits ((113u << 23) | (rest << 13)) - from_bits (113u << 23));
}

/* FALSE when a value is not finite. Little-endian, at any address. */
static gboolean
to_floats (const guint8 *bytes, Type type, gsize count, float *values)
{
  gboolean odd = FALSE;

  for (gsize i = 0; i < count && type == TYPE_F32; i++)
    {
      guint32 bits;

      memcpy (&bits, bytes + 4 * i, 4);
      bits = GUINT32_FROM_LE (bits);
      odd |= (bits & 0x7f800000) == 0x7f800000;
      values[i] = from_bits (bits);
    }
  for (gsize i = 0; i < count && type != TYPE_F32; i++)
    {
      guint16 bits, exponent = type == TYPE_F16 ? 0x7c00 : 0x7f80;

      memcpy (&bits, bytes + 2 * i, 2);
      bits = GUINT16_FROM_LE (bits);
      odd |= (bits & exponent) == exponent;
      values[i] = type == TYPE_F16 ? from_half (bits) : from_bits ((guint32) bits << 16);
    }
  return !odd;
}

static gboolean
read_type (JsonObject *object, const char *name, Type *type, GError **error)
{
  static const char *const names[] = { "F32", "F16", "BF16", "U8" };
  const char              *text    = fddm_json_string (json_object_get_member (object, "dtype"));

  for (gsize i = 0; text != NULL && i < G_N_ELEMENTS (names); i++)
    if (strcmp (text, names[i]) == 0)
      {
        *type = (Type) i;
        return TRUE;
      }
  return fddm_weights_fail (error, _ ("tensor “%s” is not of type F32, F16, BF16 or U8"), name);
}

/* The two offsets, with begin <= end <= limit. */
static gboolean
read_offsets (JsonObject *object, guint64 limit, Stored *tensor)
{
  JsonNode *node = json_object_get_member (object, "data_offsets");
  gint64    begin, end;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node) || json_array_get_length (json_node_get_array (node)) != 2)
    return FALSE;
  begin         = fddm_json_integer (json_array_get_element (json_node_get_array (node), 0), 0, (gint64) limit);
  end           = fddm_json_integer (json_array_get_element (json_node_get_array (node), 1), 0, (gint64) limit);
  tensor->begin = (guint64) begin;
  tensor->end   = (guint64) end;
  return begin >= 0 && end >= begin;
}

static gboolean
read_shape (JsonObject *object, Stored *tensor)
{
  JsonNode  *node = json_object_get_member (object, "shape");
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  array = json_node_get_array (node);
  if (json_array_get_length (array) < 1 || json_array_get_length (array) > FDDM_TENSOR_DIMENSIONS)
    return FALSE;
  tensor->n     = (int) json_array_get_length (array);
  tensor->count = 1;
  for (int i = 0; i < tensor->n; i++)
    {
      tensor->shape[i] = fddm_json_integer (json_array_get_element (array, (guint) i), 1, G_MAXINT);
      if (tensor->shape[i] < 0 || !g_size_checked_mul (&tensor->count, tensor->count, (gsize) tensor->shape[i]))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_tensor (FddmSafetensors *file, const char *name, JsonNode *node, guint64 limit, GError **error)
{
  g_autofree Stored *tensor = g_new0 (Stored, 1);
  g_autofree char   *key    = g_strdup (name);
  JsonObject        *object;
  gsize              bytes;

  if (!*name || strlen (name) > NAME_MAX_BYTES)
    return fddm_weights_fail (error, _ ("a tensor's name is empty or too long"));
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fddm_weights_fail (error, _ ("the description of tensor “%s” is not an object"), name);
  object = json_node_get_object (node);
  if (json_object_get_size (object) != 3)
    return fddm_weights_fail (error, _ ("tensor “%s” has keys other than dtype, shape and data_offsets"), name);
  if (!read_type (object, name, &tensor->type, error))
    return FALSE;
  if (!read_shape (object, tensor))
    return fddm_weights_fail (error, _ ("tensor “%s” has an invalid shape"), name);
  if (!read_offsets (object, limit, tensor))
    return fddm_weights_fail (error, _ ("tensor “%s” lies outside the file"), name);
  if (!g_size_checked_mul (&bytes, tensor->count, type_bytes[tensor->type]) || bytes != tensor->end - tensor->begin)
    return fddm_weights_fail (error, _ ("the length of tensor “%s” does not match its shape"), name);

  tensor->name = key;
  g_hash_table_insert (file->tensors, g_steal_pointer (&key), g_steal_pointer (&tensor));
  return TRUE;
}

static int
by_place (gconstpointer a, gconstpointer b)
{
  const Stored *first = *(Stored *const *) a, *second = *(Stored *const *) b;

  return first->begin < second->begin ? -1 : first->begin > second->begin;
}

static gboolean
check_places (FddmSafetensors *file, guint64 limit, GError **error)
{
  g_autoptr (GPtrArray) tensors = g_ptr_array_new ();
  GHashTableIter        iter;
  gpointer              value;
  guint64               place = 0;

  g_hash_table_iter_init (&iter, file->tensors);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (tensors, value);
  g_ptr_array_sort (tensors, by_place);
  for (guint i = 0; i < tensors->len; i++)
    {
      const Stored *tensor = tensors->pdata[i];

      if (tensor->begin < place)
        return fddm_weights_fail (error, _ ("tensor “%s” overlaps another"), tensor->name);
      if (tensor->begin > place)
        return fddm_weights_fail (error, _ ("there is a gap before tensor “%s”"), tensor->name);
      place = tensor->end;
    }
  if (place != limit)
    return fddm_weights_fail (error, _ ("there are bytes after the last tensor"));
  return TRUE;
}

static gboolean
read_metadata (FddmSafetensors *file, JsonNode *node, GError **error)
{
  JsonObjectIter iter;
  const char    *key;
  JsonNode      *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fddm_weights_fail (error, _ ("“%s” is not an object"), "__metadata__");
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &key, &value))
    {
      const char *text = fddm_json_string (value);

      if (text == NULL)
        return fddm_weights_fail (error, _ ("metadata “%s” is not a string"), key);
      g_hash_table_insert (file->metadata, g_strdup (key), g_strdup (text));
    }
  return TRUE;
}

static gboolean
read_header (FddmSafetensors *file, JsonNode *root, guint64 limit, GError **error)
{
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *node;

  if (!JSON_NODE_HOLDS_OBJECT (root))
    return fddm_weights_fail (error, _ ("its header is not an object"));
  json_object_iter_init (&iter, json_node_get_object (root));
  while (json_object_iter_next (&iter, &name, &node))
    if (!(strcmp (name, "__metadata__") == 0 ? read_metadata (file, node, error)
                                             : read_tensor (file, name, node, limit, error)))
      return FALSE;
  return check_places (file, limit, error);
}

FddmSafetensors *
fddm_safetensors_parse (const guint8 *bytes, gsize size, GError **error)
{
  g_autoptr (FddmSafetensors) file = NULL;
  g_autoptr (JsonNode)        root = NULL;
  guint64                     length;

  if (size < 8)
    return fddm_weights_fail (error, _ ("it is too short to be a safetensors file")), NULL;
  memcpy (&length, bytes, 8);
  length = GUINT64_FROM_LE (length);
  if (length < 2 || length > HEADER_MAX || length > size - 8 || bytes[8] != '{')
    return fddm_weights_fail (error, _ ("it is not a safetensors file, or truncated")), NULL;

  root = fddm_json_parse ((const char *) bytes + 8, (gsize) length, 4, error);
  if (root == NULL)
    {
      g_prefix_error (error, "%s", _ ("its header cannot be read: "));
      return NULL;
    }
  file           = g_new0 (FddmSafetensors, 1);
  file->metadata = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  file->tensors  = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  file->floats   = g_ptr_array_new_with_free_func (g_free);
  file->data     = bytes + 8 + length;
  if (!read_header (file, root, size - 8 - length, error))
    return NULL;
  return g_steal_pointer (&file);
}

void
fddm_safetensors_free (FddmSafetensors *file)
{
  if (file == NULL)
    return;
  g_hash_table_unref (file->metadata);
  g_hash_table_unref (file->tensors);
  g_ptr_array_unref (file->floats);
  g_free (file);
}

/* The tensor NAME of N dimensions, as in safetensors.h. */
static Stored *
find (FddmSafetensors *file, const char *name, int n, gint64 *shape, GError **error)
{
  Stored *tensor = g_hash_table_lookup (file->tensors, name);

  if (tensor == NULL)
    return fddm_weights_fail (error, _ ("tensor “%s” is missing"), name), NULL;
  if (tensor->n != n)
    return fddm_weights_fail (error, _ ("tensor “%s” has %d dimensions instead of %d"), name, tensor->n, n), NULL;
  for (int i = 0; i < n; i++)
    if (shape[i] < 0)
      shape[i] = tensor->shape[i];
    else if (shape[i] != tensor->shape[i])
      return fddm_weights_fail (error, _ ("tensor “%s” has size %d in dimension %d instead of %d"), name,
                                (int) tensor->shape[i], i + 1, (int) shape[i]),
             NULL;
  return tensor;
}

/* Makes room for the values of TENSOR, SIZE bytes each. */
static gboolean
make_room (FddmSafetensors *file, Stored *tensor, gsize size, GError **error)
{
  gsize bytes;

  if (g_size_checked_mul (&bytes, tensor->count, size))
    tensor->values = g_try_malloc (bytes);
  if (tensor->values == NULL)
    return fddm_weights_fail (error, _ ("not enough memory for tensor “%s”; close other programs"), tensor->name);
  g_ptr_array_add (file->floats, tensor->values);
  return TRUE;
}

static gboolean
convert (FddmSafetensors *file, Stored *tensor, GError **error)
{
  if (!make_room (file, tensor, sizeof (float), error))
    return FALSE;
  if (!to_floats (file->data + tensor->begin, tensor->type, tensor->count, tensor->values))
    return fddm_weights_fail (error, _ ("tensor “%s” contains a value that is not finite"), tensor->name);
  return TRUE;
}

const float *
fddm_safetensors_take (FddmSafetensors *file, const char *name, int n, gint64 *shape, GError **error)
{
  Stored *tensor = find (file, name, n, shape, error);

  if (tensor == NULL)
    return NULL;
  if (tensor->type == TYPE_U8)
    return fddm_weights_fail (error, _ ("tensor “%s” is not of type F32, F16 or BF16"), name), NULL;
  if (tensor->values == NULL && !convert (file, tensor, error))
    return NULL;
  return tensor->values;
}

const guint8 *
fddm_safetensors_take_bytes (FddmSafetensors *file, const char *name, int n, gint64 *shape, GError **error)
{
  Stored *tensor = find (file, name, n, shape, error);

  if (tensor == NULL)
    return NULL;
  if (tensor->type != TYPE_U8)
    return fddm_weights_fail (error, _ ("tensor “%s” is not of type U8"), name), NULL;
  if (tensor->values == NULL)
    {
      if (!make_room (file, tensor, 1, error))
        return NULL;
      memcpy (tensor->values, file->data + tensor->begin, tensor->count);
    }
  return tensor->values;
}

const char *
fddm_safetensors_unused (const FddmSafetensors *file)
{
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, file->tensors);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((Stored *) value)->values == NULL)
      return ((Stored *) value)->name;
  return NULL;
}
