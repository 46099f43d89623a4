/* mailbox.c: see mailbox.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/mailbox.h"
#include <string.h>

void
fddm_mailbox_init (FddmMailbox *box, gpointer wanted, gsize size, FddmMailboxFunc bring, GDestroyNotify drop, gpointer data)
{
  *box = (FddmMailbox) { .bring = bring, .drop = drop, .data = data, .wanted = wanted, .size = size };
  g_mutex_init (&box->mutex);
  g_cond_init (&box->wake);
  g_queue_init (&box->ready);
}

/* ---- In the dialog's thread ---- */

static gboolean
bring_all (gpointer data)
{
  FddmMailbox *box = data;

  for (;;)
    {
      gpointer parcel;

      g_mutex_lock (&box->mutex);
      parcel = g_queue_pop_head (&box->ready);
      if (parcel == NULL)
        box->bringing = 0;
      g_mutex_unlock (&box->mutex);
      if (parcel == NULL)
        return G_SOURCE_REMOVE;
      box->bring (box->data, parcel);
    }
}

void
fddm_mailbox_ask (FddmMailbox *box)
{
  g_mutex_lock (&box->mutex);
  box->serial++;
}

void
fddm_mailbox_asked (FddmMailbox *box, int late)
{
  box->start = g_get_monotonic_time () + late * G_TIME_SPAN_MILLISECOND;
  g_atomic_int_set (&box->stop, 1);
  g_cond_signal (&box->wake);
  g_mutex_unlock (&box->mutex);
}

void
fddm_mailbox_rest (FddmMailbox *box)
{
  fddm_mailbox_ask (box);
  box->served = box->serial;
  fddm_mailbox_asked (box, 0);
}

void
fddm_mailbox_clear (FddmMailbox *box)
{
  g_mutex_lock (&box->mutex);
  g_atomic_int_set (&box->end, 1);
  g_atomic_int_set (&box->stop, 1);
  g_cond_signal (&box->wake);
  g_mutex_unlock (&box->mutex);
  if (box->thread != NULL)
    g_thread_join (box->thread);
  if (box->bringing != 0)
    g_source_remove (box->bringing);
  g_queue_clear_full (&box->ready, box->drop);
  g_mutex_clear (&box->mutex);
  g_cond_clear (&box->wake);
}

/* ---- In the serving thread ---- */

gboolean
fddm_mailbox_take (FddmMailbox *box, gpointer request, int *serial)
{
  g_mutex_lock (&box->mutex);
  while (box->served == box->serial && !g_atomic_int_get (&box->end))
    g_cond_wait (&box->wake, &box->mutex);
  memcpy (request, box->wanted, box->size);
  *serial = box->served = box->serial;
  box->taken_start      = box->start;
  g_atomic_int_set (&box->stop, g_atomic_int_get (&box->end));
  g_mutex_unlock (&box->mutex);
  return !g_atomic_int_get (&box->end);
}

gboolean
fddm_mailbox_quiet (FddmMailbox *box)
{
  gboolean quiet = FALSE;

  g_mutex_lock (&box->mutex);
  while (!quiet && !g_atomic_int_get (&box->stop))
    quiet = !g_cond_wait_until (&box->wake, &box->mutex, box->taken_start);
  g_mutex_unlock (&box->mutex);
  return quiet;
}

void
fddm_mailbox_send (FddmMailbox *box, gpointer parcel)
{
  g_mutex_lock (&box->mutex);
  g_queue_push_tail (&box->ready, parcel);
  if (box->bringing == 0)
    box->bringing = g_idle_add (bring_all, box);
  g_mutex_unlock (&box->mutex);
}
