/* test-axis.c: tiles of one size whose cores make up the picture.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/tiling/axis.h"

static void
check (const FddmTiling *t)
{
  int reached = 0;

  for (int i = 0; i < t->count; i++)
    {
      int start, core, core_end;

      fddm_tiling_get (t, i, &start, &core, &core_end);
      g_assert_cmpint (start, >=, 0);
      g_assert_cmpint (start + t->size, <=, t->length);
      g_assert_cmpint (core, ==, reached);
      if (core == core_end)
        continue;
      g_assert_true (core - start >= t->halo || start == 0);
      g_assert_true (start + t->size - core_end >= t->halo || start + t->size == t->length);
      reached = core_end;
    }
  g_assert_cmpint (reached, ==, t->length);
}

static void
test_cores_partition (void)
{
  for (int length = 1; length < 90; length++)
    for (int halo = 0; halo < 12; halo++)
      for (int count = 1; count < 20; count++)
        {
          FddmTiling t;

          if (fddm_tiling_init (&t, length, halo, count))
            check (&t);
          else
            g_assert_cmpint (length - 2 * halo, <, count);
        }
}

static void
test_failure_changes_nothing (void)
{
  FddmTiling t, before;

  g_assert_true (fddm_tiling_init (&t, 20, 9, 2));
  before = t;
  g_assert_false (fddm_tiling_init (&t, 20, 9, 3));
  g_assert_cmpmem (&t, sizeof t, &before, sizeof before);
}

/* A tile anywhere: within the picture, with a halo except at its edges, and as large as those of the tiling. */
static void
test_anywhere (void)
{
  for (int length = 1; length < 60; length++)
    for (int halo = 0; halo < 9; halo++)
      for (int count = 1; count < 9; count++)
        for (int first = 0; first < length; first++)
          {
            FddmTiling t;
            int        start, end;

            if (!fddm_tiling_init (&t, length, halo, count))
              continue;
            fddm_tiling_at (&t, first, &start, &end);
            g_assert_true (start >= 0 && start + t.size <= length);
            g_assert_true (first - start >= halo || start == 0);
            g_assert_true (start + t.size - end == halo || (end == length && start + t.size == length));
            g_assert_true (end > first && (end - first >= t.size - 2 * halo || end == length));
          }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tiles/cores-partition", test_cores_partition);
  g_test_add_func ("/tiles/anywhere", test_anywhere);
  g_test_add_func ("/tiles/failure-changes-nothing", test_failure_changes_nothing);
  return g_test_run ();
}
