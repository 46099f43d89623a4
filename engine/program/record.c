/* record.c: lines of fields with arbitrary bytes, for journals and pipes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <string.h>
#include "engine/program/record.h"

#define END "." /* last field of a complete line */

/* Whether FIELD can be unescaped: no lone backslash at its end. */
static gboolean
is_escaped (const char *field)
{
  gsize backslashes = 0;

  for (gsize n = strlen (field); n > 0 && field[n - 1] == '\\'; n--)
    backslashes++;
  return backslashes % 2 == 0;
}

/* Bytes outside ASCII, which stay unescaped because people read journals, too. */
static const char *
beyond_ascii (void)
{
  static char bytes[129];

  for (int i = 0; i < 128; i++)
    bytes[i] = (char) (i + 128);
  return bytes;
}

char *
fddm_record_join (const char *first, ...)
{
  GString *line = g_string_new (NULL);
  va_list  fields;

  va_start (fields, first);
  for (const char *field = first; field; field = va_arg (fields, const char *))
    {
      g_autofree char *escaped = g_strescape (field, beyond_ascii ());

      g_string_append_printf (line, "%s\t", escaped);
    }
  va_end (fields);
  return g_string_free (g_string_append (line, END "\n"), FALSE);
}

char **
fddm_record_split (const char *line)
{
  char   **fields = g_strsplit (line, "\t", -1);
  guint    n      = g_strv_length (fields);
  gboolean whole  = n >= 2 && strcmp (fields[n - 1], END) == 0;

  for (guint i = 0; whole && i < n; i++)
    whole = is_escaped (fields[i]);
  if (!whole)
    {
      g_strfreev (fields);
      return NULL;
    }
  g_clear_pointer (&fields[n - 1], g_free);
  for (guint i = 0; i < n - 1; i++)
    {
      char *escaped = fields[i];

      fields[i] = g_strcompress (escaped);
      g_free (escaped);
    }
  return fields;
}

char *
fddm_record_take (GString *buffer)
{
  const char *end = memchr (buffer->str, '\n', buffer->len);
  char       *line;

  if (!end)
    return NULL;
  line = g_strndup (buffer->str, (gsize) (end - buffer->str));
  g_string_erase (buffer, 0, end - buffer->str + 1);
  return line;
}
