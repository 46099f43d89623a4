/* babl-memory.c: see babl-memory.h.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The file: a line that begins with #, then for each conversion a line with its source, one with its target, lines that begin
 * with a tab, and one of dashes. */
#include "engine/babl-memory.h"
#include <string.h>
#include <glib/gstdio.h>

#define DASHES "----\n"

/* ---- Costly conversions ---- */

/* Bytes of a pixel of FORMAT, such as "R'G'B'A u8": its capitals are its channels. 0 for other names. */
static int
bytes_of (const char *format)
{
  static const struct {
    const char *name;
    int         bytes;
  } types[]            = { { "u8", 1 }, { "u16", 2 }, { "half", 2 }, { "u32", 4 }, { "float", 4 }, { "double", 8 } };
  const char *type     = strrchr (format, ' ');
  int         channels = 0, bytes = 0;

  if (g_str_has_prefix (format, "cairo-"))
    return 4;
  for (const char *c = format; type != NULL && c < type; c++)
    channels += g_ascii_isupper (*c) ? 1 : 0;
  for (gsize i = 0; type != NULL && i < G_N_ELEMENTS (types); i++)
    if (strcmp (type + 1, types[i].name) == 0)
      bytes = types[i].bytes;
  return channels * bytes;
}

/* Whether babl has a table for the conversion from SOURCE to TARGET: by bytes of a pixel, tried with babl 0.1.98 and 0.1.114. */
static gboolean
is_costly (const char *source, const char *target)
{
  static const char tabled[][2] = { { 1, 4 }, { 2, 2 }, { 2, 4 }, { 2, 16 }, { 3, 3 },
                                    { 3, 4 }, { 4, 4 }, { 4, 8 }, { 4, 16 } };
  const int         from = bytes_of (source), to = bytes_of (target);

  if (g_str_has_suffix (source, " float") || g_str_has_suffix (source, " u32"))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (tabled); i++)
    if (from == tabled[i][0] && to == tabled[i][1])
      return TRUE;
  return FALSE;
}

/* Whether ENTRY, without comments, is of such a conversion. */
static gboolean
costs (const char *entry)
{
  g_auto (GStrv) lines = g_strsplit (entry, "\n", 3);

  return lines[0] != NULL && lines[1] != NULL && is_costly (lines[0], lines[1]);
}

/* MEMORY without them. */
static GString *
without_costly (const char *memory)
{
  g_auto (GStrv) entries = g_strsplit (memory, DASHES, -1);
  GString       *kept    = g_string_new (NULL);

  for (int i = 0; entries[i] != NULL; i++)
    {
      const char *line  = *entries[i] == '#' ? strchr (entries[i], '\n') : NULL;
      const char *entry = line != NULL ? line + 1 : entries[i];

      g_string_append_len (kept, entries[i], entry - entries[i]);
      if (*entry != '\0' && !costs (entry))
        g_string_append_printf (kept, "%s%s", entry, entries[i + 1] != NULL ? DASHES : "");
    }
  return kept;
}

/* ---- Files ---- */

static char *
folder_in (const char *cache)
{
  return g_build_filename (cache, "babl", NULL);
}

static char *
memory_in (const char *cache)
{
  return g_build_filename (cache, "babl", "babl-fishes", NULL);
}

/* Removes CACHE, in which there is nothing but perhaps a memory. */
static void
remove_all (const char *cache)
{
  g_autofree char *folder = folder_in (cache), *memory = memory_in (cache);

  g_unlink (memory);
  g_rmdir (folder);
  g_rmdir (cache);
}

void
fddm_babl_with (const char *cache, void (*run) (gpointer data), gpointer data)
{
  g_autofree char *kept = g_strdup (g_getenv ("XDG_CACHE_HOME")), *folder = folder_in (cache), *empty = NULL;

  g_get_user_cache_dir (); /* GLib asks for the variable once, and then keeps the user's folder */
  if (g_mkdir_with_parents (folder, 0700) != 0)
    empty = g_dir_make_tmp ("fddm-XXXXXX", NULL);
  g_setenv ("XDG_CACHE_HOME", empty != NULL ? empty : cache, TRUE);
  run (data);
  if (kept != NULL)
    g_setenv ("XDG_CACHE_HOME", kept, TRUE);
  else
    g_unsetenv ("XDG_CACHE_HOME");
  if (empty != NULL)
    remove_all (empty);
}

void
fddm_babl_forget (const char *cache)
{
  g_autofree char    *path = memory_in (cache), *memory = NULL;
  g_autoptr (GString) kept = NULL;
  gsize               length;

  if (!g_file_get_contents (path, &memory, &length, NULL))
    return;
  if (memchr (memory, '\0', length) != NULL)
    {
      g_unlink (path);
      return;
    }
  kept = without_costly (memory);
  if (kept->len != length)
    g_file_set_contents (path, kept->str, (gssize) kept->len, NULL); /* a memory that stays costs time only */
}

gboolean
fddm_babl_copy (const char *from, const char *to)
{
  g_autofree char    *source = memory_in (from), *target = memory_in (to), *memory = NULL;
  g_autofree char    *folder = g_path_get_dirname (target);
  g_autoptr (GString) kept   = NULL;
  GStatBuf            old, new;
  gsize               length;

  if (g_stat (source, &new) != 0)
    return FALSE;
  if (g_stat (target, &old) == 0 && old.st_mtime > new.st_mtime)
    return TRUE;
  if (!g_file_get_contents (source, &memory, &length, NULL) || memchr (memory, '\0', length) != NULL ||
      g_mkdir_with_parents (folder, 0700) != 0)
    return FALSE;
  kept = without_costly (memory);
  return g_file_set_contents_full (target, kept->str, (gssize) kept->len, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL);
}
