/* great.c: great pictures and long runs: is the memory bound kept, and does progress never stand still?
 * SPDX-License-Identifier: Apache-2.0
 *
 *   meson test -C BUILD --benchmark great        (a minute or more; not among the tests that run every time)
 *
 * The pictures are made as they are read, so that what memory the process takes is the engine's. */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include "engine/fddm.h"

#define BOUND     ((gsize) 1 << 30)
#define BESIDE    ((gsize) 320 << 20) /* code, weights, and what the convolutions' library keeps for itself */
#define PAUSE_MAX 1.0                 /* seconds, on a machine that has nothing else to do */

typedef struct {
  const char *name;
  int         width, height;
  double      noise, scale; /* SCALE: brightest value; over 1 in scene-referred pictures */
  double      fine;
  gboolean    uncertainty;
} Picture;

static const Picture pictures[] = {
  { "100 Mpixel, measured", 12250, 8164, 0, 1, 100, FALSE },
  { "panorama", 60000, 200, 10, 1, 100, FALSE },
  { "panorama, upright, bands", 200, 60000, 10, 1, 30, FALSE },
  { "24 Mpixel, values up to 8, bands and uncertainty", 6000, 4000, 10, 8, 30, TRUE },
};

/* Waves and grain that repeat: reading costs what memory costs. */
#define PATTERN 512
static float pattern[PATTERN * PATTERN * 3];

static void
fill_pattern (double scale)
{
  guint32 state = 1;

  for (int i = 0; i < PATTERN * PATTERN * 3; i++)
    {
      int x = i / 3 % PATTERN, y = i / 3 / PATTERN;

      state      = state * 1664525u + 1013904223u;
      pattern[i] = (float) (scale * (0.5 + 0.4 * sin (x * 2 * G_PI / 256) * cos (y * 2 * G_PI / 128)) +
                            0.13 * ((state >> 8) / 16777216.0 - 0.5));
    }
}

static gboolean
read_picture (gpointer data, int x, int y, int width, int height, float *pixels, GError **error)
{
  (void) data, (void) error;
  for (int i = y; i < y + height; i++)
    for (int j = x, n; j < x + width; j += n, pixels += 3 * n)
      {
        n = MIN (PATTERN - j % PATTERN, x + width - j);
        memcpy (pixels, pattern + 3 * (i % PATTERN * PATTERN + j % PATTERN), 3 * (gsize) n * sizeof *pixels);
      }
  return TRUE;
}

typedef struct {
  gsize  pixels;
  double most;
} Sink;

static gboolean
count_pixels (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error)
{
  Sink *sink = data;

  (void) x, (void) y, (void) error;
  sink->pixels += (gsize) width * height;
  for (gsize i = 0; i < (gsize) width * height; i++)
    sink->most = isfinite (pixels[i]) ? MAX (sink->most, pixels[i]) : HUGE_VAL;
  return TRUE;
}

typedef struct {
  gint64    last, longest;
  FddmPhase phase; /* in which the longest pause ended */
  double    fraction;
} Watch;

static gboolean
watch (FddmPhase phase, double fraction, gpointer data)
{
  Watch       *watch = data;
  const gint64 now   = g_get_monotonic_time ();

  if (now - watch->last > watch->longest)
    {
      watch->longest  = now - watch->last;
      watch->phase    = phase;
      watch->fraction = fraction;
    }
  watch->last = now;
  return TRUE;
}

static gsize
peak_memory (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (gsize) usage.ru_maxrss << 10;
}

static gboolean
check (gboolean truth, const char *what, double found)
{
  printf ("%s - %s (%.2f)\n", truth ? "ok" : "not ok", what, found);
  return truth;
}

static gboolean
run (FddmContext *context, const Picture *picture)
{
  g_autoptr (GError) error  = NULL;
  FddmSource         source = { .width = picture->width, .height = picture->height, .channels = 3, .read = read_picture };
  Sink               result = { 0 }, guess = { 0 };
  FddmSink           sink = { count_pixels, &result }, uncertainty = { count_pixels, &guess };
  FddmDenoiseParams  params = fddm_denoise_params_default ();
  FddmReport         report;
  const gint64       start = g_get_monotonic_time ();
  const gsize        all = (gsize) picture->width * picture->height, before = peak_memory ();
  Watch              pauses = { .last = start };
  double             seconds, longest;
  FddmDenoiseSinks   sinks;
  gboolean           good;

  fill_pattern (picture->scale);
  params.noise = picture->noise;
  params.fine  = picture->fine;
  sinks        = (FddmDenoiseSinks) { .picture = &sink, .uncertainty = picture->uncertainty ? &uncertainty : NULL };
  good         = fddm_denoise_uncertain (context, &params, &source, &sinks, watch, &pauses, &report, &error);
  watch (pauses.phase, pauses.fraction, &pauses); /* up to the return */
  seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  longest = (double) pauses.longest / G_USEC_PER_SEC;
  printf (
    "# %s: %d × %d in %d tiles of %d × %d, %.1f s, %.2f Mpixel/s, noise %.1f; longest pause %.2f s, to %.3f of phase %d\n",
    picture->name, picture->width, picture->height, report.tiles, report.tile_width, report.tile_height, seconds,
    (double) all / 1e6 / seconds, report.luma, longest, pauses.fraction, pauses.phase);
  if (error)
    printf ("# %s\n", error->message);
  good = check (good, "denoised", good) && check (result.pixels == all, "every pixel, once", (double) result.pixels / all);
  good = check (!picture->uncertainty || guess.pixels == all, "the uncertainty of each", (double) guess.pixels / all) &&
         good;
  good = check (result.most > 0.85 * picture->scale && result.most < 1.1 * picture->scale, "bright values stay",
                result.most) &&
         good;
  good = check (report.memory <= BOUND, "planned memory is within the bound, in MiB", (double) (report.memory >> 20)) &&
         good;
  good = check (peak_memory () <= MAX (before, report.memory + BESIDE), "the process's peak is near that, in MiB",
                (double) (peak_memory () >> 20)) &&
         good;
  return check (longest <= PAUSE_MAX, "progress never stands still for more than a second", longest) && good;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = argc > 1 ? fddm_weights_open (argv[1], &error) : NULL;
  g_autoptr (FddmContext) context = weights ? fddm_context_new (weights, FDDM_DEVICE_CPU, NULL, &error) : NULL;
  gboolean                good    = TRUE;

  setvbuf (stdout, NULL, _IOLBF, 0);
  if (!context)
    {
      printf ("Bail out! %s\n", error ? error->message : "great WEIGHTS [PICTURE…]");
      return 1;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (pictures); i++)
    if (argc == 2 || g_strv_contains ((const char *const *) argv + 2, pictures[i].name))
      good = run (context, &pictures[i]) && good;
  return !good;
}
