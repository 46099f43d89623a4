/* mailbox.h: requests from the dialog's thread to a thread that serves them, and parcels back.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Only the last request counts: a new one cancels the one that is being served. Parcels arrive in the main loop of the
 * dialog's thread, in the order of sending. */
#pragma once
#include <glib.h>

/* Receives a parcel in the dialog's thread and frees it. */
typedef void (*FddmMailboxFunc) (gpointer data, gpointer parcel);

typedef struct {
  GThread        *thread;
  FddmMailboxFunc bring;
  GDestroyNotify  drop; /* frees a parcel that is not delivered */
  gpointer        data; /* for BRING */
  gpointer        wanted;
  gsize           size;      /* of the request WANTED, in bytes */
  int             serial;    /* of WANTED; 0: none yet. Written in the dialog's thread only */
  int             stop, end; /* atomic: cancel the current request; cancel everything */
  int             percent;   /* atomic: progress of the current work */
  GMutex          mutex;     /* guards WANTED, SERIAL and the members below */
  GCond           wake;
  gint64          start, taken_start; /* end of the delay of WANTED and of the request taken up, by g_get_monotonic_time */
  int             served;             /* serial of the last request taken up */
  GQueue          ready;              /* parcels */
  guint           bringing;           /* idle source, or 0 */
} FddmMailbox;

/* Prepares an empty mailbox. WANTED points to the place of a request of SIZE bytes. Clear with fddm_mailbox_clear. */
void fddm_mailbox_init (FddmMailbox *box, gpointer wanted, gsize size, FddmMailboxFunc bring, GDestroyNotify drop,
                        gpointer data);
/* Begins a request: it may be written until fddm_mailbox_asked. */
void fddm_mailbox_ask (FddmMailbox *box);
/* Ends the writing of a request; it is to be served after LATE ms without another one. Cancels the request being served. */
void fddm_mailbox_asked (FddmMailbox *box, int late);
/* Cancels the request being served, and the last one if it is not taken up yet. */
void fddm_mailbox_rest (FddmMailbox *box);
/* Ends the thread, if there is one, and waits for it. Nothing is delivered afterwards. */
void fddm_mailbox_clear (FddmMailbox *box);

/* For the serving thread: waits for a new request and copies it to REQUEST. FALSE: the end. */
gboolean fddm_mailbox_take (FddmMailbox *box, gpointer request, int *serial);
/* Likewise: waits until the delay of the request taken up has passed. FALSE: a new request or the end came first. */
gboolean fddm_mailbox_quiet (FddmMailbox *box);
/* Likewise: sends PARCEL to the dialog's thread. */
void fddm_mailbox_send (FddmMailbox *box, gpointer parcel);
