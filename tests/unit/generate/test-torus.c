/* test-torus.c: windows on a torus: they cover it evenly, and what comes out does not depend on where they lie, on how many are
 * computed at once, or on where the torus was cut open.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/generate.h"
#include "tests/support.h"

enum { N = 48 }; /* coefficients of tiny-generate.safetensors: patches of 4 */

/* ---- One axis ---- */

static void
axis_weights (const FddmTorusAxis *axis, int i, float *weights)
{
  g_autofree double *sum = g_new (double, axis->length);

  fddm_torus_axis_sum (axis, sum);
  fddm_torus_axis_weights (axis, i, sum, weights);
}

/* What comes to each place sums to 1; windows overlap by a quarter at least, unless they are of one place. */
static void
test_weights_sum_to_one (void)
{
  for (int window = 1; window < 20; window++)
    for (int length = 1; length < 70; length++)
      {
        g_autofree double *sum     = g_new0 (double, length);
        g_autofree float  *weights = g_new (float, window);
        FddmTorusAxis      axis;

        fddm_torus_axis_init (&axis, length, window, TRUE);
        g_assert_cmpint (axis.count, >=, 2);
        for (int i = 0; i < axis.count; i++)
          {
            const int start = fddm_torus_axis_start (&axis, i);
            const int next  = i + 1 < axis.count ? fddm_torus_axis_start (&axis, i + 1) : length;

            g_assert_true (start >= 0 && start < length && next - start <= window - window / 4);
            axis_weights (&axis, i, weights);
            for (int place = 0; place < window; place++)
              {
                g_assert_cmpfloat (weights[place], >, 0.0f);
                sum[(start + place) % length] += weights[place];
              }
          }
        for (int place = 0; place < length; place++)
          g_assert_cmpfloat_with_epsilon (sum[place], 1.0, 1e-6);
      }
}

/* Smooth: near an edge of a window little of it counts, and no step is larger than a sine's. */
static void
test_weights_are_smooth (void)
{
  float         weights[16];
  FddmTorusAxis axis;

  fddm_torus_axis_init (&axis, 72, 16, TRUE);
  g_assert_cmpint (axis.count, ==, 6);
  for (int i = 0; i < axis.count; i++)
    {
      axis_weights (&axis, i, weights);
      g_assert_true (weights[0] < 0.06f && weights[15] < 0.06f && weights[7] > 0.999f && weights[8] > 0.999f);
      for (int place = 1; place < 16; place++)
        g_assert_cmpfloat (fabsf (weights[place] - weights[place - 1]), <, 0.4f);
    }
}

/* A circle as long as the window needs no second one when it is cut open. */
static void
test_one_window (void)
{
  float         weights[16];
  FddmTorusAxis axis;

  fddm_torus_axis_init (&axis, 16, 16, FALSE);
  g_assert_cmpint (axis.count, ==, 1);
  axis_weights (&axis, 0, weights);
  for (int place = 0; place < 16; place++)
    g_assert_cmpfloat (weights[place], ==, 1.0f);
  fddm_torus_axis_init (&axis, 17, 16, FALSE);
  g_assert_cmpint (axis.count, ==, 2);
}

/* ---- Estimates ---- */

static FddmContext *
open_context (FddmDeviceKind device, int threads, gsize memory, float guidance, gboolean clamp)
{
  g_autofree char        *path    = test_golden_path ("tiny-generate.safetensors");
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);
  FddmContextOptions      options = { .threads = threads, .memory = memory };
  FddmContext            *context;

  g_assert_no_error (error);
  weights->side     = 16;
  weights->guidance = guidance;
  weights->clamp    = clamp;
  context           = fddm_context_new (weights, device, &options, &error);
  g_assert_no_error (error);
  return context;
}

/* The estimate, on a torus of HEIGHT × WIDTH patches and windows of SIDE, of X moved by ROLL patches down and to the right, and
 * moved back. SHIFT: of the windows. */
static float *
estimate (FddmContext *context, int height, int width, int side, gboolean meets, int class, const float *x, int roll,
          int shift)
{
  const FddmBackend *backend = context->backend;
  const gsize        size    = (gsize) height * width * N;
  g_autofree float  *moved = g_new (float, size), *level = test_floats (N, 0.5f, 2.0f, 4), *found = NULL;
  float             *back = g_new (float, size);
  FddmTensor        *tx, *tx0, *noise;
  FddmTorusAxis      down, across;
  FddmTorus          torus;

  for (int row = 0; row < height; row++)
    for (int column = 0; column < width; column++)
      memcpy (moved + ((row + roll) % height * width + (column + roll) % width) * N, x + (row * width + column) * N,
              N * sizeof (float));
  fddm_torus_axis_init (&down, height, side, meets);
  fddm_torus_axis_init (&across, width, side, meets);
  tx    = test_tensor (backend, context->device, FDDM_TENSOR_FLOAT, height, width, N, moved);
  tx0   = test_tensor (backend, context->device, FDDM_TENSOR_FLOAT, height, width, N, NULL);
  noise = test_tensor (backend, context->device, FDDM_TENSOR_FLOAT, 1, 1, N, level);
  g_assert_true (fddm_torus_init (&torus, context, &down, &across, class, 0, NULL));
  g_assert_true (fddm_torus_prepare (&torus, NULL));
  g_assert_true (fddm_torus_estimate (&torus, tx, noise, (shift + roll) % height, (shift + roll) % width, tx0, NULL, NULL));
  found = test_download (backend, context->device, tx0);
  for (int row = 0; row < height; row++)
    for (int column = 0; column < width; column++)
      memcpy (back + (row * width + column) * N, found + ((row + roll) % height * width + (column + roll) % width) * N,
              N * sizeof (float));
  fddm_torus_clear (&torus);
  backend->tensor_free (context->device, tx);
  backend->tensor_free (context->device, tx0);
  backend->tensor_free (context->device, noise);
  return back;
}

/* Where the torus is cut open leaves no trace: not one bit, when the windows move along. */
static void
test_rolling (void)
{
  static const struct {
    int height, width, side;
  } sizes[] = { { 11, 7, 4 }, { 3, 9, 4 }, { 2, 1, 4 } };

  for (FddmDeviceKind device = FDDM_DEVICE_CPU; device <= FDDM_DEVICE_REFERENCE; device++)
    for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        const int               height = sizes[s].height, width = sizes[s].width;
        const gsize             bytes   = (gsize) height * width * N * sizeof (float);
        g_autoptr (FddmContext) context = open_context (device, 3, 0, 1.0f, FALSE);
        g_autofree float       *x       = test_floats ((gsize) height * width * N, -2, 2, 3);
        g_autofree float       *plain   = estimate (context, height, width, sizes[s].side, TRUE, 1, x, 0, 1);

        for (int roll = 1; roll < 12; roll += 5)
          {
            g_autofree float *rolled = estimate (context, height, width, sizes[s].side, TRUE, 1, x, roll, 1);

            g_assert_cmpmem (rolled, bytes, plain, bytes);
          }
      }
}

/* Some windows take longer than others: they are ready in another order than they were begun. */
static gboolean
copy_window_slowly (FddmDevice *device, const FddmTensor *torus, int row, int column, FddmTensor *window, GError **error)
{
  g_usleep ((row * 7 + column * 3) % 5 * 3000);
  return fddm_backend_cpu.copy_window (device, torus, row, column, window, error);
}

/* However many windows are computed at once. */
static void
test_lanes (void)
{
  enum { HEIGHT = 13, WIDTH = 10 };
  FddmBackend       slow = fddm_backend_cpu;
  g_autofree float *x = test_floats (HEIGHT * WIDTH * N, -2, 2, 3), *first = NULL;

  for (int threads = 1; threads <= 5; threads += 2)
    {
      g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_CPU, threads, 0, 1.0f, FALSE);
      g_autofree float       *found   = NULL;

      slow.copy_window = copy_window_slowly;
      context->backend = &slow;
      found            = estimate (context, HEIGHT, WIDTH, 4, TRUE, 0, x, 0, 2);
      if (first == NULL)
        first = g_steal_pointer (&found);
      else
        g_assert_cmpmem (found, HEIGHT * WIDTH * N * sizeof (float), first, HEIGHT * WIDTH * N * sizeof (float));
    }
}

/* The whole blended estimate, from the network's estimates of windows that are cut out by hand. */
static void
test_blending (void)
{
  enum { HEIGHT = 9, WIDTH = 6, SIDE = 4, ROW = 2, COLUMN = 5 };
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_REFERENCE, 1, 0, 1.0f, FALSE);
  g_autofree float       *x = test_floats (HEIGHT * WIDTH * N, -2, 2, 3), *expected = g_new0 (float, HEIGHT * WIDTH * N);
  g_autofree float       *found = NULL;
  FddmTorusAxis           down, across;
  float                   window[SIDE * SIDE * N], down_weights[SIDE], across_weights[SIDE];

  fddm_torus_axis_init (&down, HEIGHT, SIDE, TRUE);
  fddm_torus_axis_init (&across, WIDTH, SIDE, TRUE);
  for (int i = 0; i < down.count; i++)
    for (int j = 0; j < across.count; j++)
      {
        const int         row = fddm_torus_axis_start (&down, i) + 2, column = fddm_torus_axis_start (&across, j) + 2;
        g_autofree float *clean = NULL;

        axis_weights (&down, i, down_weights);
        axis_weights (&across, j, across_weights);
        for (int p = 0; p < SIDE * SIDE; p++)
          memcpy (window + p * N, x + ((row + p / SIDE) % HEIGHT * WIDTH + (column + p % SIDE) % WIDTH) * N,
                  N * sizeof (float));
        clean = estimate (context, SIDE, SIDE, SIDE, FALSE, 1, window, 0, 0);
        for (int p = 0; p < SIDE * SIDE; p++)
          for (int k = 0; k < N; k++)
            expected[((row + p / SIDE) % HEIGHT * WIDTH + (column + p % SIDE) % WIDTH) * N + k] += down_weights[p / SIDE] *
                                                                                                   across_weights[p % SIDE] *
                                                                                                   clean[p * N + k];
      }
  found = estimate (context, HEIGHT, WIDTH, SIDE, TRUE, 1, x, 0, 2);
  g_assert_cmpfloat (test_error (found, expected, HEIGHT * WIDTH * N), <, 1e-6);
}

/* φ(any) + g (φ(class) − φ(any)); without a class, and at g = 1, nothing of it. */
static void
test_guidance (void)
{
  enum { SIDE = 4, SIZE = SIDE * SIDE * N };
  g_autoptr (FddmContext) plain  = open_context (FDDM_DEVICE_REFERENCE, 1, 0, 1.0f, FALSE);
  g_autoptr (FddmContext) guided = open_context (FDDM_DEVICE_REFERENCE, 1, 0, 2.5f, FALSE);
  g_autofree float       *x      = test_floats (SIZE, -2, 2, 3);
  g_autofree float *class        = estimate (plain, SIDE, SIDE, SIDE, FALSE, 1, x, 0, 0);
  g_autofree float *any          = estimate (plain, SIDE, SIDE, SIDE, FALSE, -1, x, 0, 0);
  g_autofree float *found        = estimate (guided, SIDE, SIDE, SIDE, FALSE, 1, x, 0, 0);
  g_autofree float *unasked      = estimate (guided, SIDE, SIDE, SIDE, FALSE, -1, x, 0, 0);
  float             expected[SIZE];

  for (int i = 0; i < SIZE; i++)
    expected[i] = any[i] + 2.5f * (class[i] - any[i]);
  g_assert_cmpfloat (test_error (found, expected, SIZE), <, 1e-6);
  g_assert_cmpfloat (test_error (found, class, SIZE), >, 1e-3);
  g_assert_cmpmem (unasked, sizeof expected, any, sizeof expected);
}

/* Of every estimate the pixels are within the range that pixels have; those within it already do not change. */
static void
test_clamped (void)
{
  enum { SIDE = 4, SIZE = SIDE * SIDE * N };
  g_autoptr (FddmContext) plain    = open_context (FDDM_DEVICE_REFERENCE, 1, 0, 1.0f, FALSE);
  g_autoptr (FddmContext) clamped  = open_context (FDDM_DEVICE_REFERENCE, 1, 0, 1.0f, TRUE);
  g_autofree float       *x        = test_floats (SIZE, -9, 9, 3);
  g_autofree float       *expected = estimate (plain, SIDE, SIDE, SIDE, FALSE, 1, x, 0, 0), *direct = NULL;
  g_autofree float       *found  = estimate (clamped, SIDE, SIDE, SIDE, FALSE, 1, x, 0, 0);
  FddmTensor             *tensor = test_tensor (plain->backend, plain->device, FDDM_TENSOR_FLOAT, SIDE, SIDE, N, expected);

  g_assert_cmpfloat (test_error (found, expected, SIZE), >, 1e-2);
  g_assert_true (plain->backend->clamp (plain->device, 4, tensor, NULL));
  direct = test_download (plain->backend, plain->device, tensor);
  g_assert_cmpfloat (test_error (found, direct, SIZE), <, 1e-6);
  plain->backend->tensor_free (plain->device, tensor);
}

/* ---- Memory ---- */

static FddmGenerateParams
params_of (int side)
{
  FddmGenerateParams params = fddm_generate_params_default ();

  params.width = params.height = side;
  return params;
}

/* 4096 × 4096 fits into the default bound, state and estimate included; a larger picture says that it does not; and little
 * memory means fewer windows at once. */
static void
test_memory (void)
{
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_CPU, 16, 0, 1.0f, FALSE);
  FddmGenerateParams      params  = params_of (4096);
  g_autoptr (GError)      error   = NULL;
  FddmTorus               torus;

  g_assert_true (fddm_generate_plan (context, &params, 0, &torus, &error));
  g_assert_cmpint (torus.n_lanes, ==, 16);
  g_assert_cmpuint (torus.bytes, <=, (gsize) 1 << 30);
  g_assert_cmpuint (torus.bytes, >=, (gsize) 4096 * 4096 * 3 * 4 * 2);
  fddm_torus_clear (&torus);
  params = params_of (8190);
  g_assert_false (fddm_generate_plan (context, &params, 0, &torus, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, "8190"));
  fddm_torus_clear (&torus);
  context->options.memory = (gsize) 12 << 20;
  params                  = params_of (512);
  g_assert_true (fddm_generate_plan (context, &params, 0, &torus, NULL));
  g_assert_true (torus.n_lanes >= 1 && torus.n_lanes < 16 && torus.bytes <= (gsize) 12 << 20);
  fddm_torus_clear (&torus);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/torus/weights-sum-to-one", test_weights_sum_to_one);
  g_test_add_func ("/torus/weights-are-smooth", test_weights_are_smooth);
  g_test_add_func ("/torus/one-window", test_one_window);
  g_test_add_func ("/torus/rolling", test_rolling);
  g_test_add_func ("/torus/lanes", test_lanes);
  g_test_add_func ("/torus/blending", test_blending);
  g_test_add_func ("/torus/guidance", test_guidance);
  g_test_add_func ("/torus/clamped", test_clamped);
  g_test_add_func ("/torus/memory", test_memory);
  return g_test_run ();
}
