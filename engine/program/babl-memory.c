/* babl-memory.c: see babl-memory.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The file: a line that begins with #, then for each conversion a line with its source, one with its target, lines that begin
 * with a tab, and one of dashes. */
#include "engine/program/babl-memory.h"
#include <string.h>

#define DASHES "----\n"

/* Whether a conversion from SOURCE to TARGET has tables that babl measures: from pixels of one, two or four bytes. */
static gboolean
is_costly (const char *source, const char *target)
{
  const gboolean is_rgb = g_str_has_prefix (source, "R'G'B' "), is_gray = *source == 'Y';

  return strstr (target, " float") != NULL &&
         ((strstr (source, " u8") != NULL && !is_rgb) ||
          ((strstr (source, " u16") != NULL || strstr (source, " half") != NULL) && is_gray));
}

/* Whether ENTRY, without comments, is of such a conversion. */
static gboolean
costs (const char *entry)
{
  g_auto (GStrv) lines = g_strsplit (entry, "\n", 3);

  return lines[0] != NULL && lines[1] != NULL && is_costly (lines[0], lines[1]);
}

void
fddm_babl_forget (const char *cache)
{
  g_autofree char    *path    = g_build_filename (cache, "babl", "babl-fishes", NULL);
  g_autofree char    *memory  = NULL;
  g_auto (GStrv)      entries = NULL;
  g_autoptr (GString) kept    = g_string_new (NULL);
  gsize               length;

  if (!g_file_get_contents (path, &memory, &length, NULL))
    return;
  entries = g_strsplit (memory, DASHES, -1);
  for (int i = 0; entries[i] != NULL; i++)
    {
      const char *line  = *entries[i] == '#' ? strchr (entries[i], '\n') : NULL;
      const char *entry = line != NULL ? line + 1 : entries[i];

      g_string_append_len (kept, entries[i], entry - entries[i]);
      if (*entry != '\0' && !costs (entry))
        g_string_append_printf (kept, "%s%s", entry, entries[i + 1] != NULL ? DASHES : "");
    }
  if (kept->len != length)
    g_file_set_contents (path, kept->str, (gssize) kept->len, NULL); /* a memory that stays costs time only */
}
