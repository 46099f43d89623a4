/* json.c: JSON of files that are not trusted.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "engine/weights/json.h"
#include "tests/fuzz/support.h"

#define DEPTH   8
#define NUMBERS 64

static void look (JsonNode *node, int depth);

static void
look_at_member (G_GNUC_UNUSED JsonObject *object, const char *name, JsonNode *node, gpointer depth)
{
  g_assert_true (g_utf8_validate (name, -1, NULL));
  look (node, GPOINTER_TO_INT (depth) + 1);
}

static void
look_at_element (G_GNUC_UNUSED JsonArray *array, G_GNUC_UNUSED guint i, JsonNode *node, gpointer depth)
{
  look (node, GPOINTER_TO_INT (depth) + 1);
}

/* All that the engine asks of a node. */
static void
look (JsonNode *node, int depth)
{
  guint              n       = 0;
  g_autofree double *numbers = fddm_json_numbers (node, NUMBERS, &n);
  const char        *text    = fddm_json_string (node);
  const gint64       integer = fddm_json_integer (node, 0, 8192);

  for (guint i = 0; numbers && i < n; i++)
    g_assert_true (isfinite (numbers[i]));
  g_assert_true (!numbers || n <= NUMBERS);
  g_assert_true (!text || g_utf8_validate (text, -1, NULL));
  g_assert_true (integer >= -1 && integer <= 8192);
  g_assert_cmpint (depth, <=, DEPTH);
  if (JSON_NODE_HOLDS_OBJECT (node))
    json_object_foreach_member (json_node_get_object (node), look_at_member, GINT_TO_POINTER (depth));
  if (JSON_NODE_HOLDS_ARRAY (node))
    json_array_foreach_element (json_node_get_array (node), look_at_element, GINT_TO_POINTER (depth));
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (JsonNode) root  = fddm_json_parse ((const char *) bytes, size, DEPTH, &error);

  g_assert_true ((root == NULL) == (error != NULL));
  if (root)
    look (root, 0);
  return 0;
}
