/* offers.h: requests for sample pictures, from the dialog's thread to a painter thread and back.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A request is answered in this order: the account, drafts of all pictures, the final pictures. The chosen picture goes
 * first. The account is repeated when its estimate may have improved. A request for other pictures cancels those of the
 * last request; they are not delivered. A request for the same pictures keeps the finished ones. */
#pragma once
#include "ui/generate.h"

typedef struct FddmOffers FddmOffers;

/* Receives an offer in the dialog's thread. It may take over the pixels. */
typedef void (*FddmOfferFunc) (gpointer data, FddmOffer *offer);

/* Creates a painter thread. N is the number of values of a request. Painting starts with the first request. */
FddmOffers *fddm_offers_new (const FddmOfferPainter *painter, int n, FddmOfferFunc bring, gpointer data);
/* Requests the pictures of VALUES, which hold the first picture's seed. Starts with CHOSEN, after LATE ms without another
 * request. TRUE: the pictures differ from those of the last request. */
gboolean fddm_offers_ask (FddmOffers *offers, const double *values, int chosen, int late);
/* Progress of the current picture, in percent. */
int fddm_offers_percent (FddmOffers *offers);
/* Waits until the painter has finished. Nothing is delivered afterwards. */
void fddm_offers_free (FddmOffers *offers);
