/* test-fallback.c: what becomes of a photo on a GPU: tiles streamed, and when it cannot be had or is lost in the middle.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"
#include "engine/error.h"
#include "kernels/backend.h"
#include "engine/weights/weights.h"

/* Six tiles side by side. One test computes some of them hundreds of times, so they are low. */
enum { WIDTH = 190, HEIGHT = 21, N = WIDTH * HEIGHT * 3 };

static const char *module_dir;

static FddmContext *
open_context (FddmDeviceKind device, const char *convolutions, GError **error)
{
  g_autofree char        *path    = test_golden_path ("tiny.safetensors");
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, NULL);
  FddmContextOptions      options = { .module_dir = module_dir, .tile = 32 };

  g_setenv ("FDDM_TEST_CONVOLUTIONS", convolutions, TRUE);
  return fddm_context_new (weights, device, &options, error);
}

static gboolean
run (FddmContext *context, float *out, GError **error)
{
  g_autofree float *pixels = test_floats (N, 0, 1, 9);
  FddmImage         from = { pixels, WIDTH, HEIGHT, 3, WIDTH * 3, 3 }, to = { out, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
  FddmSource        source = fddm_image_source (&from);
  FddmSink          sink   = fddm_image_sink (&to);
  FddmDenoiseParams params = fddm_denoise_params_default ();

  params.noise = 20;
  return fddm_denoise (context, &params, &source, &sink, NULL, NULL, NULL, error);
}

/* AUTO: the work is done over on the CPU, what was written already as well, and the reason is kept. */
static void
test_lost_half_way (void)
{
  g_autoptr (GError)      error = NULL;
  g_autofree float       *out = g_new0 (float, N), *expected = g_new0 (float, N);
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_AUTO, "25", &error), cpu = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (fddm_context_device (context), ==, FDDM_DEVICE_GPU);
  g_assert_null (fddm_context_gpu_reason (context));
  g_assert_true (run (context, out, &error));
  g_assert_cmpint (fddm_context_device (context), ==, FDDM_DEVICE_CPU);
  g_assert_nonnull (strstr (fddm_context_gpu_reason (context), "fallen off the bus"));
  cpu = open_context (FDDM_DEVICE_CPU, "0", &error);
  g_assert_true (run (cpu, expected, &error));
  g_assert_cmpmem (out, N * sizeof *out, expected, N * sizeof *expected);
}

/* Where the CPU cannot take over, either, that is an error, and so is the next run; when it can again, it does. */
static void
test_lost_without_a_cpu (void)
{
  g_autoptr (GError)      error   = NULL;
  g_autofree float       *out     = g_new0 (float, N);
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_AUTO, "25", &error);

  g_assert_no_error (error);
  g_setenv ("FDDM_CPU_CONVOLUTION", "none", TRUE);
  for (int i = 0; i < 2; i++)
    {
      g_assert_false (run (context, out, &error));
      g_assert_nonnull (strstr (error->message, "FDDM_CPU_CONVOLUTION"));
      g_assert_nonnull (fddm_context_describe (context));
      g_clear_error (&error);
    }
  g_unsetenv ("FDDM_CPU_CONVOLUTION");
  g_assert_true (run (context, out, &error));
  g_assert_no_error (error);
}

/* A picture out of noise, by windows of 16 pixels, on AUTO's device and on the CPU: the same. */
static void
test_lost_generating (void)
{
  static const struct {
    FddmDeviceKind device;
    const char    *convolutions;
  } devices[]                     = { { FDDM_DEVICE_AUTO, "40" }, { FDDM_DEVICE_CPU, "0" } };
  g_autofree char        *path    = test_golden_path ("tiny-generate.safetensors");
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, NULL);
  FddmContextOptions      options = { .module_dir = module_dir };
  FddmGenerateParams      params  = fddm_generate_params_default ();
  g_autofree float       *first = g_new0 (float, N), *second = g_new0 (float, N);

  weights->side = 16;
  params.width  = WIDTH;
  params.height = HEIGHT;
  params.steps  = 3;
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      g_autoptr (GError)      error   = NULL;
      g_autoptr (FddmContext) context = NULL;
      FddmImage               image   = { i == 0 ? first : second, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
      FddmSink                sink    = fddm_image_sink (&image);

      g_setenv ("FDDM_TEST_CONVOLUTIONS", devices[i].convolutions, TRUE);
      context = fddm_context_new (weights, devices[i].device, &options, &error);
      g_assert_true (fddm_generate (context, &params, &sink, NULL, NULL, &error));
      g_assert_no_error (error);
      g_assert_cmpint (fddm_context_device (context), ==, FDDM_DEVICE_CPU);
    }
  g_assert_cmpmem (first, N * sizeof *first, second, N * sizeof *second);
}

/* GPU asked for: the error, not another device. */
static void
test_gpu_asked_for (void)
{
  g_autoptr (GError)      error   = NULL;
  g_autofree float       *out     = g_new0 (float, N);
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_GPU, "25", &error);

  g_assert_no_error (error);
  g_assert_false (run (context, out, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_DEVICE);
  g_assert_false (fddm_error_is_no_gpu (error));
  g_clear_error (&error);
  g_assert_null (open_context (FDDM_DEVICE_GPU, "0", &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_NO_GPU_DRIVER);
  g_assert_true (fddm_error_is_no_gpu (error));
  g_assert_nonnull (strstr (error->message, "no NVIDIA driver"));
}

/* A GPU that does not tell its free memory once: the whole result or an error, never one for want of memory, without filters. */
static void
test_silent_about_memory (void)
{
  g_autofree float *out = g_new0 (float, N), *expected = g_new0 (float, N);
  int               errors = 0;

  for (int n = 0; n < 6; n++)
    {
      g_autofree char        *which   = g_strdup_printf ("%d", n);
      g_autoptr (GError)      error   = NULL;
      g_autoptr (FddmContext) context = NULL;

      g_setenv ("FDDM_TEST_SILENT", which, TRUE);
      context = open_context (FDDM_DEVICE_GPU, "1000000", &error);
      g_unsetenv ("FDDM_TEST_SILENT");
      g_assert_no_error (error);
      if (run (context, n == 0 ? expected : out, &error))
        g_assert_true (n == 0 || memcmp (out, expected, N * sizeof *out) == 0);
      else
        errors++;
      g_assert_true ((error != NULL) == (n > 0 && errors == n));
    }
  g_assert_cmpint (errors, >, 1);
}

/* A GPU whose layers cannot have more positions than so many, whatever its memory: as many tiles as that takes, and no more. */
static void
test_too_large_for_a_layer (void)
{
  g_autofree char        *path    = test_golden_path ("tiny.safetensors");
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, NULL);
  g_autofree float       *out = g_new0 (float, N), *expected = g_new0 (float, N), *pixels = test_floats (N, 0, 1, 9);
  int                     tiles[2];

  g_setenv ("FDDM_TEST_CONVOLUTIONS", "1000000", TRUE);
  for (int i = 0; i < 2; i++)
    {
      const FddmContextOptions options = { .module_dir = module_dir };
      g_autoptr (GError)       error   = NULL;
      g_autoptr (FddmContext)  context = fddm_context_new (weights, FDDM_DEVICE_GPU, &options, &error);
      FddmImage                from    = { pixels, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
      FddmImage                to      = { i == 0 ? expected : out, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
      FddmSource               source  = fddm_image_source (&from);
      FddmSink                 sink    = fddm_image_sink (&to);
      FddmDenoiseParams        params  = fddm_denoise_params_default ();
      FddmReport               report  = { 0 };

      g_assert_no_error (error);
      if (i == 1)
        g_setenv ("FDDM_TEST_POSITIONS", "250", TRUE);
      params.noise = 20;
      fddm_denoise (context, &params, &source, &sink, NULL, NULL, &report, &error);
      g_unsetenv ("FDDM_TEST_POSITIONS");
      g_assert_no_error (error);
      tiles[i] = report.tiles;
    }
  g_assert_cmpint (tiles[1], ==, tiles[0] + 1);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (out[i], expected[i], 1e-4);
}

static void
test_no_gpu (void)
{
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_AUTO, "0", &error);

  g_assert_no_error (error);
  g_assert_cmpint (fddm_context_device (context), ==, FDDM_DEVICE_CPU);
  g_assert_cmpstr (fddm_context_gpu_reason (context), ==, "no NVIDIA driver");
}

/* The same, asked without a network. */
static void
test_gpu_usable (void)
{
  g_autoptr (GError) error = NULL;

  g_setenv ("FDDM_TEST_CONVOLUTIONS", "0", TRUE);
  g_assert_false (fddm_gpu_usable (module_dir, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_NO_GPU_DRIVER);
  g_assert_cmpstr (error->message, ==, "no NVIDIA driver");
  g_assert_false (fddm_gpu_usable (module_dir, NULL));
  g_clear_error (&error);
  g_setenv ("FDDM_TEST_CONVOLUTIONS", "40", TRUE);
  g_assert_true (fddm_gpu_usable (module_dir, &error));
  g_assert_no_error (error);
}

/* Each of the kernels' codes has one of the engine's, and its words; what is the engine's already stays. */
static void
test_codes (void)
{
  static const struct {
    FddmKernelError kernel;
    FddmError       engine;
  } codes[] = {
    { FDDM_KERNEL_ERROR_UNUSABLE, FDDM_ERROR_DEVICE },
    { FDDM_KERNEL_ERROR_MEMORY, FDDM_ERROR_MEMORY },
    { FDDM_KERNEL_ERROR_FAILED, FDDM_ERROR_DEVICE },
    { FDDM_KERNEL_ERROR_NO_MODULE, FDDM_ERROR_NO_GPU_MODULE },
    { FDDM_KERNEL_ERROR_BAD_MODULE, FDDM_ERROR_BAD_GPU_MODULE },
    { FDDM_KERNEL_ERROR_NO_DRIVER, FDDM_ERROR_NO_GPU_DRIVER },
    { FDDM_KERNEL_ERROR_OLD_DRIVER, FDDM_ERROR_OLD_GPU_DRIVER },
    { FDDM_KERNEL_ERROR_NO_CUDNN, FDDM_ERROR_NO_CUDNN },
    { FDDM_KERNEL_ERROR_NO_DEVICE, FDDM_ERROR_NO_GPU },
    { FDDM_KERNEL_ERROR_OLD_DEVICE, FDDM_ERROR_OLD_GPU },
    { FDDM_KERNEL_ERROR_BUSY, FDDM_ERROR_BUSY_GPU },
    { FDDM_KERNEL_ERROR_OVERFLOW, FDDM_ERROR_WEIGHTS },
    { 99, FDDM_ERROR_DEVICE },
  };
  GError *error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      fddm_error_propagate (&error, g_error_new_literal (FDDM_KERNEL_ERROR, (int) codes[i].kernel, "words"));
      g_assert_error (error, FDDM_ERROR, (int) codes[i].engine);
      g_assert_cmpstr (error->message, ==, "words");
      g_clear_error (&error);
    }
  fddm_error_propagate (&error, g_error_new_literal (FDDM_ERROR, FDDM_ERROR_NO_GPU, "others"));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_NO_GPU);
  g_clear_error (&error);
  fddm_error_propagate (NULL, g_error_new_literal (FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_BUSY, "nobody listens"));
}

/* ---- Tiles streamed ---- */

/* Reads and writes in their order: "r", "w"; the read or write with the number FAIL_AT fails, the tick CANCEL_AT cancels. */
typedef struct {
  FddmSource source;
  FddmSink   sink;
  GString   *calls;
  int        fail_at, ticks, cancel_at;
  double     progress; /* the phase's number and its fraction */
} Watched;

static gboolean
watch_read (gpointer data, int x, int y, int width, int height, float *out, GError **error)
{
  Watched *watched = data;

  g_string_append_c (watched->calls, 'r');
  return (int) watched->calls->len != watched->fail_at &&
         watched->source.read (watched->source.data, x, y, width, height, out, error);
}

static gboolean
watch_write (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error)
{
  Watched *watched = data;

  g_string_append_c (watched->calls, 'w');
  return (int) watched->calls->len != watched->fail_at &&
         watched->sink.write (watched->sink.data, x, y, width, height, pixels, error);
}

static gboolean
watch_progress (FddmPhase phase, double fraction, gpointer data)
{
  Watched *watched = data;

  g_assert_cmpfloat (phase + fraction, >=, watched->progress);
  watched->progress = phase + fraction;
  return ++watched->ticks != watched->cancel_at;
}

/* With the parameters PARAMS; the order of calls. */
static char *
run_watched (FddmContext *context, const FddmDenoiseParams *params, int fail_at, int cancel_at, float *out, int *ticks,
             GError **error)
{
  g_autofree float *pixels = test_floats (N, 0, 1, 9);
  FddmImage         from = { pixels, WIDTH, HEIGHT, 3, WIDTH * 3, 3 }, to = { out, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
  Watched           watched = { .source    = fddm_image_source (&from),
                                .sink      = fddm_image_sink (&to),
                                .calls     = g_string_new (NULL),
                                .fail_at   = fail_at,
                                .cancel_at = cancel_at };
  FddmSource        source  = { .width = WIDTH, .height = HEIGHT, .channels = 3, .read = watch_read, .data = &watched };
  FddmSink          sink    = { watch_write, &watched };
  const gboolean    ok      = fddm_denoise (context, params, &source, &sink, watch_progress, &watched, NULL, error);

  g_assert_true (ok == (error == NULL || *error == NULL));
  if (ticks != NULL)
    *ticks = watched.ticks;
  return g_string_free (watched.calls, FALSE);
}

/* A GPU has the next tile read and the one before written while it computes; the bits are those of one after the other. */
static void
test_streamed (void)
{
  g_autoptr (GError)      error = NULL;
  g_autofree float       *out = g_new0 (float, N), *expected = g_new0 (float, N);
  g_autoptr (FddmContext) gpu = open_context (FDDM_DEVICE_GPU, "100000", &error);
  g_autoptr (FddmContext) ref = open_context (FDDM_DEVICE_REFERENCE, "0", &error);

  g_assert_no_error (error);
  for (int i = 0; i < 5; i++)
    {
      FddmDenoiseParams params   = fddm_denoise_params_default ();
      g_autofree char  *streamed = NULL, *in_turn = NULL;

      params.noise    = 20;
      params.averages = i == 1 ? 3 : 1;
      params.detail   = i == 2 ? 50 : 0;
      params.steps    = 1; /* of more, texture is strengthened, whose reach leaves one tile */
      params.fine     = i == 3 ? 50 : 100;
      params.noise    = i == 4 ? 0 : 20;
      streamed        = run_watched (gpu, &params, 0, 0, out, NULL, &error);
      g_assert_no_error (error);
      in_turn = run_watched (ref, &params, 0, 0, expected, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (strlen (streamed), ==, strlen (in_turn));
      g_assert_cmpmem (out, N * sizeof *out, expected, N * sizeof *expected);
      g_assert_nonnull (g_strrstr (in_turn, "rwrw"));
      {
        /* As far as the noise is measured, there are reads only. */
        char *first = strchr (streamed, 'w') - 2;

        g_assert_true (g_str_has_prefix (first, "rrwrw"));
        g_assert_true (g_str_has_suffix (first, "rwww") || g_str_has_suffix (first, "rwrww"));
      }
    }
}

/* Bands and the uncertainty, which both have the host filter a tile while the next one is on its way: the bits of in turn. */
static void
test_streamed_filters (void)
{
  g_autoptr (GError)      error  = NULL;
  g_autofree float       *pixels = test_floats (N, 0, 1, 9), *out = g_new0 (float, 2 * N), *guess = g_new0 (float, 2 * N);
  g_autoptr (FddmContext) gpu    = open_context (FDDM_DEVICE_GPU, "100000", &error);
  g_autoptr (FddmContext) ref    = open_context (FDDM_DEVICE_REFERENCE, "0", &error);
  FddmImage               from   = { pixels, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
  FddmSource              source = fddm_image_source (&from);
  FddmDenoiseParams       params = fddm_denoise_params_default ();

  g_assert_no_error (error);
  params.noise = 20;
  for (int bands = 0; bands < 2; bands++)
    {
      params.coarse   = bands ? 150 : 100;
      params.averages = 1 + bands;
      for (int i = 0; i < 2; i++)
        {
          FddmImage to                = { out + i * N, WIDTH, HEIGHT, 3, WIDTH * 3, 3 },
                    doubt             = { guess + i * N, WIDTH, HEIGHT, 1, WIDTH, 1 };
          FddmSink               sink = fddm_image_sink (&to), uncertainty = fddm_image_sink (&doubt);
          const FddmDenoiseSinks sinks = { .picture = &sink, .uncertainty = &uncertainty };

          g_assert_true (fddm_denoise_uncertain (i == 0 ? ref : gpu, &params, &source, &sinks, NULL, NULL, NULL, &error));
        }
      g_assert_cmpmem (out, N * sizeof *out, out + N, N * sizeof *out);
      g_assert_cmpmem (guess, N / 3 * sizeof *guess, guess + N, N / 3 * sizeof *guess);
      g_assert_cmpfloat (guess[N / 6], >, 0.0f);
    }
}

/* Whatever fails or is cancelled, whenever: the error, and the next photo is as if nothing had been. */
static void
test_streaming_stops (void)
{
  g_autoptr (GError)      error = NULL;
  g_autofree float       *out = g_new0 (float, N), *expected = g_new0 (float, N);
  g_autoptr (FddmContext) gpu    = open_context (FDDM_DEVICE_GPU, "100000", &error);
  FddmDenoiseParams       params = fddm_denoise_params_default ();
  int                     ticks;
  g_autofree char        *calls = NULL;

  params.noise  = 20;
  params.coarse = 150;
  calls         = run_watched (gpu, &params, 0, 0, expected, &ticks, &error);
  g_assert_no_error (error);
  for (int i = 1; i <= (int) strlen (calls); i++)
    {
      g_free (run_watched (gpu, &params, i, 0, out, NULL, &error));
      g_assert_error (error, FDDM_ERROR, (calls[i - 1] == 'r' ? FDDM_ERROR_READ : FDDM_ERROR_WRITE));
      g_clear_error (&error);
    }
  for (int i = 1; i <= ticks; i += 19)
    {
      g_free (run_watched (gpu, &params, 0, i, out, NULL, &error));
      g_assert_error (error, FDDM_ERROR, FDDM_ERROR_CANCELLED);
      g_clear_error (&error);
    }
  g_free (run_watched (gpu, &params, 0, 0, out, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (out, N * sizeof *out, expected, N * sizeof *expected);
}

/* The second arrays of pixels, and of what is to change, count, and small bounds hold. */
static void
test_streaming_is_planned (void)
{
  g_autofree char        *path    = test_golden_path ("tiny.safetensors");
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, NULL);
  g_autofree float       *pixels = test_floats (N, 0, 1, 9), *out = g_new0 (float, N);
  FddmImage               from = { pixels, WIDTH, HEIGHT, 3, WIDTH * 3, 3 }, to = { out, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
  FddmSource              source = fddm_image_source (&from);
  FddmSink                sink   = fddm_image_sink (&to);
  FddmDenoiseParams       params = fddm_denoise_params_default ();
  FddmReport              reports[2];

  g_setenv ("FDDM_TEST_CONVOLUTIONS", "100000", TRUE);
  params.noise = 20;
  for (int i = 0; i < 2; i++)
    {
      FddmContextOptions      options = { .module_dir = module_dir, .tile = 32 };
      g_autoptr (FddmContext) context = fddm_context_new (weights, i == 0 ? FDDM_DEVICE_REFERENCE : FDDM_DEVICE_GPU,
                                                          &options, NULL);

      g_assert_true (fddm_denoise (context, &params, &source, &sink, NULL, NULL, &reports[i], NULL));
    }
  g_assert_cmpint (reports[0].tiles, ==, reports[1].tiles);
  g_assert_cmpuint (reports[1].memory, >, reports[0].memory);
  g_assert_cmpuint (reports[1].memory - reports[0].memory, <=, 2 * N * sizeof (float));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 3);
  module_dir = argv[1];
  g_test_add_func ("/fallback/lost-half-way", test_lost_half_way);
  g_test_add_func ("/fallback/lost-without-a-cpu", test_lost_without_a_cpu);
  g_test_add_func ("/fallback/lost-generating", test_lost_generating);
  g_test_add_func ("/fallback/gpu-asked-for", test_gpu_asked_for);
  g_test_add_func ("/fallback/silent-about-memory", test_silent_about_memory);
  g_test_add_func ("/fallback/too-large-for-a-layer", test_too_large_for_a_layer);
  g_test_add_func ("/fallback/no-gpu", test_no_gpu);
  g_test_add_func ("/fallback/gpu-usable", test_gpu_usable);
  g_test_add_func ("/fallback/codes", test_codes);
  g_test_add_func ("/fallback/streamed", test_streamed);
  g_test_add_func ("/fallback/streamed-filters", test_streamed_filters);
  g_test_add_func ("/fallback/streaming-stops", test_streaming_stops);
  g_test_add_func ("/fallback/streaming-is-planned", test_streaming_is_planned);
  return g_test_run ();
}
