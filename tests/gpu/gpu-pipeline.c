/* gpu-pipeline.c: whole pictures on the GPU against the reference, in any tiling, twice, and with little memory; or how
 * fast they are.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   gpu-pipeline MODULE-DIR WEIGHTS               checks of a network that denoises, or of one that generates
 *   gpu-pipeline MODULE-DIR WEIGHTS --bench MP    milliseconds of whole calls and of the network alone
 *
 * exits with 0 = all passed, 1 = some failed, 77 = no usable GPU (says why) */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "engine/context.h"
#include "engine/fddm.h"

#define BENCH_RUNS 7

typedef struct {
  FddmWeights *weights;
  const char  *modules;
  int          passed, failed;
} Check;

typedef struct {
  float *pixels;
  int    width, height, channels;
} Picture;

/* ---- Pictures ---- */

static Picture
picture_new (int width, int height, int channels)
{
  return (Picture) { g_new0 (float, (gsize) width * height * channels), width, height, channels };
}

/* Waves and edges, and noise of standard deviation SIGMA. */
static void
paint (Picture *picture, double sigma)
{
  g_autoptr (GRand) rand  = g_rand_new_with_seed (3);
  float            *pixel = picture->pixels;

  for (int y = 0; y < picture->height; y++)
    for (int x = 0; x < picture->width; x++)
      for (int c = 0; c < picture->channels; c++)
        {
          double clean = 0.5 + 0.3 * sin (0.11 * x + 0.07 * y + c) + ((x / 23 + y / 17) % 2 ? 0.1 : -0.1);
          double noise = -6.0;

          for (int i = 0; sigma > 0.0 && i < 12; i++)
            noise += g_rand_double (rand);
          *pixel++ = (float) (clean + (sigma > 0.0 ? sigma * noise : 0.0));
        }
}

static FddmImage
image_of (const Picture *picture)
{
  return (FddmImage) {
    picture->pixels,  picture->width, picture->height, picture->channels, (gsize) picture->width * picture->channels,
    picture->channels
  };
}

static gsize
n_floats (const Picture *picture)
{
  return (gsize) picture->width * picture->height * picture->channels;
}

static gboolean
denoise (FddmContext *context, const FddmDenoiseParams *params, const Picture *from, Picture *to, FddmReport *report,
         GError **error)
{
  FddmImage  in = image_of (from), out = image_of (to);
  FddmSource source = fddm_image_source (&in);
  FddmSink   sink   = fddm_image_sink (&out);

  return fddm_denoise (context, params, &source, &sink, NULL, NULL, report, error);
}

/* ---- Checks ---- */

static void
count (Check *check, gboolean ok, const char *name, double found)
{
  if (ok)
    check->passed++;
  else
    check->failed++;
  g_print ("%s %s: %.2e\n", ok ? "ok    " : "FAILED", name, found);
}

/* The picture by a device of this kind; MEMORY, in MiB, caps the GPU's. FALSE with a failure counted. */
static gboolean
by_device (Check *check, FddmDeviceKind kind, int tile, const char *memory, const FddmDenoiseParams *params,
           const Picture *from, Picture *to, FddmReport *report, const char *name)
{
  g_autoptr (GError)      error   = NULL;
  FddmContextOptions      options = { .tile = tile, .module_dir = check->modules };
  g_autoptr (FddmContext) context = NULL;

  if (memory != NULL)
    g_setenv ("FDDM_GPU_MEMORY", memory, TRUE);
  context = fddm_context_new (check->weights, kind, &options, &error);
  g_unsetenv ("FDDM_GPU_MEMORY");
  if (context != NULL && denoise (context, params, from, to, report, &error))
    return TRUE;
  count (check, FALSE, name, NAN);
  g_print ("       %s\n", error->message);
  return FALSE;
}

/* Relative distance (L2). */
static double
distance (const Picture *a, const Picture *b)
{
  double apart = 0.0, size = 0.0;

  for (gsize i = 0; i < n_floats (a); i++)
    {
      apart += pow ((double) a->pixels[i] - b->pixels[i], 2);
      size += pow (b->pixels[i], 2);
    }
  return sqrt (apart / size);
}

/* Decibels of PSNR that A has more than B, CLEAN being right. */
static double
gain (const Picture *a, const Picture *b, const Picture *clean)
{
  double of_a = 0.0, of_b = 0.0;

  for (gsize i = 0; i < n_floats (a); i++)
    {
      of_a += pow ((double) a->pixels[i] - clean->pixels[i], 2);
      of_b += pow ((double) b->pixels[i] - clean->pixels[i], 2);
    }
  return 10.0 * log10 (of_b / of_a);
}

static void
check_picture (Check *check, int width, int height, int channels, const FddmDenoiseParams *params, const char *what)
{
  Picture          noisy = picture_new (width, height, channels), clean = picture_new (width, height, channels);
  Picture          ref = picture_new (width, height, channels), gpu = picture_new (width, height, channels);
  Picture          again = picture_new (width, height, channels);
  g_autofree char *name  = g_strdup_printf ("%d × %d, %d channels, %s", width, height, channels, what);
  const gboolean   fp32  = g_strcmp0 (g_getenv ("FDDM_GPU_FORMAT"), "fp32") == 0;
  FddmReport       report;

  paint (&clean, 0.0);
  paint (&noisy, 15.0 / 255.0);
  g_print ("%s\n", name);
  if (by_device (check, FDDM_DEVICE_REFERENCE, 0, NULL, params, &noisy, &ref, NULL, "reference") &&
      by_device (check, FDDM_DEVICE_GPU, 0, NULL, params, &noisy, &gpu, NULL, "GPU"))
    {
      /* Sampled texture follows each rounding; what it is worth stays. */
      if (params->detail == 0.0)
        count (check, distance (&gpu, &ref) <= (fp32 ? 1e-4 : 1e-2), "distance from the reference", distance (&gpu, &ref));
      count (check, fabs (gain (&gpu, &ref, &clean)) <= 0.02, "PSNR against the reference's, dB", gain (&gpu, &ref, &clean));
      if (by_device (check, FDDM_DEVICE_GPU, 0, NULL, params, &noisy, &again, NULL, "again"))
        count (check, memcmp (gpu.pixels, again.pixels, n_floats (&gpu) * sizeof (float)) == 0, "the same bits again",
               distance (&gpu, &again));
      if (params->detail == 0.0 &&
          by_device (check, FDDM_DEVICE_GPU, 40, NULL, params, &noisy, &again, &report, "tiles of 40 pixels"))
        count (check, report.tiles > 1 && distance (&again, &gpu) <= (fp32 ? 1e-4 : 1e-3), "tiles of 40 pixels",
               distance (&again, &gpu));
    }
  g_free (noisy.pixels);
  g_free (clean.pixels);
  g_free (ref.pixels);
  g_free (gpu.pixels);
  g_free (again.pixels);
}

/* With the probes between one grid and the next, and tiles streamed with all that is filtered. */
static void
check_uncertainty (Check *check, int width, int height, int channels, const FddmDenoiseParams *params)
{
  static const FddmDeviceKind kinds[] = { FDDM_DEVICE_REFERENCE, FDDM_DEVICE_GPU };
  FddmContextOptions          options = { .tile = 24, .module_dir = check->modules };
  Picture                     noisy   = picture_new (width, height, channels), photos[2], guesses[2];
  g_autoptr (GError)          error   = NULL;

  paint (&noisy, 15.0 / 255.0);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (FddmContext) context = fddm_context_new (check->weights, kinds[i], &options, &error);
      FddmImage               from, to, guess;
      FddmSource              source;
      FddmSink                sink, uncertainty;
      FddmDenoiseSinks        sinks;
      FddmReport              report = { 0 };

      photos[i]   = picture_new (width, height, channels);
      guesses[i]  = picture_new (width, height, 1);
      from        = image_of (&noisy);
      to          = image_of (&photos[i]);
      guess       = image_of (&guesses[i]);
      source      = fddm_image_source (&from);
      sink        = fddm_image_sink (&to);
      uncertainty = fddm_image_sink (&guess);
      sinks       = (FddmDenoiseSinks) { .picture = &sink, .uncertainty = &uncertainty };
      count (check,
             context != NULL && fddm_denoise_uncertain (context, params, &source, &sinks, NULL, NULL, &report, &error),
             "three grids, bands, uncertainty", i);
      count (check, report.tiles > 1, "three grids, bands, uncertainty: tiles", report.tiles);
    }
  count (check, distance (&photos[1], &photos[0]) <= 1e-2, "three grids, bands: distance",
         distance (&photos[1], &photos[0]));
  count (check, distance (&guesses[1], &guesses[0]) <= 5e-2, "uncertainty: distance", distance (&guesses[1], &guesses[0]));
  g_free (noisy.pixels);
  for (int i = 0; i < 2; i++)
    {
      g_free (photos[i].pixels);
      g_free (guesses[i].pixels);
    }
}

/* As little as makes it cut the picture; and so little that nothing goes. */
static void
check_memory (Check *check)
{
  Picture            noisy = picture_new (350, 250, 3), whole = picture_new (350, 250, 3), tiled = picture_new (350, 250, 3);
  FddmDenoiseParams  params  = fddm_denoise_params_default ();
  FddmContextOptions options = { .module_dir = check->modules };
  g_autoptr (GError) error   = NULL;
  FddmContext       *context;
  FddmReport         report;

  params.noise = 15.0;
  paint (&noisy, 15.0 / 255.0);
  if (by_device (check, FDDM_DEVICE_GPU, 0, NULL, &params, &noisy, &whole, NULL, "whole") &&
      by_device (check, FDDM_DEVICE_GPU, 0, "70", &params, &noisy, &tiled, &report, "70 MiB of memory"))
    {
      count (check, report.tiles > 1, "70 MiB of memory: tiles", report.tiles);
      count (check, distance (&tiled, &whole) <= 1e-3, "70 MiB of memory: distance", distance (&tiled, &whole));
    }
  g_setenv ("FDDM_GPU_MEMORY", "1", TRUE);
  context = fddm_context_new (check->weights, FDDM_DEVICE_GPU, &options, &error);
  count (check, context == NULL || !denoise (context, &params, &noisy, &tiled, NULL, &error), "1 MiB is an error", 0.0);
  count (check, g_error_matches (error, FDDM_ERROR, FDDM_ERROR_MEMORY), "of the right kind", 0.0);
  count (check, error != NULL && strstr (error->message, " 0 MiB") == NULL, "that does not talk of 0 MiB", 0.0);
  fddm_context_free (context);
  g_clear_error (&error);
  context = fddm_context_new (check->weights, FDDM_DEVICE_AUTO, &options, &error);
  count (check,
         context != NULL && denoise (context, &params, &noisy, &tiled, NULL, &error) &&
           fddm_context_device (context) == FDDM_DEVICE_CPU && fddm_context_gpu_reason (context) != NULL,
         "and of no matter where the CPU may do it", 0.0);
  if (context != NULL)
    g_print ("       %s\n", fddm_context_gpu_reason (context));
  fddm_context_free (context);
  g_unsetenv ("FDDM_GPU_MEMORY");
  g_free (noisy.pixels);
  g_free (whole.pixels);
  g_free (tiled.pixels);
}

static void
run_checks (Check *check)
{
  FddmDenoiseParams params = fddm_denoise_params_default ();
  const gboolean    gray   = g_strcmp0 (fddm_weights_metadata (check->weights, "channels"), "1") == 0;

  params.noise = 15.0;
  if (!gray)
    check_picture (check, 109, 91, 3, &params, "level told");
  check_picture (check, 67, 151, 1, &params, "level told");
  params.averages = 3;
  check_picture (check, 135, 84, gray ? 1 : 3, &params, "three grids");
  params.coarse = 150.0;
  check_uncertainty (check, 24, 200, gray ? 1 : 3, &params);
  params.coarse   = 100.0;
  params.averages = 2;
  params.detail   = 60.0;
  params.steps    = 4;
  params.luma     = 70.0;
  check_picture (check, 88, 77, gray ? 1 : 3, &params, "detail, two grids");
  check_memory (check);
}

/* ---- Pictures out of noise ---- */

static gboolean
generate (Check *check, FddmDeviceKind kind, const FddmGenerateParams *params, Picture *picture, const char *name)
{
  g_autoptr (GError)      error   = NULL;
  FddmContextOptions      options = { .module_dir = check->modules };
  g_autoptr (FddmContext) context = fddm_context_new (check->weights, kind, &options, &error);
  FddmImage               image   = image_of (picture);
  FddmSink                sink    = fddm_image_sink (&image);

  if (context != NULL && fddm_generate (context, params, &sink, NULL, NULL, &error))
    return TRUE;
  count (check, FALSE, name, NAN);
  g_print ("       %s\n", error->message);
  return FALSE;
}

static void
check_generated (Check *check, int width, int height, gboolean tileable, const char *what)
{
  Picture            ref = picture_new (width, height, 3), gpu = picture_new (width, height, 3);
  Picture            again  = picture_new (width, height, 3);
  FddmGenerateParams params = fddm_generate_params_default ();
  const gboolean     fp32   = g_strcmp0 (g_getenv ("FDDM_GPU_FORMAT"), "fp32") == 0;

  params.width    = width;
  params.height   = height;
  params.tileable = tileable;
  params.steps    = 3;
  params.subject  = check->weights->classes != NULL ? check->weights->classes[0] : "";
  g_print ("generated, %d × %d, %s\n", width, height, what);
  if (generate (check, FDDM_DEVICE_REFERENCE, &params, &ref, "reference") &&
      generate (check, FDDM_DEVICE_GPU, &params, &gpu, "GPU") && generate (check, FDDM_DEVICE_GPU, &params, &again, "again"))
    {
      /* What is sampled follows each rounding, a little. */
      count (check, distance (&gpu, &ref) <= (fp32 ? 1e-4 : 3e-2), "distance from the reference", distance (&gpu, &ref));
      count (check, memcmp (gpu.pixels, again.pixels, n_floats (&gpu) * sizeof (float)) == 0, "the same bits again",
             distance (&gpu, &again));
    }
  g_free (ref.pixels);
  g_free (gpu.pixels);
  g_free (again.pixels);
}

static void
run_generating_checks (Check *check)
{
  check_generated (check, 40, 25, FALSE, "in one window");
  check->weights->side = 16;
  check_generated (check, 15, 16, FALSE, "in one window of 16 pixels");
  check_generated (check, 50, 41, FALSE, "in windows of 16 pixels");
  check->weights->guidance = 2.0f;
  check->weights->clamp    = TRUE;
  check_generated (check, 37, 21, TRUE, "tileable, guided, clamped");
}

/* ---- Speed ---- */

static double
milliseconds_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1000.0;
}

/* TIMES runs of the network, waited for. */
static double
time_network (FddmContext *context, int times, float *output)
{
  const gint64 start = g_get_monotonic_time ();

  for (int i = 0; i < times; i++)
    fddm_network_run (context->network, -1, NULL, NULL);
  context->backend->tensor_download (context->device, fddm_network_output (context->network), output, NULL);
  return milliseconds_since (start);
}

/* The network alone on WIDTH × HEIGHT pixels: the difference of many runs and one, in which the download falls out. */
static double
bench_network (FddmContext *context, int width, int height)
{
  const int         patch = context->weights->patch, rows = (height + patch - 1) / patch;
  const int         columns = (width + patch - 1) / patch, more = 20;
  g_autofree float *output = g_new (float, (gsize) rows * columns * context->weights->coefficients);
  double            one = HUGE_VAL, many = HUGE_VAL;

  if (!fddm_network_prepare (context->network, rows, columns, NULL))
    return NAN;
  for (int i = 0; i < 4; i++) /* the first ones plan and capture */
    {
      one  = MIN (one, time_network (context, 1, output));
      many = MIN (many, time_network (context, 1 + more, output));
    }
  fddm_network_release (context->network);
  return (many - one) / more;
}

/* Bytes that the network's layers read and write for one pixel at 16 bits a number, had they no cache. */
static double
network_bytes (const FddmWeights *weights)
{
  double channels = 0.0;

  for (int i = 0; i < weights->n_layers; i++)
    {
      const FddmLayer *layer = &weights->layers[i];

      channels += layer->channels + (layer->residual >= 0 ? fddm_weights_value_channels (weights, layer->residual) : 0);
      for (int j = 0; j < layer->n_in; j++)
        channels += fddm_weights_value_channels (weights, layer->in[j]);
    }
  return 2.0 * channels / (weights->patch * weights->patch);
}

/* Waves and noise of any size at once: the value of a picture of numbers that all are alike says little of a GPU's speed. */
static void
paint_fast (Picture *picture)
{
  guint32 state = 1;

  for (gsize i = 0; i < n_floats (picture); i++)
    {
      state              = state * 1664525u + 1013904223u;
      picture->pixels[i] = 0.3f + 0.3f * (float) (i % 3000) / 3000.0f + 0.14f * ((float) (state >> 8) / 16777216.0f - 0.5f);
    }
}

static gboolean
bench (Check *check, double megapixels, GError **error)
{
  const int          height = (int) sqrt (megapixels * 1e6 / 1.5), width = (int) (megapixels * 1e6 / height);
  FddmContextOptions options = { .module_dir = check->modules };
  FddmDenoiseParams  params  = fddm_denoise_params_default ();
  Picture            from = picture_new (width, height, 3), to = picture_new (width, height, 3);
  FddmContext       *context = fddm_context_new (check->weights, FDDM_DEVICE_GPU, &options, error);
  double             best = HUGE_VAL, first = 0.0, network;
  gboolean           ok = context != NULL;

  params.noise = 10.0;
  paint_fast (&from);
  for (int i = 0; ok && i < BENCH_RUNS; i++)
    {
      const gint64 start = g_get_monotonic_time ();

      ok    = denoise (context, &params, &from, &to, NULL, error);
      best  = MIN (best, milliseconds_since (start));
      first = i == 0 ? milliseconds_since (start) : first;
    }
  if (ok)
    {
      network = bench_network (context, width, height);
      g_print (
        "%s: %s, %.1f Mpixel: first call %.1f ms, whole call %.1f ms, network alone %.2f ms for %.3f TFLOP and %.3f GB\n",
        fddm_context_describe (context), fddm_weights_metadata (check->weights, "name"), width * 1e-6 * height, first, best,
        network, 2e-12 * fddm_weights_operations (check->weights) * width * height,
        1e-9 * network_bytes (check->weights) * width * height);
    }
  fddm_context_free (context);
  g_free (from.pixels);
  g_free (to.pixels);
  return ok;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Check              check = { 0 };
  FddmContext       *context;

  setlocale (LC_ALL, "");
  if (argc < 3)
    {
      g_printerr ("usage: gpu-pipeline MODULE-DIR WEIGHTS [--bench MPIXEL]\n");
      return 2;
    }
  check.modules = argv[1];
  check.weights = fddm_weights_open (argv[2], &error);
  g_assert_no_error (error);
  context = fddm_context_new (check.weights, FDDM_DEVICE_GPU, &(FddmContextOptions) { .module_dir = argv[1] }, &error);
  if (context == NULL)
    {
      g_print ("skipped: %s\n", error->message);
      return 77;
    }
  fddm_context_free (context);
  if (argc > 4)
    {
      gboolean ok = bench (&check, atof (argv[4]), &error);

      if (!ok)
        g_print ("FAILED %s\n", error->message);
      fddm_weights_unref (check.weights);
      return ok ? 0 : 1;
    }
  if (check.weights->kind == FDDM_KIND_GENERATE)
    run_generating_checks (&check);
  else
    run_checks (&check);
  fddm_weights_unref (check.weights);
  g_print ("%d passed, %d failed\n", check.passed, check.failed);
  return check.failed > 0 ? 1 : 0;
}
