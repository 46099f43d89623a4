/* requests.c: see requests.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/requests.h"
#include "ui/mailbox.h"

#include <string.h>

typedef struct {
  FddmPart part;
  int      step;
  double   values[FDDM_PARAMETERS_MAX];
  gboolean draft_only;
} Request;

struct FddmRequests {
  FddmSightPainter painter;
  int              n;
  FddmSightFunc    bring;
  gpointer         data;
  gboolean         asked, all_read;
  guint            reading; /* idle source, or 0 */
  FddmMailbox      box;     /* of Request and Ready. Its end cancels the noise, too */
  Request          wanted;
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

static void
deliver (gpointer data, gpointer parcel)
{
  FddmRequests *requests = data;
  Ready        *ready    = parcel;

  if (ready->serial == 0 || ready->serial == requests->box.serial)
    requests->bring (requests->data, &ready->sight);
  ready_free (ready);
}

/* ---- In the painter's ---- */

/* Passes SIGHT to the dialog and takes over its content. */
static void
hand_over (FddmRequests *requests, FddmSight *sight, int serial)
{
  Ready *ready = g_new0 (Ready, 1);

  ready->sight  = *sight;
  ready->serial = serial;
  fddm_mailbox_send (&requests->box, ready);
}

static void
make_original (FddmRequests *requests, const Request *request, int serial)
{
  FddmSight sight = { .kind = FDDM_SIGHT_ORIGINAL, .part = request->part, .step = request->step };

  requests->painter.original (requests->painter.data, &sight);
  hand_over (requests, &sight, serial);
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
  const FddmSightWatch watch    = { &requests->box.end, &requests->box.percent };
  FddmSight            sight    = { .kind = FDDM_SIGHT_NOISE };
  gboolean             measured = requests->painter.measure (requests->painter.data, &sight, &watch);

  if (!measured)
    sight.kind = FDDM_SIGHT_PROBLEM;
  hand_over (requests, &sight, 0);
  return measured;
}

/* FALSE: no better picture can be made for this request. */
static gboolean
make_result (FddmRequests *requests, const Request *request, int serial, gboolean draft)
{
  const FddmSightWatch watch = { &requests->box.stop, &requests->box.percent };
  FddmSight            sight = { .kind = draft && !request->draft_only ? FDDM_SIGHT_DRAFT : FDDM_SIGHT_RESULT,
                                 .part = request->part,
                                 .step = request->step };
  gboolean             done  = requests->painter.denoise (requests->painter.data, request->values, draft, &sight, &watch);

  if (g_atomic_int_get (&requests->box.stop))
    {
      fddm_sight_clear (&sight);
      return FALSE;
    }
  if (!done)
    sight.kind = FDDM_SIGHT_PROBLEM;
  hand_over (requests, &sight, serial);
  return done;
}

static gpointer
paint (gpointer data)
{
  FddmRequests *requests = data;
  gboolean      measured = FALSE, overviewed = FALSE;
  Request       request;
  int           serial;

  while (fddm_mailbox_take (&requests->box, &request, &serial))
    {
      make_original (requests, &request, serial);
      if (!overviewed)
        make_overview (requests);
      overviewed = TRUE;
      if (!measured && !(measured = measure (requests)))
        continue;
      if (fddm_mailbox_quiet (&requests->box) && make_result (requests, &request, serial, TRUE) && !request.draft_only)
        make_result (requests, &request, serial, FALSE);
    }
  requests->painter.finish (requests->painter.data);
  return NULL;
}

/* ---- In the dialog's again ---- */

static void
read_is_done (FddmRequests *requests)
{
  requests->reading    = 0;
  requests->all_read   = TRUE;
  requests->box.thread = g_thread_new ("fddm-preview", paint, requests);
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
  fddm_mailbox_ask (&requests->box);
  requests->wanted.part       = *part;
  requests->wanted.step       = step;
  requests->wanted.draft_only = draft_only;
  memcpy (requests->wanted.values, values, requests->n * sizeof *values);
  fddm_mailbox_asked (&requests->box, late);
  if (!requests->reading && !requests->all_read)
    requests->reading = g_idle_add (read_more, requests);
}

void
fddm_requests_rest (FddmRequests *requests)
{
  fddm_mailbox_rest (&requests->box);
}

int
fddm_requests_percent (FddmRequests *requests)
{
  return g_atomic_int_get (&requests->box.percent);
}

FddmRequests *
fddm_requests_new (const FddmSightPainter *painter, int n, FddmSightFunc bring, gpointer data)
{
  FddmRequests *requests = g_new0 (FddmRequests, 1);

  requests->painter = *painter;
  requests->n       = n;
  requests->bring   = bring;
  requests->data    = data;
  fddm_mailbox_init (&requests->box, &requests->wanted, sizeof requests->wanted, deliver, ready_free, requests);
  return requests;
}

void
fddm_requests_free (FddmRequests *requests)
{
  const gboolean started = requests->box.thread != NULL;

  if (requests->reading)
    g_source_remove (requests->reading);
  fddm_mailbox_clear (&requests->box);
  if (!started)
    requests->painter.finish (requests->painter.data);
  g_free (requests);
}
