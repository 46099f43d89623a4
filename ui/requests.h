/* requests.h: requests for previews, from the dialog's thread to a painter thread and back.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A new request cancels the previous one; its pictures are no longer delivered. A request is answered in this order: the
 * original, the overview and the noise (once per dialog), a draft, and the result if it is better than the draft. */
#pragma once
#include "ui/denoise.h"

typedef struct FddmRequests FddmRequests;

/* Receives a sight in the dialog's thread. It may take over the pixels. */
typedef void (*FddmSightFunc) (gpointer data, FddmSight *sight);

/* Creates a painter thread. N is the number of values of a request. Painting starts with the first request. */
FddmRequests *fddm_requests_new (const FddmSightPainter *painter, int n, FddmSightFunc bring, gpointer data);
/* Requests PART, reduced by STEP, with VALUES. Everything but the original starts after LATE ms without another request.
 * DRAFT_ONLY: the draft is the result. The layer is read before the first sight. */
void fddm_requests_ask (FddmRequests *requests, const FddmPart *part, int step, const double *values, gboolean draft_only,
                        int late);
/* Cancels the current request, so that the processor is free for other work. */
void fddm_requests_rest (FddmRequests *requests);
/* Progress of the current denoising, in percent. */
int fddm_requests_percent (FddmRequests *requests);
/* Waits until the painter has finished. Nothing is delivered afterwards. */
void fddm_requests_free (FddmRequests *requests);
