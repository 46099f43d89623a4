/* test-schedule.c: dispersion and noise levels against values worked out by hand.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "engine/diffusion/schedule.h"

static void
test_paper_grid (void)
{
  FddmSchedule s;

  fddm_schedule_init (&s, 4, FALSE, 0.5);
  g_assert_cmpfloat_with_epsilon (s.dispersion[0], -2.0, 1e-12);    /* k = (0, 0)     */
  g_assert_cmpfloat_with_epsilon (s.dispersion[15], 2.0, 1e-12);    /* k = (1, 1)     */
  g_assert_cmpfloat_with_epsilon (s.dispersion[3], 0.0, 1e-12);     /* k = (0, 1)     */
  g_assert_cmpfloat_with_epsilon (s.dispersion[1], -1.5, 1e-12);    /* k = (0, 1/3): −1 − cos 60° */
  g_assert_cmpfloat_with_epsilon (s.dispersion[4 + 2], 0.0, 1e-12); /* k = (1/3, 2/3) */
}

static void
test_open_grid (void)
{
  FddmSchedule s;

  fddm_schedule_init (&s, 4, TRUE, 0.5);
  g_assert_cmpfloat_with_epsilon (s.dispersion[2], -1.0, 1e-12);        /* k = (0, 1/2)   */
  g_assert_cmpfloat_with_epsilon (s.dispersion[15], sqrt (2.0), 1e-12); /* −2 cos 135°    */
}

static void
test_one_pixel (void)
{
  FddmSchedule s;

  fddm_schedule_init (&s, 1, FALSE, 0.5);
  g_assert_cmpfloat_with_epsilon (s.dispersion[0], -2.0, 1e-12);
}

/* The weak point of the paper's schedule that docs/architecture.md names: at its last step DC keeps √ᾱ = 0.134 of the
 * picture, and at its first the highest frequency has s = 0.135. */
static void
test_known_values (void)
{
  FddmSchedule s;

  fddm_schedule_init (&s, 8, FALSE, 0.5);
  g_assert_cmpfloat_with_epsilon (sqrt (fddm_schedule_alpha_bar (&s, 0, -4.0)), 0.134, 1e-3);
  g_assert_cmpfloat_with_epsilon (fddm_schedule_noise (&s, 63, 4.0), 0.135, 1e-3);
}

static void
test_noise_is_alpha_bar (void)
{
  FddmSchedule s;

  fddm_schedule_init (&s, 4, FALSE, 0.7);
  for (int k = 0; k < 16; k++)
    for (double mu = -6; mu <= 8; mu += 0.5)
      {
        double alpha = fddm_schedule_alpha_bar (&s, k, mu), noise = fddm_schedule_noise (&s, k, mu);

        g_assert_cmpfloat_with_epsilon (noise * noise * alpha / (1 - alpha), 1.0, 1e-6);
        g_assert_cmpfloat_with_epsilon (fddm_schedule_fermi (&s, k, noise), mu, 1e-9);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedule/paper-grid", test_paper_grid);
  g_test_add_func ("/schedule/open-grid", test_open_grid);
  g_test_add_func ("/schedule/one-pixel", test_one_pixel);
  g_test_add_func ("/schedule/known-values", test_known_values);
  g_test_add_func ("/schedule/noise-is-alpha-bar", test_noise_is_alpha_bar);
  return g_test_run ();
}
