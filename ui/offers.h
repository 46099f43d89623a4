/* offers.h: pictures to choose from, asked for and brought, from a thread of its own to the dialog's.
 * SPDX-License-Identifier: Apache-2.0
 *
 * What is asked for is brought in this order: the account, drafts of all pictures, the pictures; the chosen one goes first, and
 * the account comes again when it may have become better. A request for other pictures makes the old ones stale: they are
 * given up, and nothing of them is brought any more. One for the same pictures keeps what is there. */
#pragma once
#include "ui/generate.h"

typedef struct FddmOffers FddmOffers;

/* Gets an offer in the dialog's thread; it may take the pixels out. */
typedef void (*FddmOfferFunc) (gpointer data, FddmOffer *offer);

/* N values make the pictures. Nothing is asked for yet. */
FddmOffers *fddm_offers_new (const FddmOfferPainter *painter, int n, FddmOfferFunc bring, gpointer data);
/* Asks for the pictures of VALUES, whose seed is the first one's, beginning with CHOSEN; LATE ms of quiet are waited for before
 * they are painted. TRUE: they are others than those of the last request. */
gboolean fddm_offers_ask (FddmOffers *offers, const double *values, int chosen, int late);
/* How far the picture is that is being painted. */
int fddm_offers_percent (FddmOffers *offers);
/* Waits until the painter has finished; nothing is brought any more. */
void fddm_offers_free (FddmOffers *offers);
