/* test-faults.c: one call of CUDA or cuDNN after another fails, once or from then on, on the emulated GPU.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   test-faults MODULE-DIR DENOISING-WEIGHTS GENERATING-WEIGHTS
 *
 * Of many calls some fail, each in a run of its own; all of them where FDDM_FAULTS=all. */
#include <gmodule.h>
#include <math.h>
#include "engine/fddm.h"

enum { WIDTH = 40, HEIGHT = 36, N = WIDTH * HEIGHT * 3, MOST = 15 };

static const char  *modules;
static FddmWeights *networks[2]; /* that denoises, that generates */
static unsigned int (*calls_made) (void);

static gboolean
denoise (FddmContext *context, float *out, GError **error)
{
  static float      pixels[N];
  g_autoptr (GRand) rand   = g_rand_new_with_seed (5);
  FddmDenoiseParams params = fddm_denoise_params_default ();
  FddmImage  in = { pixels, WIDTH, HEIGHT, 3, (gsize) WIDTH * 3, 3 }, to = { out, WIDTH, HEIGHT, 3, (gsize) WIDTH * 3, 3 };
  FddmSource source = fddm_image_source (&in);
  FddmSink   sink   = fddm_image_sink (&to);

  for (int i = 0; i < N; i++)
    pixels[i] = (float) (0.5 + 0.2 * sin (i * 0.01) + g_rand_double_range (rand, -0.1, 0.1));
  params.coarse = 150; /* bands have filters of their own */
  return fddm_denoise (context, &params, &source, &sink, NULL, NULL, NULL, error);
}

static gboolean
generate (FddmContext *context, float *out, GError **error)
{
  FddmGenerateParams params = fddm_generate_params_default ();
  FddmImage          to     = { out, WIDTH, HEIGHT, 3, (gsize) WIDTH * 3, 3 };
  FddmSink           sink   = fddm_image_sink (&to);

  params.width  = WIDTH;
  params.height = HEIGHT;
  params.steps  = 2;
  return fddm_generate (context, &params, &sink, NULL, NULL, error);
}

static gboolean (*const jobs[]) (FddmContext *context, float *out, GError **error) = { denoise, generate };

static FddmContext *
context_new (int job, FddmDeviceKind device, GError **error)
{
  const FddmContextOptions options = { .module_dir = modules, .threads = 1 };

  return fddm_context_new (networks[job], device, &options, error);
}

static void
assert_alike (const float *a, const float *b)
{
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (a[i], b[i], 5e-3);
}

/* The GPU was asked for: the picture, or an error; the next one succeeds where the GPU does again. */
static void
on_gpu (int job, const char *fault, const float *expected)
{
  g_autoptr (GError) error   = NULL;
  g_autofree float  *out     = g_new0 (float, N);
  FddmContext       *context = NULL;

  g_debug ("%s", fault);
  g_setenv ("EMULATE_CUDA", fault, TRUE);
  context = context_new (job, FDDM_DEVICE_GPU, &error);
  if (context != NULL && jobs[job](context, out, &error))
    {
      g_assert_no_error (error);
      assert_alike (out, expected);
    }
  else
    {
      g_assert_nonnull (error);
      g_assert_true (error->domain == FDDM_ERROR && *error->message != '\0');
    }
  g_setenv ("EMULATE_CUDA", "", TRUE);
  g_clear_error (&error);
  if (context == NULL)
    return;
  jobs[job](context, out, &error);
  g_assert_no_error (error);
  assert_alike (out, expected);
  fddm_context_free (context);
}

/* Any device will do: the picture, and why it was not the GPU. */
static void
on_any (int job, const char *fault, const float *expected)
{
  g_autoptr (GError) error   = NULL;
  g_autofree float  *out     = g_new0 (float, N);
  FddmContext       *context = NULL;

  g_setenv ("EMULATE_CUDA", fault, TRUE);
  context = context_new (job, FDDM_DEVICE_AUTO, &error);
  g_assert_no_error (error);
  jobs[job](context, out, &error);
  g_assert_no_error (error);
  assert_alike (out, expected);
  g_assert_true ((fddm_context_device (context) == FDDM_DEVICE_GPU) == (fddm_context_gpu_reason (context) == NULL));
  fddm_context_free (context);
  g_setenv ("EMULATE_CUDA", "", TRUE);
}

/* The picture without a fault; the number of calls on its way. */
static unsigned int
without_fault (int job, float *out)
{
  g_autoptr (GError) error   = NULL;
  FddmContext       *context = context_new (job, FDDM_DEVICE_GPU, &error);

  g_assert_no_error (error);
  calls_made ();
  fddm_context_free (context);
  calls_made ();
  context = context_new (job, FDDM_DEVICE_GPU, &error);
  jobs[job](context, out, &error);
  g_assert_no_error (error);
  fddm_context_free (context);
  return calls_made ();
}

/* JOB with the make-believe cuDNN that DATA names. */
static void
test_faults (int job, const char *cudnn)
{
  g_autofree float *expected = g_new0 (float, N);
  const gboolean    all      = g_strcmp0 (g_getenv ("FDDM_FAULTS"), "all") == 0;
  unsigned int      calls, step;

  g_setenv ("EMULATE_CUDNN", cudnn, TRUE);
  calls = without_fault (job, expected);
  step  = all ? 1 : MAX (calls / MOST, 1);
  g_assert_cmpuint (calls, >, MOST);
  for (unsigned int n = 1; n <= calls; n += step)
    {
      g_autofree char *once = g_strdup_printf ("call=%u", n), *for_good = g_strdup_printf ("calls=%u", n);

      calls_made ();
      on_gpu (job, once, expected);
      calls_made ();
      on_gpu (job, for_good, expected);
      calls_made ();
      on_any (job, n / step % 2 ? once : for_good, expected);
    }
  g_test_message ("each %u. of %u calls", step, calls);
}

static void
test_denoise (gconstpointer cudnn)
{
  test_faults (0, cudnn);
}

static void
test_generate (gconstpointer cudnn)
{
  test_faults (1, cudnn);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *path  = NULL;
  GModule           *module;
  int                status;

  g_test_init (&argc, &argv, NULL);
  g_setenv ("FDDM_CPU_CONVOLUTION", "direct", TRUE); /* what the CPU takes over is compared, and bf16 differs by more */
  g_assert_cmpint (argc, ==, 4);
  modules = argv[1];
  path    = g_build_filename (modules, "fddm-cuda." G_MODULE_SUFFIX, NULL);
  module  = g_module_open (path, G_MODULE_BIND_LOCAL);
  g_assert_true (module != NULL && g_module_symbol (module, "emulate_calls", (gpointer *) &calls_made));
  for (int i = 0; i < 2; i++)
    {
      networks[i] = fddm_weights_open (argv[2 + i], &error);
      g_assert_no_error (error);
    }
  g_test_add_data_func ("/gpu/faults/denoise", "none", test_denoise);
  g_test_add_data_func ("/gpu/faults/denoise-cudnn", "fused", test_denoise);
  g_test_add_data_func ("/gpu/faults/generate", "none", test_generate);
  g_test_add_data_func ("/gpu/faults/generate-cudnn", "fused", test_generate);
  status = g_test_run ();
  for (int i = 0; i < 2; i++)
    fddm_weights_unref (networks[i]);
  return status;
}
