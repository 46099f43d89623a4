/* json.c: strict JSON from untrusted files, on top of json-glib.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/weights/json.h"
#include "engine/error.h"
#include "kernels/memory.h"

/* json-glib ends the process where memory is short. It takes up to this many times the text, for arrays of short numbers. */
#define EXPANSION    64
#define LENGTH_SMALL 4096

static int
deepest (const char *text, gsize length)
{
  gboolean in_string = FALSE;
  int      depth = 0, most = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (in_string)
        {
          if (text[i] == '\\')
            i++;
          else if (text[i] == '"')
            in_string = FALSE;
        }
      else if (text[i] == '"')
        in_string = TRUE;
      else if (text[i] == '{' || text[i] == '[')
        {
          depth++;
          most = MAX (most, depth);
        }
      else if (text[i] == '}' || text[i] == ']')
        depth--;
    }
  return most;
}

/* Value of the four hexadecimal digits at TEXT, or -1. */
static int
unit_of (const char *text)
{
  int unit = 0;

  for (int i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (text[i]))
        return -1;
      unit = 16 * unit + g_ascii_xdigit_value (text[i]);
    }
  return unit;
}

/* Length of the escape that starts at TEXT, which has LENGTH bytes; 0 if JSON has none such. Half a pair of UTF-16 is none. */
static gsize
escape_length (const char *text, gsize length)
{
  int unit, low;

  if (length < 2)
    return 0;
  if (text[1] != 'u')
    return strchr ("\"\\/bfnrt", text[1]) != NULL && text[1] != '\0' ? 2 : 0;
  unit = length >= 6 ? unit_of (text + 2) : -1;
  if (unit <= 0 || (unit & 0xfc00) == 0xdc00) /* json-glib ends strings at NUL */
    return 0;
  if ((unit & 0xfc00) != 0xd800)
    return 6;
  low = length >= 12 && text[6] == '\\' && text[7] == 'u' ? unit_of (text + 8) : -1;
  return low >= 0 && (low & 0xfc00) == 0xdc00 ? 12 : 0;
}

/* json-glib accepts more than JSON. Its comments and single-quoted strings could hide brackets from deepest (), and its octal
 * escapes make strings that are not UTF-8. */
static gboolean
is_plain (const char *text, gsize length)
{
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (in_string && text[i] == '\\')
        {
          const gsize escape = escape_length (text + i, length - i);

          if (escape == 0)
            return FALSE;
          i += escape - 1;
        }
      else if (text[i] == '"')
        in_string = !in_string;
      else if (!in_string && (text[i] == '/' || text[i] == '\'' || text[i] == '#'))
        return FALSE;
    }
  return !in_string;
}

typedef struct {
  GHashTable *seen;  /* "object/member" */
  char       *twice; /* the first member that came again */
} Members;

static void
note_member (G_GNUC_UNUSED JsonParser *parser, JsonObject *object, const char *name, gpointer data)
{
  Members *members = data;

  if (!g_hash_table_add (members->seen, g_strdup_printf ("%p/%s", (void *) object, name)) && members->twice == NULL)
    members->twice = g_strdup (name);
}

JsonNode *
fddm_json_parse (const char *text, gsize length, int depth, GError **error)
{
  g_autoptr (JsonParser) parser  = NULL;
  g_autofree char       *twice   = NULL;
  Members                members = { NULL, NULL };
  gboolean               good;

  if (length > G_MAXINT || !g_utf8_validate_len (text, length, NULL) || !is_plain (text, length))
    return fddm_weights_fail (error, _ ("it is not valid JSON")), NULL;
  if (deepest (text, length) > depth)
    return fddm_weights_fail (error, _ ("its JSON is nested too deeply")), NULL;
  if (length > LENGTH_SMALL && !fddm_memory_can_take (length * EXPANSION))
    return fddm_weights_no_memory (error), NULL;

  parser       = json_parser_new_immutable ();
  members.seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_signal_connect (parser, "object-member", G_CALLBACK (note_member), &members);
  good = json_parser_load_from_data (parser, text, (gssize) length, NULL);
  g_hash_table_unref (members.seen);
  twice = members.twice;

  if (!good || json_parser_get_root (parser) == NULL)
    return fddm_weights_fail (error, _ ("it is not valid JSON")), NULL;
  if (twice != NULL)
    return fddm_weights_fail (error, _ ("duplicate key “%s”"), twice), NULL;
  return json_node_copy (json_parser_get_root (parser));
}

double *
fddm_json_numbers (JsonNode *node, guint max, guint *n)
{
  g_autofree double *numbers = NULL;
  JsonArray         *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  array = json_node_get_array (node);
  *n    = json_array_get_length (array);
  if (*n > max)
    return NULL;
  numbers = g_try_new0 (double, *n + 1);
  if (numbers == NULL)
    return NULL;
  for (guint i = 0; i < *n; i++)
    {
      JsonNode *element = json_array_get_element (array, i);
      GType     type    = JSON_NODE_HOLDS_VALUE (element) ? json_node_get_value_type (element) : G_TYPE_INVALID;

      if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
        return NULL;
      numbers[i] = type == G_TYPE_INT64 ? (double) json_node_get_int (element) : json_node_get_double (element);
      if (!isfinite (numbers[i]))
        return NULL;
    }
  return g_steal_pointer (&numbers);
}

const char *
fddm_json_string (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

gint64
fddm_json_integer (JsonNode *node, gint64 min, gint64 max)
{
  gint64 value;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return -1;
  value = json_node_get_int (node);
  return value >= min && value <= max ? value : -1;
}
