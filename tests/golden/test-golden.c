/* test-golden.c: the networks and the sampler against the PyTorch implementation (weights/train/golden.py).
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/fddm-math.h"
#include "engine/noise/meter.h"
#include "engine/diffusion/sampler.h"
#include "tests/support.h"
#include "engine/weights/weights.h"

typedef struct {
  const FddmBackend *backend;
  FddmDeviceOptions  options;
  double             tolerance; /* relative L2 */
} Setting;

static const Setting settings[] = {
  { &fddm_backend_ref, { .float32 = FALSE }, 1e-5 },
  { &fddm_backend_cpu, { .convolution = FDDM_CONVOLUTION_DIRECT }, 1e-4 },
  { &fddm_backend_cpu, { .convolution = FDDM_CONVOLUTION_WINOGRAD }, 1e-4 },
  { &fddm_backend_cpu, { .convolution = FDDM_CONVOLUTION_BF16 }, 1.5e-2 },
  { &fddm_backend_cpu, { .convolution = FDDM_CONVOLUTION_FASTEST }, 1.5e-2 },
};

/* Not every processor has each. */
static gboolean
is_usable (const Setting *setting)
{
  FddmDevice *device = setting->backend->open (&setting->options, NULL);

  if (device == NULL)
    return FALSE;
  setting->backend->close (device);
  return TRUE;
}

typedef struct {
  const FddmBackend *backend;
  FddmDevice        *device;
  FddmWeights       *weights;
  FddmNetwork       *network;
  FddmSampler        sampler;
  FddmTensor        *mean, *variance;
} Bench;

static const FddmTicker silent;

static void
bench_open (Bench *bench, const Setting *setting, const char *weights, int rows, int columns)
{
  g_autofree char   *path  = test_golden_path (weights);
  g_autoptr (GError) error = NULL;

  bench->backend = setting->backend;
  bench->weights = fddm_weights_open (path, &error);
  g_assert_no_error (error);
  bench->device = bench->backend->open (&setting->options, &error);
  g_assert_no_error (error);
  bench->network = fddm_network_new (bench->backend, bench->device, bench->weights, FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (fddm_network_prepare (bench->network, rows, columns, NULL));
  bench->mean     = test_tensor (bench->backend, bench->device, FDDM_TENSOR_FLOAT, 1, 1, 48, bench->weights->mean);
  bench->variance = test_tensor (bench->backend, bench->device, FDDM_TENSOR_FLOAT, 1, 1, 48, bench->weights->variance);
  bench->sampler  = (FddmSampler) { .backend  = bench->backend,
                                    .device   = bench->device,
                                    .weights  = bench->weights,
                                    .network  = bench->network,
                                    .mean     = bench->mean,
                                    .variance = bench->variance,
                                    .class    = -1 };
}

static void
bench_close (Bench *bench)
{
  bench->backend->tensor_free (bench->device, bench->mean);
  bench->backend->tensor_free (bench->device, bench->variance);
  fddm_network_free (bench->network);
  bench->backend->close (bench->device);
  fddm_weights_unref (bench->weights);
}

static void
assert_close (const Bench *bench, const FddmTensor *tensor, const float *expected, double tolerance)
{
  g_autofree float *values = test_download (bench->backend, bench->device, tensor);

  g_assert_cmpfloat (test_error (values, expected, (gsize) tensor->height * tensor->width * tensor->channels), <, tolerance);
}

/* A network about to be asked for the clean coefficients of the golden NAME.x with noise NAME.s. */
typedef struct {
  Bench       b;
  FddmTensor *x, *s, *x0;
} Question;

static void
question_open (Question *q, int setting, const char *file, FddmSafetensors *golden, const char *name)
{
  g_autofree char  *name_x = g_strconcat (name, ".x", NULL), *name_s = g_strconcat (name, ".s", NULL);
  int               n, rows, columns;
  g_autofree float *x = test_golden_image (golden, name_x, &n, &rows, &columns);
  g_autofree float *s = test_golden_image (golden, name_s, &n, &rows, &columns);

  bench_open (&q->b, &settings[setting], file, rows, columns);
  q->x  = test_tensor (q->b.backend, q->b.device, FDDM_TENSOR_FLOAT, rows, columns, 48, x);
  q->s  = test_tensor (q->b.backend, q->b.device, FDDM_TENSOR_FLOAT, rows, columns, 48, s);
  q->x0 = test_tensor (q->b.backend, q->b.device, FDDM_TENSOR_FLOAT, rows, columns, 48, NULL);
}

/* Checks the network's input. Its memory is that of a later value once the network has run. */
static void
assert_input (const Question *q, const float *expected, double tolerance)
{
  const FddmConditioning conditioning = fddm_network_conditioning (q->b.weights, q->b.mean, q->b.variance);
  FddmTensor            *input        = fddm_network_input (q->b.network);

  g_assert_true (q->b.backend->precondition (q->b.device, q->x, q->s, &conditioning, input, NULL));
  assert_close (&q->b, input, expected, tolerance);
}

static void
question_close (Question *q)
{
  q->b.backend->tensor_free (q->b.device, q->x);
  q->b.backend->tensor_free (q->b.device, q->s);
  q->b.backend->tensor_free (q->b.device, q->x0);
  bench_close (&q->b);
}

static void
test_denoising_network (void)
{
  g_autofree char            *bytes = NULL;
  g_autoptr (FddmSafetensors) file  = test_golden_open (&bytes);
  int                         n, rows, columns;
  g_autofree float           *estimate = test_golden_image (file, "network.estimate", &n, &rows, &columns);
  g_autofree float           *output   = test_golden_image (file, "network.output", &n, &rows, &columns);
  g_autofree float           *input    = test_golden_image (file, "network.input", &n, &rows, &columns);

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    if (is_usable (&settings[i]))
      {
        Question q;

        question_open (&q, i, "tiny.safetensors", file, "network");
        assert_input (&q, input, settings[i].tolerance);
        g_assert_true (fddm_sampler_estimate (&q.b.sampler, q.x, q.s, q.x0, &silent, NULL));
        assert_close (&q.b, fddm_network_output (q.b.network), output, settings[i].tolerance);
        assert_close (&q.b, q.x0, estimate, settings[i].tolerance);
        question_close (&q);
      }
}

/* Group norm, attention and the classes, the last of which is "any". */
static void
test_generating_network (void)
{
  g_autofree char            *bytes = NULL;
  g_autoptr (FddmSafetensors) file  = test_golden_open (&bytes);
  int                         n, rows, columns;

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    for (int class = 0; class < 3 && is_usable (&settings[i]); class ++)
      {
        g_autofree char  *name     = g_strdup_printf ("generate.output.%d", class);
        g_autofree float *expected = test_golden_image (file, name, &n, &rows, &columns);
        Question          q;

        question_open (&q, i, "tiny-generate.safetensors", file, "generate");
        q.b.sampler.class = class == 2 ? -1 : class;
        g_assert_true (fddm_sampler_estimate (&q.b.sampler, q.x, q.s, q.x0, &silent, NULL));
        assert_close (&q.b, fddm_network_output (q.b.network), expected, settings[i].tolerance);
        question_close (&q);
      }
}

/* The same network in other forms: its input, where INPUT is given, and its estimate are those golden tensors. */
static void
assert_form (FddmInputForm input_form, FddmOutputForm output_form, const char *input, const char *estimate)
{
  g_autofree char            *bytes = NULL;
  g_autoptr (FddmSafetensors) file  = test_golden_open (&bytes);
  int                         n, rows, columns;
  g_autofree float           *expected = test_golden_image (file, estimate, &n, &rows, &columns);
  g_autofree float           *inner    = input != NULL ? test_golden_image (file, input, &n, &rows, &columns) : NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    if (is_usable (&settings[i]))
      {
        Question q;

        question_open (&q, i, "tiny-generate.safetensors", file, "generate");
        q.b.weights->input_form  = input_form;
        q.b.weights->output_form = output_form;
        q.b.sampler.class        = 1;
        if (inner != NULL)
          assert_input (&q, inner, settings[i].tolerance);
        g_assert_true (fddm_sampler_estimate (&q.b.sampler, q.x, q.s, q.x0, &silent, NULL));
        assert_close (&q.b, q.x0, expected, settings[i].tolerance);
        question_close (&q);
      }
}

static void
test_wiener_input (void)
{
  assert_form (FDDM_INPUT_WIENER, FDDM_OUTPUT_RESIDUAL, "wiener.input", "wiener.estimate");
}

static void
test_clean_output (void)
{
  assert_form (FDDM_INPUT_WHITENED, FDDM_OUTPUT_CLEAN, NULL, "clean.estimate");
}

/* Values of the 4-dimensional golden tensor NAME, part I, as NHWC. */
static float *
golden_part (FddmSafetensors *file, const char *name, int i)
{
  gint64       shape[4] = { -1, -1, -1, -1 };
  const float *values   = fddm_safetensors_take (file, name, 4, shape, NULL);
  gint64       area     = shape[2] * shape[3];
  float       *out      = g_new (float, shape[1] * area);

  g_assert_nonnull (values);
  values += i * shape[1] * area;
  for (gint64 c = 0; c < shape[1]; c++)
    for (gint64 p = 0; p < area; p++)
      out[p * shape[1] + c] = values[c * area + p];
  return out;
}

/* Five steps with the random numbers that PyTorch drew. */
static void
test_sampler (void)
{
  static const struct {
    const char *name;
    float       eta;
  } cases[] = { { "sampler.eta0", 0.0f }, { "sampler.eta05", 0.5f } };

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    {
      g_autofree char            *bytes = NULL;
      g_autoptr (FddmSafetensors) file  = test_golden_open (&bytes);
      int                         n, rows, columns;
      g_autofree float           *x        = test_golden_image (file, "sampler.start", &n, &rows, &columns);
      g_autofree float           *expected = test_golden_image (file, cases[k].name, &n, &rows, &columns);
      gsize                       size     = (gsize) n * rows * columns;
      Bench                       b;
      FddmTensor                 *tx, *ts, *tx0;

      bench_open (&b, &settings[0], "tiny.safetensors", rows, columns);
      tx  = test_tensor (b.backend, b.device, FDDM_TENSOR_FLOAT, rows, columns, n, NULL);
      ts  = test_tensor (b.backend, b.device, FDDM_TENSOR_FLOAT, rows, columns, n, NULL);
      tx0 = test_tensor (b.backend, b.device, FDDM_TENSOR_FLOAT, rows, columns, n, NULL);
      for (int i = 0; i < 5; i++)
        {
          g_autofree float *from = golden_part (file, "sampler.levels", i),
                           *to   = golden_part (file, "sampler.levels", i + 1);
          g_autofree float *z = golden_part (file, "sampler.z", i), *x0 = NULL;

          b.backend->tensor_upload (b.device, tx, x, NULL);
          b.backend->tensor_upload (b.device, ts, from, NULL);
          g_assert_true (fddm_sampler_estimate (&b.sampler, tx, ts, tx0, &silent, NULL));
          x0 = test_download (b.backend, b.device, tx0);
          for (gsize j = 0; j < size; j++)
            x[j] = fddm_step (x[j], x0[j], from[j], to[j], cases[k].eta, z[j]);
        }
      g_assert_cmpfloat (test_error (x, expected, size), <, 1e-4);
      b.backend->tensor_free (b.device, tx);
      b.backend->tensor_free (b.device, ts);
      b.backend->tensor_free (b.device, tx0);
      bench_close (&b);
    }
}

/* The state after each of ten steps from nothing, with the random numbers that PyTorch drew; with GUIDANCE also clamped. */
static void
check_ten_steps (const Setting *setting, const char *name, float guidance)
{
  g_autofree char            *bytes = NULL;
  g_autoptr (FddmSafetensors) file  = test_golden_open (&bytes);
  int                         n, rows, columns;
  gint64                      shape[2] = { 11, 48 };
  g_autofree float           *x        = test_golden_image (file, "steps.start", &n, &rows, &columns);
  const float                *levels   = fddm_safetensors_take (file, "steps.levels", 2, shape, NULL);
  const gsize                 size     = (gsize) n * rows * columns;
  float                       ones[48], zeros[48] = { 0 };
  Bench                       b;
  FddmTensor                 *tx, *ts, *tx0, *one, *zero;

  bench_open (&b, setting, "tiny-generate.safetensors", rows, columns);
  for (int k = 0; k < 48; k++)
    ones[k] = 1.0f;
  tx                       = test_tensor (b.backend, b.device, FDDM_TENSOR_FLOAT, rows, columns, n, NULL);
  ts                       = test_tensor (b.backend, b.device, FDDM_TENSOR_FLOAT, 1, 1, n, NULL);
  tx0                      = test_tensor (b.backend, b.device, FDDM_TENSOR_FLOAT, rows, columns, n, NULL);
  one                      = test_tensor (b.backend, b.device, FDDM_TENSOR_FLOAT, 1, 1, n, ones);
  zero                     = test_tensor (b.backend, b.device, FDDM_TENSOR_FLOAT, 1, 1, n, zeros);
  b.sampler.class          = 1;
  b.sampler.clamp          = guidance > 1.0f;
  b.sampler.guidance       = (FddmGuidance) { .strength = guidance, .one = one, .zero = zero };
  b.sampler.guidance.other = test_tensor (b.backend, b.device, FDDM_TENSOR_FLOAT, rows, columns, n, NULL);
  for (int i = 0; i < 10; i++)
    {
      const float      *from = levels + i * 48, *to = levels + (i + 1) * 48;
      g_autofree float *z = golden_part (file, "steps.z", i), *expected = golden_part (file, name, i), *x0 = NULL;

      b.backend->tensor_upload (b.device, tx, x, NULL);
      b.backend->tensor_upload (b.device, ts, from, NULL);
      g_assert_true (fddm_sampler_estimate (&b.sampler, tx, ts, tx0, &silent, NULL));
      x0 = test_download (b.backend, b.device, tx0);
      for (gsize j = 0; j < size; j++)
        x[j] = fddm_step (x[j], x0[j], from[j % 48], to[j % 48], 1.0f, z[j]);
      g_assert_cmpfloat (test_error (x, expected, size), <, 10 * setting->tolerance);
    }
  b.backend->tensor_free (b.device, tx);
  b.backend->tensor_free (b.device, ts);
  b.backend->tensor_free (b.device, tx0);
  b.backend->tensor_free (b.device, one);
  b.backend->tensor_free (b.device, zero);
  b.backend->tensor_free (b.device, b.sampler.guidance.other);
  bench_close (&b);
}

static void
test_ten_steps (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    if (settings[i].tolerance <= 1e-4 && is_usable (&settings[i]))
      {
        check_ten_steps (&settings[i], "steps.state", 1.0f);
        check_ten_steps (&settings[i], "steps.guided", 2.5f);
      }
}

/* The Fermi levels that the engine itself would take for them. */
static void
test_ten_levels (void)
{
  g_autofree char            *bytes    = NULL;
  g_autoptr (FddmSafetensors) file     = test_golden_open (&bytes);
  g_autofree char            *path     = test_golden_path ("tiny-generate.safetensors");
  g_autoptr (FddmWeights)     weights  = fddm_weights_open (path, NULL);
  gint64                      shape[1] = { 9 };
  const float                *expected = fddm_safetensors_take (file, "steps.mu", 1, shape, NULL);
  FddmSchedule                schedule;
  float                       noise[48];
  double                      found[9];

  fddm_schedule_init (&schedule, weights->patch, weights->open_grid, weights->temperature);
  for (int k = 0; k < 48; k++)
    noise[k] = (float) fddm_schedule_noise (&schedule, k % 16, weights->mu_from);
  fddm_sampler_levels (weights, &schedule, noise, 10, found);
  for (int i = 0; i < 9; i++)
    g_assert_cmpfloat_with_epsilon (found[i], expected[i], 1e-4);
}

/* ---- The noise meter ---- */

/* A golden tensor of N values in one dimension. */
static const float *
golden_vector (FddmSafetensors *file, const char *name, int n)
{
  gint64       shape[1] = { n };
  const float *values   = fddm_safetensors_take (file, name, 1, shape, NULL);

  g_assert_nonnull (values);
  return values;
}

/* A window on all whole patches of a packed picture. */
static FddmWindow
whole_window (int width, int height, int *row_offset, int *column_offset)
{
  for (int i = 0; i < height; i++)
    row_offset[i] = i * width * 3;
  for (int i = 0; i < width; i++)
    column_offset[i] = i * 3;
  return (FddmWindow) { .patch          = 4,
                        .rows           = height / 4,
                        .columns        = width / 4,
                        .channels       = 3,
                        .channel_stride = 1,
                        .n_floats       = (gsize) width * height * 3,
                        .row_offset     = row_offset,
                        .column_offset  = column_offset };
}

/* From pixels to the noise model, and again on the same meter. */
static void
test_noise_meter (void)
{
  g_autofree char            *bytes   = NULL;
  g_autoptr (FddmSafetensors) file    = test_golden_open (&bytes);
  g_autofree char            *path    = test_golden_path ("tiny-meter.safetensors");
  g_autoptr (FddmWeights)     weights = fddm_weights_open (path, NULL);
  int                         n, rows, columns;
  g_autofree float           *pixels = test_golden_image (file, "meter.rgb", &n, &rows, &columns);
  const float    *level = golden_vector (file, "meter.level", 48), *curve = golden_vector (file, "meter.curve", 51);
  g_autofree int *row_offset = g_new (int, rows), *column_offset = g_new (int, columns);
  FddmWindow      window = whole_window (columns, rows, row_offset, column_offset);

  g_assert_nonnull (weights);
  for (int i = 0; i < n * rows * columns; i++)
    pixels[i] = (pixels[i] + 1) / 2;
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    if (is_usable (&settings[i]))
      {
        FddmDevice     *device    = settings[i].backend->open (&settings[i].options, NULL);
        FddmNoiseMeter *meter     = fddm_noise_meter_new (settings[i].backend, device, weights, NULL);
        const double    tolerance = MAX (settings[i].tolerance, 1e-4);
        FddmNoiseModel  model;

        for (int again = 0; again < 2; again++)
          {
            g_assert_true (fddm_noise_meter_begin (meter, window.rows, window.columns, NULL));
            g_assert_true (fddm_noise_meter_add (meter, &window, pixels, &silent, NULL));
            fddm_noise_meter_end (meter, &model);
            g_assert_cmpint (model.patch, ==, 4);
            g_assert_cmpint (model.channels, ==, 3);
            g_assert_cmpfloat (test_error (model.level, level, 48), <, tolerance);
            g_assert_cmpfloat (test_error (&model.curve[0][0], curve, 51), <, tolerance);
          }
        fddm_noise_meter_free (meter);
        settings[i].backend->close (device);
      }
}

static void
test_noise_meter_features (void)
{
  g_autofree char            *bytes = NULL;
  g_autoptr (FddmSafetensors) file  = test_golden_open (&bytes);
  int                         n, rows, columns, height, width;
  g_autofree float           *pixels   = test_golden_image (file, "meter.rgb", &n, &height, &width);
  g_autofree float           *expected = test_golden_image (file, "meter.input", &n, &rows, &columns);
  g_autofree float           *input = g_new (float, rows * columns * n), *values = NULL;
  g_autofree int             *row_offset = g_new (int, height), *column_offset = g_new (int, width);
  FddmWindow                  window = whole_window (width, height, row_offset, column_offset);
  FddmDevice                 *device = fddm_backend_ref.open (&settings[0].options, NULL);
  FddmTensor *coefficients           = test_tensor (&fddm_backend_ref, device, FDDM_TENSOR_FLOAT, rows, columns, 48, NULL);

  for (int i = 0; i < 3 * width * height; i++)
    pixels[i] = (pixels[i] + 1) / 2;
  g_assert_true (fddm_backend_ref.analyse (device, &window, pixels, coefficients, NULL));
  values = test_download (&fddm_backend_ref, device, coefficients);
  fddm_meter_features (values, rows, columns, 2, input);
  g_assert_cmpint (n, ==, FDDM_METER_INPUTS);
  g_assert_cmpfloat (test_error (input, expected, (gsize) n * rows * columns), <, 1e-5);
  fddm_backend_ref.tensor_free (device, coefficients);
  fddm_backend_ref.close (device);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/denoising-network", test_denoising_network);
  g_test_add_func ("/golden/generating-network", test_generating_network);
  g_test_add_func ("/golden/wiener-input", test_wiener_input);
  g_test_add_func ("/golden/clean-output", test_clean_output);
  g_test_add_func ("/golden/sampler", test_sampler);
  g_test_add_func ("/golden/ten-steps", test_ten_steps);
  g_test_add_func ("/golden/ten-levels", test_ten_levels);
  g_test_add_func ("/golden/noise-meter-features", test_noise_meter_features);
  g_test_add_func ("/golden/noise-meter", test_noise_meter);
  return g_test_run ();
}
