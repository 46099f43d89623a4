/* journal.h: journal of an output folder, which lets an interrupted run resume.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The file .fddm-journal in the folder only grows: a line before each photo, one when its result is made but has no name yet, and
 * one when it is done or has failed. A result gets its name only when the line that describes it is on the disk: so it is known
 * from a file that the user puts there, whenever the work ends. Incomplete lines are ignored, and so are kinds of lines that are
 * not known.
 * Several runs may work in one folder at the same time. If they are given the same photos, they share them. */
#pragma once
#include <glib.h>
#include "engine/program/names.h"

typedef struct FddmJournal FddmJournal;

/* Opens or creates the journal of FOLDER. SETTINGS describes the settings on which results depend. */
FddmJournal *fddm_journal_open (const char *folder, const char *settings, GError **error);
void         fddm_journal_close (FddmJournal *journal);

/* Whether the file is still in its place: without it, the next run would not know what this one does. */
gboolean fddm_journal_is_there (const FddmJournal *journal, GError **error);

typedef enum {
  FDDM_CLAIM_REFUSED, /* the reason is in the error */
  FDDM_CLAIM_TAKEN,   /* to be done now; an existing result may be overwritten */
  FDDM_CLAIM_DONE     /* result is up to date with these settings, or another run is working on it */
} FddmClaim;

/* Claims PHOTO before work on it begins, renews its stamp, and tells whether its result is fresh. Refuses a result that belongs
 * to another photo, and an existing file that no run has written. */
FddmClaim fddm_journal_claim (FddmJournal *journal, FddmPhoto *photo, GError **error);

/* Records that PHOTO's result is the complete file described by MADE, which gets its name next. Refuses that if an older
 * result was changed since the claim. */
gboolean fddm_journal_made (FddmJournal *journal, const FddmPhoto *photo, const FddmStamp *made, GError **error);

/* Records that PHOTO is done. fddm_journal_failed: that it failed or was left, for REASON; what then comes to the place of its
 * result is the user's own. */
gboolean fddm_journal_done (FddmJournal *journal, const FddmPhoto *photo, GError **error);
gboolean fddm_journal_failed (FddmJournal *journal, const FddmPhoto *photo, const char *reason, GError **error);

/* If PHOTO is a result in the journal's folder, the absolute path of the photo from which it was made; otherwise NULL. */
const char *fddm_journal_original (const FddmJournal *journal, const FddmPhoto *photo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FddmJournal, fddm_journal_close)
