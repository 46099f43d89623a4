/* test-short.c: whole pictures on an emulated GPU that is short of memory or of time.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   test-short MODULE-DIR WEIGHTS */
#include <math.h>
#include <string.h>
#include "engine/fddm.h"

enum { WIDTH = 200, HEIGHT = 120, N = WIDTH * HEIGHT * 3 };

/* Rows of the picture. Many pictures are low; small tiles for a screen take all rows. */
static int height = HEIGHT;

static const char  *modules;
static FddmWeights *weights;

/* What the listener has been told. */
typedef struct {
  double      last;
  int         n;
  const char *fault; /* of the GPU from the end of measuring on, or NULL */
} Told;

static gboolean
listen (FddmPhase phase, double done, gpointer data)
{
  Told *told = data;

  if (phase == FDDM_PHASE_DENOISE)
    told->n++;
  else if (done >= 1.0 && told->fault != NULL)
    g_setenv ("EMULATE_CUDA", told->fault, TRUE);
  told->last = done;
  return TRUE;
}

/* Denoises a picture of waves and noise by CONTEXT to OUT, with the GPU as CUDA, a list, says. */
static FddmReport
denoise (FddmContext *context, const char *cuda, float *out, Told *told)
{
  static float       pixels[N];
  g_autoptr (GRand)  rand   = g_rand_new_with_seed (5);
  g_autoptr (GError) error  = NULL;
  FddmDenoiseParams  params = fddm_denoise_params_default ();
  FddmImage  in = { pixels, WIDTH, height, 3, (gsize) WIDTH * 3, 3 }, to = { out, WIDTH, height, 3, (gsize) WIDTH * 3, 3 };
  FddmSource source = fddm_image_source (&in);
  FddmSink   sink   = fddm_image_sink (&to);
  FddmReport report = { 0 };

  for (int i = 0; i < N; i++)
    pixels[i] = (float) (0.5 + 0.2 * sin (i * 0.01) + g_rand_double_range (rand, -0.1, 0.1));
  params.noise = 10.0;
  g_setenv ("EMULATE_CUDA", cuda, TRUE);
  fddm_denoise (context, &params, &source, &sink, listen, told, &report, &error);
  g_setenv ("EMULATE_CUDA", "", TRUE);
  g_assert_no_error (error);
  return report;
}

static FddmContext *
context_new (const char *cuda)
{
  const FddmContextOptions options = { .module_dir = modules };
  g_autoptr (GError)       error   = NULL;
  FddmContext             *context;

  g_setenv ("EMULATE_CUDA", cuda, TRUE);
  context = fddm_context_new (weights, FDDM_DEVICE_GPU, &options, &error);
  g_assert_no_error (error);
  return context;
}

static void
assert_alike (const float *a, const float *b)
{
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (a[i], b[i], 2e-3);
}

/* Whichever allocation fails, the picture comes out, at worst in smaller tiles: one of the first of all, when the noise is
 * measured, or one of those after it. */
static void
test_any_allocation_fails (void)
{
  enum { EARLY = 3, LATE = 8 };
  static float expected[N], out[N];
  Told         usual_told = { 0 };
  FddmContext *usual      = context_new ("");
  int          smaller    = 0;

  height = 44;
  g_assert_cmpint (denoise (usual, "", expected, &usual_told).tiles, ==, 1);
  fddm_context_free (usual);
  for (int n = 1; n <= EARLY + LATE; n++)
    {
      g_autofree char *fault   = g_strdup_printf ("malloc=%d", n <= EARLY ? n : n - EARLY);
      Told             told    = { .fault = n <= EARLY ? NULL : fault };
      FddmContext     *context = context_new ("");

      smaller += denoise (context, n <= EARLY ? fault : "", out, &told).tiles > 1 ? 1 : 0;
      assert_alike (out, expected);
      fddm_context_free (context);
    }
  g_test_message ("%d in smaller tiles", smaller);
  g_assert_cmpint (smaller, >, 0);
  height = HEIGHT;
}

/* A card that draws the screen gets small tiles, and tells of each. */
static void
test_screen (void)
{
  static float expected[N], out[N];
  Told         usual = { 0 }, drawn = { 0 };
  FddmContext *context = context_new ("");

  denoise (context, "", expected, &usual);
  g_assert_cmpint (denoise (context, "screen", out, &drawn).tiles, >, 1);
  assert_alike (out, expected);
  g_assert_cmpint (drawn.n, >, usual.n);
  g_assert_cmpfloat (drawn.last, ==, 1.0);
  fddm_context_free (context);
}

/* A GPU without free memory, or that does not answer, needs no higher limit: its memory has none. */
static void
test_nothing_free (void)
{
  static float            out[N];
  g_autoptr (GError)      error   = NULL;
  const FddmDenoiseParams params  = fddm_denoise_params_default ();
  FddmImage               image   = { out, WIDTH, HEIGHT, 3, (gsize) WIDTH * 3, 3 };
  FddmSource              source  = fddm_image_source (&image);
  FddmSink                sink    = fddm_image_sink (&image);
  FddmContext            *context = context_new ("");

  g_setenv ("EMULATE_CUDA", "exclusive", TRUE);
  g_assert_false (fddm_denoise (context, &params, &source, &sink, NULL, NULL, NULL, &error));
  g_setenv ("EMULATE_CUDA", "", TRUE);
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_DEVICE);
  g_assert_null (strstr (error->message, "raise the limit"));
  fddm_context_free (context);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int                status;

  g_test_init (&argc, &argv, NULL);
  g_setenv ("EMULATE_CUDNN", "none", TRUE);
  g_assert_cmpint (argc, ==, 3);
  modules = argv[1];
  weights = fddm_weights_open (argv[2], &error);
  g_assert_no_error (error);
  g_test_add_func ("/gpu/short/any-allocation-fails", test_any_allocation_fails);
  g_test_add_func ("/gpu/short/screen", test_screen);
  g_test_add_func ("/gpu/short/nothing-free", test_nothing_free);
  status = g_test_run ();
  fddm_weights_unref (weights);
  return status;
}
