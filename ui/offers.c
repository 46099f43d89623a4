/* offers.c: see offers.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/offers.h"

#include <string.h>

typedef struct {
  int    serial;
  int    pictures; /* serial of the first request for these pictures */
  double values[FDDM_PARAMETERS_MAX];
  int    chosen;
  gint64 start; /* earliest time of painting, by g_get_monotonic_time */
} Request;

struct FddmOffers {
  FddmOfferPainter painter;
  int              n;
  FddmOfferFunc    bring;
  gpointer         data;
  GThread         *thread;
  int              stop, end; /* atomic: cancel the current request; cancel everything */
  int              percent;   /* atomic */
  GMutex           mutex;     /* guards the members below */
  GCond            wake;
  Request          wanted;   /* serial 0: none yet */
  int              served;   /* serial of the last request taken up */
  GQueue           ready;    /* offers with their serials, for the dialog */
  guint            bringing; /* idle source, or 0 */
};

typedef struct {
  FddmOffer offer;
  int       serial, pictures; /* of the request */
} Ready;

/* State of the painter's thread for the current request. */
typedef struct {
  FddmOffers   *offers;
  Request       request;
  FddmOfferKind made[FDDM_OFFERS]; /* kind of each picture so far */
} Work;

void
fddm_offer_clear (FddmOffer *offer)
{
  g_clear_pointer (&offer->pixels, g_free);
  g_clear_pointer (&offer->words, g_free);
  g_clear_pointer (&offer->device, g_free);
}

void
fddm_sheet_clear (FddmSheet *sheet)
{
  g_clear_pointer (&sheet->path, g_free);
  g_clear_pointer (&sheet->names, g_strfreev);
}

static gboolean
is_picture (const FddmOffer *offer)
{
  return offer->kind >= FDDM_OFFER_ESTIMATE;
}

static void
ready_free (gpointer data)
{
  Ready *ready = data;

  fddm_offer_clear (&ready->offer);
  g_free (ready);
}

/* ---- In the dialog's thread ---- */

static gboolean
is_stale (const Ready *ready, const Request *wanted)
{
  return is_picture (&ready->offer) ? ready->pictures != wanted->pictures : ready->serial != wanted->serial;
}

static gboolean
bring_all (gpointer data)
{
  FddmOffers *offers = data;

  for (;;)
    {
      Ready   *ready;
      gboolean stale;

      g_mutex_lock (&offers->mutex);
      ready = g_queue_pop_head (&offers->ready);
      stale = ready && is_stale (ready, &offers->wanted);
      if (!ready)
        offers->bringing = 0;
      g_mutex_unlock (&offers->mutex);
      if (!ready)
        return G_SOURCE_REMOVE;
      if (!stale)
        offers->bring (offers->data, &ready->offer);
      ready_free (ready);
    }
}

/* ---- In the painter's ---- */

/* Passes OFFER to the dialog and takes over its content. */
static void
hand_over (const Work *work, const FddmOffer *offer)
{
  FddmOffers *offers = work->offers;
  Ready      *ready  = g_new0 (Ready, 1);

  ready->offer    = *offer;
  ready->serial   = work->request.serial;
  ready->pictures = work->request.pictures;
  g_mutex_lock (&offers->mutex);
  g_queue_push_tail (&offers->ready, ready);
  if (!offers->bringing)
    offers->bringing = g_idle_add (bring_all, offers);
  g_mutex_unlock (&offers->mutex);
}

static void
show_estimate (gpointer data, FddmOffer *offer)
{
  hand_over (data, offer);
  memset (offer, 0, sizeof *offer);
}

/* Waits for a new request. FALSE: the end, there will be none. */
static gboolean
wait_for_request (Work *work)
{
  FddmOffers *offers = work->offers;
  const int   before = work->request.pictures;

  g_mutex_lock (&offers->mutex);
  while (offers->served == offers->wanted.serial && !g_atomic_int_get (&offers->end))
    g_cond_wait (&offers->wake, &offers->mutex);
  work->request  = offers->wanted;
  offers->served = work->request.serial;
  g_atomic_int_set (&offers->stop, g_atomic_int_get (&offers->end));
  g_mutex_unlock (&offers->mutex);
  if (work->request.pictures != before)
    memset (work->made, 0, sizeof work->made);
  return !g_atomic_int_get (&offers->end);
}

/* Waits until the request's delay has passed. FALSE: a new request or the end came first. */
static gboolean
wait_for_quiet (const Work *work)
{
  FddmOffers *offers = work->offers;
  gboolean    quiet  = FALSE;

  g_mutex_lock (&offers->mutex);
  while (!quiet && !g_atomic_int_get (&offers->stop))
    quiet = !g_cond_wait_until (&offers->wake, &offers->mutex, work->request.start);
  g_mutex_unlock (&offers->mutex);
  return quiet;
}

/* FALSE: no pictures can be made. */
static gboolean
give_account (const Work *work)
{
  FddmOffer      offer = { .kind = FDDM_OFFER_ACCOUNT };
  const gboolean paint = work->offers->painter.account (work->offers->painter.data, work->request.values, &offer);

  hand_over (work, &offer);
  return paint;
}

/* FALSE: no more pictures for this request. */
static gboolean
make_picture (Work *work, int which, FddmOfferKind kind)
{
  FddmOffers          *offers = work->offers;
  const FddmOfferWatch watch  = { &offers->stop, &offers->percent, show_estimate, work };
  FddmOffer            offer  = { .kind = kind, .which = which };
  gboolean             done;

  g_atomic_int_set (&offers->percent, 0);
  done = offers->painter.paint (offers->painter.data, work->request.values, &offer, &watch);
  if (g_atomic_int_get (&offers->stop))
    {
      fddm_offer_clear (&offer);
      return FALSE;
    }
  if (done)
    work->made[which] = offer.kind;
  else
    offer.kind = FDDM_OFFER_PROBLEM;
  hand_over (work, &offer);
  return done && give_account (work);
}

/* Makes all pictures below KIND, the chosen one first. */
static gboolean
make_pictures (Work *work, FddmOfferKind kind)
{
  for (int i = 0; i < FDDM_OFFERS; i++)
    {
      const int which = (work->request.chosen + i) % FDDM_OFFERS;

      if (work->made[which] < kind && !make_picture (work, which, kind))
        return FALSE;
    }
  return TRUE;
}

static gpointer
paint (gpointer data)
{
  FddmOffers *offers = data;
  Work        work   = { .offers = offers };

  while (wait_for_request (&work))
    if (give_account (&work) && wait_for_quiet (&work) && make_pictures (&work, FDDM_OFFER_DRAFT))
      make_pictures (&work, FDDM_OFFER_RESULT);
  offers->painter.finish (offers->painter.data);
  return NULL;
}

/* ---- In the dialog's again ---- */

gboolean
fddm_offers_ask (FddmOffers *offers, const double *values, int chosen, int late)
{
  Request *wanted = &offers->wanted;
  gboolean others;

  g_mutex_lock (&offers->mutex);
  others = !wanted->serial || !offers->painter.same (offers->painter.data, wanted->values, values);
  wanted->serial++;
  if (others)
    wanted->pictures = wanted->serial;
  wanted->chosen = chosen;
  wanted->start  = g_get_monotonic_time () + late * G_TIME_SPAN_MILLISECOND;
  memcpy (wanted->values, values, offers->n * sizeof *values);
  g_atomic_int_set (&offers->stop, 1);
  g_cond_signal (&offers->wake);
  g_mutex_unlock (&offers->mutex);
  return others;
}

int
fddm_offers_percent (FddmOffers *offers)
{
  return g_atomic_int_get (&offers->percent);
}

FddmOffers *
fddm_offers_new (const FddmOfferPainter *painter, int n, FddmOfferFunc bring, gpointer data)
{
  FddmOffers *offers = g_new0 (FddmOffers, 1);

  offers->painter = *painter;
  offers->n       = n;
  offers->bring   = bring;
  offers->data    = data;
  g_mutex_init (&offers->mutex);
  g_cond_init (&offers->wake);
  g_queue_init (&offers->ready);
  offers->thread = g_thread_new ("fddm-offers", paint, offers);
  return offers;
}

void
fddm_offers_free (FddmOffers *offers)
{
  g_mutex_lock (&offers->mutex);
  g_atomic_int_set (&offers->end, 1);
  g_atomic_int_set (&offers->stop, 1);
  g_cond_signal (&offers->wake);
  g_mutex_unlock (&offers->mutex);
  g_thread_join (offers->thread);
  if (offers->bringing)
    g_source_remove (offers->bringing);
  g_queue_clear_full (&offers->ready, ready_free);
  g_mutex_clear (&offers->mutex);
  g_cond_clear (&offers->wake);
  g_free (offers);
}
