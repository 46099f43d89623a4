/* kept.c: subjects that start from pictures in the weights file.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <string.h>
#include "engine/weights/json.h"
#include "engine/weights/private.h"

#define SUBJECTS_MAX 256
#define PICTURES_MAX 64  /* of a subject                                                  */
#define SIDE_MOST    512 /* of a picture, in pixels; the least is FDDM_EXAMPLE_SIDE_MIN   */

static gboolean
is_class (const FddmWeights *weights, const char *name)
{
  return weights->classes != NULL && g_strv_contains ((const char *const *) weights->classes, name);
}

/* Whether a class, or one of the kept subjects so far, has NAME. */
static gboolean
is_taken (const FddmWeights *weights, const char *name)
{
  for (int i = 0; i < weights->n_kept; i++)
    if (strcmp (weights->kept[i].name, name) == 0)
      return TRUE;
  return is_class (weights, name);
}

/* Appends the subject that NODE describes, an object of name, count and closeness. */
static gboolean
read_subject (FddmWeights *weights, JsonNode *node, GError **error)
{
  JsonObject     *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  FddmKept       *kept   = &weights->kept[weights->n_kept];
  const FddmKept *last   = weights->n_kept > 0 ? kept - 1 : NULL;
  const char     *name   = object != NULL ? fddm_json_string (json_object_get_member (object, "name")) : NULL;
  const gint64 count = object != NULL ? fddm_json_integer (json_object_get_member (object, "count"), 1, PICTURES_MAX) : -1;
  const gint64 closeness = object != NULL
                             ? fddm_json_integer (json_object_get_member (object, "closeness"), 0, FDDM_CLOSENESS_MAX)
                             : -1;
  g_autofree char *shown = NULL;

  if (name == NULL || !*name || strlen (name) > 200 || count < 0 || closeness < 0 || json_object_get_size (object) != 3)
    return fddm_weights_fail (error, _ ("metadata “%s”: entry %d is not a subject with its pictures"), "examples",
                              weights->n_kept);
  shown = fddm_weights_fit_to_show (name);
  if (is_taken (weights, shown))
    return fddm_weights_fail (error, _ ("metadata “%s”: duplicate name “%s”"), "examples", name);
  *kept = (FddmKept) { .name      = g_steal_pointer (&shown),
                       .first     = last != NULL ? last->first + last->count : 0,
                       .count     = (int) count,
                       .closeness = (double) closeness };
  weights->n_kept++;
  return TRUE;
}

static gboolean
read_subjects (FddmWeights *weights, const char *text, GError **error)
{
  g_autoptr (JsonNode) root  = fddm_json_parse (text, strlen (text), 2, error);
  JsonArray           *array = root != NULL && JSON_NODE_HOLDS_ARRAY (root) ? json_node_get_array (root) : NULL;
  const guint          n     = array != NULL ? json_array_get_length (array) : 0;

  if (root == NULL)
    {
      g_prefix_error (error, _ ("metadata “%s”: "), "examples");
      return FALSE;
    }
  if (n < 1 || n > SUBJECTS_MAX)
    return fddm_weights_fail (error, _ ("metadata “%s” is out of range"), "examples");
  weights->kept = g_try_new0 (FddmKept, n);
  if (weights->kept == NULL)
    return fddm_weights_no_memory (error);
  for (guint i = 0; i < n; i++)
    if (!read_subject (weights, json_array_get_element (array, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
read_pictures (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  const FddmKept *last     = &weights->kept[weights->n_kept - 1];
  gint64          shape[4] = { last->first + last->count, -1, -1, weights->channels };

  weights->kept_pixels = fddm_safetensors_take_bytes (file, "examples", 4, shape, error);
  if (weights->kept_pixels == NULL)
    return FALSE;
  for (int i = 1; i <= 2; i++)
    if (shape[i] < FDDM_EXAMPLE_SIDE_MIN || shape[i] > SIDE_MOST)
      return fddm_weights_fail (error, _ ("tensor “%s”: pictures must have from %d to %d pixels on each side"), "examples",
                                FDDM_EXAMPLE_SIDE_MIN, SIDE_MOST);
  weights->kept_height = (int) shape[1];
  weights->kept_width  = (int) shape[2];
  return TRUE;
}

/* Lists the classes, then the kept subjects. */
static gboolean
list_subjects (FddmWeights *weights, GError **error)
{
  const guint classes = weights->classes != NULL ? g_strv_length (weights->classes) : 0;

  if (classes + weights->n_kept == 0)
    return TRUE;
  weights->subjects = g_try_new0 (char *, classes + weights->n_kept + 1);
  if (weights->subjects == NULL)
    return fddm_weights_no_memory (error);
  for (guint i = 0; i < classes; i++)
    weights->subjects[i] = g_strdup (weights->classes[i]);
  for (int i = 0; i < weights->n_kept; i++)
    weights->subjects[classes + i] = g_strdup (weights->kept[i].name);
  return TRUE;
}

gboolean
fddm_weights_read_kept (FddmWeights *weights, FddmSafetensors *file, GError **error)
{
  const char *text = g_hash_table_lookup (file->metadata, "examples");

  if (text != NULL && (!read_subjects (weights, text, error) || !read_pictures (weights, file, error)))
    return FALSE;
  return list_subjects (weights, error);
}
