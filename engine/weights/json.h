/* json.h: JSON from strangers, read with json-glib.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <json-glib/json-glib.h>

/* The JSON in LENGTH bytes of TEXT. Beyond what json-glib refuses, it refuses text that is no UTF-8 or holds a NUL,
 * nesting deeper than DEPTH (json-glib recurses for each level), and an object that has a member twice (json-glib keeps
 * the last). ERROR's message says what, without naming where the text came from. */
JsonNode *fddm_json_parse (const char *text, gsize length, int depth, GError **error);

/* The values of NODE, an array of at most MAX finite numbers; NULL when it is anything else. Free with g_free. */
double *fddm_json_numbers (JsonNode *node, guint max, guint *n);
/* The text of NODE, or NULL when it is no string. */
const char *fddm_json_string (JsonNode *node);
/* The value of NODE when it is an integer from MIN to MAX, else -1. */
gint64 fddm_json_integer (JsonNode *node, gint64 min, gint64 max);
