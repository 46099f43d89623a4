/* bench.c: fddm bench
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <glib/gi18n-lib.h>
#include "engine/bench.h"
#include "engine/program/program.h"

#define NOISE       10   /* 8-bit steps, given so that the engine measures nothing */
#define TILE_SIDE   1024 /* pixels, for the convolutions alone                     */
#define SECONDS     2.0  /* duration of the convolutions alone                     */
#define WAY_SECONDS 0.7  /* duration of each way of the CPU                        */

static const char *const quality_names[] = { "fast", "balanced", "best" };

typedef struct {
  FddmCliOptions common;
  double        *sizes;                          /* Mpixel, terminated by 0 */
  gboolean       one_quality, one_device, sized; /* options were given */
  JsonBuilder   *builder;                        /* NULL = print text */
} Bench;

/* ---- A picture that takes no memory ---- */

/* A repeating pattern of waves and noise, so that reading it costs as much as reading memory. */
#define PATTERN 512

static float *
pattern_new (void)
{
  float *pattern = g_new (float, PATTERN * PATTERN * 3), *out = pattern;

  for (guint32 i = 0; i < PATTERN; i++)
    for (guint32 j = 0; j < PATTERN; j++)
      for (guint32 c = 0; c < 3; c++)
        {
          guint32 hash = (i * 73856093u) ^ (j * 19349663u) ^ (c * 83492791u);
          int     wave = (int) ((i + 3 * j) & 255);

          hash   = (hash ^ (hash >> 15)) * 2246822519u;
          hash   = (hash ^ (hash >> 13)) * 3266489917u;
          *out++ = 0.2f + 0.6f / 128 * (float) MIN (wave, 255 - wave) + 0.13f * ((float) (hash >> 8) / 16777216 - 0.5f);
        }
  return pattern;
}

static gboolean
read_picture (gpointer data, int x, int y, int width, int height, float *pixels, GError **error)
{
  const float *pattern = data;

  (void) error;
  for (int i = y; i < y + height; i++)
    for (int j = x, n; j < x + width; j += n, pixels += 3 * n)
      {
        n = MIN (PATTERN - j % PATTERN, x + width - j);
        memcpy (pixels, pattern + 3 * (i % PATTERN * PATTERN + j % PATTERN), 3 * (gsize) n * sizeof *pixels);
      }
  return TRUE;
}

static gboolean
drop_pixels (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error)
{
  (void) data, (void) x, (void) y, (void) width, (void) height, (void) pixels, (void) error;
  return TRUE;
}

/* ---- Measurements ---- */

typedef struct {
  double megapixels, seconds;
  double engine_memory, peak_memory; /* bytes; peak_memory: of the process, so far */
} Run;

static double
peak_memory (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return 1024.0 * (double) usage.ru_maxrss;
}

/* Sets RUN's seconds to the shortest of all runs so far, because the first run of a size also plans it. */
static gboolean
run_pipeline (Bench *bench, FddmContext *context, int averages, double megapixels, Run *run, GError **error)
{
  g_autofree float *pattern = pattern_new ();
  int               height = (int) sqrt (megapixels * 1e6 / 1.5), width = (int) (megapixels * 1e6 / height);
  FddmSource        source = { .width = width, .height = height, .channels = 3, .read = read_picture, .data = pattern };
  FddmSink          sink   = { .write = drop_pixels };
  FddmDenoiseParams params = fddm_denoise_params_default ();
  FddmReport        report;
  gint64            start = g_get_monotonic_time ();
  double            seconds;
  gboolean          done;

  params.noise    = NOISE;
  params.averages = averages;
  done            = fddm_denoise (context, &params, &source, &sink, fddm_cli_progress, &bench->common, &report, error);
  fddm_cli_progress_end (&bench->common);
  if (!done)
    return FALSE;
  run->megapixels    = width * 1e-6 * height;
  seconds            = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  run->seconds       = run->seconds > 0 ? MIN (run->seconds, seconds) : seconds;
  run->engine_memory = (double) report.memory;
  run->peak_memory   = peak_memory ();
  return TRUE;
}

/* The ways of the CPU, and which one was taken. */
static void
tell_ways (const char *name, const FddmBenchWay *ways)
{
  /* translators: network; a list of ways to convolve and thousand million multiply-adds a second follows */
  printf (_ ("  %-9s convolutions alone, GMAC/s:"), name);
  for (int i = 0; i < FDDM_BENCH_WAYS; i++)
    if (ways[i].rate <= 0)
      /* translators: way of convolving */
      printf (_ (" %s not on this processor;"), ways[i].name);
    else
      /* translators: way of convolving; thousand million multiply-adds a second */
      printf (ways[i].taken ? _ (" %s %.1f, taken;") : _ (" %s %.1f;"), ways[i].name, ways[i].rate / 1e9);
  printf ("\n");
  fflush (stdout);
}

static void
add_ways (JsonBuilder *builder, const FddmBenchWay *ways)
{
  json_builder_begin_object (json_builder_set_member_name (builder, "ways"));
  for (int i = 0; i < FDDM_BENCH_WAYS; i++)
    fddm_cli_json_double (builder, ways[i].name, ways[i].rate);
  json_builder_end_object (builder);
  for (int i = 0; i < FDDM_BENCH_WAYS; i++)
    if (ways[i].taken)
      fddm_cli_json_string (builder, "way", ways[i].name);
}

/* WAYS: of the CPU, else NULL. */
static void
tell_run (Bench *bench, const char *name, const Run *run, const FddmBenchWay *ways, double alone, double pipeline)
{
  if (bench->builder)
    {
      json_builder_begin_object (bench->builder);
      fddm_cli_json_string (bench->builder, "weights", name);
      fddm_cli_json_double (bench->builder, "megapixels", run->megapixels);
      fddm_cli_json_double (bench->builder, "seconds", run->seconds);
      fddm_cli_json_double (bench->builder, "megapixels-per-second", run->megapixels / run->seconds);
      fddm_cli_json_double (bench->builder, "convolutions-alone", alone);
      fddm_cli_json_double (bench->builder, "pipeline", pipeline);
      fddm_cli_json_double (bench->builder, "ratio", pipeline / alone);
      if (ways)
        add_ways (bench->builder, ways);
      fddm_cli_json_integer (bench->builder, "engine-memory", (gint64) run->engine_memory);
      fddm_cli_json_integer (bench->builder, "peak-memory", (gint64) run->peak_memory);
      json_builder_end_object (bench->builder);
      return;
    }
  /* translators: network; Mpixel; Mpixel a second; thousand million multiply-adds a second twice; their ratio; MB twice */
  printf (_ ("  %-9s %6.1f Mpixel %8.2f Mpixel/s   convolutions alone %7.1f, pipeline %7.1f GMAC/s, ratio %3.0f %%   "
             "engine %.0f MB, peak %.0f MB\n"),
          name, run->megapixels, run->megapixels / run->seconds, alone / 1e9, pipeline / 1e9, 100 * pipeline / alone,
          run->engine_memory / 1e6, run->peak_memory / 1e6);
  fflush (stdout);
}

/* A generating network is measured by its steps, as it processes no pictures. */
static gboolean
bench_steps (Bench *bench, FddmContext *context, FddmWeights *weights, GError **error)
{
  g_autofree char *name = fddm_cli_printable (bench->common.weights);
  FddmBenchSteps   steps;
  double           rate, operations;

  if (!fddm_bench_steps (context, SECONDS, &steps, error))
    return FALSE;
  rate       = steps.windows / steps.seconds;
  operations = fddm_weights_operations (weights) * steps.side * steps.side * rate;
  if (bench->builder)
    {
      json_builder_begin_object (bench->builder);
      fddm_cli_json_string (bench->builder, "weights", bench->common.weights);
      fddm_cli_json_integer (bench->builder, "side", steps.side);
      fddm_cli_json_integer (bench->builder, "steps", (gint64) steps.windows);
      fddm_cli_json_double (bench->builder, "steps-per-second", rate);
      fddm_cli_json_double (bench->builder, "steps-per-processor-second", steps.windows / steps.processor);
      fddm_cli_json_integer (bench->builder, "at-once", steps.at_once);
      fddm_cli_json_double (bench->builder, "multiply-adds-per-second", operations);
      json_builder_end_object (bench->builder);
      return TRUE;
    }
  /* translators: network; steps a second; width and height in pixels; how many; thousand million multiply-adds a second */
  printf (_ ("  %s: %.1f steps/s of %d × %d pixels, %d at once; convolutions %.1f GMAC/s\n"), name, rate, steps.side,
          steps.side, steps.at_once, operations / 1e9);
  fflush (stdout);
  return TRUE;
}

static gboolean
bench_quality (Bench *bench, FddmContext *context, FddmWeights *weights, int averages, GError **error)
{
  const char  *name = bench->common.weights ? bench->common.weights : quality_names[bench->common.quality];
  gboolean     cpu  = fddm_context_device (context) == FDDM_DEVICE_CPU;
  FddmBenchWay ways[FDDM_BENCH_WAYS];
  double       alone;

  if (cpu && !fddm_bench_ways (context, TILE_SIDE, TILE_SIDE, WAY_SECONDS, ways, error))
    return FALSE;
  if (cpu && !bench->builder)
    tell_ways (name, ways);
  if (!fddm_bench_convolutions (context, TILE_SIDE, TILE_SIDE, SECONDS, &alone, error))
    return FALSE;
  for (int i = 0; bench->sizes[i] > 0; i++)
    {
      Run run = { 0 };

      /* At least twice, unless a run takes long, because the first run also allocates memory. */
      for (int n = 0; n < (run.seconds < 5 * SECONDS ? 2 : 1); n++)
        if (!run_pipeline (bench, context, averages, bench->sizes[i], &run, error))
          return FALSE;
      tell_run (bench, name, &run, cpu ? ways : NULL, alone,
                fddm_weights_operations (weights) * averages * run.megapixels * 1e6 / run.seconds);
    }
  return TRUE;
}

static gboolean
generates (FddmWeights *weights)
{
  return g_strcmp0 (fddm_weights_metadata (weights, "kind"), "generate") == 0;
}

/* Fails if --size was given for a network whose size of pictures is its own. */
static gboolean
check_size (const Bench *bench, FddmWeights *weights, GError **error)
{
  if (!bench->sized || !generates (weights))
    return TRUE;
  g_set_error_literal (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("--size is for networks that denoise"));
  return FALSE;
}

/* Measures each quality, or the requested one, on the device of the options. */
static gboolean
bench_device (Bench *bench, GError **error)
{
  FddmQuality first  = bench->one_quality ? bench->common.quality : FDDM_QUALITY_FAST;
  FddmQuality last   = bench->one_quality ? bench->common.quality : FDDM_QUALITY_BEST;
  gboolean    titled = FALSE;

  for (FddmQuality quality = first; quality <= last; quality++)
    {
      g_autoptr (FddmWeights) weights = NULL;
      g_autoptr (FddmContext) context = NULL;
      int                     averages;

      bench->common.quality = quality;
      context               = fddm_cli_context (&bench->common, &weights, &averages, error);
      if (!context || !check_size (bench, weights, error))
        return FALSE;
      if (!titled && bench->builder)
        {
          json_builder_begin_object (bench->builder);
          fddm_cli_json_string (bench->builder, "device", fddm_context_describe (context));
          json_builder_begin_array (json_builder_set_member_name (bench->builder, "runs"));
        }
      else if (!titled)
        printf ("%s\n", fddm_context_describe (context));
      titled = TRUE;
      if (!(generates (weights) ? bench_steps (bench, context, weights, error)
                                : bench_quality (bench, context, weights, averages, error)))
        return FALSE;
    }
  if (bench->builder)
    json_builder_end_object (json_builder_end_array (bench->builder));
  return TRUE;
}

/* Measures the CPU and, if usable, the GPU; or the requested device. */
static gboolean
bench_devices (Bench *bench, GError **error)
{
  g_autoptr (GError) reason = NULL;

  if (bench->one_device)
    return bench_device (bench, error);
  bench->common.device = FDDM_DEVICE_CPU;
  if (!bench_device (bench, error))
    return FALSE;
  bench->common.device = FDDM_DEVICE_GPU;
  if (bench_device (bench, &reason))
    return TRUE;
  if (!fddm_error_is_no_gpu (reason) && !g_error_matches (reason, FDDM_ERROR, FDDM_ERROR_DEVICE))
    {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  if (!bench->builder)
    printf (_ ("%s: not used; %s\n"), _ ("GPU"), reason->message);
  return TRUE;
}

static gboolean
read_sizes (Bench *bench, char **texts, GError **error)
{
  static const double standard[] = { 1, 12, 24, 0 };
  guint               n          = texts ? g_strv_length (texts) : 0;

  bench->sized = n > 0;
  bench->sizes = n > 0 ? g_new0 (double, n + 1) : g_memdup2 (standard, sizeof standard);
  for (guint i = 0; i < n; i++)
    {
      char *end;

      bench->sizes[i] = g_ascii_strtod (texts[i], &end);
      if (end == texts[i] || *end || !(bench->sizes[i] >= 0.01 && bench->sizes[i] <= 1000))
        {
          g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("--%s must be from %g to %g"), "size", 0.01, 1000.0);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
run_bench (Bench *bench, GError **error)
{
  gboolean done;

  if (bench->common.json)
    {
      bench->builder = json_builder_new ();
      json_builder_begin_array (bench->builder);
    }
  done = bench_devices (bench, error);
  if (done && bench->builder)
    fddm_cli_print_json (json_builder_end_array (bench->builder));
  else
    g_clear_object (&bench->builder);
  return done;
}

gboolean
fddm_cli_bench (char **argv, GError **error)
{
  Bench                      bench     = { 0 };
  g_auto (GStrv)             sizes     = NULL;
  const GOptionEntry         entries[] = { { "size", 0, 0, G_OPTION_ARG_STRING_ARRAY, &sizes,
                                             N_ ("size of the picture in Mpixel; repeatable (1, 12, 24)"), "MP" },
                                           { NULL, 0, 0, 0, NULL, NULL, NULL } };
  g_autoptr (GOptionContext) parser    = fddm_cli_parser (&bench.common, entries, NULL,
                                                          _ ("Measures the speed of each network on each device."));
  g_auto (GStrv)             rest      = NULL;
  gboolean                   done;

  rest              = fddm_cli_parse (parser, argv, 0, 0, error);
  bench.one_quality = bench.common.quality_told || bench.common.weights;
  bench.one_device  = bench.common.device != FDDM_DEVICE_AUTO;
  done              = rest && read_sizes (&bench, sizes, error) && run_bench (&bench, error);
  g_free (bench.sizes);
  fddm_cli_options_clear (&bench.common);
  return done;
}
