/* check-transform.c: uploads, and pixels to coefficients and back.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "tests/gpu/check.h"

void
check_tensors (Bench *bench)
{
  static const int sizes[][3] = { { 1, 1, 1 }, { 1, 1, 192 }, { 3, 5, 7 }, { 33, 17, 48 }, { 130, 260, 96 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (FddmTensorType type = FDDM_TENSOR_FLOAT; type <= FDDM_TENSOR_NETWORK; type++)
      {
        const gsize        n      = (gsize) sizes[i][0] * sizes[i][1] * sizes[i][2];
        const Fill         fill   = type == FDDM_TENSOR_FLOAT ? FILL_EXTREME : FILL_RANDOM;
        g_autofree float  *values = bench_values (bench, n, fill), *back = g_new0 (float, n);
        g_autoptr (GError) error = NULL;
        FddmTensor *tensor = bench->backend->tensor_new (bench->device, type, sizes[i][0], sizes[i][1], sizes[i][2], &error);

        if (bench_ran (bench,
                       tensor != NULL && bench->backend->tensor_upload (bench->device, tensor, values, &error) &&
                         bench->backend->tensor_download (bench->device, tensor, back, &error),
                       &error, "up and down"))
          bench_compare (bench, back, values, n, type == FDDM_TENSOR_FLOAT ? 0.0 : bench_rounding (bench),
                         "up and down, %d × %d × %d %s", sizes[i][0], sizes[i][1], sizes[i][2],
                         type == FDDM_TENSOR_FLOAT ? "floats" : "network numbers");
        bench->backend->tensor_free (bench->device, tensor);
      }
}

/* Ways in which a tile's pixels may lie in an array. */
typedef enum {
  LIE_PLAIN,      /* a piece of a larger picture                          */
  LIE_REFLECTED,  /* over the right and lower edge, mirrored there        */
  LIE_TRANSPOSED, /* read columns first, from right to left               */
  LIE_PLANAR,     /* one plane for each sample                            */
  LIE_GRAY,       /* one sample for each pixel                            */
  N_LIES
} Lie;

static const char *const lie_names[] = { "plain", "reflected", "transposed", "planar", "gray" };

static int
reflect (int i, int n)
{
  i %= 2 * n;
  return i < n ? i : 2 * n - 1 - i;
}

/* A window of ROWS × COLUMNS patches; the offsets' arrays are the caller's. */
static void
fill_window (FddmWindow *window, Lie lie, int *row_offset, int *column_offset)
{
  const int height = window->rows * window->patch, width = window->columns * window->patch;
  const int samples = lie == LIE_GRAY || lie == LIE_PLANAR ? 1 : 3, side = MAX (height, width) + 9;
  const int seen = lie == LIE_REFLECTED ? MAX (MIN (height, width) * 2 / 3, 1) : side;

  for (int i = 0; i < height; i++)
    row_offset[i] = lie == LIE_TRANSPOSED ? (i + 2) * samples : (reflect (i, seen) + 2) * side * samples;
  for (int j = 0; j < width; j++)
    column_offset[j] = lie == LIE_TRANSPOSED ? (width - 1 - j) * side * samples : (reflect (j, seen) + 3) * samples;
  window->row_offset     = row_offset;
  window->column_offset  = column_offset;
  window->channel_stride = lie == LIE_GRAY ? 0 : lie == LIE_PLANAR ? side * (side + 2) : 1;
  window->n_floats       = (gsize) side * (side + 2) * 3;
  /* Not at multiples of the patch; reflected pixels are never written. */
  window->top    = MIN (1, height - 1);
  window->left   = MIN (2, width - 1);
  window->bottom = lie == LIE_REFLECTED ? MIN (seen, height) : height;
  window->right  = lie == LIE_REFLECTED ? MIN (seen, width) : width - (width > 4 ? 1 : 0);
}

/* The same in one pass with the network's ends. */
static void
check_one_pass (Bench *bench, const FddmWindow *window, const float *pixels, gboolean varies, const char *name)
{
  const int          n      = window->channels * window->patch * window->patch;
  g_autofree float  *mine   = g_memdup2 (pixels, window->n_floats * sizeof (float));
  g_autofree float  *theirs = g_memdup2 (pixels, window->n_floats * sizeof (float));
  g_autoptr (GError) error  = NULL;
  float              curve[3][FDDM_NOISE_KNOTS];
  Twin               y        = bench_twin (bench, FDDM_TENSOR_FLOAT, window->rows, window->columns, n, FILL_RANDOM);
  Twin               input    = bench_twin (bench, FDDM_TENSOR_NETWORK, window->rows, window->columns, 2 * n, FILL_RANDOM);
  Twin               output   = bench_twin (bench, FDDM_TENSOR_NETWORK, window->rows, window->columns, n, FILL_RANDOM);
  Twin               level    = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, n, FILL_POSITIVE);
  Twin               mean     = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, n, FILL_RANDOM);
  Twin               variance = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, n, FILL_WIDE);
  Twin               strength = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, n, FILL_POSITIVE);
  const FddmEnds     ends     = { .level    = level.tested,
                                  .curve    = varies ? curve : NULL,
                                  .mean     = mean.tested,
                                  .variance = variance.tested,
                                  .lo       = 0.05f,
                                  .hi       = 0.6f };
  const FddmOutput   tested_output = {
      .coefficients = y.tested, .output = output.tested, .strength = strength.tested, .weight = 0.7f
  };
  const FddmOutput ref_output = { .coefficients = y.ref, .output = output.ref, .strength = strength.ref, .weight = 0.7f };
  const FddmEnds   ref_ends   = {
        .level = level.ref, .curve = varies ? curve : NULL, .mean = mean.ref, .variance = variance.ref, .lo = 0.05f, .hi = 0.6f
  };

  for (int c = 0; c < 3; c++)
    for (int i = 0; i < FDDM_NOISE_KNOTS; i++)
      curve[c][i] = (float) g_rand_double_range (bench->rand, 0.2, 3.0);
  bench->ref->analyse_input (bench->ref_device, window, pixels, &ref_ends, y.ref, input.ref, NULL);
  bench->ref->synthesise_output (bench->ref_device, window, &ref_ends, &ref_output, theirs, NULL);
  if (bench_ran (bench,
                 bench->backend->analyse_input (bench->device, window, pixels, &ends, y.tested, input.tested, &error) &&
                   bench->backend->synthesise_output (bench->device, window, &ends, &tested_output, mine, &error) &&
                   bench->backend->synthesise_finish (bench->device, &error),
                 &error, name))
    {
      bench_compare_twin (bench, y, 2e-6, "in one pass: coefficients, %s", name);
      bench_compare_twin (bench, input, bench_rounding (bench), "in one pass: input, %s", name);
      bench_compare (bench, mine, theirs, window->n_floats, 1e-5, "in one pass: pixels, %s", name);
    }
  bench_twin_free (bench, y);
  bench_twin_free (bench, input);
  bench_twin_free (bench, output);
  bench_twin_free (bench, level);
  bench_twin_free (bench, mean);
  bench_twin_free (bench, variance);
  bench_twin_free (bench, strength);
}

static void
check_window (Bench *bench, int patch, int rows, int columns, int channels, Lie lie, Fill fill)
{
  FddmWindow         window     = { .patch = patch, .rows = rows, .columns = columns, .channels = channels };
  g_autofree int    *row_offset = g_new (int, rows * patch), *column_offset = g_new (int, columns * patch);
  g_autofree float  *pixels = NULL, *mine = NULL, *theirs = NULL;
  g_autofree char   *name  = g_strdup_printf ("%d × %d patches of %d², %d channels, %s", rows, columns, patch, channels,
                                              lie_names[lie]);
  g_autoptr (GError) error = NULL;
  Twin  coefficients       = bench_twin (bench, FDDM_TENSOR_FLOAT, rows, columns, channels * patch * patch, FILL_RANDOM);
  gsize n;

  fill_window (&window, lie, row_offset, column_offset);
  n      = window.n_floats;
  pixels = bench_values (bench, n, fill);
  bench->ref->analyse (bench->ref_device, &window, pixels, coefficients.ref, NULL);
  if (bench_ran (bench, bench->backend->analyse (bench->device, &window, pixels, coefficients.tested, &error), &error, name))
    bench_compare_twin (bench, coefficients, 2e-6, "analyse %s", name);
  bench_twin_free (bench, coefficients);

  coefficients = bench_twin (bench, FDDM_TENSOR_FLOAT, rows, columns, channels * patch * patch, FILL_RANDOM);
  pixels[row_offset[window.top] + column_offset[window.left]] = NAN;
  mine                                                        = g_memdup2 (pixels, n * sizeof (float));
  theirs                                                      = g_memdup2 (pixels, n * sizeof (float));
  bench->ref->synthesise (bench->ref_device, &window, coefficients.ref, 0.7f, theirs, NULL);
  if (bench_ran (bench,
                 bench->backend->synthesise (bench->device, &window, coefficients.tested, 0.7f, mine, &error) &&
                   bench->backend->synthesise_finish (bench->device, &error),
                 &error, name))
    bench_compare (bench, mine, theirs, n, 2e-6, "synthesise %s", name);
  bench_twin_free (bench, coefficients);
  pixels[row_offset[window.top] + column_offset[window.left]] = 0.5f;
  check_one_pass (bench, &window, pixels, (rows + lie) % 2 == 0, name);
}

enum { SERIES = 3 };

/* Three windows on the same pixels, of which what they add comes together. */
static void
check_series (Bench *bench, int patch, int rows, int columns, gboolean gray)
{
  static const Lie   lies[SERIES] = { LIE_REFLECTED, LIE_PLAIN, LIE_TRANSPOSED };
  const int          channels     = gray ? 1 : 3;
  g_autofree int    *row_offset = g_new (int, rows * patch), *column_offset = g_new (int, columns * patch);
  g_autofree char   *name   = g_strdup_printf ("a series of windows, %d × %d patches of %d²%s", rows, columns, patch,
                                           gray ? ", gray" : "");
  g_autoptr (GError) error  = NULL;
  FddmWindow         window = { .patch = patch, .rows = rows, .columns = columns, .channels = channels };
  g_autofree float  *pixels = NULL, *mine = NULL, *theirs = NULL;
  gboolean           ok = TRUE;
  Twin               y  = bench_twin (bench, FDDM_TENSOR_FLOAT, rows, columns, channels * patch * patch, FILL_RANDOM);

  for (int i = 0; i < SERIES && ok; i++)
    {
      fill_window (&window, gray ? LIE_GRAY : lies[i], row_offset, column_offset);
      window.series = i == 0 ? FDDM_SERIES_FIRST : i == SERIES - 1 ? FDDM_SERIES_LAST : FDDM_SERIES_MORE;
      if (i == 0)
        {
          pixels                                                      = bench_values (bench, window.n_floats, FILL_RANDOM);
          mine                                                        = g_memdup2 (pixels, window.n_floats * sizeof (float));
          theirs                                                      = g_memdup2 (pixels, window.n_floats * sizeof (float));
          mine[row_offset[window.top] + column_offset[window.left]]   = NAN;
          theirs[row_offset[window.top] + column_offset[window.left]] = NAN;
        }
      bench->ref->analyse (bench->ref_device, &window, pixels, y.ref, NULL);
      bench->ref->synthesise (bench->ref_device, &window, y.ref, 0.3f, theirs, NULL);
      ok = bench_ran (bench,
                      bench->backend->analyse (bench->device, &window, pixels, y.tested, &error) &&
                        bench->backend->synthesise (bench->device, &window, y.tested, 0.3f, mine, &error) &&
                        bench->backend->synthesise_finish (bench->device, &error),
                      &error, name);
      if (ok)
        bench_compare_twin (bench, y, 2e-6, "%s: coefficients %d", name, i);
      memset (row_offset, 0, rows * patch * sizeof (int));
    }
  if (ok)
    bench_compare (bench, mine, theirs, window.n_floats, 2e-6, "%s: pixels", name);
  bench_twin_free (bench, y);
}

void
check_transform (Bench *bench)
{
  static const int sizes[][3] = { { 1, 3, 5 },  { 2, 1, 1 },   { 4, 5, 9 },  { 5, 2, 3 },
                                  { 8, 7, 11 }, { 8, 1, 130 }, { 16, 3, 2 }, { 4, 60, 43 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (Lie lie = 0; lie < N_LIES; lie++)
      for (int channels = 1; channels <= 3; channels += 2)
        check_window (bench, sizes[i][0], sizes[i][1], sizes[i][2], channels, lie,
                      (i + lie) % 2 ? FILL_RANDOM : FILL_EXTREME);
  check_window (bench, 4, 300, 171, 3, LIE_REFLECTED, FILL_RANDOM); /* more blocks than a GPU computes at once */
  for (int gray = 0; gray <= 1; gray++)
    {
      check_series (bench, 2, 9, 7, gray);
      check_series (bench, 8, 3, 130, gray);
      check_series (bench, 4, 60, 43, gray);
    }
}
