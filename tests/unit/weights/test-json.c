/* test-json.c: JSON of weights files, which is read strictly.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "engine/error.h"
#include "engine/weights/json.h"

#define DEPTH 3

/* Every escape of RFC 8259, and UTF-16 in pairs. */
static void
test_escapes (void)
{
  static const struct {
    const char *text, *string;
  } good[] = {
    { "\"a\"", "a" },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t" },
    { "\"\\u00e9\\u00E9\"", "éé" },
    { "\"\\ud83d\\ude00!\"", "😀!" },
    { "\"[[[[[\\\"[[\"", "[[[[[\"[[" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (GError)   error = NULL;
      g_autoptr (JsonNode) node  = fddm_json_parse (good[i].text, strlen (good[i].text), DEPTH, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (fddm_json_string (node), ==, good[i].string);
    }
}

/* json-glib accepts most of these. Octal escapes and halves of UTF-16 pairs make strings that are not UTF-8. */
static void
test_what_is_not_json (void)
{
  static const char *const bad[] = {
    "\"\\303\"",
    "\"\\0\"",
    "\"\\v\"",
    "\"\\x41\"",
    "\"\\ud800\"",
    "\"\\udc00\"",
    "\"\\ud83d\\u0041\"",
    "\"\\ud83dude00\"",
    "\"\\u12g4\"",
    "\"\\u12\"",
    "\"x\\u0000y\"",
    "\"\\",
    "\"\\u",
    "{\"a\":1} // end",
    "{'a':1}",
    "# no\n[1]",
    "[1] /* no */",
    "\"\xc3\"",
    "",
    "{\"a\":1,\"a\":2}",
    "[[[[1]]]]",
    "[\"\\\"\",[[[[1]]]]]",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError)   error = NULL;
      g_autoptr (JsonNode) node  = fddm_json_parse (bad[i], strlen (bad[i]), DEPTH, &error);

      if (node != NULL)
        g_error ("%s was accepted", bad[i]);
      g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json/escapes", test_escapes);
  g_test_add_func ("/json/what-is-not-json", test_what_is_not_json);
  return g_test_run ();
}
