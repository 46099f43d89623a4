/* test-view.c: the part of a layer that is visible through a window.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/view.h"

static void
assert_part (const FddmView *view, int x, int y, int width, int height)
{
  const FddmPart part = fddm_view_part (view);

  g_assert_cmpint (part.x, ==, x);
  g_assert_cmpint (part.y, ==, y);
  g_assert_cmpint (part.width, ==, width);
  g_assert_cmpint (part.height, ==, height);
}

static void
test_begins_at_the_middle_of_the_focus (void)
{
  const FddmPart focus = { 1000, 600, 200, 100 };
  FddmView       view;

  fddm_view_init (&view, 4000, 3000, &focus);
  fddm_view_resize (&view, 500, 400);
  assert_part (&view, 1100 - 250, 650 - 200, 500, 400);
}

static void
test_stays_within_the_layer (void)
{
  const FddmPart all = { 0, 0, 1000, 800 };
  FddmView       view;

  fddm_view_init (&view, 1000, 800, &all);
  fddm_view_resize (&view, 300, 200);
  fddm_view_move (&view, -50, 5000);
  assert_part (&view, 0, 600, 300, 200);
  fddm_view_move (&view, 5000, -1);
  assert_part (&view, 700, 0, 300, 200);
}

static void
test_small_layer_is_in_the_middle (void)
{
  const FddmPart all = { 0, 0, 1, 4000 };
  FddmView       view;

  fddm_view_init (&view, 1, 4000, &all);
  fddm_view_resize (&view, 301, 200);
  assert_part (&view, 0, 1900, 1, 200);
  g_assert_cmpint (view.x, ==, -150);
  fddm_view_move (&view, 77, 0);
  g_assert_cmpint (view.x, ==, -150);
}

static void
test_resizing_keeps_the_middle (void)
{
  const FddmPart all = { 0, 0, 1000, 1000 };
  FddmView       view;

  fddm_view_init (&view, 1000, 1000, &all);
  fddm_view_resize (&view, 200, 200);
  fddm_view_move (&view, 100, 300);
  fddm_view_resize (&view, 400, 100);
  assert_part (&view, 0, 350, 400, 100);
}

static void
test_handle (void)
{
  const FddmPart all = { 0, 0, 1000, 1000 };
  FddmView       view;

  fddm_view_init (&view, 1000, 1000, &all);
  fddm_view_resize (&view, 400, 400);
  g_assert_cmpint (fddm_view_handle (&view), ==, 200);
  g_assert_true (fddm_view_on_handle (&view, 205));
  g_assert_false (fddm_view_on_handle (&view, 250));
  fddm_view_split (&view, 900);
  g_assert_cmpint (fddm_view_handle (&view), ==, 400);
  view.mode = FDDM_VIEW_REMOVED;
  g_assert_false (fddm_view_on_handle (&view, 400));
}

static void
test_fit (void)
{
  const FddmPart all = { 0, 0, 4000, 2000 };
  FddmView       view;
  double         x, y;

  fddm_view_init (&view, 4000, 2000, &all);
  fddm_view_resize (&view, 500, 400);
  view.fit = TRUE;
  assert_part (&view, 0, 0, 4000, 2000);
  g_assert_cmpfloat (fddm_view_scale (&view), ==, 0.125);
  g_assert_cmpint (fddm_view_step (&view), ==, 8);
  fddm_view_origin (&view, &x, &y);
  g_assert_cmpfloat (x, ==, 0);
  g_assert_cmpfloat (y, ==, 75);
  fddm_view_enter (&view, 250 + 50, 75 + 125);
  assert_part (&view, 2400 - 250, 1000 - 200, 500, 400);
}

static void
test_fit_does_not_enlarge (void)
{
  const FddmPart all = { 0, 0, 40, 20 };
  FddmView       view;

  fddm_view_init (&view, 40, 20, &all);
  fddm_view_resize (&view, 500, 400);
  view.fit = TRUE;
  g_assert_cmpfloat (fddm_view_scale (&view), ==, 1);
  g_assert_cmpint (fddm_view_step (&view), ==, 1);
  assert_part (&view, 0, 0, 40, 20);
}

static void
test_overview (void)
{
  const FddmPart all = { 0, 0, 4000, 2000 };
  FddmView       view;
  FddmPart       place;

  fddm_view_init (&view, 4000, 2000, &all);
  fddm_view_resize (&view, 500, 400);
  g_assert_true (fddm_view_overview (&view, &place));
  g_assert_cmpint (place.width, ==, FDDM_OVERVIEW);
  g_assert_cmpint (place.height, ==, FDDM_OVERVIEW / 2);
  g_assert_cmpint (place.x + place.width, <, 500);
  g_assert_cmpint (place.y + place.height, <, 400);
  fddm_view_go (&view, place.x, place.y); /* a corner leads to the corner */
  assert_part (&view, 0, 0, 500, 400);
  fddm_view_go (&view, place.x + place.width, place.y + place.height);
  assert_part (&view, 3500, 1600, 500, 400);
  fddm_view_go (&view, place.x + place.width / 2, place.y + place.height / 2);
  g_assert_cmpint (ABS (fddm_view_part (&view).x + 250 - 2000), <=, 4000 / FDDM_OVERVIEW);
  g_assert_cmpint (ABS (fddm_view_part (&view).y + 200 - 1000), <=, 4000 / FDDM_OVERVIEW);
}

static void
test_no_overview_of_all_that_is_seen (void)
{
  const FddmPart all = { 0, 0, 500, 400 };
  FddmView       view;
  FddmPart       place;

  fddm_view_init (&view, 500, 400, &all);
  fddm_view_resize (&view, 500, 400);
  g_assert_false (fddm_view_overview (&view, &place));
  fddm_view_resize (&view, 499, 400);
  g_assert_true (fddm_view_overview (&view, &place));
  view.fit = TRUE;
  g_assert_false (fddm_view_overview (&view, &place));
  view.fit = FALSE;
  fddm_view_resize (&view, 100, 100);
  g_assert_false (fddm_view_overview (&view, &place));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/view/begins-at-the-middle-of-the-focus", test_begins_at_the_middle_of_the_focus);
  g_test_add_func ("/view/stays-within-the-layer", test_stays_within_the_layer);
  g_test_add_func ("/view/small-layer-is-in-the-middle", test_small_layer_is_in_the_middle);
  g_test_add_func ("/view/resizing-keeps-the-middle", test_resizing_keeps_the_middle);
  g_test_add_func ("/view/handle", test_handle);
  g_test_add_func ("/view/fit", test_fit);
  g_test_add_func ("/view/fit-does-not-enlarge", test_fit_does_not_enlarge);
  g_test_add_func ("/view/overview", test_overview);
  g_test_add_func ("/view/no-overview-of-all-that-is-seen", test_no_overview_of_all_that_is_seen);
  return g_test_run ();
}
