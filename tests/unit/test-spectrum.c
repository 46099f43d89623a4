/* test-spectrum.c: a picture's own variances: what they tend to, and how a weights file speaks of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "spectrum.h"
#include "support.h"
#include "weights-private.h"
#include "weights-file.h"

enum { PATCH = 2, COEFFICIENTS = 3 * PATCH * PATCH, PLACES = 64 };

static FddmWeights
weights_with (const float *prior)
{
  return (FddmWeights) { .patch = PATCH, .channels = 3, .coefficients = COEFFICIENTS, .own_prior = prior,
                         .own_common = 1.5f, .own_each = 0.5f };
}

static void
fill (double *energy, float *noise, float *prior, double e, float s, float p)
{
  for (int k = 0; k < COEFFICIENTS; k++)
    {
      energy[k] = e;
      noise[k]  = s;
      prior[k]  = p;
    }
}

/* Where there is next to no noise, the energy is the variance, however far from what is usual. */
static void
test_clean (void)
{
  double energy[COEFFICIENTS];
  float  noise[COEFFICIENTS], prior[COEFFICIENTS], variance[COEFFICIENTS];

  for (double far = 0.05; far < 30; far *= 2)
    {
      FddmWeights weights = weights_with (prior);

      fill (energy, noise, prior, 0.1 * far, 1e-3f, 0.1f);
      fddm_spectrum_own_variance (&weights, -1, energy, noise, 100 * PLACES, variance);
      for (int k = 0; k < COEFFICIENTS; k++)
        g_assert_cmpfloat_with_epsilon (variance[k], k % 4 == 0 ? 0.1 : 0.1 * far, k % 4 == 0 ? 1e-6 : 0.01 * far);
    }
}

/* Drowned in noise, the mean of what the prior leaves possible: of a lognormal of both spreads. */
static void
test_drowned (void)
{
  const double expected = 0.1 * exp ((1.5 * 1.5 + 0.5 * 0.5) / 2);
  double       energy[COEFFICIENTS];
  float        noise[COEFFICIENTS], prior[COEFFICIENTS], variance[COEFFICIENTS];
  FddmWeights  weights = weights_with (prior);

  fill (energy, noise, prior, 1e8, 1e4f, 0.1f);
  fddm_spectrum_own_variance (&weights, -1, energy, noise, PLACES, variance);
  for (int k = 0; k < COEFFICIENTS; k++)
    if (k % 4 != 0)
      g_assert_cmpfloat_with_epsilon (variance[k] / expected, 1.0, 0.02);
}

/* Colour may be strong where brightness is not, and one frequency where the others aren't. */
static void
test_apart (void)
{
  double      energy[COEFFICIENTS];
  float       noise[COEFFICIENTS], prior[COEFFICIENTS], variance[COEFFICIENTS];
  FddmWeights weights = weights_with (prior);

  fill (energy, noise, prior, 0.1 + 0.01, 0.1f, 0.1f);
  for (int k = 4; k < COEFFICIENTS; k++)
    energy[k] = 2.0 + 0.01;
  energy[2] = 0.3 + 0.01;
  fddm_spectrum_own_variance (&weights, -1, energy, noise, PLACES * 16, variance);
  g_assert_cmpfloat_with_epsilon (variance[1], 0.1, 0.01);
  g_assert_cmpfloat_with_epsilon (variance[2], 0.3, 0.03);
  g_assert_cmpfloat_with_epsilon (variance[5], 2.0, 0.2);
}

/* ---- In a file ---- */

/* The generating file with OWN as metadata and an own_var of SHAPE, its numbers being the first ones of the last tensor. */
static FddmWeights *
parse (const char *own, const char *shape, GError **error)
{
  guint8                  data[DATA_BYTES + 8];
  g_autoptr (GString)     header = g_string_new (GENERATE_HEADER);
  g_autofree char        *metadata = g_strdup_printf ("'own_variance':'%s','classes'", own);
  g_autofree char        *tensor = g_strdup_printf ("'own_var':{'dtype':'F32','shape':%s,'data_offsets':[252,260]},'coef_mean'",
                                                    shape);
  g_autoptr (GByteArray)  file = NULL;

  weights_file_data (data);
  memcpy (data + DATA_BYTES, data + 244, 8);
  g_string_replace (header, "'classes'", metadata, 1);
  g_string_replace (header, "'coef_mean'", tensor, 1);
  file = weights_file (HEADER, header->str, data, sizeof data);
  return fddm_weights_parse ("own.safetensors", file->data, file->len, error);
}

static void
test_file (void)
{
  static const struct { const char *own, *shape, *because; } wrong[] = {
    { "[1.5]", "[2,1]", "“own_variance” is out of range" },
    { "[1.5, 0]", "[2,1]", "“own_variance” is out of range" },
    { "[-1, 0.5]", "[2,1]", "“own_variance” is out of range" },
    { "[1.5, 11]", "[2,1]", "“own_variance” is out of range" },
    { "{}", "[2,1]", "“own_variance” is out of range" },
    { "[1.5, 0.5", "[2,1]", "“own_variance”" },
    { "[1.5, 0.5]", "[1,2]", "own_var" },
  };
  g_autoptr (GError)      error = NULL;
  g_autoptr (FddmWeights) weights = parse ("[1.5, 0.5]", "[2,1]", &error);

  g_assert_no_error (error);
  g_assert_nonnull (weights->own_prior);
  g_assert_cmpfloat (weights->own_common, ==, 1.5f);
  g_assert_cmpfloat (weights->own_each, ==, 0.5f);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) reason = NULL;

      g_assert_null (parse (wrong[i].own, wrong[i].shape, &reason));
      g_assert_error (reason, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
      g_assert_nonnull (strstr (reason->message, wrong[i].because));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spectrum/clean", test_clean);
  g_test_add_func ("/spectrum/drowned", test_drowned);
  g_test_add_func ("/spectrum/apart", test_apart);
  g_test_add_func ("/spectrum/file", test_file);
  return g_test_run ();
}
