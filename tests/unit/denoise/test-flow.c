/* test-flow.c: pixels that flow through the network band by band come out as those of tiles that are computed layer by layer.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Argument: a trained network, whose layers are wide enough for bands. */
#include "tests/unit/denoising.h"
#include "engine/denoise/workspace.h"

/* Tall enough for three bands and more on one thread; tiles of TILE pixels are too small for them. */
enum { WIDTH = 501, TILE = 190 };

static const char *weights_path;

/* NULL where oneDNN does not offer the way that was asked for on this processor. */
static FddmContext *
open_trained (int tile)
{
  g_autoptr (GError)       error   = NULL;
  g_autoptr (FddmWeights)  weights = fddm_weights_open (weights_path, &error);
  const FddmContextOptions options = { .tile = tile, .threads = 1 };
  FddmContext             *context = fddm_context_new (weights, FDDM_DEVICE_CPU, &options, &error);

  if (g_error_matches (error, FDDM_ERROR, FDDM_ERROR_DEVICE) && strstr (error->message, " has no ") != NULL)
    return NULL;
  g_assert_no_error (error);
  return context;
}

static gboolean
flows (FddmContext *context, int height)
{
  const FddmWorkSpec spec  = { .width = WIDTH, .height = height, .samples = 3, .grids = 1, .evaluations = 1 };
  g_autoptr (GError) error = NULL;
  FddmWork           work;
  gboolean           answer;

  g_assert_true (fddm_work_init (&work, context, &spec, &error));
  answer = work.coefficients.flows;
  fddm_work_clear (&work);
  return answer;
}

/* A way of convolving, as FDDM_CPU_CONVOLUTION names it, and the height of a picture that has three bands. */
typedef struct {
  const char *name;
  int         height;
} Way;

static void
test_flow (gconstpointer data)
{
  const Way              *way    = data;
  const gsize             n      = (gsize) WIDTH * way->height * 3;
  const FddmDenoiseParams params = params_with (12, 0, 1);
  g_autofree float       *pixels = test_clumps (WIDTH, way->height, 3), *flown = NULL, *tiled = NULL;
  g_autoptr (GError)      error = NULL;
  g_autoptr (FddmContext) whole = NULL, cut = NULL;

  g_setenv ("FDDM_CPU_CONVOLUTION", way->name, TRUE);
  whole = open_trained (0);
  cut   = open_trained (TILE);
  if (whole == NULL || !flows (whole, way->height))
    {
      g_test_skip ("not on this processor");
      return;
    }
  g_assert_false (flows (cut, way->height));
  flown = run (whole, &params, pixels, WIDTH, way->height, 3, NULL, &error);
  g_assert_no_error (error);
  tiled = run (cut, &params, pixels, WIDTH, way->height, 3, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (flown[i], tiled[i], 1e-5);
}

int
main (int argc, char **argv)
{
  static const Way ways[] = { { "int8", 803 }, { "bf16", 603 }, { "direct", 403 } };

  g_test_init (&argc, &argv, NULL);
  g_assert_true (argc > 1);
  weights_path = argv[1];
  g_test_add_data_func ("/flow/int8", &ways[0], test_flow);
  if (g_test_slow ())
    {
      g_test_add_data_func ("/flow/bf16", &ways[1], test_flow);
      g_test_add_data_func ("/flow/direct", &ways[2], test_flow);
    }
  return g_test_run ();
}
