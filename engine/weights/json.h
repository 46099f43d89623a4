/* json.h: strict JSON from untrusted files, on top of json-glib.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <json-glib/json-glib.h>

/* Parses LENGTH bytes of TEXT. Refuses, beyond what json-glib refuses, text or strings that are not UTF-8 or contain NUL,
 * escapes that JSON does not have, nesting deeper than DEPTH (json-glib recurses for each level), and duplicate keys in an
 * object (json-glib keeps the last). The error describes the defect, but not the source of the text. */
JsonNode *fddm_json_parse (const char *text, gsize length, int depth, GError **error);

/* Values of NODE, an array of at most MAX finite numbers; NULL if it is anything else. Free with g_free. */
double *fddm_json_numbers (JsonNode *node, guint max, guint *n);
/* Text of NODE; NULL if it is not a string. */
const char *fddm_json_string (JsonNode *node);
/* Value of NODE if it is an integer from MIN to MAX, otherwise -1. */
gint64 fddm_json_integer (JsonNode *node, gint64 min, gint64 max);
