/* test-one-pass.c: the ends of the network in one pass over memory give exactly the numbers of the separate operations.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

enum { ROWS = 5, COLUMNS = 19, SIDE = COLUMNS * 16 + 3 }; /* of 2×2: a run of patches and a part of one */

typedef struct {
  const FddmBackend *backend;
  FddmDevice        *device;
  FddmWindow         window;
  int                row_offset[ROWS * FDDM_PATCH_MAX], column_offset[COLUMNS * FDDM_PATCH_MAX];
  FddmNoiseModel     model;
  FddmEnds           ends;
  FddmTensor        *level, *mean, *variance, *strength, *y, *noise, *x0, *input, *output;
  float             *pixels;
} Case;

static FddmTensor *
vector (Case *c, int n, float lo, float hi, guint32 seed)
{
  g_autofree float *values = test_floats (n, lo, hi, seed);

  return test_tensor (c->backend, c->device, FDDM_TENSOR_FLOAT, 1, 1, n, values);
}

/* Patches of side PATCH. The bounds of the pixels cut through some of them. */
static void
fill_window (Case *c, int patch, int channels, gboolean gray)
{
  const int samples = gray ? 1 : 3;

  for (int i = 0; i < ROWS * patch; i++)
    c->row_offset[i] = (i + 2) * SIDE * samples;
  for (int j = 0; j < COLUMNS * patch; j++)
    c->column_offset[j] = (COLUMNS * patch - 1 - j) * samples; /* mirrored */
  c->window = (FddmWindow) { .patch          = patch,
                             .rows           = ROWS,
                             .columns        = COLUMNS,
                             .channels       = channels,
                             .channel_stride = gray ? 0 : 1,
                             .n_floats       = SIDE * SIDE * samples,
                             .row_offset     = c->row_offset,
                             .column_offset  = c->column_offset,
                             .top            = 1,
                             .bottom         = ROWS * patch - 2,
                             .left           = 2 * patch + 1,
                             .right          = COLUMNS * patch };
}

static void
case_init (Case *c, const FddmBackend *backend, FddmDevice *device, int patch, int channels, gboolean gray, gboolean varies)
{
  const int         n      = channels * patch * patch;
  g_autofree float *output = test_floats (ROWS * COLUMNS * n, -1, 1, 6);

  c->backend = backend;
  c->device  = device;
  fill_window (c, patch, channels, gray);
  c->pixels                                         = test_floats (c->window.n_floats, -0.5f, 1.5f, 1);
  c->pixels[c->row_offset[3] + c->column_offset[2]] = 1e6f; /* a highlight */
  c->model.patch                                    = patch;
  c->model.channels                                 = channels;
  for (int k = 0; k < n; k++)
    c->model.level[k] = 0.01f * (k % 13 + 1);
  for (int i = 0; i < channels * FDDM_NOISE_KNOTS; i++)
    c->model.curve[i / FDDM_NOISE_KNOTS][i % FDDM_NOISE_KNOTS] = varies ? 0.5f + 0.1f * (i % 11) : 1.0f;
  c->level    = test_tensor (backend, c->device, FDDM_TENSOR_FLOAT, 1, 1, n, c->model.level);
  c->mean     = vector (c, n, -0.3f, 0.3f, 3);
  c->variance = vector (c, n, 1e-4f, 0.5f, 4);
  c->strength = vector (c, n, 0.0f, 1.0f, 5);
  c->y        = test_tensor (backend, c->device, FDDM_TENSOR_FLOAT, ROWS, COLUMNS, n, NULL);
  c->noise    = test_tensor (backend, c->device, FDDM_TENSOR_FLOAT, varies ? ROWS : 1, varies ? COLUMNS : 1, n, NULL);
  c->x0       = test_tensor (backend, c->device, FDDM_TENSOR_FLOAT, ROWS, COLUMNS, n, NULL);
  c->input    = test_tensor (backend, c->device, FDDM_TENSOR_NETWORK, ROWS, COLUMNS, 2 * n, NULL);
  c->output   = test_tensor (backend, c->device, FDDM_TENSOR_NETWORK, ROWS, COLUMNS, n, output);
  c->ends     = (FddmEnds) { .level    = c->level,
                             .curve    = varies ? c->model.curve : NULL,
                             .mean     = c->mean,
                             .variance = c->variance,
                             .lo       = 0.02f,
                             .hi       = 0.1f };
}

static void
case_clear (Case *c)
{
  FddmTensor *all[] = { c->level, c->mean, c->variance, c->strength, c->y, c->noise, c->x0, c->input, c->output };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    c->backend->tensor_free (c->device, all[i]);
  c->backend->close (c->device);
  g_free (c->pixels);
}

/* Results of either way: coefficients, network input, pixels. */
typedef struct {
  float *y, *input, *pixels;
} Result;

static Result
result_of (Case *c, float *pixels)
{
  return (Result) { test_download (c->backend, c->device, c->y), test_download (c->backend, c->device, c->input), pixels };
}

static Result
run_one_pass (Case *c)
{
  const FddmOutput output = { .coefficients = c->y, .output = c->output, .strength = c->strength, .weight = 0.7f };
  float           *pixels = g_memdup2 (c->pixels, c->window.n_floats * sizeof (float));

  g_assert_true (c->backend->analyse_input (c->device, &c->window, pixels, &c->ends, c->y, c->input, NULL));
  g_assert_true (c->backend->synthesise_output (c->device, &c->window, &c->ends, &output, pixels, NULL));
  g_assert_true (c->backend->synthesise_finish (c->device, NULL));
  return result_of (c, pixels);
}

static Result
run_separately (Case *c)
{
  const FddmBackend     *b            = c->backend;
  const FddmConditioning conditioning = {
    .mean = c->mean, .variance = c->variance, .form = FDDM_INPUT_WHITENED, .lo = c->ends.lo, .hi = c->ends.hi
  };
  float *pixels = g_memdup2 (c->pixels, c->window.n_floats * sizeof (float));

  g_assert_true (b->analyse (c->device, &c->window, pixels, c->y, NULL));
  g_assert_true (c->ends.curve != NULL ? b->noise_map (c->device, &c->model, c->y, c->noise, NULL)
                                       : b->tensor_upload (c->device, c->noise, c->model.level, NULL));
  g_assert_true (b->precondition (c->device, c->y, c->noise, &conditioning, c->input, NULL));
  g_assert_true (b->estimate (c->device, c->y, c->noise, &conditioning, c->output, c->x0, NULL));
  g_assert_true (b->difference (c->device, c->y, c->x0, NULL, 0.0f, c->strength, c->x0, NULL));
  g_assert_true (b->synthesise (c->device, &c->window, c->x0, 0.7f, pixels, NULL));
  g_assert_true (b->synthesise_finish (c->device, NULL));
  return result_of (c, pixels);
}

static void
assert_same (const float *a, const float *b, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_assert_cmpfloat (a[i], ==, b[i]);
}

static void
result_clear (Result *result)
{
  g_free (result->y);
  g_free (result->input);
  g_free (result->pixels);
}

static void
check (const FddmBackend *backend, FddmDevice *device, int patch, int channels, gboolean gray, gboolean varies)
{
  const gsize n = (gsize) ROWS * COLUMNS * channels * patch * patch;
  Result      one, separate;
  Case        c = { 0 };

  case_init (&c, backend, device, patch, channels, gray, varies);
  one      = run_one_pass (&c);
  separate = run_separately (&c);
  assert_same (one.y, separate.y, n);
  assert_same (one.input, separate.input, 2 * n);
  assert_same (one.pixels, separate.pixels, c.window.n_floats);
  g_assert_cmpfloat (test_error (one.pixels, c.pixels, c.window.n_floats), >, 0.0);
  result_clear (&one);
  result_clear (&separate);
  case_clear (&c);
}

/* WAY applies to the CPU only. */
static void
check_all (const FddmBackend *backend, FddmConvolution way)
{
  static const int patches[] = { 1, 2, 3, 4, 8, 16 };

  for (gsize i = 0; i < G_N_ELEMENTS (patches); i++)
    for (int channels = 1; channels <= 3; channels += 2)
      for (int gray = 0; gray < 2; gray++)
        for (int varies = 0; varies < 2; varies++)
          {
            FddmDevice *device = backend == &fddm_backend_cpu ? test_cpu (way, 3) : backend->open (NULL, NULL);

            if (device == NULL)
              {
                g_test_skip ("not on this processor");
                return;
              }
            check (backend, device, patches[i], channels, gray, varies);
          }
}

static void
test_ref (void)
{
  check_all (&fddm_backend_ref, FDDM_CONVOLUTION_FASTEST);
}

static void
test_cpu_ways (gconstpointer way)
{
  check_all (&fddm_backend_cpu, GPOINTER_TO_INT (way));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/one-pass/ref", test_ref);
  test_add_ways ("/one-pass/cpu", test_cpu_ways);
  return g_test_run ();
}
