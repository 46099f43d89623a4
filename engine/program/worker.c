/* worker.c: a process that denoises one photo after another.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include "engine/program/heap.h"
#include "engine/program/pictures/picture.h"
#include "engine/program/record.h"
#include "engine/program/worker.h"

/* ---- Both sides ---- */

/* Third field of an order, which is input, output and this, if there is no file at the output. */
#define FRESH "fresh"

/* Answers to "made". The second one is followed by a reason. */
#define NAME_IT "name it"
#define LEAVE   "leave"

/* Sends LINE and frees it. FALSE if the other side has ended. */
static gboolean
say (int socket, char *line)
{
  gsize  length = strlen (line), at = 0;
  gssize n;

  while (at < length && ((n = write (socket, line + at, length - at)) > 0 || errno == EINTR))
    at += n > 0 ? (gsize) n : 0;
  g_free (line);
  return at == length;
}

/* Appends received text to UNREAD; waits if there is none. FALSE if the other side has ended. */
static gboolean
listen_to (int socket, GString *unread)
{
  char   bytes[4096];
  gssize n;

  do
    n = read (socket, bytes, sizeof bytes);
  while (n < 0 && errno == EINTR && !fddm_cli_interrupted ());
  if (n > 0)
    g_string_append_len (unread, bytes, n);
  return n > 0;
}

/* ---- In the worker ---- */

/* Libraries lose some memory with each photo, so a worker ends after a number of photos. */
#define PHOTOS 100

static int outlet; /* of this process, for the message when a library ends it */

static void
tell_end (const char *reason)
{
  say (outlet, fddm_record_join ("last", reason, NULL));
}

/* Cancels the work when the parent has ended. */
static gboolean
progress (FddmPhase phase, double fraction, gpointer data)
{
  const int       *socket = data;
  g_autofree char *text   = g_strdup_printf ("%d", (int) (1000 * (phase == FDDM_PHASE_DENOISE ? fraction : 0)));

  return say (*socket, fddm_record_join ("progress", text, NULL)) && !fddm_cli_interrupted ();
}

static gint64
peak_memory (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (gint64) usage.ru_maxrss * 1024;
}

static char *
done_json (const FddmCliDenoise *denoise, const char *from, const char *to, const FddmDenoised *denoised,
           FddmContext *context, FddmWeights *weights)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  fddm_cli_json_string (builder, "status", "done");
  fddm_cli_json_string (builder, "input", from);
  fddm_cli_json_string (builder, "output", to);
  fddm_cli_denoised_json (builder, denoise, denoised, context, weights);
  fddm_cli_json_integer (builder, "peak-memory", peak_memory ());
  json_builder_end_object (builder);
  return fddm_cli_json_line (builder);
}

/* The next line from the parent, split into fields; waits for it. NULL if the parent has ended or the work is to stop. */
static char **
next_fields (GString *unread)
{
  char  *line;
  char **fields = NULL;

  while (!fields)
    {
      if ((line = fddm_record_take (unread)))
        fields = fddm_record_split (line);
      else if (!listen_to (outlet, unread))
        return NULL;
      g_free (line);
    }
  return fields;
}

/* Has the parent note in the journal what the complete file PATH is like: the next run then knows it from a file that the user
 * puts there. ASKED: what was received and is unread. */
static gboolean
ask_for_name (const char *path, gpointer asked, GError **error)
{
  g_auto (GStrv)   answer = NULL;
  g_autofree char *size = NULL, *changed = NULL;
  FddmStamp        made;

  if (!fddm_stamp_take (&made, path))
    {
      g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_FILE, _ ("Cannot write “%s”: %s"), path, g_strerror (errno));
      return FALSE;
    }
  size    = g_strdup_printf ("%" G_GINT64_FORMAT, made.size);
  changed = g_strdup_printf ("%" G_GINT64_FORMAT, made.changed);
  if (say (outlet, fddm_record_join ("made", size, changed, NULL)))
    answer = next_fields (asked);
  if (answer && strcmp (answer[0], NAME_IT) == 0)
    return TRUE;
  if (answer && answer[1])
    g_set_error_literal (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_FILE, answer[1]);
  else
    g_set_error_literal (error, FDDM_ERROR, FDDM_ERROR_CANCELLED, _ ("Cancelled"));
  return FALSE;
}

/* What comes to the place of a FRESH result meanwhile is not replaced. */
static gboolean
prepare (FddmCliPhoto *photo, const char *fresh, GString *unread)
{
  photo->origin.fresh    = strcmp (fresh, FRESH) == 0;
  photo->origin.may_name = ask_for_name;
  photo->origin.asked    = unread;
  return TRUE;
}

/* FALSE if the worker should end: it is the FINAL photo, or the device has failed and may be unusable for the rest of the
 * process. */
static gboolean
do_photo (const FddmCliDenoise *denoise, FddmContext *context, FddmWeights *weights, char **order, GString *unread,
          gboolean final)
{
  const char           *from = order[0], *to = order[1];
  g_autoptr (GError)    error    = NULL;
  g_auto (FddmCliPhoto) photo    = { 0 };
  FddmDenoised          denoised = { 0 };
  g_autofree char      *json     = NULL;
  gboolean              last;

  if (fddm_picture_writable (to, &error) && fddm_cli_photo_open (&photo, from, &error) &&
      prepare (&photo, order[2], unread) &&
      fddm_cli_denoise_picture (denoise, context, &photo, to, progress, &outlet, &denoised, &error))
    {
      if (denoised.warning)
        say (outlet, fddm_record_join ("warning", denoised.warning, NULL));
      json = done_json (denoise, from, to, &denoised, context, weights);
      g_free (denoised.warning);
      return say (outlet, fddm_record_join (final ? "final" : "done", json, NULL)) && !final;
    }
  g_free (denoised.warning);
  if (g_error_matches (error, FDDM_ERROR, FDDM_ERROR_CANCELLED))
    return say (outlet, fddm_record_join ("cancelled", NULL)), FALSE;
  last = final || g_error_matches (error, FDDM_ERROR, FDDM_ERROR_DEVICE);
  return say (outlet, fddm_record_join (last ? "last" : "failed", error->message, NULL)) && !last;
}

static void
work (FddmCliDenoise denoise)
{
  g_autoptr (FddmWeights) weights = NULL;
  g_autoptr (FddmContext) context = NULL;
  g_autoptr (GError)      error   = NULL;
  g_autoptr (GString)     unread  = g_string_new (NULL);
  gboolean                goes_on = TRUE;
  int                     photos  = 0;

  fddm_cli_start_gegl (TRUE);
  fddm_heap_keep ();
  fddm_picture_on_end (tell_end);
  if (denoise.common.context.threads == 0 && denoise.jobs > 1)
    denoise.common.context.threads = MAX (1, (int) g_get_num_processors () / denoise.jobs);
  context = fddm_cli_context (&denoise.common, &weights, &denoise.params.averages, &error);
  if (!context)
    say (outlet, fddm_record_join ("broken", error->message, NULL));
  while (context && goes_on)
    {
      g_auto (GStrv) order = next_fields (unread);

      goes_on = order != NULL;
      if (goes_on && g_strv_length (order) == 3)
        goes_on = do_photo (&denoise, context, weights, order, unread, ++photos == PHOTOS);
    }
  g_clear_pointer (&context, fddm_context_free);
}

/* ---- In the process that hands out work ---- */

gboolean
fddm_worker_start (FddmWorker *workers, int n, int i, const FddmCliDenoise *denoise, GError **error)
{
  FddmWorker *worker = &workers[i];
  int         pair[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    pair[0] = -1;
  fflush (NULL);
  worker->process = pair[0] < 0 ? -1 : fork ();
  if (worker->process == 0)
    {
      /* Closes the other workers' sockets, so that each worker notices the end of this process independently. */
      for (int k = 0; k < n; k++)
        if (workers[k].process > 0)
          close (workers[k].socket);
      close (pair[0]);
      outlet = pair[1];
      work (*denoise);
      fddm_cli_leave (0);
    }
  if (worker->process < 0)
    {
      g_set_error (error, FDDM_ERROR, FDDM_ERROR_MEMORY, _ ("Cannot start a process: %s"), g_strerror (errno));
      worker->process = 0;
      return FALSE;
    }
  close (pair[1]);
  worker->socket = pair[0];
  worker->unread = g_string_new (NULL);
  return TRUE;
}

/* The end of a worker is noticed by fddm_worker_hear. */
void
fddm_worker_give (FddmWorker *worker, FddmPhoto *photo)
{
  worker->photo    = photo;
  worker->fraction = 0;
  say (worker->socket, fddm_record_join (photo->input, photo->output, photo->fresh ? FRESH : "", NULL));
}

void
fddm_worker_answer (FddmWorker *worker, const char *problem)
{
  say (worker->socket, problem ? fddm_record_join (LEAVE, problem, NULL) : fddm_record_join (NAME_IT, NULL));
}

/* The first message that was read; lines that are none are passed over. */
static char **
take_message (GString *unread)
{
  char **words = NULL, *line;

  while (!words && (line = fddm_record_take (unread)))
    {
      words = fddm_record_split (line);
      g_free (line);
    }
  return words;
}

char **
fddm_worker_hear (FddmWorker *worker, gboolean *ended)
{
  char **words = take_message (worker->unread);
  char   peek;
  gssize n = 1;

  while (!words && n > 0 && (n = recv (worker->socket, &peek, 1, MSG_PEEK | MSG_DONTWAIT)) > 0)
    {
      listen_to (worker->socket, worker->unread);
      words = take_message (worker->unread);
    }
  *ended = !words && (n == 0 || (n < 0 && errno == ECONNRESET));
  return words;
}

char *
fddm_worker_end (FddmWorker *worker)
{
  int   status = 0;
  char *reason = NULL;

  close (worker->socket);
  while (waitpid (worker->process, &status, 0) < 0 && errno == EINTR)
    ;
  if (WIFSIGNALED (status))
    reason = g_strdup_printf (_ ("signal %d, %s"), WTERMSIG (status), g_strsignal (WTERMSIG (status)));
  else if (WEXITSTATUS (status) != 0)
    reason = g_strdup_printf (_ ("status %d"), WEXITSTATUS (status));
  g_string_free (worker->unread, TRUE);
  memset (worker, 0, sizeof *worker);
  return reason;
}
