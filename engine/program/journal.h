/* journal.h: what was done in an output folder, so that an interrupted run goes on.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The file .fddm-journal in the folder is only ever appended to: a line before a photo is begun, and one when it is done or
 * has failed. Each line is on the disk before work goes on. A line that was cut off is passed over. Several runs may work
 * in one folder, and on the same photos, which they share. */
#pragma once
#include <glib.h>
#include "engine/program/names.h"

typedef struct FddmJournal FddmJournal;

/* Opens the journal of FOLDER, or begins one. SETTINGS are what results depend on, in words. */
FddmJournal *fddm_journal_open (const char *folder, const char *settings, GError **error);
void         fddm_journal_close (FddmJournal *journal);

typedef enum {
  FDDM_CLAIM_REFUSED, /* the error says why                                               */
  FDDM_CLAIM_TAKEN,   /* to be done now; its result may be written over                   */
  FDDM_CLAIM_DONE     /* was done with these settings and is still there, or another run has begun it */
} FddmClaim;

/* Asks for PHOTO before it is begun; its stamp is taken anew. A result is refused that another photo has, and a file that no
 * run has written. */
FddmClaim fddm_journal_claim (FddmJournal *journal, FddmPhoto *photo, GError **error);

/* Notes that PHOTO is done, or for which REASON it failed. */
gboolean fddm_journal_done (FddmJournal *journal, const FddmPhoto *photo, GError **error);
gboolean fddm_journal_failed (FddmJournal *journal, const FddmPhoto *photo, const char *reason, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmJournal, fddm_journal_close)
