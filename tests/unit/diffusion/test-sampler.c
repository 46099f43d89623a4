/* test-sampler.c: the sampler's step and its random numbers.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "kernels/fddm-math.h"
#include "engine/diffusion/sampler.h"

static const double etas[] = { 0.0, 0.5, 1.0 };

/* A step is linear in the state and in the random number: x' = x0 + a (x − x0) + b z. With x0 true and spread s before,
 * the spread after is to be s' exactly: a² s² + b² = s'². */
static void
test_marginals (void)
{
  for (gsize e = 0; e < G_N_ELEMENTS (etas); e++)
    for (double from = 4.0; from > 0.01; from *= 0.6)
      for (double ratio = 0.01; ratio < 1.0; ratio += 0.07)
        {
          double to = ratio * from;
          double a  = fddm_step (0.3f + 1.0f, 0.3f, from, to, etas[e], 0.0f) - 0.3;
          double b  = fddm_step (0.3f, 0.3f, from, to, etas[e], 1.0f) - 0.3;

          g_assert_cmpfloat_with_epsilon ((a * a * from * from + b * b) / (to * to), 1.0, 2e-4 / to);
        }
}

/* DDIM's step as its authors print it (Song et al., (12) and (16)), in √ᾱ form. */
static void
test_is_ddim (void)
{
  for (gsize e = 0; e < G_N_ELEMENTS (etas); e++)
    for (double from = 3.0; from > 0.05; from *= 0.7)
      {
        double to = 0.6 * from, alpha = 1 / (1 + from * from), alpha_to = 1 / (1 + to * to);
        double x0 = 0.4, x = -0.9, z = 0.7;
        double sigma = etas[e] * sqrt ((1 - alpha_to) / (1 - alpha)) * sqrt (1 - alpha / alpha_to);
        double noise = (sqrt (alpha) * x - sqrt (alpha) * x0) / sqrt (1 - alpha);
        double ddim  = sqrt (alpha_to) * x0 + sqrt (1 - alpha_to - sigma * sigma) * noise + sigma * z;

        g_assert_cmpfloat_with_epsilon (fddm_step (x, x0, from, to, etas[e], z) * sqrt (alpha_to), ddim, 1e-5);
      }
}

/* Gaussian data of variance V has the Wiener filter for φ. The variance after N steps from V + s² to no noise. */
static double
final_variance (int n, double eta, double v)
{
  double variance = v + 100.0, s = 10.0;

  for (int i = 1; i <= n; i++)
    {
      double to     = i == n ? 0.0 : 10.0 * pow (1e-4, (double) i / n);
      double wiener = fddm_estimate (1.0f, s, 0.0f, v, 0.0f);
      double a      = fddm_step (1.0f, wiener, s, to, eta, 0.0f);
      double b      = fddm_step (0.0f, 0.0f, s, to, eta, 1.0f);

      variance = a * a * variance + b * b;
      s        = to;
    }
  return variance;
}

static void
test_gaussian_data (void)
{
  for (gsize e = 0; e < G_N_ELEMENTS (etas); e++)
    for (double v = 0.01; v < 3.0; v *= 5)
      {
        double rough = fabs (final_variance (20, etas[e], v) / v - 1),
               fine  = fabs (final_variance (2000, etas[e], v) / v - 1);

        g_assert_cmpfloat (fine, <, 0.01);
        g_assert_cmpfloat (fine, <, rough);
      }
}

/* Where the flow of Gaussian data of variance V (eta = 0) leads from 1 in N steps, from noise 10 to 0.001. */
static double
end_of_flow (int n, gboolean second, double v)
{
  double x = 1.0, last = 0.0, before = 0.0, from = 10.0;

  for (int i = 1; i <= n; i++)
    {
      double to       = 10.0 * pow (1e-4, (double) i / n);
      double estimate = v / (v + from * from) * x;
      double middle   = second && i > 1 ? fddm_extrapolate (estimate, last, before, from, to) : estimate;

      x      = fddm_step (x, middle, from, to, 0.0f, 0.0f);
      last   = estimate;
      before = from;
      from   = to;
    }
  return x;
}

/* The flow keeps x/√(v + s²). Twice the steps leave half of the error, or a quarter in steps of second order. */
static void
test_orders (void)
{
  for (double v = 0.03; v < 3.0; v *= 4)
    for (int second = 0; second < 2; second++)
      {
        const double true_end = sqrt ((v + 1e-6) / (v + 100.0));
        const double rough = end_of_flow (40, second, v) - true_end, fine = end_of_flow (80, second, v) - true_end;

        g_assert_cmpfloat_with_epsilon (rough / fine, second ? 4.0 : 2.0, second ? 0.6 : 0.15);
      }
}

/* No extrapolation where no step went before or none follows, and never by more than the last step. */
static void
test_extrapolation (void)
{
  g_assert_cmpfloat (fddm_extrapolate (0.5f, 0.2f, 1.0f, 1.0f, 0.5f), ==, 0.5f);
  g_assert_cmpfloat (fddm_extrapolate (0.5f, 0.2f, 2.0f, 1.0f, 0.0f), ==, 0.5f);
  g_assert_cmpfloat (fddm_extrapolate (0.5f, 0.2f, 2.0f, 1.0f, 1.0f), ==, 0.5f);
  g_assert_cmpfloat_with_epsilon (fddm_extrapolate (0.5f, 0.2f, 2.0f, 1.0f, 0.5f), 0.65, 1e-6);
  g_assert_cmpfloat_with_epsilon (fddm_extrapolate (0.5f, 0.2f, 4.0f, 1.0f, 0.5f), 0.575, 1e-6);
  g_assert_cmpfloat_with_epsilon (fddm_extrapolate (0.5f, 0.2f, 1.001f, 1.0f, 0.1f), 0.8, 1e-6);
}

static void
test_same_level_stays (void)
{
  g_assert_cmpfloat (fddm_step (0.123f, 9.0f, 0.5f, 0.5f, 1.0f, 3.0f), ==, 0.123f);
  g_assert_cmpfloat (fddm_step (0.123f, 9.0f, 0.0f, 0.0f, 1.0f, 3.0f), ==, 0.123f);
}

/* Philox's published test vectors (Random123, kat_vectors). */
static void
test_philox (void)
{
  static const struct {
    guint32 counter[4], key[2], out[4];
  } known[] = {
    { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { ~0u, ~0u, ~0u, ~0u }, { ~0u, ~0u }, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      { 0xa4093822, 0x299f31d0 },
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      guint32 counter[4];

      memcpy (counter, known[i].counter, sizeof counter);
      fddm_philox (counter, known[i].key[0], known[i].key[1]);
      g_assert_cmpmem (counter, sizeof counter, known[i].out, sizeof counter);
    }
}

static void
test_normal (void)
{
  enum { N = 40000 };
  double sum = 0, squares = 0, fourth = 0, neighbours = 0, last = 0;

  for (int i = 0; i < N; i++)
    {
      float z[4];

      fddm_normal4 (1, 2, i / 200, i % 200, 0, z);
      for (int j = 0; j < 4; j++)
        {
          sum += z[j];
          squares += z[j] * z[j];
          fourth += pow (z[j], 4);
          neighbours += z[j] * last;
          last = z[j];
        }
    }
  g_assert_cmpfloat_with_epsilon (sum / (4 * N), 0.0, 0.01);
  g_assert_cmpfloat_with_epsilon (squares / (4 * N), 1.0, 0.02);
  g_assert_cmpfloat_with_epsilon (fourth / (4 * N), 3.0, 0.1);
  g_assert_cmpfloat_with_epsilon (neighbours / (4 * N), 0.0, 0.01);
}

static void
test_levels (void)
{
  double       at[] = { -4.0, -3.0, -2.0, 0.0 }, hard[] = { 0.01, 0.01, 1.0, 1.0 };
  FddmWeights  weights = { .patch = 4, .channels = 3, .coefficients = 48, .noise_lo = 0.002f, .noise_hi = 1.0f };
  FddmSchedule schedule;
  float        noise[48];
  double       even[7], placed[7];

  for (int k = 0; k < 48; k++)
    noise[k] = 0.2f;
  fddm_schedule_init (&schedule, 4, FALSE, 0.5);
  fddm_sampler_levels (&weights, &schedule, noise, 8, even);
  /* DC leaves its noise at μ = −2 − ln 0.2; the highest frequency arrives at 2 + ln 255, which is half an 8-bit step, since
   * what the network knows below that is not seen; eight even steps between. */
  for (int i = 0; i < 7; i++)
    g_assert_cmpfloat_with_epsilon (even[i], -2 - log (0.2) + (4 + log (0.2 * 255)) * (i + 1) / 8, 1e-4);
  weights.n_difficulty     = G_N_ELEMENTS (at);
  weights.difficulty_log_s = at;
  weights.difficulty_error = hard;
  fddm_sampler_levels (&weights, &schedule, noise, 8, placed);
  for (int i = 0; i < 7; i++)
    {
      g_assert_cmpfloat (placed[i], <, even[i]); /* the hard part is the noisy end: steps crowd there */
      g_assert_true (i == 0 || placed[i] > placed[i - 1]);
    }
  /* An eighth of the area below the curve for each step. It goes on as it ends: 1 as far as μ = 2, then down to 0.01 at 3. */
  for (int i = 0; i < 7; i++)
    {
      const double from = -2 - log (0.2), flat = 2 - from, all = flat + 0.505 + 0.01 * (2 + log (255) - 3);
      const double area = all * (i + 1) / 8, slope = 0.99;

      g_assert_cmpfloat_with_epsilon (
        placed[i], area < flat ? from + area : 2 + (1 - sqrt (1 - 2 * slope * (area - flat))) / slope, 1e-3);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/marginals", test_marginals);
  g_test_add_func ("/sampler/is-ddim", test_is_ddim);
  g_test_add_func ("/sampler/gaussian-data", test_gaussian_data);
  g_test_add_func ("/sampler/orders", test_orders);
  g_test_add_func ("/sampler/extrapolation", test_extrapolation);
  g_test_add_func ("/sampler/same-level-stays", test_same_level_stays);
  g_test_add_func ("/sampler/philox", test_philox);
  g_test_add_func ("/sampler/normal", test_normal);
  g_test_add_func ("/sampler/levels", test_levels);
  return g_test_run ();
}
