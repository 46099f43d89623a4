/* test-presets.c: named settings stored in a file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/presets.h"

#include <glib/gstdio.h>
#include <string.h>

static const FddmChoice choices[] = { { "low", "Low" }, { "high", "High" }, { NULL, NULL } };

static const FddmParameter table[] = {
  { "level", "_Level", "", FDDM_PARAMETER_DOUBLE, 0, 100, 50, NULL, NULL, NULL },
  { "way", "_Way", "", FDDM_PARAMETER_CHOICE, 0, 1, 0, choices, NULL, NULL },
  { "seed", "_Seed", "", FDDM_PARAMETER_INT, 0, 9, 0, NULL, NULL, NULL },
  { NULL, NULL, NULL, 0, 0, 0, 0, NULL, NULL, NULL },
};

static const FddmShippedPreset shipped[] = { { "Plain", "" }, { "Gentle", "level=12.5 way=high" }, { NULL, NULL } };
static const char *const       apart[]   = { "seed", NULL };

typedef struct {
  char        *folder, *path;
  FddmPresets *presets;
} Fixture;

static void
again (Fixture *fixture)
{
  g_clear_pointer (&fixture->presets, fddm_presets_free);
  fixture->presets = fddm_presets_new (table, shipped, apart, fixture->path);
}

static void
set_up (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("fddm-presets-XXXXXX", NULL);
  fixture->path   = g_build_filename (fixture->folder, "own", "presets.ini", NULL);
  again (fixture);
}

static void
tear_down (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  g_autofree char *own   = g_build_filename (fixture->folder, "own", NULL);
  g_autofree char *aside = g_strconcat (fixture->path, ".damaged", NULL);

  fddm_presets_free (fixture->presets);
  g_unlink (aside);
  g_unlink (fixture->path);
  g_rmdir (own);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0); /* no temporary file is left */
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
assert_values (const double *values, double level, double way, double seed)
{
  g_assert_cmpfloat (values[0], ==, level);
  g_assert_cmpfloat (values[1], ==, way);
  g_assert_cmpfloat (values[2], ==, seed);
}

static void
test_shipped (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  double values[FDDM_PARAMETERS_MAX] = { 3, 1, 7 };

  g_assert_cmpint (fddm_presets_count (fixture->presets), ==, 2);
  g_assert_cmpint (fddm_presets_find (fixture->presets, values, -1), ==, -1);
  fddm_presets_take (fixture->presets, 1, values);
  assert_values (values, 12.5, 1, 7);
  g_assert_cmpint (fddm_presets_find (fixture->presets, values, -1), ==, 1);
  fddm_presets_take (fixture->presets, 0, values);
  assert_values (values, 50, 0, 7);
}

static void
test_own_are_kept (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  const double mine[FDDM_PARAMETERS_MAX]   = { 0.1, 1, 4 };
  double       values[FDDM_PARAMETERS_MAX] = { 0, 0, 8 };
  GError      *error                       = NULL;

  g_assert_true (fddm_presets_save (fixture->presets, "  Mine [a=b] \xc3\xa4 ", mine, &error));
  again (fixture);
  g_assert_cmpint (fddm_presets_count (fixture->presets), ==, 3);
  g_assert_cmpstr (fddm_presets_name (fixture->presets, 2), ==, "Mine [a=b] \xc3\xa4");
  g_assert_true (fddm_presets_own (fixture->presets, 2));
  fddm_presets_take (fixture->presets, 2, values);
  assert_values (values, 0.1, 1, 8);

  values[0] = 99;
  g_assert_true (fddm_presets_save (fixture->presets, "Mine [a=b] \xc3\xa4", values, &error)); /* replaces the old one */
  g_assert_true (fddm_presets_rename (fixture->presets, 2, "Other", &error));
  again (fixture);
  g_assert_cmpint (fddm_presets_count (fixture->presets), ==, 3);
  g_assert_cmpstr (fddm_presets_name (fixture->presets, 2), ==, "Other");
  g_assert_cmpint (fddm_presets_find (fixture->presets, values, -1), ==, 2);

  fddm_presets_take (fixture->presets, 1, values); /* two equal presets */
  g_assert_true (fddm_presets_save (fixture->presets, "Other", values, &error));
  g_assert_cmpint (fddm_presets_find (fixture->presets, values, -1), ==, 1);
  g_assert_cmpint (fddm_presets_find (fixture->presets, values, 2), ==, 2);
  g_assert_cmpint (fddm_presets_find (fixture->presets, values, 0), ==, 1);

  g_assert_true (fddm_presets_remove (fixture->presets, 2, &error));
  again (fixture);
  g_assert_cmpint (fddm_presets_count (fixture->presets), ==, 2);
  g_assert_no_error (error);
}

static void
test_names (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  const double     values[FDDM_PARAMETERS_MAX] = { 1, 0, 0 };
  g_autofree char *longest = g_strnfill (FDDM_PRESET_NAME_MAX, 'x'), *longer = g_strnfill (FDDM_PRESET_NAME_MAX + 1, 'x');
  const char      *bad[] = { "", "  ", "\n", "\xc2\xa0", "\xe2\x80\x8f", "\xff", "Gentle", longer };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (fddm_presets_save (fixture->presets, bad[i], values, &error));
      g_assert_error (error, FDDM_PRESET_ERROR, FDDM_PRESET_ERROR_NAME);
    }
  g_assert_true (fddm_presets_save (fixture->presets, longest, values, NULL));
  g_assert_true (fddm_presets_save (fixture->presets, "B", values, NULL));
  g_assert_false (fddm_presets_rename (fixture->presets, 3, longest, NULL));
  g_assert_cmpstr (fddm_presets_name (fixture->presets, 3), ==, "B");
}

/* Names that look different are different, whatever they are in order to sort them; those that look the same are the same. */
static void
test_odd_names (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char *const names[]                     = { "m2",      "m\xc2\xb2", "fine", "\xef\xac\x81ne",
                                                           "a/b\\c",  ".hidden",   "%s;#", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
                                                           "\xc3\xa4" };
  double                   values[FDDM_PARAMETERS_MAX] = { 1, 0, 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++, values[0]++)
    g_assert_true (fddm_presets_save (fixture->presets, names[i], values, NULL));
  g_assert_true (fddm_presets_save (fixture->presets, "a\xcc\x88", values, NULL)); /* decomposed: replaces the last one */
  g_assert_true (fddm_presets_save (fixture->presets, "two\nlines", values, NULL));
  again (fixture);
  g_assert_cmpint (fddm_presets_count (fixture->presets), ==, 2 + G_N_ELEMENTS (names) + 1);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_cmpstr (fddm_presets_name (fixture->presets, 2 + i), ==, names[i]);
      g_assert_cmpint (fddm_presets_place (fixture->presets, names[i]), ==, 2 + i);
    }
  g_assert_cmpint (fddm_presets_place (fixture->presets, " two lines\n"), ==, 2 + G_N_ELEMENTS (names));
  g_assert_cmpint (fddm_presets_place (fixture->presets, "two"), ==, -1);
}

static void
test_last_values (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  const double last[FDDM_PARAMETERS_MAX]   = { 1.0 / 3, 1, 9 };
  double       values[FDDM_PARAMETERS_MAX] = { 2, 0, 2 };

  fddm_presets_recall (fixture->presets, values);
  assert_values (values, 2, 0, 2);
  g_assert_true (fddm_presets_remember (fixture->presets, last, NULL));
  again (fixture);
  fddm_presets_recall (fixture->presets, values);
  assert_values (values, 1.0 / 3, 1, 9);
}

/* Intact entries are read. The damaged file is kept before it is rewritten. */
static void
test_damaged (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  static const char *files[] = { "[Last]\nlevel=nan\nway=high\nseed=10\n[Preset 1]\nname=A\nlevel=7\n"
                                 "way=sideways\n[Preset 2]\nlevel=3\n",
                                 "\x01\xff no key file", "[Preset 1]\nname=\xff\xfe\n[Last]\nlevel=1e999\n" };
  g_autofree char   *own     = g_path_get_dirname (fixture->path);
  g_autofree char   *aside   = g_strconcat (fixture->path, ".damaged", NULL);
  double             values[FDDM_PARAMETERS_MAX];

  g_mkdir (own, 0700);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *kept = NULL;

      g_assert_true (g_file_set_contents (fixture->path, files[i], -1, NULL));
      again (fixture);
      values[0] = 50, values[1] = 0, values[2] = 0;
      fddm_presets_recall (fixture->presets, values);
      assert_values (values, 50, i == 0, 0);
      g_assert_cmpint (fddm_presets_count (fixture->presets), ==, i == 0 ? 3 : 2);
      if (i == 0)
        {
          fddm_presets_take (fixture->presets, 2, values);
          assert_values (values, 7, 0, 0);
        }
      g_assert_true (fddm_presets_remember (fixture->presets, values, NULL));
      g_assert_true (g_file_get_contents (aside, &kept, NULL, NULL));
      g_assert_cmpstr (kept, ==, files[i]);
    }
}

/* Two dialogs, each with the list that it read when it was opened. None takes away what the other one has done. */
static void
test_two_at_once (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  const double values[FDDM_PARAMETERS_MAX] = { 20, 1, 0 }, others[FDDM_PARAMETERS_MAX] = { 30, 0, 0 };
  FddmPresets *other;
  double       read[FDDM_PARAMETERS_MAX];

  g_assert_true (fddm_presets_save (fixture->presets, "first", values, NULL));
  other = fddm_presets_new (table, shipped, apart, fixture->path);
  g_assert_true (fddm_presets_save (fixture->presets, "second", others, NULL));
  g_assert_true (fddm_presets_remember (other, others, NULL));
  again (fixture);
  g_assert_cmpint (fddm_presets_count (fixture->presets), ==, 4);
  fddm_presets_recall (fixture->presets, read);
  g_assert_cmpfloat (read[0], ==, 30);

  g_assert_true (fddm_presets_save (other, "third", values, NULL));
  g_assert_true (fddm_presets_remove (fixture->presets, 2, NULL)); /* the first one */
  again (fixture);
  g_assert_cmpint (fddm_presets_count (fixture->presets), ==, 4);
  g_assert_cmpstr (fddm_presets_name (fixture->presets, 2), ==, "second");
  fddm_presets_take (fixture->presets, 2, read);
  g_assert_cmpfloat (read[0], ==, 30);
  g_assert_cmpstr (fddm_presets_name (fixture->presets, 3), ==, "third");

  g_assert_true (fddm_presets_rename (other, 2, "fourth", NULL)); /* the one that was removed, which it still has */
  again (fixture);
  g_assert_cmpint (fddm_presets_count (fixture->presets), ==, 5);
  g_assert_cmpstr (fddm_presets_name (fixture->presets, 4), ==, "fourth");
  fddm_presets_take (fixture->presets, 4, read);
  g_assert_cmpfloat (read[0], ==, 20);
  fddm_presets_free (other);
}

static void
test_no_folder_to_write_to (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  const double       values[FDDM_PARAMETERS_MAX] = { 1, 0, 0 };
  g_autofree char   *own                         = g_path_get_dirname (fixture->path);
  g_autoptr (GError) error                       = NULL;

  g_assert_true (g_file_set_contents (own, "a file", -1, NULL));
  g_assert_false (fddm_presets_save (fixture->presets, "A", values, &error));
  g_assert_nonnull (strstr (error->message, own));
  g_unlink (own);
}

/* A folder in place of the file: it can be neither read nor replaced, not even by root. */
static void
test_what_cannot_be_kept_is_not_listed (Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
  const double values[FDDM_PARAMETERS_MAX] = { 20, 1, 0 }, others[FDDM_PARAMETERS_MAX] = { 30, 0, 0 };
  GError      *error = NULL;
  double       read[FDDM_PARAMETERS_MAX];

  g_assert_true (fddm_presets_save (fixture->presets, "first", values, NULL));
  g_assert_true (fddm_presets_save (fixture->presets, "second", others, NULL));
  g_unlink (fixture->path);
  g_mkdir (fixture->path, 0700);
  g_assert_false (fddm_presets_save (fixture->presets, "third", values, &error));
  g_assert_nonnull (strstr (error->message, fixture->path));
  g_clear_error (&error);
  g_assert_false (fddm_presets_save (fixture->presets, "first", others, &error));
  g_clear_error (&error);
  g_assert_false (fddm_presets_rename (fixture->presets, 2, "third", &error));
  g_clear_error (&error);
  g_assert_false (fddm_presets_remove (fixture->presets, 2, &error));
  g_clear_error (&error);
  g_assert_cmpint (fddm_presets_count (fixture->presets), ==, 4);
  g_assert_cmpstr (fddm_presets_name (fixture->presets, 2), ==, "first");
  fddm_presets_take (fixture->presets, 2, read);
  g_assert_cmpfloat (read[0], ==, 20);
  g_assert_cmpstr (fddm_presets_name (fixture->presets, 3), ==, "second");

  g_rmdir (fixture->path); /* then all of them are */
  g_assert_true (fddm_presets_save (fixture->presets, "third", values, NULL));
  again (fixture);
  g_assert_cmpint (fddm_presets_count (fixture->presets), ==, 5);
  g_assert_cmpstr (fddm_presets_name (fixture->presets, 2), ==, "first");
  g_assert_cmpstr (fddm_presets_name (fixture->presets, 4), ==, "third");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/presets/shipped", Fixture, NULL, set_up, test_shipped, tear_down);
  g_test_add ("/presets/own-are-kept", Fixture, NULL, set_up, test_own_are_kept, tear_down);
  g_test_add ("/presets/names", Fixture, NULL, set_up, test_names, tear_down);
  g_test_add ("/presets/odd-names", Fixture, NULL, set_up, test_odd_names, tear_down);
  g_test_add ("/presets/last-values", Fixture, NULL, set_up, test_last_values, tear_down);
  g_test_add ("/presets/damaged", Fixture, NULL, set_up, test_damaged, tear_down);
  g_test_add ("/presets/two-at-once", Fixture, NULL, set_up, test_two_at_once, tear_down);
  g_test_add ("/presets/no-folder-to-write-to", Fixture, NULL, set_up, test_no_folder_to_write_to, tear_down);
  g_test_add ("/presets/what-cannot-be-kept-is-not-listed", Fixture, NULL, set_up, test_what_cannot_be_kept_is_not_listed,
              tear_down);
  return g_test_run ();
}
