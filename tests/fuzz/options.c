/* options.c: the command line of the program: one argument a line, the first byte chooses the command.
 * SPDX-License-Identifier: Apache-2.0
 *
 * No command may start its work. So a seed that is always refused, as the last check, stands behind every line; twice, for an
 * option at the end takes the first as its value. What hides it from the parser, or prints help and exits, is left out. */
#include <string.h>
#include "engine/program/program.h"
#include "tests/fuzz/support.h"

/* Those of the program are in main.c. Here, nothing may get as far. */
void
fddm_cli_start_gegl (G_GNUC_UNUSED gboolean operations)
{
  g_assert_not_reached ();
}

void
fddm_cli_leave (int status)
{
  g_error ("status %d", status);
}

static gboolean
is_wanted (const char *argument)
{
  const gboolean is_short = argument[0] == '-' && argument[1] != '-';

  return strcmp (argument, "--") != 0 && !g_str_has_prefix (argument, "--help") &&
         !(is_short && strpbrk (argument, "h?") != NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  const gboolean           generate = size > 0 && bytes[0] % 2;
  g_autofree char         *text     = size > 0 ? fuzz_text (bytes + 1, size - 1) : g_strdup ("");
  g_auto (GStrv)           lines    = g_strsplit (text, "\n", 64);
  g_autoptr (GStrvBuilder) builder  = g_strv_builder_new ();
  g_autoptr (GError)       error    = NULL;
  g_auto (GStrv)           argv     = NULL;

  g_strv_builder_add (builder, generate ? "generate" : "denoise");
  for (char **line = lines; *line; line++)
    if (is_wanted (*line))
      g_strv_builder_add (builder, *line);
  g_strv_builder_add_many (builder, "--seed=-1", "--seed=-1", NULL);
  argv = g_strv_builder_end (builder);
  g_assert_false (generate ? fddm_cli_generate (argv, &error) : fddm_cli_denoise (argv, &error));
  g_assert_nonnull (error);
  return 0;
}
