/* journal.c: journal of an output folder, which lets an interrupted run resume.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each line is one of
 *     begun  INPUT  NAME  RUN
 *     made   INPUT  NAME  SETTINGS  SIZE  TIME  SIZE  TIME      of the input, then of the result, before it gets its name
 *     done   INPUT  NAME  SETTINGS  SIZE  TIME  SIZE  TIME      likewise, when it has it
 *     failed INPUT  NAME  REASON
 * with INPUT as an absolute path and NAME relative to the folder. Locks are placed at offsets far beyond the file's
 * contents: at LOCKS while a line is added, and at LOCKS + RUN as long as a process of that run lives. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "engine/program/journal.h"
#include "engine/program/program.h"
#include "engine/program/record.h"

#define LOCKS ((off_t) 1 << 40)

/* Bytes of a journal and of a line, more than any run writes. Others are not read into memory. */
#define BYTES_MOST ((off_t) 1 << 30)
#define LINE_MOST  ((gsize) 1 << 20)

struct FddmJournal {
  int         file;
  FddmStamp   stamp; /* of the file, which PATH leads to */
  char       *path;
  char       *folder; /* without symbolic links */
  char       *settings;
  GHashTable *entries; /* by NAME */
  GString    *unread;  /* an incomplete last line */
  guint32     run;     /* unique number of this run, not 0 */
};

/* A result, and what it was made of. All zeros is none. */
typedef struct {
  char     *settings;
  FddmStamp photo, result;
} Product;

/* The last known state of a result. */
typedef struct {
  char    *input;
  Product  last; /* the last one that was done             */
  Product  made; /* the last one that was to get its name  */
  gboolean done;
  guint32  run; /* run that has begun it without finishing or failing; 0 = none */
} Entry;

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_free (entry->input);
  g_free (entry->last.settings);
  g_free (entry->made.settings);
  g_free (entry);
}

static gboolean
fail (const FddmJournal *journal, int reason, GError **error)
{
  g_autofree char *shown = g_filename_display_name (journal->path);
  const gboolean   other = reason == ENOTSUP || reason == ELOOP; /* see open_file */

  g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_FILE, _ ("Cannot write “%s”: %s"), shown,
               other ? _ ("it is not a regular file") : g_strerror (reason));
  return FALSE;
}

/* ---- Reading ---- */

static void
note_product (Product *product, char **fields)
{
  g_free (product->settings);
  product->settings       = g_strdup (fields[3]);
  product->photo.size     = g_ascii_strtoll (fields[4], NULL, 10);
  product->photo.changed  = g_ascii_strtoll (fields[5], NULL, 10);
  product->result.size    = g_ascii_strtoll (fields[6], NULL, 10);
  product->result.changed = g_ascii_strtoll (fields[7], NULL, 10);
}

/* The entry of the result NAME, which is from now on made from INPUT. What was made from another one is ours nevertheless. */
static Entry *
entry_of (FddmJournal *journal, const char *name, const char *input)
{
  Entry *entry = g_hash_table_lookup (journal->entries, name);

  if (entry && strcmp (entry->input, input) == 0)
    return entry;
  if (!entry)
    {
      entry = g_new0 (Entry, 1);
      g_hash_table_insert (journal->entries, g_strdup (name), entry);
    }
  g_free (entry->input);
  entry->input = g_strdup (input);
  entry->done  = FALSE;
  return entry;
}

/* Other lines tell nothing, such as those of other versions. */
static void
note (FddmJournal *journal, char **fields)
{
  const guint    n     = g_strv_length (fields);
  const gboolean begun = n == 4 && strcmp (fields[0], "begun") == 0, done = n == 8 && strcmp (fields[0], "done") == 0;
  const gboolean made = n == 8 && strcmp (fields[0], "made") == 0, failed = n == 4 && strcmp (fields[0], "failed") == 0;
  Entry         *entry = begun || made || done || failed ? entry_of (journal, fields[2], fields[1]) : NULL;

  if (!entry)
    return;
  if (made || done)
    note_product (made ? &entry->made : &entry->last, fields);
  if (!made)
    {
      entry->run  = begun ? (guint32) g_ascii_strtoull (fields[3], NULL, 10) : 0;
      entry->done = done;
    }
}

/* Notes the whole lines that were read. Of one that is too long, the end is left: no record, either. */
static void
note_lines (FddmJournal *journal)
{
  char *line;

  while ((line = fddm_record_take (journal->unread)))
    {
      g_auto (GStrv) fields = fddm_record_split (line);

      if (fields)
        note (journal, fields);
      g_free (line);
    }
  if (journal->unread->len > LINE_MOST)
    g_string_assign (journal->unread, "\\");
}

gboolean
fddm_journal_is_there (const FddmJournal *journal, GError **error)
{
  FddmStamp now;

  if (!fddm_stamp_take (&now, journal->path))
    return fail (journal, errno, error);
  return (now.device == journal->stamp.device && now.inode == journal->stamp.inode) || fail (journal, ESTALE, error);
}

/* Reads the lines added since the last call, by any process. */
static gboolean
catch_up (FddmJournal *journal, GError **error)
{
  char   bytes[1 << 16];
  gssize n;

  if (!fddm_journal_is_there (journal, error))
    return FALSE;
  while ((n = read (journal->file, bytes, sizeof bytes)) > 0)
    {
      g_string_append_len (journal->unread, bytes, n);
      note_lines (journal);
    }
  return n == 0 || fail (journal, errno, error);
}

/* ---- Writing ---- */

/* TYPE: F_RDLCK, F_WRLCK or F_UNLCK. On file systems without locks, it is up to the user not to start two runs at once. */
static void
lock (FddmJournal *journal, int type, off_t place)
{
  struct flock region = { .l_type = (short) type, .l_whence = SEEK_SET, .l_start = place, .l_len = 1 };

  while (fcntl (journal->file, F_OFD_SETLKW, &region) != 0 && errno == EINTR)
    ;
}

/* Whether a live process of another run works on ENTRY. */
static gboolean
is_busy (const FddmJournal *journal, const Entry *entry)
{
  struct flock region = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCKS + entry->run, .l_len = 1 };

  return entry->run != 0 && fcntl (journal->file, F_OFD_GETLK, &region) == 0 && region.l_type != F_UNLCK;
}

/* Writes the whole line, or nothing; to the disk if SYNCED. First ends an incomplete line left by a killed process. */
static gboolean
append (FddmJournal *journal, const char *line, gboolean synced, GError **error)
{
  const off_t      end    = lseek (journal->file, 0, SEEK_END);
  g_autofree char *bytes  = g_strconcat (journal->unread->len > 0 ? "\n" : "", line, NULL);
  const gssize     length = (gssize) strlen (bytes);
  const gssize     n      = end < 0 ? -1 : write (journal->file, bytes, (gsize) length);
  const int        reason = n < 0 ? errno : ENOSPC;

  if (n == length && (!synced || fsync (journal->file) == 0))
    {
      g_string_truncate (journal->unread, 0);
      return TRUE;
    }
  if (n > 0 && ftruncate (journal->file, end) == 0)
    lseek (journal->file, end, SEEK_SET);
  return fail (journal, n == length ? errno : reason, error);
}

/* Takes the lock, adds LINE and frees it. */
static gboolean
add_line (FddmJournal *journal, char *line, GError **error)
{
  g_autofree char *owned = line;
  gboolean         done;

  lock (journal, F_WRLCK, LOCKS);
  done = catch_up (journal, error) && append (journal, owned, TRUE, error);
  lock (journal, F_UNLCK, LOCKS);
  return done;
}

static char *
number (gint64 value)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, value);
}

/* A line WHAT, "made" or "done", about NAME, the product of INPUT. */
static char *
product_line (const char *what, const char *input, const char *name, const Product *product)
{
  g_autofree char *size = number (product->photo.size), *changed = number (product->photo.changed);
  g_autofree char *result_size = number (product->result.size), *result_changed = number (product->result.changed);

  return fddm_record_join (what, input, name, product->settings, size, changed, result_size, result_changed, NULL);
}

/* A line WHAT about RESULT, which this run made of PHOTO. */
static char *
own_line (const FddmJournal *journal, const char *what, const FddmPhoto *photo, const FddmStamp *result)
{
  g_autofree char *input   = g_canonicalize_filename (photo->input, NULL);
  const Product    product = { journal->settings, photo->stamp, *result };

  return product_line (what, input, photo->name, &product);
}

gboolean
fddm_journal_done (FddmJournal *journal, const FddmPhoto *photo, GError **error)
{
  FddmStamp result;

  if (!fddm_stamp_take (&result, photo->output))
    return fail (journal, errno, error);
  return add_line (journal, own_line (journal, "done", photo, &result), error);
}

gboolean
fddm_journal_failed (FddmJournal *journal, const FddmPhoto *photo, const char *reason, GError **error)
{
  g_autofree char *input = g_canonicalize_filename (photo->input, NULL);

  return add_line (journal, fddm_record_join ("failed", input, photo->name, reason, NULL), error);
}

/* ---- Claims ---- */

static FddmClaim
refuse (const FddmPhoto *photo, const char *reason, const char *other, GError **error)
{
  g_autofree char *shown   = g_filename_display_name (photo->output);
  g_autofree char *another = other ? g_filename_display_name (other) : NULL;
  g_autofree char *why     = g_strdup_printf (reason, another);

  g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_FILE, _ ("Cannot write “%s”: %s"), shown, why);
  return FDDM_CLAIM_REFUSED;
}

/* Whether ENTRY describes the photo: same path, another path to it, or same contents at another path. */
static gboolean
is_of (const Entry *entry, const FddmPhoto *photo, const char *input)
{
  return strcmp (entry->input, input) == 0 || fddm_stamp_one_file (entry->input, input) ||
         (entry->done && fddm_stamp_same_contents (&entry->last.photo, &photo->stamp) &&
          !g_file_test (entry->input, G_FILE_TEST_EXISTS));
}

static gboolean
is_result (const Product *product, const FddmStamp *found)
{
  return product->result.size > 0 && fddm_stamp_same_contents (&product->result, found);
}

/* Whether FOUND is a file that a run has written in the place of ENTRY: before the last one, or in the last one. */
static gboolean
is_ours (const Entry *entry, const FddmStamp *found)
{
  return is_result (&entry->last, found) || is_result (&entry->made, found);
}

/* Refuses PHOTO, in whose place is not what a run has left there. */
static FddmClaim
refuse_other (const FddmPhoto *photo, const Entry *entry, GError **error)
{
  if (entry && entry->done)
    return refuse (photo, _ ("it was changed since fddm wrote it; move it away first"), NULL, error);
  return refuse (photo, _ ("there is a file already that no run of fddm wrote; see --skip-existing"), NULL, error);
}

/* Whether PHOTO with these settings has become the last result of ENTRY. */
static gboolean
is_up_to_date (const FddmJournal *journal, const FddmPhoto *photo, const Entry *entry)
{
  return entry->done && fddm_stamp_same_contents (&entry->last.photo, &photo->stamp) &&
         strcmp (entry->last.settings, journal->settings) == 0;
}

/* Decides about PHOTO's result, given its ENTRY (NULL if unknown). */
static FddmClaim
judge (const FddmJournal *journal, FddmPhoto *photo, const char *input, const Entry *entry, GError **error)
{
  const gboolean exists = fddm_stamp_take (&photo->old, photo->output);

  photo->fresh = !exists;
  if (entry && !is_of (entry, photo, input) && (exists || is_busy (journal, entry)))
    return refuse (photo, _ ("it belongs to “%s”; take another folder or --suffix"), entry->input, error);
  if (entry && is_busy (journal, entry))
    return FDDM_CLAIM_DONE;
  if (!exists)
    return FDDM_CLAIM_TAKEN;
  if (entry && is_up_to_date (journal, photo, entry)) /* whatever the user has made of it since */
    return FDDM_CLAIM_DONE;
  return entry && is_ours (entry, &photo->old) ? FDDM_CLAIM_TAKEN : refuse_other (photo, entry, error);
}

/* If a run has ended between the naming of ENTRY's result and the line that tells of it, adds that line. */
static gboolean
catch_up_with (FddmJournal *journal, const FddmPhoto *photo, Entry *entry, GError **error)
{
  g_auto (GStrv)   fields = NULL;
  g_autofree char *line   = NULL;
  FddmStamp        found;

  if (!entry || entry->done || is_busy (journal, entry) || !fddm_stamp_take (&found, photo->output) ||
      is_result (&entry->last, &found) || !is_result (&entry->made, &found))
    return TRUE;
  line = product_line ("done", entry->input, photo->name, &entry->made);
  if (!append (journal, line, TRUE, error))
    return FALSE;
  g_strchomp (line);
  if ((fields = fddm_record_split (line)))
    note (journal, fields);
  return TRUE;
}

/* Must hold the lock, so that only one of two runs gets a result. The line need not be on the disk: without it, as without a
 * result, there is nothing to know. */
static FddmClaim
claim (FddmJournal *journal, FddmPhoto *photo, GError **error)
{
  g_autofree char *input = g_canonicalize_filename (photo->input, NULL);
  g_autofree char *run   = number (journal->run);
  g_autofree char *begun = fddm_record_join ("begun", input, photo->name, run, NULL);
  FddmClaim        claimed;
  Entry           *entry;

  if (!catch_up (journal, error))
    return FDDM_CLAIM_REFUSED;
  entry = g_hash_table_lookup (journal->entries, photo->name);
  if (!catch_up_with (journal, photo, entry, error))
    return FDDM_CLAIM_REFUSED;
  claimed = judge (journal, photo, input, entry, error);
  if (claimed == FDDM_CLAIM_TAKEN && !append (journal, begun, FALSE, error))
    return FDDM_CLAIM_REFUSED;
  return claimed;
}

FddmClaim
fddm_journal_claim (FddmJournal *journal, FddmPhoto *photo, GError **error)
{
  g_autofree char *shown = g_filename_display_name (photo->input);
  FddmClaim        claimed;

  if (!fddm_stamp_take (&photo->stamp, photo->input))
    {
      g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_FILE, _ ("Cannot read “%s”: %s"), shown, g_strerror (errno));
      return FDDM_CLAIM_REFUSED;
    }
  lock (journal, F_WRLCK, LOCKS);
  claimed = claim (journal, photo, error);
  lock (journal, F_UNLCK, LOCKS);
  return claimed;
}

/* Whether the older result that PHOTO's replaces is as it was when PHOTO was claimed. A fresh one replaces nothing. */
static gboolean
is_untouched (const FddmPhoto *photo, GError **error)
{
  FddmStamp found;

  if (photo->fresh || !fddm_stamp_take (&found, photo->output) || fddm_stamp_same_contents (&found, &photo->old))
    return TRUE;
  refuse (photo, _ ("it was changed since fddm wrote it; move it away first"), NULL, error);
  return FALSE;
}

gboolean
fddm_journal_made (FddmJournal *journal, const FddmPhoto *photo, const FddmStamp *made, GError **error)
{
  return is_untouched (photo, error) && add_line (journal, own_line (journal, "made", photo, made), error);
}

/* ---- Results as photos ---- */

const char *
fddm_journal_original (const FddmJournal *journal, const FddmPhoto *photo)
{
  g_autofree char *parent = g_path_get_dirname (photo->input);
  g_autofree char *folder = realpath (parent, NULL), *base = g_path_get_basename (photo->input);
  g_autofree char *path = folder ? g_build_filename (folder, base, NULL) : NULL;
  const gsize      n    = strlen (journal->folder);
  const Entry     *entry;

  if (!path || strncmp (path, journal->folder, n) != 0 || path[n] != '/')
    return NULL;
  entry = g_hash_table_lookup (journal->entries, path + n + 1);
  return entry && is_ours (entry, &photo->stamp) ? entry->input : NULL;
}

/* ---- Opening ---- */

/* Opens the file without following a link of its own, which could lead to any file, and without waiting for a pipe. FALSE with
 * errno set. */
static gboolean
open_file (FddmJournal *journal)
{
  struct stat found;

  journal->file = g_open (journal->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (journal->file < 0 || fstat (journal->file, &found) != 0)
    return FALSE;
  errno = !S_ISREG (found.st_mode) ? ENOTSUP : found.st_size > BYTES_MOST ? EFBIG : 0;
  return errno == 0 && fddm_stamp_take (&journal->stamp, journal->path);
}

FddmJournal *
fddm_journal_open (const char *folder, const char *settings, GError **error)
{
  g_autoptr (FddmJournal) journal = g_new0 (FddmJournal, 1);

  journal->path     = g_build_filename (folder, ".fddm-journal", NULL);
  journal->settings = g_strdup (settings);
  journal->entries  = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_entry);
  journal->unread   = g_string_new (NULL);
  journal->run      = g_random_int_range (1, G_MAXINT32);
  journal->file     = -1;
  if (g_mkdir_with_parents (folder, 0777) != 0 || !open_file (journal) || !(journal->folder = realpath (folder, NULL)))
    return fail (journal, errno, error), NULL;
  lock (journal, F_RDLCK, LOCKS);
  if (!catch_up (journal, error))
    return NULL;
  lock (journal, F_UNLCK, LOCKS);
  lock (journal, F_WRLCK, LOCKS + journal->run);
  return g_steal_pointer (&journal);
}

void
fddm_journal_close (FddmJournal *journal)
{
  if (!journal)
    return;
  if (journal->file >= 0)
    close (journal->file);
  g_hash_table_unref (journal->entries);
  g_string_free (journal->unread, TRUE);
  g_free (journal->path);
  g_free (journal->folder);
  g_free (journal->settings);
  g_free (journal);
}
