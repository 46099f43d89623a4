/* plan-cache.c: see plan-cache.h. The lines of a file: MAGIC; the SHA-256 of all that follows; the layer and the device in
 * words; kind, state (0, 1 = settled, 2 = deadly), milliseconds of a run, milliseconds spent. Then cuDNN's JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cuda/plan-cache.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <utime.h>
#include <unistd.h>

#define MAGIC  "FDDM plan 1"
#define SUFFIX ".plan"

/* Maximum size of an entry: with its kernels a plan has 45 to 200 KB. */
#define ENTRY_MAX ((gsize) 2 << 20)

/* Age in microseconds at which an entry for another version of cuDNN, or one that was never completed, is removed. */
#define AGE_MAX (30 * 24 * 3600 * (gint64) G_USEC_PER_SEC)

/* Upper bound of a plausible time. */
#define MILLISECONDS_MAX 1e12

/* ---- Names ---- */

static char *
cache_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "fddm", "plans", NULL);
}

/* Whether FOLDER is one, and no link to one, that nobody but this user, or root, can write to. */
static gboolean
is_our_folder (const char *folder)
{
  GStatBuf status;

  return g_lstat (folder, &status) == 0 && S_ISDIR (status.st_mode) && (status.st_uid == geteuid () || status.st_uid == 0) &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Makes FOLDER, unless it exists. FALSE if it, or the one above it, could be exchanged by others. */
static gboolean
make_folder (const char *folder)
{
  g_autofree char *above = g_path_get_dirname (folder);

  return g_mkdir_with_parents (folder, 0700) == 0 && is_our_folder (above) && is_our_folder (folder);
}

/* Everything that a plan depends on, on one line. */
static char *
words_of (const FddmDevice *device, const FddmPlanKey *key)
{
  static const char *const formats[]     = { "fp32", "fp16", "bf16" };
  static const char *const activations[] = { "none", "relu", "silu" };
  g_autofree char         *name          = g_strdup (device->name != NULL ? device->name : "");

  for (char *c = name; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  return g_strdup_printf ("cuDNN %d, %s, %d, %s, kernel %d, heads %d, %d to %d, %d x %d, %s, %s",
                          (int) device->cudnn->get_version (), name, device->capability, formats[device->network],
                          key->kernel, key->heads, key->in_channels, key->out_channels, key->height, key->width,
                          activations[key->activation], key->residual ? "residual" : "alone");
}

/* Beginning of the names of all entries of DEVICE's version of cuDNN. */
static char *
prefix_of (const FddmDevice *device)
{
  return g_strdup_printf ("%d-", (int) device->cudnn->get_version ());
}

char *
fddm_plan_cache_path (const FddmDevice *device, const FddmPlanKey *key)
{
  g_autofree char *folder = cache_folder (), *prefix = prefix_of (device), *words = words_of (device, key);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, words, -1);
  g_autofree char *name = g_strdup_printf ("%s%.32s" SUFFIX, prefix, hash);

  return g_build_filename (folder, name, NULL);
}

/* ---- Reading ---- */

/* Whether nobody but this user, or root, can have written the file. */
static gboolean
is_ours (const struct stat *status)
{
  return S_ISREG (status->st_mode) && (status->st_uid == geteuid () || status->st_uid == 0) &&
         (status->st_mode & (S_IWGRP | S_IWOTH)) == 0 && status->st_size > 0 && status->st_size <= (off_t) ENTRY_MAX;
}

/* Contents of the file PATH, with a zero behind; NULL if it is missing or not ours. */
static char *
read_file (const char *path, gsize *length)
{
  const int        file = g_open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
  struct stat      status;
  g_autofree char *text = NULL;
  gsize            n    = 0;

  if (file < 0)
    return NULL;
  if (fstat (file, &status) == 0 && is_ours (&status))
    {
      ssize_t got;

      text = g_malloc0 ((gsize) status.st_size + 1);
      while (n < (gsize) status.st_size && (got = read (file, text + n, (gsize) status.st_size - n)) != 0)
        if (got > 0)
          n += (gsize) got;
        else if (errno != EINTR)
          break;
      if (n != (gsize) status.st_size)
        g_clear_pointer (&text, g_free);
    }
  (void) close (file);
  *length = n;
  return g_steal_pointer (&text);
}

/* Ends the line that *AT starts, moves *AT to the next one, and returns the line. NULL if there is no end. */
static char *
take_line (char **at, const char *end)
{
  char *line = *at, *stop = memchr (line, '\n', (gsize) (end - line));

  if (stop == NULL)
    return NULL;
  *stop = '\0';
  *at   = stop + 1;
  return line;
}

static gboolean
parse_facts (const char *line, FddmPlanEntry *entry)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 0);
  guint64        kind, state;

  if (g_strv_length (words) != 4 || !g_ascii_string_to_unsigned (words[0], 10, 0, FDDM_PLAN_PLAIN, &kind, NULL) ||
      !g_ascii_string_to_unsigned (words[1], 10, 0, 2, &state, NULL))
    return FALSE;
  entry->kind         = (FddmPlanKind) kind;
  entry->settled      = state == 1;
  entry->deadly       = state == 2;
  entry->milliseconds = g_ascii_strtod (words[2], NULL);
  entry->spent        = g_ascii_strtod (words[3], NULL);
  return entry->milliseconds >= 0.0 && entry->milliseconds < MILLISECONDS_MAX && entry->spent >= 0.0 &&
         entry->spent < MILLISECONDS_MAX;
}

static gboolean
parse (char *text, gsize length, const char *wanted, FddmPlanEntry *entry)
{
  char            *at = text, *end = text + length, *line;
  g_autofree char *checksum = NULL;

  if ((line = take_line (&at, end)) == NULL || !g_str_equal (line, MAGIC) || (line = take_line (&at, end)) == NULL)
    return FALSE;
  checksum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) at, (gsize) (end - at));
  if (!g_str_equal (line, checksum) || (line = take_line (&at, end)) == NULL || !g_str_equal (line, wanted) ||
      (line = take_line (&at, end)) == NULL || !parse_facts (line, entry) || at == end || *at != '{' ||
      memchr (at, '\0', (gsize) (end - at)) != NULL)
    return FALSE;
  entry->length = (gsize) (end - at);
  entry->json   = g_strndup (at, entry->length);
  return TRUE;
}

gboolean
fddm_plan_cache_read (const FddmDevice *device, const FddmPlanKey *key, FddmPlanEntry *entry)
{
  g_autofree char *path = fddm_plan_cache_path (device, key), *words = words_of (device, key);
  gsize            length = 0;
  g_autofree char *text   = read_file (path, &length);

  memset (entry, 0, sizeof *entry);
  if (text == NULL || !parse (text, length, words, entry))
    return FALSE;
  (void) g_utime (path, NULL); /* it was used now */
  return TRUE;
}

void
fddm_plan_entry_clear (FddmPlanEntry *entry)
{
  g_clear_pointer (&entry->json, g_free);
}

/* ---- Writing ---- */

typedef struct {
  char  *path;
  gint64 age; /* microseconds since its last use */
  gsize  bytes;
} File;

static void
file_clear (gpointer data)
{
  g_free (((File *) data)->path);
}

static int
by_age (gconstpointer a, gconstpointer b)
{
  const gint64 first = ((const File *) a)->age, second = ((const File *) b)->age;

  return first < second ? -1 : first > second ? 1 : 0;
}

/* Whether NAME is that of an entry, or of one that a process has not completed. */
static gboolean
is_our_name (const char *name)
{
  return g_ascii_isdigit (*name) && strstr (name, SUFFIX) != NULL;
}

/* Removes what is too old, and then the oldest beyond the bounds. */
static void
tidy (const char *folder, const char *prefix)
{
  g_autoptr (GDir)   dir   = g_dir_open (folder, 0, NULL);
  g_autoptr (GArray) files = g_array_new (FALSE, FALSE, sizeof (File));
  const gint64       now   = g_get_real_time ();
  const char        *name;
  gsize              bytes = 0;

  g_array_set_clear_func (files, file_clear);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      File           file    = { .path = g_build_filename (folder, name, NULL) };
      const gboolean current = g_str_has_prefix (name, prefix) && g_str_has_suffix (name, SUFFIX);
      GStatBuf       status;

      if (is_our_name (name) && g_lstat (file.path, &status) == 0 && !S_ISDIR (status.st_mode))
        {
          file.age = now - status.st_mtim.tv_sec * G_USEC_PER_SEC - status.st_mtim.tv_nsec / 1000;
          if (!current && file.age > AGE_MAX)
            file.age = G_MAXINT64;
          file.bytes = (gsize) status.st_size;
          g_array_append_val (files, file);
        }
      else
        g_free (file.path);
    }
  g_array_sort (files, by_age);
  for (guint i = 0; i < files->len; i++)
    {
      const File *file = &g_array_index (files, File, i);

      bytes += MIN (file->bytes, FDDM_PLAN_CACHE_BYTES + 1);
      if (i >= FDDM_PLAN_CACHE_ENTRIES || bytes > FDDM_PLAN_CACHE_BYTES || file->age == G_MAXINT64)
        (void) g_unlink (file->path);
    }
}

void
fddm_plan_cache_write (const FddmDevice *device, const FddmPlanKey *key, const FddmPlanEntry *entry)
{
  g_autofree char *path = fddm_plan_cache_path (device, key), *words = words_of (device, key);
  g_autofree char *folder = cache_folder (), *prefix = prefix_of (device), *checksum = NULL, *text = NULL;
  g_autofree char *body = NULL;
  char             milliseconds[G_ASCII_DTOSTR_BUF_SIZE], spent[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_dtostr (milliseconds, sizeof milliseconds, entry->milliseconds);
  g_ascii_dtostr (spent, sizeof spent, entry->spent);
  body     = g_strdup_printf ("%s\n%d %d %s %s\n%.*s", words, entry->kind,
                          entry->deadly    ? 2
                              : entry->settled ? 1
                                               : 0,
                              milliseconds, spent, (int) MIN (entry->length, ENTRY_MAX), entry->json);
  checksum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, body, -1);
  text     = g_strdup_printf ("%s\n%s\n%s", MAGIC, checksum, body);
  if (strlen (text) > ENTRY_MAX || !make_folder (folder))
    return;
  /* To a temporary name, which is renamed. */
  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL))
    tidy (folder, prefix);
}

void
fddm_plan_cache_remove (const FddmDevice *device, const FddmPlanKey *key)
{
  g_autofree char *path = fddm_plan_cache_path (device, key);

  (void) g_unlink (path);
}
