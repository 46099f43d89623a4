/* batch.c: fddm denoise --output-dir: many pictures.
 * SPDX-License-Identifier: Apache-2.0
 *
 * This process lists the pictures, assigns them to workers and keeps the journal. It opens no picture itself. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "engine/program/batch.h"
#include "engine/files/temporary.h"
#include "engine/program/bar.h"
#include "engine/program/jobs.h"
#include "engine/program/journal.h"
#include "engine/program/worker.h"

typedef struct {
  const FddmCliDenoise *denoise;
  GPtrArray            *photos;
  FddmJournal          *journal;
  FddmWorker           *workers;
  guint                 next; /* index of the next photo to assign */
  guint                 done, skipped, failed;
  gint64                start;
  double                all_bytes, past_bytes, computed_bytes; /* file sizes, a measure of the work */
  gboolean              cancelled;                             /* no more photos are assigned */
  GError               *broken;                                /* the reason if no worker can work */
} Batch;

/* ---- What is told ---- */

static void
print_line (char *line)
{
  puts (line);
  fflush (stdout);
  g_free (line);
}

static void
print_json (const FddmPhoto *photo, const char *status, const char *problem)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  fddm_cli_json_string (builder, "status", status);
  fddm_cli_json_string (builder, "input", photo->input);
  fddm_cli_json_string (builder, "output", photo->output);
  if (problem)
    fddm_cli_json_string (builder, "problem", problem);
  json_builder_end_object (builder);
  print_line (fddm_cli_json_line (builder));
}

/* Estimates the time left from file sizes, since the photos of a folder mostly come from one camera. */
static void
show_bar (const Batch *batch)
{
  double  here    = 0;
  double  seconds = (double) (g_get_monotonic_time () - batch->start) / G_USEC_PER_SEC;
  double  computed;
  FddmBar bar = { batch->done + batch->skipped + batch->failed, batch->photos->len, 1, -1 };

  if (!fddm_cli_is_shown (&batch->denoise->common))
    return;
  for (int i = 0; i < batch->denoise->jobs; i++)
    if (batch->workers[i].photo)
      here += batch->workers[i].fraction * (double) batch->workers[i].photo->stamp.size;
  computed = batch->computed_bytes + here;
  if (batch->all_bytes > 0)
    bar.fraction = MIN ((batch->past_bytes + here) / batch->all_bytes, 1);
  if (computed > 0)
    bar.seconds_left = seconds * (1 - bar.fraction) * batch->all_bytes / computed;
  fddm_bar_show (&bar);
}

static void
hide_bar (const Batch *batch)
{
  if (fddm_cli_is_shown (&batch->denoise->common))
    fddm_bar_hide ();
}

static void
fail (Batch *batch, const FddmPhoto *photo, const char *problem)
{
  batch->failed++;
  batch->past_bytes += (double) photo->stamp.size;
  hide_bar (batch);
  fddm_cli_warn (problem);
  if (batch->denoise->common.json)
    print_json (photo, "failed", problem);
}

static void
skip (Batch *batch, const FddmPhoto *photo)
{
  batch->skipped++;
  batch->past_bytes += (double) photo->stamp.size;
  if (batch->denoise->common.json)
    print_json (photo, "skipped", NULL);
}

/* ---- Photos before and after their worker ---- */

/* Makes the folder of PHOTO's result, unless that of the journal has been removed. */
static gboolean
make_folder (const Batch *batch, const FddmPhoto *photo, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (photo->output), *shown = g_filename_display_name (folder);

  if (!fddm_journal_is_there (batch->journal, error))
    return FALSE;
  if (g_mkdir_with_parents (folder, 0777) == 0)
    return TRUE;
  g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_FILE, _ ("Cannot write “%s”: %s"), shown, g_strerror (errno));
  return FALSE;
}

/* Whether to compute PHOTO. Otherwise counts it as failed or skipped. */
static gboolean
claim (Batch *batch, FddmPhoto *photo)
{
  g_autoptr (GError) error   = NULL;
  FddmClaim          claimed = FDDM_CLAIM_REFUSED;

  if (photo->problem)
    return fail (batch, photo, photo->problem), FALSE;
  if (batch->denoise->skip_existing && g_file_test (photo->output, G_FILE_TEST_EXISTS))
    return skip (batch, photo), FALSE;
  if (make_folder (batch, photo, &error))
    claimed = fddm_journal_claim (batch->journal, photo, &error);
  if (claimed == FDDM_CLAIM_REFUSED)
    fail (batch, photo, error->message);
  else if (claimed == FDDM_CLAIM_DONE)
    skip (batch, photo);
  return claimed == FDDM_CLAIM_TAKEN;
}

static FddmPhoto *
next_photo (Batch *batch)
{
  while (!batch->cancelled && !fddm_cli_interrupted () && batch->next < batch->photos->len)
    {
      FddmPhoto *photo = batch->photos->pdata[batch->next++];

      if (claim (batch, photo))
        return photo;
    }
  return NULL;
}

static void
finish (Batch *batch, FddmWorker *worker, char *json)
{
  g_autoptr (GError) error = NULL;
  FddmPhoto         *photo = worker->photo;

  worker->photo = NULL;
  batch->computed_bytes += (double) photo->stamp.size;
  if (!fddm_journal_done (batch->journal, photo, &error))
    {
      fail (batch, photo, error->message);
      return;
    }
  batch->done++;
  batch->past_bytes += (double) photo->stamp.size;
  if (batch->denoise->common.json)
    print_line (g_strdup (json));
}

static void
give_up (Batch *batch, FddmWorker *worker, const char *problem)
{
  FddmPhoto *photo = worker->photo;

  worker->photo = NULL;
  fddm_journal_failed (batch->journal, photo, problem, NULL); /* without room for it, the photo counts as begun */
  fail (batch, photo, problem);
}

/* Notes that the photo of WORKER, which another run may do, is left. */
static void
leave (Batch *batch, FddmWorker *worker)
{
  FddmPhoto *photo = worker->photo;

  worker->photo = NULL;
  fddm_journal_failed (batch->journal, photo, "interrupted", NULL);
}

/* Has the result of WORKER, which is complete, noted before it gets its name. */
static void
note_made (Batch *batch, FddmWorker *worker, const char *size, const char *changed)
{
  g_autoptr (GError) error = NULL;
  const FddmStamp    made  = { .size = g_ascii_strtoll (size, NULL, 10), .changed = g_ascii_strtoll (changed, NULL, 10) };

  fddm_journal_made (batch->journal, worker->photo, &made, &error);
  fddm_worker_answer (worker, error ? error->message : NULL);
}

/* ---- Workers ---- */

static void
act_on (Batch *batch, FddmWorker *worker, char **words)
{
  const char *what = words[0], *value = words[1];

  if (!worker->photo)
    return;
  if (strcmp (what, "cancelled") == 0)
    leave (batch, worker);
  if (!value)
    return;
  if (strcmp (what, "progress") == 0)
    worker->fraction = g_ascii_strtod (value, NULL) / 1000;
  else if (strcmp (what, "made") == 0 && words[2])
    note_made (batch, worker, value, words[2]);
  else if (strcmp (what, "warning") == 0)
    {
      hide_bar (batch);
      fddm_cli_warn (value);
    }
  else if (strcmp (what, "done") == 0 || strcmp (what, "final") == 0)
    finish (batch, worker, words[1]);
  else if (strcmp (what, "failed") == 0 || strcmp (what, "last") == 0)
    give_up (batch, worker, value);
  else if (strcmp (what, "broken") == 0)
    {
      leave (batch, worker);
      batch->cancelled = TRUE;
      if (!batch->broken)
        batch->broken = g_error_new_literal (FDDM_ERROR, FDDM_ERROR_DEVICE, value);
    }
}

/* Handles a worker that ended during a photo. Only this photo fails. */
static void
bury (Batch *batch, FddmWorker *worker)
{
  FddmPhoto       *photo   = worker->photo;
  g_autofree char *shown   = photo ? g_filename_display_name (photo->input) : NULL;
  g_autofree char *reason  = fddm_worker_end (worker);
  g_autofree char *problem = NULL;

  if (!photo)
    return;
  problem       = g_strdup_printf (_ ("Cannot denoise “%s”: its process ended (%s)"), shown, reason ? reason : "?");
  worker->photo = photo;
  if (batch->cancelled)
    leave (batch, worker);
  else
    give_up (batch, worker, problem);
}

static void
attend (Batch *batch, FddmWorker *worker)
{
  gboolean ended = FALSE;
  char   **words;

  while (!ended && (words = fddm_worker_hear (worker, &ended)))
    {
      act_on (batch, worker, words);
      ended = strcmp (words[0], "last") == 0 || strcmp (words[0], "final") == 0;
      g_strfreev (words);
    }
  if (ended)
    bury (batch, worker);
}

/* Assigns a photo to each idle worker. Returns the number of busy workers. */
static int
hand_out (Batch *batch)
{
  int busy = 0;

  for (int i = 0; i < batch->denoise->jobs; i++)
    {
      FddmWorker *worker = &batch->workers[i];
      FddmPhoto  *photo  = worker->photo ? NULL : next_photo (batch);

      if (photo && worker->process == 0 &&
          !fddm_worker_start (batch->workers, batch->denoise->jobs, i, batch->denoise, &batch->broken))
        {
          batch->cancelled = TRUE;
          worker->photo    = photo;
          leave (batch, worker);
          photo = NULL;
        }
      if (photo)
        fddm_worker_give (worker, photo);
      busy += worker->photo != NULL;
    }
  return busy;
}

/* Ends the work after an interruption. */
static void
heed_interruption (Batch *batch)
{
  if (!fddm_cli_interrupted () || batch->cancelled)
    return;
  batch->cancelled = TRUE;
  for (int i = 0; i < batch->denoise->jobs; i++)
    if (batch->workers[i].process > 0)
      kill (batch->workers[i].process, FDDM_CLI_STOP);
}

/* Waits for a message of a worker, at most one second, so that the bar counts down. */
static void
wait_for_workers (Batch *batch, struct pollfd *polled)
{
  for (int i = 0; i < batch->denoise->jobs; i++)
    polled[i] = (struct pollfd) { batch->workers[i].process > 0 ? batch->workers[i].socket : -1, POLLIN, 0 };
  if (poll (polled, (nfds_t) batch->denoise->jobs, 1000) > 0)
    for (int i = 0; i < batch->denoise->jobs; i++)
      if (polled[i].revents != 0)
        attend (batch, &batch->workers[i]);
}

static void
run (Batch *batch)
{
  g_autofree struct pollfd *polled = g_new0 (struct pollfd, batch->denoise->jobs);

  while (hand_out (batch) > 0)
    {
      heed_interruption (batch);
      show_bar (batch);
      wait_for_workers (batch, polled);
    }
  heed_interruption (batch);
  for (int i = 0; i < batch->denoise->jobs; i++)
    if (batch->workers[i].process > 0)
      g_free (fddm_worker_end (&batch->workers[i]));
  hide_bar (batch);
}

/* ---- All of it ---- */

/* The settings on which results depend, as "noise=0 luma=100 … network=denoise-balanced". */
static char *
describe_settings (const FddmCliDenoise *denoise)
{
  const FddmDenoiseParams *params = &denoise->params;
  int                      averages;
  const char              *network = fddm_quality_weights (denoise->common.quality, &averages);
  GString                 *text    = g_string_new (NULL);
  char                     number[G_ASCII_DTOSTR_BUF_SIZE];
  const struct {
    const char *name;
    double      value;
  } values[] = { { "noise", params->noise },   { "luma", params->luma },     { "chroma", params->chroma },
                 { "coarse", params->coarse }, { "medium", params->medium }, { "fine", params->fine },
                 { "detail", params->detail }, { "seed", params->seed } };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    g_string_append_printf (text, "%s=%s ", values[i].name, g_ascii_dtostr (number, sizeof number, values[i].value));
  if (denoise->jpeg_quality)
    g_string_append_printf (text, "jpeg-quality=%d ", denoise->jpeg_quality);
  g_string_append_printf (text, "averages=%d network=%s", denoise->common.weights ? 1 : averages,
                          denoise->common.weights ? denoise->common.weights : network);
  return g_string_free (text, FALSE);
}

/* Removes unfinished files of killed runs from all output folders. */
static void
sweep (const Batch *batch)
{
  g_autoptr (GHashTable) swept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < batch->photos->len; i++)
    {
      const FddmPhoto *photo  = batch->photos->pdata[i];
      char            *folder = photo->output ? g_path_get_dirname (photo->output) : NULL;

      if (folder && g_hash_table_add (swept, folder))
        fddm_temporary_sweep (folder);
    }
}

static void
summary_json (const Batch *batch, double seconds)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  fddm_cli_json_string (builder, "status", batch->cancelled ? "interrupted" : "finished");
  json_builder_add_int_value (json_builder_set_member_name (builder, "done"), batch->done);
  json_builder_add_int_value (json_builder_set_member_name (builder, "skipped"), batch->skipped);
  json_builder_add_int_value (json_builder_set_member_name (builder, "failed"), batch->failed);
  fddm_cli_json_double (builder, "seconds", seconds);
  json_builder_end_object (builder);
  print_line (fddm_cli_json_line (builder));
}

/* Prints the totals. FALSE with an error if photos failed, the batch was interrupted, or no worker could work. */
static gboolean
sum_up (Batch *batch, GError **error)
{
  const double     seconds = (double) (g_get_monotonic_time () - batch->start) / G_USEC_PER_SEC;
  g_autofree char *time    = fddm_bar_time (seconds);
  /* translators: numbers of photos, then "5 min" */
  g_autofree char *counts = g_strdup_printf (_ ("%u done, %u already there, %u failed, in %s"), batch->done, batch->skipped,
                                             batch->failed, time);

  if (batch->denoise->common.json)
    summary_json (batch, seconds);
  if (batch->broken)
    g_propagate_error (error, g_steal_pointer (&batch->broken));
  else if (batch->cancelled)
    g_set_error (error, FDDM_ERROR, FDDM_ERROR_CANCELLED, _ ("Interrupted: %s; the same command goes on"), counts);
  else if (batch->failed > 0)
    g_set_error_literal (error, FDDM_CLI_ERROR, batch->done + batch->skipped > 0 ? FDDM_CLI_ERROR_SOME : FDDM_CLI_ERROR_FILE,
                         counts);
  else
    {
      if (!batch->denoise->common.quiet && !batch->denoise->common.json)
        fprintf (stderr, "%s\n", counts);
      return TRUE;
    }
  return FALSE;
}

gboolean
fddm_cli_denoise_many (const FddmCliDenoise *denoise, char *const *operands, GError **error)
{
  const FddmNaming        naming   = { denoise->output_dir, denoise->suffix, denoise->format, denoise->recursive };
  g_autoptr (GPtrArray)   photos   = fddm_names_list (operands, &naming);
  g_autofree char        *settings = describe_settings (denoise);
  g_autoptr (FddmJournal) journal  = NULL;
  FddmCliDenoise          settled  = *denoise;
  g_autofree FddmWorker  *workers  = NULL;
  Batch                   batch    = { .denoise = &settled, .photos = photos, .start = g_get_monotonic_time () };

  if (photos->len == 0)
    {
      g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_FILE, _ ("There is no picture in “%s”"), operands[0]);
      return FALSE;
    }
  settled.jobs  = fddm_jobs (denoise, photos->len);
  batch.workers = workers = g_new0 (FddmWorker, settled.jobs);
  batch.journal = journal = fddm_journal_open (denoise->output_dir, settings, error);
  if (!journal)
    return FALSE;
  fddm_names_settle (photos, (FddmOriginalOf) fddm_journal_original, journal);
  for (guint i = 0; i < photos->len; i++)
    batch.all_bytes += (double) ((FddmPhoto *) photos->pdata[i])->stamp.size;
  sweep (&batch);
  run (&batch);
  return sum_up (&batch, error);
}
