/* requests.c: see requests.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/requests.h"

#include <string.h>

typedef struct {
  int      serial;
  FddmPart part;
  int      step;
  double   values[FDDM_PARAMETERS_MAX];
  gboolean draft_only;
  gint64   start; /* earliest time for more than the original, by g_get_monotonic_time */
} Request;

struct FddmRequests {
  FddmSightPainter painter;
  int              n;
  FddmSightFunc    bring;
  gpointer         data;
  gboolean         asked, all_read;
  guint            reading; /* idle source, or 0 */
  GThread         *thread;
  int              stop, end; /* atomic: cancel the current request; cancel everything, including the noise */
  int              percent;   /* atomic */
  GMutex           mutex;     /* guards the members below */
  GCond            wake;
  Request          wanted;   /* serial 0: none yet */
  int              served;   /* serial of the last request taken up */
  GQueue           ready;    /* sights with their serials, for the dialog */
  guint            bringing; /* idle source, or 0 */
};

typedef struct {
  FddmSight sight;
  int       serial; /* 0: never outdated */
} Ready;

void
fddm_sight_clear (FddmSight *sight)
{
  g_clear_pointer (&sight->pixels, g_free);
  g_clear_pointer (&sight->removed, g_free);
  g_clear_pointer (&sight->words, g_free);
  g_clear_pointer (&sight->device, g_free);
}

static void
ready_free (gpointer data)
{
  Ready *ready = data;

  fddm_sight_clear (&ready->sight);
  g_free (ready);
}

/* ---- In the dialog's thread ---- */

static gboolean
bring_all (gpointer data)
{
  FddmRequests *requests = data;

  for (;;)
    {
      Ready   *ready;
      gboolean stale;

      g_mutex_lock (&requests->mutex);
      ready = g_queue_pop_head (&requests->ready);
      stale = ready && ready->serial && ready->serial != requests->wanted.serial;
      if (!ready)
        requests->bringing = 0;
      g_mutex_unlock (&requests->mutex);
      if (!ready)
        return G_SOURCE_REMOVE;
      if (!stale)
        requests->bring (requests->data, &ready->sight);
      ready_free (ready);
    }
}

/* ---- In the painter's ---- */

/* Passes SIGHT to the dialog and takes over its content. */
static void
hand_over (FddmRequests *requests, FddmSight *sight, int serial)
{
  Ready *ready = g_new0 (Ready, 1);

  ready->sight  = *sight;
  ready->serial = serial;
  g_mutex_lock (&requests->mutex);
  g_queue_push_tail (&requests->ready, ready);
  if (!requests->bringing)
    requests->bringing = g_idle_add (bring_all, requests);
  g_mutex_unlock (&requests->mutex);
}

/* Waits for a new request. FALSE: the end, there will be none. */
static gboolean
wait_for_request (FddmRequests *requests, Request *request)
{
  g_mutex_lock (&requests->mutex);
  while (requests->served == requests->wanted.serial && !g_atomic_int_get (&requests->end))
    g_cond_wait (&requests->wake, &requests->mutex);
  *request         = requests->wanted;
  requests->served = request->serial;
  g_atomic_int_set (&requests->stop, g_atomic_int_get (&requests->end));
  g_mutex_unlock (&requests->mutex);
  return !g_atomic_int_get (&requests->end);
}

/* Waits until the request's delay has passed. FALSE: a new request or the end came first. */
static gboolean
wait_for_quiet (FddmRequests *requests, const Request *request)
{
  gboolean quiet = FALSE;

  g_mutex_lock (&requests->mutex);
  while (!quiet && !g_atomic_int_get (&requests->stop))
    quiet = !g_cond_wait_until (&requests->wake, &requests->mutex, request->start);
  g_mutex_unlock (&requests->mutex);
  return quiet;
}

static void
make_original (FddmRequests *requests, const Request *request)
{
  FddmSight sight = { .kind = FDDM_SIGHT_ORIGINAL, .part = request->part, .step = request->step };

  requests->painter.original (requests->painter.data, &sight);
  hand_over (requests, &sight, request->serial);
}

static void
make_overview (FddmRequests *requests)
{
  FddmSight sight = { .kind = FDDM_SIGHT_OVERVIEW };

  requests->painter.overview (requests->painter.data, &sight);
  hand_over (requests, &sight, 0);
}

static gboolean
measure (FddmRequests *requests)
{
  const FddmSightWatch watch    = { &requests->end, &requests->percent };
  FddmSight            sight    = { .kind = FDDM_SIGHT_NOISE };
  gboolean             measured = requests->painter.measure (requests->painter.data, &sight, &watch);

  if (!measured)
    sight.kind = FDDM_SIGHT_PROBLEM;
  hand_over (requests, &sight, 0);
  return measured;
}

/* FALSE: no better picture can be made for this request. */
static gboolean
make_result (FddmRequests *requests, const Request *request, gboolean draft)
{
  const FddmSightWatch watch = { &requests->stop, &requests->percent };
  FddmSight            sight = { .kind = draft && !request->draft_only ? FDDM_SIGHT_DRAFT : FDDM_SIGHT_RESULT,
                                 .part = request->part,
                                 .step = request->step };
  gboolean             done  = requests->painter.denoise (requests->painter.data, request->values, draft, &sight, &watch);

  if (g_atomic_int_get (&requests->stop))
    {
      fddm_sight_clear (&sight);
      return FALSE;
    }
  if (!done)
    sight.kind = FDDM_SIGHT_PROBLEM;
  hand_over (requests, &sight, request->serial);
  return done;
}

static gpointer
paint (gpointer data)
{
  FddmRequests *requests = data;
  gboolean      measured = FALSE, overviewed = FALSE;
  Request       request;

  while (wait_for_request (requests, &request))
    {
      make_original (requests, &request);
      if (!overviewed)
        make_overview (requests);
      overviewed = TRUE;
      if (!measured && !(measured = measure (requests)))
        continue;
      if (wait_for_quiet (requests, &request) && make_result (requests, &request, TRUE) && !request.draft_only)
        make_result (requests, &request, FALSE);
    }
  requests->painter.finish (requests->painter.data);
  return NULL;
}

/* ---- In the dialog's again ---- */

static void
read_is_done (FddmRequests *requests)
{
  requests->reading  = 0;
  requests->all_read = TRUE;
  requests->thread   = g_thread_new ("fddm-preview", paint, requests);
}

static gboolean
read_more (gpointer data)
{
  FddmRequests *requests = data;
  double        fraction;

  if (requests->painter.read (requests->painter.data, &fraction))
    return G_SOURCE_CONTINUE;
  read_is_done (requests);
  return G_SOURCE_REMOVE;
}

void
fddm_requests_ask (FddmRequests *requests, const FddmPart *part, int step, const double *values, gboolean draft_only,
                   int late)
{
  g_mutex_lock (&requests->mutex);
  requests->wanted.serial++;
  requests->wanted.part       = *part;
  requests->wanted.step       = step;
  requests->wanted.draft_only = draft_only;
  requests->wanted.start      = g_get_monotonic_time () + late * G_TIME_SPAN_MILLISECOND;
  memcpy (requests->wanted.values, values, requests->n * sizeof *values);
  g_atomic_int_set (&requests->stop, 1);
  g_cond_signal (&requests->wake);
  g_mutex_unlock (&requests->mutex);
  if (!requests->reading && !requests->all_read)
    requests->reading = g_idle_add (read_more, requests);
}

void
fddm_requests_rest (FddmRequests *requests)
{
  g_mutex_lock (&requests->mutex);
  requests->served = ++requests->wanted.serial;
  g_atomic_int_set (&requests->stop, 1);
  g_cond_signal (&requests->wake);
  g_mutex_unlock (&requests->mutex);
}

int
fddm_requests_percent (FddmRequests *requests)
{
  return g_atomic_int_get (&requests->percent);
}

FddmRequests *
fddm_requests_new (const FddmSightPainter *painter, int n, FddmSightFunc bring, gpointer data)
{
  FddmRequests *requests = g_new0 (FddmRequests, 1);

  requests->painter = *painter;
  requests->n       = n;
  requests->bring   = bring;
  requests->data    = data;
  g_mutex_init (&requests->mutex);
  g_cond_init (&requests->wake);
  g_queue_init (&requests->ready);
  return requests;
}

void
fddm_requests_free (FddmRequests *requests)
{
  if (requests->reading)
    g_source_remove (requests->reading);
  g_mutex_lock (&requests->mutex);
  g_atomic_int_set (&requests->end, 1);
  g_atomic_int_set (&requests->stop, 1);
  g_cond_signal (&requests->wake);
  g_mutex_unlock (&requests->mutex);
  if (requests->thread)
    g_thread_join (requests->thread);
  else
    requests->painter.finish (requests->painter.data);
  if (requests->bringing)
    g_source_remove (requests->bringing);
  g_queue_clear_full (&requests->ready, ready_free);
  g_mutex_clear (&requests->mutex);
  g_cond_clear (&requests->wake);
  g_free (requests);
}
