/* test-denoise.c: the whole way through the engine, with a small random network.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/denoising.h"
#include "engine/noise/model.h"
#include "engine/ticker.h"

static void
test_tiling_equals_untiled (void)
{
  enum { WIDTH = 305, HEIGHT = 303, TILE = 63 }; /* more than two halos of the sampling cases either way */
  const FddmDenoiseParams cases[] = { params_with (20, 0, 1), params_with (20, 0, 8), params_with (20, 60, 1),
                                      params_with (20, 60, 5) };

  assert_tiles_make_no_difference (FDDM_DEVICE_CPU, TILE, &cases[0], WIDTH, HEIGHT); /* both ways at once */
  assert_tiles_make_no_difference (FDDM_DEVICE_REFERENCE, TILE, &cases[0], WIDTH, 21);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i += g_test_quick () ? 2 : 1)
    assert_tilings_make_no_difference (i % 2 ? FDDM_DEVICE_REFERENCE : FDDM_DEVICE_CPU, TILE, &cases[i], WIDTH, HEIGHT);
}

/* With half of what the whole takes, which depends on the processor and on oneDNN's version, there are tiles. */
static void
test_memory_bound (void)
{
  enum { WIDTH = 260, HEIGHT = 190 };
  g_autofree float *pixels = test_picture (WIDTH, HEIGHT, 3);
  FddmDenoiseParams params = params_with (20, 0, 1);
  FddmReport        large, small;
  g_autofree float *one  = run_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, WIDTH, HEIGHT, 3, &large);
  g_autofree float *many = run_on (FDDM_DEVICE_CPU, 0, large.memory / 2, &params, pixels, WIDTH, HEIGHT, 3, &small);

  g_assert_cmpint (large.tiles, ==, 1);
  g_assert_cmpuint (small.memory, <=, large.memory / 2);
  g_assert_cmpint (small.tiles, >, 1);
  for (int j = 0; j < WIDTH * HEIGHT * 3; j++)
    g_assert_cmpfloat_with_epsilon (one[j], many[j], 1e-4);
}

/* Each limit is kept, and more than half of it is used unless it suffices for the whole picture in one tile. How much that
 * takes depends on oneDNN's version. */
static void
test_memory_limits (void)
{
  enum { WIDTH = 260, HEIGHT = 190 };
  g_autofree float *pixels = test_picture (WIDTH, HEIGHT, 3);
  FddmDenoiseParams params = params_with (20, 0, 1);
  FddmReport        one;
  g_autofree float *whole = run_on (FDDM_DEVICE_CPU, 0, 64 << 20, &params, pixels, WIDTH, HEIGHT, 3, &one);

  g_assert_cmpint (one.tiles, ==, 1);
  for (gsize limit = 3 << 19; limit <= 12 << 20; limit += g_test_quick () ? 3 << 19 : 1 << 19)
    {
      FddmReport        report;
      g_autofree float *out = run_on (FDDM_DEVICE_CPU, 0, limit, &params, pixels, WIDTH, HEIGHT, 3, &report);

      g_assert_cmpuint (report.memory, <=, limit);
      if (report.tiles > 1)
        g_assert_cmpuint (report.memory, >, limit / 2);
      else
        g_assert_cmpuint (report.memory, ==, one.memory);
    }
}

static void
test_too_little_memory (void)
{
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_CPU, 0, 1000);
  g_autoptr (GError)      error   = NULL;
  g_autofree float       *pixels  = test_picture (99, 99, 3);
  FddmDenoiseParams       params  = params_with (20, 0, 1);

  g_assert_null (run (context, &params, pixels, 99, 99, 3, NULL, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_MEMORY);
}

/* −0, values far outside [0,1], NaN and infinities: what is not to be changed comes back bit for bit. */
static void
test_strength_0_is_the_photo (void)
{
  g_autofree float *pixels = test_picture (33, 21, 3);
  FddmDenoiseParams params = params_with (20, 50, 4);
  g_autofree float *out    = NULL;

  pixels[5]   = -0.0f;
  pixels[100] = -3.5f;
  pixels[200] = 1e6f;
  pixels[300] = NAN;
  pixels[301] = INFINITY;
  params.luma = params.chroma = 0.0;
  out                         = run_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, 33, 21, 3, NULL);
  g_assert_cmpmem (out, 33 * 21 * 3 * 4, pixels, 33 * 21 * 3 * 4);
}

/* Nothing is measured in a plain picture: it comes back without a tile being computed. */
static void
test_no_noise_is_the_photo (void)
{
  enum { SIDE = 64, SAMPLES = SIDE * SIDE * 3 };
  g_autofree float *pixels = g_new (float, SAMPLES), *out = NULL;
  FddmDenoiseParams params = params_with (0, 0, 1);
  FddmReport        report;

  for (int i = 0; i < SAMPLES; i++)
    pixels[i] = 0.3f + 0.1f * (float) (i % 3);
  out = run_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, SIDE, SIDE, 3, &report);
  g_assert_cmpmem (out, SAMPLES * sizeof (float), pixels, SAMPLES * sizeof (float));
  g_assert_cmpint (report.tiles, ==, 0);
}

/* Chroma alone leaves the luma as it was, and the other way round. */
static void
test_luma_and_chroma (void)
{
  enum { N = 40 * 40 };
  g_autofree float *pixels = test_picture (40, 40, 3);

  for (int luma = 0; luma < 2; luma++)
    {
      FddmDenoiseParams params  = params_with (20, 0, 1);
      g_autofree float *out     = NULL;
      double            changed = 0;

      params.luma   = luma ? 100 : 0;
      params.chroma = luma ? 0 : 100;
      out           = run_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, 40, 40, 3, NULL);
      for (int i = 0; i < 3 * N; i += 3)
        {
          float y = 0.299f * (out[i] - pixels[i]) + 0.587f * (out[i + 1] - pixels[i + 1]) +
                    0.114f * (out[i + 2] - pixels[i + 2]);

          if (luma) /* then all three change by the same */
            g_assert_cmpfloat_with_epsilon (out[i] - pixels[i], out[i + 2] - pixels[i + 2], 1e-5);
          else
            g_assert_cmpfloat_with_epsilon (y, 0, 1e-5);
          changed += fabsf (out[i] - pixels[i]);
        }
      g_assert_cmpfloat (changed / N, >, 1e-3);
    }
}

static void
test_not_numbers (void)
{
  enum { WIDTH = 60, HEIGHT = 50, N = WIDTH * HEIGHT * 3 };
  g_autofree float *pixels = test_picture (WIDTH, HEIGHT, 3), *hurt = g_memdup2 (pixels, N * sizeof *pixels);
  FddmDenoiseParams params = params_with (20, 0, 2);
  g_autofree float *out = NULL, *whole = run_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, WIDTH, HEIGHT, 3, NULL);

  hurt[(20 * WIDTH + 30) * 3]     = NAN;
  hurt[(20 * WIDTH + 30) * 3 + 1] = -INFINITY;
  hurt[(40 * WIDTH + 10) * 3 + 2] = INFINITY;
  out                             = run_on (FDDM_DEVICE_CPU, 0, 0, &params, hurt, WIDTH, HEIGHT, 3, NULL);
  for (int i = 0; i < N; i++)
    if (isfinite (hurt[i]))
      g_assert_true (isfinite (out[i]) && fabsf (out[i] - whole[i]) < 0.5f);
    else
      g_assert_cmpmem (&out[i], sizeof *out, &hurt[i], sizeof *hurt);
}

/* A value far outside [0,1] keeps its excess, and does to its neighbours what a value at the limit does: the network sees no
 * more of it. Values up to the limits are seen as they are. */
static void
test_outliers (void)
{
  enum { WIDTH = 60, HEIGHT = 50 };
  const float             outliers[] = { 30.0f, -30.0f, 1e30f, 1.3f, -0.3f }, limits[] = { 1.3f, -0.3f, 1.3f, 1.3f, -0.3f };
  const gsize             at     = (20 * WIDTH + 30) * 3 + 1;
  const FddmDenoiseParams params = params_with (15, 0, 2);
  g_autofree float       *pixels = test_picture (WIDTH, HEIGHT, 3);

  for (gsize i = 0; i < G_N_ELEMENTS (outliers); i++)
    {
      g_autofree float *limited = NULL;
      g_autofree float *out     = NULL;

      pixels[at] = limits[i];
      limited    = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &params, pixels, WIDTH, HEIGHT, 3, NULL);
      pixels[at] = outliers[i];
      out        = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &params, pixels, WIDTH, HEIGHT, 3, NULL);
      g_assert_cmpfloat_with_epsilon (out[at] - outliers[i], limited[at] - limits[i], 1e-4 + 1e-6 * fabsf (outliers[i]));
      limited[at] = out[at];
      g_assert_cmpmem (out, WIDTH * HEIGHT * 3 * sizeof *out, limited, WIDTH * HEIGHT * 3 * sizeof *out);
    }
}

/* Strong noise in white places reaches far above 1, and the network sees it. */
static void
test_strong_noise_is_no_outlier (void)
{
  enum { WIDTH = 60, HEIGHT = 50 };
  const gsize             at     = (20 * WIDTH + 30) * 3;
  const FddmDenoiseParams params = params_with (50, 0, 1);
  g_autofree float       *pixels = test_picture (WIDTH, HEIGHT, 3);
  g_autofree float       *less = NULL, *more = NULL;

  pixels[at] = 1.3f;
  less       = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &params, pixels, WIDTH, HEIGHT, 3, NULL);
  pixels[at] = 1.9f; /* 4.6 standard deviations above white */
  more       = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &params, pixels, WIDTH, HEIGHT, 3, NULL);
  g_assert_cmpfloat (fabs ((double) more[at + 3] - less[at + 3]), >, 1e-4);
}

static void
test_every_size (void)
{
  static const struct {
    int width, height;
  } sizes[] = { { 1, 1 }, { 7, 5 }, { 1, 400 }, { 401, 1 }, { 2, 3 }, { 64, 64 } };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int channels = 1; channels <= 3; channels += 2)
      for (int measured = 0; measured < 2; measured++)
        for (int detail = 0; detail < 2; detail++)
          {
            int               n      = sizes[s].width * sizes[s].height * channels;
            g_autofree float *pixels = test_picture (sizes[s].width, sizes[s].height, channels);
            FddmDenoiseParams params = params_with (measured ? 0 : 20, detail ? 50 : 0, 2);
            g_autofree float *out    = run_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, sizes[s].width, sizes[s].height,
                                               channels, NULL);

            for (int i = 0; i < n; i++)
              g_assert_true (isfinite (out[i]));
          }
}

/* A gray picture is one whose three samples are the same: but for chroma, which it must not get. */
static void
test_gray (void)
{
  g_autofree float *gray    = test_picture (37, 29, 1);
  FddmDenoiseParams params  = params_with (20, 0, 1);
  g_autofree float *out     = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &params, gray, 37, 29, 1, NULL);
  double            changed = 0;

  for (int i = 0; i < 37 * 29; i++)
    changed += fabsf (out[i] - gray[i]);
  g_assert_cmpfloat (changed, >, 1.0);
}

static double
change (const float *a, const float *b, int n)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += fabsf (a[i] - b[i]);
  return sum;
}

/* Several grids give a mean, not a sum. */
static void
test_averages (void)
{
  enum { N = 48 * 40 * 3 };
  g_autofree float *pixels   = test_picture (48, 40, 3);
  FddmDenoiseParams params[] = { params_with (20, 0, 1), params_with (20, 0, 8) };
  g_autofree float *one      = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &params[0], pixels, 48, 40, 3, NULL);
  g_autofree float *many     = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &params[1], pixels, 48, 40, 3, NULL);

  g_assert_cmpfloat (change (many, pixels, N), <, 1.5 * change (one, pixels, N));
  g_assert_cmpfloat (change (many, pixels, N), >, 0.3 * change (one, pixels, N));
  g_assert_cmpfloat (change (many, one, N), >, 0.01);
}

static void
test_strides (void)
{
  enum { WIDTH = 20, HEIGHT = 12, ROW = 100 };
  g_autofree float       *packed = test_picture (WIDTH, HEIGHT, 3), *rgba = g_new0 (float, ROW * HEIGHT);
  g_autofree float       *out  = g_new0 (float, ROW * HEIGHT);
  FddmImage               from = { rgba, WIDTH, HEIGHT, 3, ROW, 4 }, to = { out, WIDTH, HEIGHT, 3, ROW, 4 };
  FddmSource              source   = fddm_image_source (&from);
  FddmSink                sink     = fddm_image_sink (&to);
  FddmDenoiseParams       params   = params_with (20, 0, 1);
  g_autofree float       *expected = run_on (FDDM_DEVICE_CPU, 0, 0, &params, packed, WIDTH, HEIGHT, 3, NULL);
  g_autoptr (FddmContext) context  = open_context (FDDM_DEVICE_CPU, 0, 0);

  for (int y = 0; y < HEIGHT; y++)
    for (int i = 0; i < WIDTH * 3; i++)
      rgba[y * ROW + i / 3 * 4 + i % 3] = packed[y * WIDTH * 3 + i];
  g_assert_true (fddm_denoise (context, &params, &source, &sink, NULL, NULL, NULL, NULL));
  for (int y = 0; y < HEIGHT; y++)
    for (int i = 0; i < WIDTH * 3; i++)
      g_assert_cmpfloat (out[y * ROW + i / 3 * 4 + i % 3], ==, expected[y * WIDTH * 3 + i]);
  g_assert_cmpfloat (out[3], ==, 0.0f); /* alpha's place */
}

static void
test_seed (void)
{
  g_autofree float *pixels = test_picture (40, 40, 3);
  FddmDenoiseParams params = params_with (20, 100, 1);
  g_autofree float *first  = run_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, 40, 40, 3, NULL);
  g_autofree float *again  = run_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, 40, 40, 3, NULL);
  g_autofree float *other  = NULL;

  params.seed = 12;
  other       = run_on (FDDM_DEVICE_CPU, 0, 0, &params, pixels, 40, 40, 3, NULL);
  g_assert_cmpmem (first, 4800 * 4, again, 4800 * 4);
  g_assert_cmpfloat (test_error (first, other, 4800), >, 1e-3);
}

typedef struct {
  int       calls, after;
  FddmPhase phase;
  double    last;
} Listener;

static gboolean
listen (FddmPhase phase, double fraction, gpointer data)
{
  Listener *listener = data;

  if (phase != listener->phase)
    listener->last = 0;
  listener->phase = phase;
  g_assert_cmpfloat (fraction, >=, listener->last);
  g_assert_cmpfloat (fraction, <=, 1.0 + 1e-9);
  listener->last = fraction;
  return ++listener->calls != listener->after;
}

/* Parts of parts follow each other to the bit, however many there are. */
static void
test_parts_of_progress (void)
{
  for (int tiles = 1; tiles < 100; tiles++)
    for (int grids = 1; grids <= 8; grids++)
      {
        Listener         listener = { 0 };
        const FddmTicker whole    = { .func = listen, .data = &listener, .phase = FDDM_PHASE_DENOISE, .from = 0, .to = 1 };

        for (int i = 0; i < tiles; i++)
          {
            const FddmTicker tile    = fddm_ticker_part (&whole, i, tiles);
            const FddmTicker network = fddm_ticker_parts (&tile, 0, 9, 10), end = fddm_ticker_parts (&tile, 9, 10, 10);

            for (int k = 0; k < grids; k++)
              {
                const FddmTicker grid = fddm_ticker_parts (&network, k, k + 1, grids);

                for (int step = 0; step <= 7; step++)
                  g_assert_true (fddm_tick (&grid, step, 7, NULL));
              }
            g_assert_true (fddm_tick (&network, 1, 1, NULL) && fddm_tick (&end, 0, 3, NULL) && fddm_tick (&end, 3, 3, NULL));
          }
        g_assert_cmpfloat (listener.last, ==, 1.0);
      }
}

static void
test_progress_and_cancel (void)
{
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_CPU, 16, 0);
  g_autoptr (GError)      error   = NULL;
  g_autofree float       *pixels = test_picture (90, 90, 3), *out = g_new0 (float, 90 * 90 * 3);
  FddmImage               from = { pixels, 90, 90, 3, 270, 3 }, to = { out, 90, 90, 3, 270, 3 };
  FddmSource              source   = fddm_image_source (&from);
  FddmSink                sink     = fddm_image_sink (&to);
  FddmDenoiseParams       params   = params_with (20, 30, 2);
  Listener                listener = { 0 };

  g_assert_true (fddm_denoise (context, &params, &source, &sink, listen, &listener, NULL, &error));
  g_assert_cmpfloat_with_epsilon (listener.last, 1.0, 1e-9);
  g_assert_cmpint (listener.calls, >, 20);
  listener = (Listener) { .after = 10 };
  g_assert_false (fddm_denoise (context, &params, &source, &sink, listen, &listener, NULL, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_CANCELLED);
  g_assert_cmpint (listener.calls, ==, 10);
}

/* Neither denoised nor measured. Nothing is read. */
static void
test_bad_sources (void)
{
  const FddmSource        bad[]   = { { .width = 0, .height = 5, .channels = 3 },
                                      { .width = 5, .height = -1, .channels = 3 },
                                      { .width = G_MAXINT, .height = 1, .channels = 3 },
                                      { .width = 1, .height = FDDM_SIDE_MAX + 1, .channels = 1 },
                                      { .width = 5, .height = 5, .channels = 2 } };
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_REFERENCE, 0, 0);
  const FddmDenoiseParams params  = params_with (20, 0, 1);
  const FddmSink          sink    = { NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      double             luma, chroma;

      g_assert_false (fddm_denoise (context, &params, &bad[i], &sink, NULL, NULL, NULL, &error));
      g_assert_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT);
      g_clear_error (&error);
      g_assert_false (fddm_measure (context, &bad[i], NULL, NULL, &luma, &chroma, &error));
      g_assert_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT);
    }
}

static void
test_bad_options (void)
{
  const FddmContextOptions bad[]   = { { .threads = -1 },   { .threads = FDDM_THREADS_MAX + 1 }, { .threads = G_MAXINT },
                                       { .tile = -1 },      { .tile = FDDM_SIDE_MAX + 1 },       { .tile = G_MAXINT },
                                       { .tile = G_MININT } };
  g_autofree char         *path    = test_golden_path ("tiny.safetensors");
  g_autoptr (GError)       error   = NULL;
  g_autoptr (FddmWeights)  weights = fddm_weights_open (path, &error);
  g_autofree float        *pixels  = test_picture (40, 40, 3);
  FddmDenoiseParams        params  = params_with (20, 0, 1);
  g_autofree float        *whole   = run_on (FDDM_DEVICE_REFERENCE, 0, 0, &params, pixels, 40, 40, 3, NULL);
  g_autofree float        *largest = run_on (FDDM_DEVICE_REFERENCE, FDDM_SIDE_MAX, 0, &params, pixels, 40, 40, 3, NULL);

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    for (FddmDeviceKind device = FDDM_DEVICE_AUTO; device <= FDDM_DEVICE_REFERENCE; device++)
      {
        g_assert_null (fddm_context_new (weights, device, &bad[i], &error));
        g_assert_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT);
        g_clear_error (&error);
      }
  g_assert_cmpmem (whole, 40 * 40 * 3 * sizeof (float), largest, 40 * 40 * 3 * sizeof (float));
}

static void
test_bad_arguments (void)
{
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_REFERENCE, 0, 0);
  g_autofree float       *pixels  = test_picture (8, 8, 3);
  FddmDenoiseParams       bad[]   = { params_with (-1, 0, 1),   params_with (101, 0, 1), params_with (NAN, 0, 1),
                                      params_with (20, 101, 1), params_with (20, 0, 0),  params_with (20, 0, 9) };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (run (context, &bad[i], pixels, 8, 8, 3, NULL, &error));
      g_assert_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT);
    }
}

/* A source that fails says so; one that fails without a word gets one. */
static gboolean
fail_to_read (gpointer data G_GNUC_UNUSED, int x G_GNUC_UNUSED, int y G_GNUC_UNUSED, int width G_GNUC_UNUSED,
              int height G_GNUC_UNUSED, float *pixels G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return FALSE;
}

static void
test_failing_source (void)
{
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_REFERENCE, 0, 0);
  FddmSource              source  = { .width = 9, .height = 9, .channels = 3, .read = fail_to_read };
  FddmSink                sink    = { 0 };

  for (int noise = 0; noise < 2; noise++)
    {
      FddmDenoiseParams  params = params_with (20 * noise, 0, 1);
      g_autoptr (GError) error  = NULL;

      g_assert_false (fddm_denoise (context, &params, &source, &sink, NULL, NULL, NULL, &error));
      g_assert_error (error, FDDM_ERROR, FDDM_ERROR_READ);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/denoise/tiling-equals-untiled", test_tiling_equals_untiled);
  g_test_add_func ("/denoise/memory-bound", test_memory_bound);
  g_test_add_func ("/denoise/memory-limits", test_memory_limits);
  g_test_add_func ("/denoise/too-little-memory", test_too_little_memory);
  g_test_add_func ("/denoise/strength-0-is-the-photo", test_strength_0_is_the_photo);
  g_test_add_func ("/denoise/no-noise-is-the-photo", test_no_noise_is_the_photo);
  g_test_add_func ("/denoise/luma-and-chroma", test_luma_and_chroma);
  g_test_add_func ("/denoise/not-numbers", test_not_numbers);
  g_test_add_func ("/denoise/outliers", test_outliers);
  g_test_add_func ("/denoise/strong-noise-is-no-outlier", test_strong_noise_is_no_outlier);
  g_test_add_func ("/denoise/every-size", test_every_size);
  g_test_add_func ("/denoise/gray", test_gray);
  g_test_add_func ("/denoise/averages", test_averages);
  g_test_add_func ("/denoise/strides", test_strides);
  g_test_add_func ("/denoise/seed", test_seed);
  g_test_add_func ("/denoise/parts-of-progress", test_parts_of_progress);
  g_test_add_func ("/denoise/progress-and-cancel", test_progress_and_cancel);
  g_test_add_func ("/denoise/bad-arguments", test_bad_arguments);
  g_test_add_func ("/denoise/bad-options", test_bad_options);
  g_test_add_func ("/denoise/bad-sources", test_bad_sources);
  g_test_add_func ("/denoise/failing-source", test_failing_source);
  return g_test_run ();
}
