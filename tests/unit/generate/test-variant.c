/* test-variant.c: pictures with the mean and the variances of a single one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "tests/support.h"
#include "engine/generate/variant.h"
#include "engine/weights/private.h"
#include "tests/unit/weights-file.h"

enum { COEFFICIENTS = 48, AREA = 16, VARIANTS = 5 };

static int counts[] = { 2, 3 };

/* Two pictures of the first class, three of the second, each of one gray of its own: the mean of its DC is 4·gray. */
static void
make_variants (float *mean, float *variance)
{
  for (int i = 0; i < VARIANTS * COEFFICIENTS; i++)
    {
      mean[i]     = i % COEFFICIENTS == 0 ? 4 * (-0.6f + 0.3f * (float) (i / COEFFICIENTS)) : 0;
      variance[i] = 1e-8f;
    }
}

static void
use_variants (FddmWeights *weights, const float *mean, const float *variance)
{
  weights->variants     = g_memdup2 (counts, sizeof counts);
  weights->n_variants   = VARIANTS;
  weights->own_mean     = mean;
  weights->own_variance = variance;
}

static FddmWeights *
open_tiny (void)
{
  g_autofree char *path = test_golden_path ("tiny-generate.safetensors");

  return fddm_weights_open (path, NULL);
}

/* Each class has its own, any has all, and seeds reach every one. */
static void
test_drawing (void)
{
  g_autoptr (FddmWeights) weights = open_tiny ();
  float                   own_mean[VARIANTS * COEFFICIENTS], own_variance[VARIANTS * COEFFICIENTS];
  const float            *mean, *variance;

  fddm_variant_draw (weights, 1, 7, &mean, &variance);
  g_assert_true (mean == weights->mean && variance == weights->variance);
  make_variants (own_mean, own_variance);
  use_variants (weights, own_mean, own_variance);
  for (int class = -1; class < 2; class ++)
    {
      const int first = class == 1 ? counts[0] : 0, count = class < 0 ? VARIANTS : counts[class];
      int       seen[VARIANTS] = { 0 };

      for (guint32 seed = 0; seed < 200; seed++)
        {
          fddm_variant_draw (weights, class, seed, &mean, &variance);
          g_assert_true (variance - own_variance == mean - own_mean);
          seen[(mean - own_mean) / COEFFICIENTS]++;
        }
      for (int i = 0; i < VARIANTS; i++)
        g_assert_cmpint (seen[i] > 200 / count / 2, ==, i >= first && i < first + count);
    }
}

/* A picture without variance is its mean, whatever the network says: in one window and in several, guided and not. */
static void
test_flat (void)
{
  for (int i = 0; i < 8; i++)
    {
      g_autoptr (FddmWeights) weights = open_tiny ();
      g_autoptr (FddmContext) context = NULL;
      float                   own_mean[VARIANTS * COEFFICIENTS], own_variance[VARIANTS * COEFFICIENTS], pixels[40 * 24 * 3];
      FddmImage               image  = { pixels, 40, 24, 3, 40 * 3, 3 };
      FddmSink                sink   = fddm_image_sink (&image);
      FddmGenerateParams      params = fddm_generate_params_default ();
      const float            *mean, *variance;

      make_variants (own_mean, own_variance);
      use_variants (weights, own_mean, own_variance);
      weights->side     = i & 1 ? 16 : 0;
      weights->guidance = i & 2 ? 2.0f : 1.0f;
      context           = fddm_context_new (weights, i & 4 ? FDDM_DEVICE_CPU : FDDM_DEVICE_REFERENCE, NULL, NULL);
      params.subject    = "stone paving";
      params.width      = 40;
      params.height     = 24;
      params.steps      = 3;
      params.seed       = (guint32) i;
      g_assert_true (fddm_generate (context, &params, &sink, NULL, NULL, NULL));
      fddm_variant_draw (weights, 1, params.seed, &mean, &variance);
      for (gsize p = 0; p < G_N_ELEMENTS (pixels); p++)
        g_assert_cmpfloat_with_epsilon (pixels[p], (mean[0] / 4 + 1) / 2, 2e-3);
    }
}

/* ---- In a file ---- */

/* The file with VARIANTS as metadata, and with own_mean and own_var of SHAPE. */
static FddmWeights *
parse (const char *variants, const char *shape, GError **error)
{
  guint8                 file_data[DATA_BYTES + VARIANTS_BYTES];
  g_autoptr (GString)    header   = g_string_new (VARIANTS_HEADER);
  g_autofree char       *metadata = g_strdup_printf ("'variants':'%s'", variants);
  g_autofree char       *tensor   = g_strdup_printf ("'shape':%s", shape);
  g_autoptr (GByteArray) file     = NULL;

  weights_file_data (file_data);
  weights_file_variants (file_data + DATA_BYTES);
  g_assert_cmpuint (g_string_replace (header, "'variants':'[2]'", metadata, 1), ==, 1);
  g_assert_cmpuint (g_string_replace (header, "'shape':[2,1]", tensor, 0), ==, 2);
  file = weights_file (HEADER, header->str, file_data, sizeof file_data);
  return fddm_weights_parse ("variants.safetensors", file->data, file->len, error);
}

static void
test_file (void)
{
  static const struct {
    const char *variants, *shape, *because;
  } wrong[] = {
    { "[]", "[2,1]", "“variants” is out of range" },
    { "[2, 2]", "[2,1]", "“variants” is out of range" },
    { "[0]", "[2,1]", "“variants” is out of range" },
    { "[-2]", "[2,1]", "“variants” is out of range" },
    { "[1.5]", "[2,1]", "“variants” is out of range" },
    { "[1e9]", "[2,1]", "“variants” is out of range" },
    { "{}", "[2,1]", "“variants” is out of range" },
    { "[2", "[2,1]", "“variants”" },
    { "[1]", "[2,1]", "own_mean" },
    { "[2]", "[1,2]", "own_mean" },
  };
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = parse ("[2]", "[2,1]", &error);

  g_assert_no_error (error);
  g_assert_cmpint (weights->n_variants, ==, 2);
  g_assert_cmpint (weights->variants[0], ==, 2);
  g_assert_cmpfloat (weights->own_mean[1], ==, 2);
  g_assert_cmpfloat (weights->own_variance[1], ==, 4);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) reason = NULL;

      g_assert_null (parse (wrong[i].variants, wrong[i].shape, &reason));
      g_assert_error (reason, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
      g_assert_nonnull (strstr (reason->message, wrong[i].because));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/variant/drawing", test_drawing);
  g_test_add_func ("/variant/flat", test_flat);
  g_test_add_func ("/variant/file", test_file);
  return g_test_run ();
}
