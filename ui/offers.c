/* offers.c: see offers.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/offers.h"
#include "ui/mailbox.h"

#include <string.h>

typedef struct {
  int    pictures; /* serial of the first request for these pictures */
  double values[FDDM_PARAMETERS_MAX];
  int    chosen;
} Request;

struct FddmOffers {
  FddmOfferPainter painter;
  int              n;
  FddmOfferFunc    bring;
  gpointer         data;
  FddmMailbox      box; /* of Request and Ready */
  Request          wanted;
};

typedef struct {
  FddmOffer offer;
  int       serial, pictures; /* of the request */
} Ready;

/* State of the painter's thread for the current request. */
typedef struct {
  FddmOffers   *offers;
  Request       request;
  int           serial;
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
is_stale (const FddmOffers *offers, const Ready *ready)
{
  return is_picture (&ready->offer) ? ready->pictures != offers->wanted.pictures : ready->serial != offers->box.serial;
}

static void
deliver (gpointer data, gpointer parcel)
{
  FddmOffers *offers = data;

  if (!is_stale (offers, parcel))
    offers->bring (offers->data, &((Ready *) parcel)->offer);
  ready_free (parcel);
}

/* ---- In the painter's ---- */

/* Passes OFFER to the dialog and takes over its content. */
static void
hand_over (const Work *work, const FddmOffer *offer)
{
  FddmOffers *offers = work->offers;
  Ready      *ready  = g_new0 (Ready, 1);

  ready->offer    = *offer;
  ready->serial   = work->serial;
  ready->pictures = work->request.pictures;
  fddm_mailbox_send (&offers->box, ready);
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
  const int before = work->request.pictures;

  if (!fddm_mailbox_take (&work->offers->box, &work->request, &work->serial))
    return FALSE;
  if (work->request.pictures != before)
    memset (work->made, 0, sizeof work->made);
  return TRUE;
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
  const FddmOfferWatch watch  = { &offers->box.stop, &offers->box.percent, show_estimate, work };
  FddmOffer            offer  = { .kind = kind, .which = which };
  gboolean             done;

  g_atomic_int_set (&offers->box.percent, 0);
  done = offers->painter.paint (offers->painter.data, work->request.values, &offer, &watch);
  if (g_atomic_int_get (&offers->box.stop))
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
    if (give_account (&work) && fddm_mailbox_quiet (&offers->box) && make_pictures (&work, FDDM_OFFER_DRAFT))
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

  fddm_mailbox_ask (&offers->box);
  others = wanted->pictures == 0 || !offers->painter.same (offers->painter.data, wanted->values, values);
  if (others)
    wanted->pictures = offers->box.serial;
  wanted->chosen = chosen;
  memcpy (wanted->values, values, offers->n * sizeof *values);
  fddm_mailbox_asked (&offers->box, late);
  return others;
}

int
fddm_offers_percent (FddmOffers *offers)
{
  return g_atomic_int_get (&offers->box.percent);
}

FddmOffers *
fddm_offers_new (const FddmOfferPainter *painter, int n, FddmOfferFunc bring, gpointer data)
{
  FddmOffers *offers = g_new0 (FddmOffers, 1);

  offers->painter = *painter;
  offers->n       = n;
  offers->bring   = bring;
  offers->data    = data;
  fddm_mailbox_init (&offers->box, &offers->wanted, sizeof offers->wanted, deliver, ready_free, offers);
  offers->box.thread = g_thread_new ("fddm-offers", paint, offers);
  return offers;
}

void
fddm_offers_free (FddmOffers *offers)
{
  fddm_mailbox_clear (&offers->box);
  g_free (offers);
}
