/* requests.h: pictures asked for and brought, from a thread of its own to the dialog's.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A new request makes the old one stale: it is given up, and nothing of it is brought any more. What is asked for is brought in
 * this order: the original, the overview and the noise (once for all), a draft, and the result where that is more than the
 * draft. */
#pragma once
#include "ui/denoise.h"

typedef struct FddmRequests FddmRequests;

/* Gets a sight in the dialog's thread; it may take the pixels out. */
typedef void (*FddmSightFunc) (gpointer data, FddmSight *sight);

/* N values make a picture. Nothing is asked for yet. */
FddmRequests *fddm_requests_new (const FddmSightPainter *painter, int n, FddmSightFunc bring, gpointer data);
/* Asks for PART, made smaller by STEP, as VALUES say; LATE ms of quiet are waited for before anything but the original is made
 * of it. DRAFT_ONLY: the draft is the result. Before the first sight the layer is read. */
void fddm_requests_ask (FddmRequests *requests, const FddmPart *part, int step, const double *values, gboolean draft_only,
                        int late);
/* Gives up what was asked for, so that the processor is free for something else. */
void fddm_requests_rest (FddmRequests *requests);
/* How far what is being denoised is. */
int fddm_requests_percent (FddmRequests *requests);
/* Waits until the painter has finished; nothing is brought any more. */
void fddm_requests_free (FddmRequests *requests);
