/* journal.c: the journal of a folder, with anything in it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whatever it holds, a photo that is written down as done must be found done again. */
#include "engine/program/journal.h"
#include "tests/fuzz/support.h"

static FddmJournal *
open_journal (const char *folder)
{
  g_autoptr (GError) error   = NULL;
  FddmJournal       *journal = fddm_journal_open (folder, "settings", &error);

  g_assert_no_error (error);
  return journal;
}

static void
denoise (const char *folder, FddmPhoto *photo)
{
  g_autoptr (FddmJournal) journal = open_journal (folder);
  g_autoptr (GError)      error   = NULL;
  FddmClaim               claim   = fddm_journal_claim (journal, photo, &error);

  g_assert_true ((claim == FDDM_CLAIM_REFUSED) == (error != NULL));
  if (claim == FDDM_CLAIM_TAKEN)
    {
      g_assert_true (fddm_journal_made (journal, photo, &(FddmStamp) { .size = 6, .changed = 1 }, NULL));
      fuzz_write (photo->output, "result", 6);
      g_assert_true (fddm_journal_failed (journal, photo, "a reason", NULL));
      g_assert_true (fddm_journal_done (journal, photo, NULL));
    }
  fddm_journal_close (g_steal_pointer (&journal));
  journal = open_journal (folder);
  if (claim == FDDM_CLAIM_TAKEN)
    g_assert_cmpint (fddm_journal_claim (journal, photo, NULL), ==, FDDM_CLAIM_DONE);
}

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size)
{
  g_autofree char *journal = fuzz_path ("out/.fddm-journal"), *folder = g_path_get_dirname (journal);
  g_autofree char *output = fuzz_path ("out/a.png"), *input = fuzz_path ("in/a.png");
  FddmPhoto        photo = { .input = input, .name = (char *) "a.png", .output = output };

  fuzz_write (journal, bytes, size);
  fuzz_write (input, "photo", 5);
  /* With a result there, and without one. */
  if (size % 2)
    fuzz_write (output, "earlier", 7);
  else
    fuzz_remove (output);
  denoise (folder, &photo);
  return 0;
}
