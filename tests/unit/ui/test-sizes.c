/* test-sizes.c: the choice of sizes, and texts for durations.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ui/sizes.h"

static void
test_places (void)
{
  double width, height;

  for (int place = 0; place < FDDM_SIZES - 1; place++)
    {
      g_assert_true (fddm_size_get (place, &width, &height));
      g_assert_cmpint (fddm_size_place (width, height), ==, place);
    }
  g_assert_false (fddm_size_get (FDDM_SIZES - 1, &width, &height));
  g_assert_true (fddm_size_get (0, &width, &height) && width == 0 && height == 0);
  g_assert_cmpint (fddm_size_place (512, 256), ==, FDDM_SIZES - 1);
  g_assert_cmpint (fddm_size_place (0, 512), ==, FDDM_SIZES - 1);
  g_assert_cmpint (fddm_size_place (511, 511), ==, FDDM_SIZES - 1);
}

static void
test_words (void)
{
  const FddmGenerateHelp help                 = { .image_width = 640, .image_height = 480 };
  const char *const      expected[FDDM_SIZES] = { "Image: 640 × 480", "256 × 256",   "512 × 512",   "1024 × 1024",
                                                  "2048 × 2048",      "4096 × 4096", "Another size" };

  for (int place = 0; place < FDDM_SIZES; place++)
    {
      g_autofree char *words = fddm_size_words (place, &help);

      g_assert_cmpstr (words, ==, expected[place]);
    }
}

static void
test_times (void)
{
  static const struct {
    double      seconds;
    const char *words;
  } cases[] = {
    { 0.01, "about 1 s" }, { 6.4, "about 6 s" }, { 89, "about 89 s" }, { 130, "about 2 min" }, { 3600, "about 60 min" }
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = fddm_time_words (cases[i].seconds);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sizes/places", test_places);
  g_test_add_func ("/sizes/words", test_words);
  g_test_add_func ("/sizes/times", test_times);
  return g_test_run ();
}
