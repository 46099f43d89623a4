/* check-sampling.c: noise levels, preconditioning, the sampler.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "tests/gpu/check.h"

/* Sines, logarithms and roots of the two mathematics libraries differ in the last place or two. */
#define TOLERANCE 1e-5

static void
check_noise (Bench *bench, int height, int width, int patch, int channels)
{
  const int          n     = channels * patch * patch;
  g_autoptr (GError) error = NULL;
  FddmNoiseModel     model = { .patch = patch, .channels = channels };
  Twin               x     = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, n, FILL_RANDOM);
  Twin               noise = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, n, FILL_RANDOM);
  Twin               cap   = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, n, FILL_POSITIVE);
  Twin               out   = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, n, FILL_RANDOM);

  for (int k = 0; k < n; k++)
    model.level[k] = (float) g_rand_double_range (bench->rand, 0.0, 2.0);
  for (int c = 0; c < channels; c++)
    for (int i = 0; i < FDDM_NOISE_KNOTS; i++)
      model.curve[c][i] = (float) g_rand_double_range (bench->rand, 0.2, 3.0);
  bench->ref->noise_map (bench->ref_device, &model, x.ref, noise.ref, NULL);
  if (bench_ran (bench, bench->backend->noise_map (bench->device, &model, x.tested, noise.tested, &error), &error,
                 "noise map"))
    bench_compare_twin (bench, noise, TOLERANCE, "noise map, %d × %d × %d", height, width, n);
  bench->ref->noise_cap (bench->ref_device, noise.ref, cap.ref, out.ref, NULL);
  if (bench_ran (bench, bench->backend->noise_cap (bench->device, noise.tested, cap.tested, out.tested, &error), &error,
                 "noise cap"))
    bench_compare_twin (bench, out, TOLERANCE, "noise cap, %d × %d × %d", height, width, n);
  bench->ref->noise_cap (bench->ref_device, cap.ref, cap.ref, out.ref, NULL);
  if (bench_ran (bench, bench->backend->noise_cap (bench->device, cap.tested, cap.tested, out.tested, &error), &error,
                 "noise cap"))
    bench_compare_twin (bench, out, 0.0, "constant noise cap, %d × %d × %d", height, width, n);
  bench_twin_free (bench, x);
  bench_twin_free (bench, noise);
  bench_twin_free (bench, cap);
  bench_twin_free (bench, out);
}

static void
check_network_ends (Bench *bench, int height, int width, int n, gboolean constant, Fill fill)
{
  const char        *kind  = constant ? "constant noise" : "noise map";
  g_autoptr (GError) error = NULL;
  Twin               x     = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, n, fill);
  Twin noise    = bench_twin (bench, FDDM_TENSOR_FLOAT, constant ? 1 : height, constant ? 1 : width, n, FILL_POSITIVE);
  Twin mean     = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, n, FILL_RANDOM);
  Twin variance = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, n, fill == FILL_EXTREME ? FILL_WIDE : FILL_POSITIVE);
  Twin input    = bench_twin (bench, FDDM_TENSOR_NETWORK, height, width, 2 * n, FILL_RANDOM);
  Twin output   = bench_twin (bench, FDDM_TENSOR_NETWORK, height, width, n, FILL_RANDOM);
  Twin x0       = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, n, FILL_RANDOM);

  for (int form = FDDM_INPUT_WHITENED; form <= FDDM_INPUT_WIENER; form++)
    {
      const FddmConditioning ref    = { .mean = mean.ref, .variance = variance.ref, .form = form, .lo = 0.05f, .hi = 0.6f };
      const FddmConditioning tested = {
        .mean = mean.tested, .variance = variance.tested, .form = form, .lo = 0.05f, .hi = 0.6f
      };

      bench->ref->precondition (bench->ref_device, x.ref, noise.ref, &ref, input.ref, NULL);
      if (bench_ran (bench,
                     bench->backend->precondition (bench->device, x.tested, noise.tested, &tested, input.tested, &error),
                     &error, "precondition"))
        bench_compare_twin (bench, input, bench_rounding (bench), "precondition %d, %d × %d × %d, %s", form, height, width,
                            n, kind);
    }
  for (int form = FDDM_OUTPUT_RESIDUAL; form <= FDDM_OUTPUT_CLEAN; form++)
    {
      const FddmConditioning ref = { .mean = mean.ref, .variance = variance.ref, .output = form, .lo = 0.05f, .hi = 0.6f };
      const FddmConditioning tested = {
        .mean = mean.tested, .variance = variance.tested, .output = form, .lo = 0.05f, .hi = 0.6f
      };

      bench->ref->estimate (bench->ref_device, x.ref, noise.ref, &ref, output.ref, x0.ref, NULL);
      if (bench_ran (
            bench,
            bench->backend->estimate (bench->device, x.tested, noise.tested, &tested, output.tested, x0.tested, &error),
            &error, "estimate"))
        bench_compare_twin (bench, x0, TOLERANCE, "estimate %d, %d × %d × %d, %s", form, height, width, n, kind);
    }
  bench_twin_free (bench, x);
  bench_twin_free (bench, noise);
  bench_twin_free (bench, mean);
  bench_twin_free (bench, variance);
  bench_twin_free (bench, input);
  bench_twin_free (bench, output);
  bench_twin_free (bench, x0);
}

enum { GLINT = 8 };

static FddmTensor *
glint_tensor (Bench *bench, FddmTensorType type, int channels, float value)
{
  FddmTensor *tensor = bench->backend->tensor_new (bench->device, type, 1, 1, channels, NULL);
  float       values[2 * GLINT];

  for (int i = 0; i < channels; i++)
    values[i] = value;
  g_assert_true (bench->backend->tensor_upload (bench->device, tensor, values, NULL));
  return tensor;
}

static float
first_of (Bench *bench, const FddmTensor *tensor)
{
  float values[2 * GLINT] = { NAN };

  g_assert_true (bench->backend->tensor_download (bench->device, tensor, values, NULL));
  return values[0];
}

/* OUT = IN + OUT by way of a convolution: what overflows does so as in a network. */
static gboolean
add_in_network (Bench *bench, const FddmTensor *in, FddmTensor *out)
{
  float        weights[GLINT * GLINT] = { 0.0f }, bias[GLINT] = { 0.0f };
  FddmConvSpec spec = { .kernel = 1, .in_channels = GLINT, .out_channels = GLINT, .weights = weights, .bias = bias };
  FddmConv    *conv;
  gboolean     ok;

  for (int i = 0; i < GLINT; i++)
    weights[i * GLINT + i] = 1.0f;
  conv = bench->backend->conv_new (bench->device, &spec, NULL);
  ok   = conv != NULL && bench->backend->conv (bench->device, conv, in, out, out, NULL);
  bench->backend->conv_free (bench->device, conv);
  return ok;
}

/* A coefficient of 1000 where 0.11 is to be expected. fp16 shows the network 512 standard deviations of it and takes the rest
 * for certain; the others have room for all of it. A network that overflows leaves a number all the same, and an error. */
static void
check_glint (Bench *bench)
{
  const FddmBackend     *b        = bench->backend;
  FddmTensor            *x        = glint_tensor (bench, FDDM_TENSOR_FLOAT, GLINT, 1000.0f);
  FddmTensor            *noise    = glint_tensor (bench, FDDM_TENSOR_FLOAT, GLINT, 0.05f);
  FddmTensor            *mean     = glint_tensor (bench, FDDM_TENSOR_FLOAT, GLINT, 0.0f);
  FddmTensor            *variance = glint_tensor (bench, FDDM_TENSOR_FLOAT, GLINT, 0.01f);
  FddmTensor            *input    = glint_tensor (bench, FDDM_TENSOR_NETWORK, 2 * GLINT, 0.0f);
  FddmTensor            *output   = glint_tensor (bench, FDDM_TENSOR_NETWORK, GLINT, 0.0f);
  FddmTensor            *large    = glint_tensor (bench, FDDM_TENSOR_NETWORK, GLINT, 1e5f);
  FddmTensor            *x0       = glint_tensor (bench, FDDM_TENSOR_FLOAT, GLINT, 0.0f);
  const gboolean         is_half  = first_of (bench, large) < 7e4f;
  const double           spread = sqrt (0.01 + 0.05 * 0.05), seen = is_half ? 512.0 * spread : 1000.0;
  const double           wiener       = 0.01 / (spread * spread) * seen + (1000.0 - seen);
  const FddmConditioning conditioning = {
    .mean = mean, .variance = variance, .form = FDDM_INPUT_WHITENED, .lo = 0.01f, .hi = 1.0f
  };
  FddmTensor        *all[] = { x, noise, mean, variance, input, output, large, x0 };
  g_autoptr (GError) error = NULL;
  float              values[GLINT], value;

  bench_expect (bench,
                b->precondition (bench->device, x, noise, &conditioning, input, NULL) &&
                  fabs (first_of (bench, input) / (seen / spread) - 1.0) < 1e-2,
                "a glint for the network");
  bench_expect (bench,
                b->estimate (bench->device, x, noise, &conditioning, output, x0, NULL) &&
                  fabs (first_of (bench, x0) / wiener - 1.0) < 1e-5,
                "a glint that the network is silent on");
  bench_expect (
    bench, add_in_network (bench, large, large) && b->estimate (bench->device, x, noise, &conditioning, large, x0, NULL),
    "a network that overflows");
  if (is_half)
    bench_expect (bench,
                  !b->tensor_download (bench->device, mean, values, &error) &&
                    strstr (error->message, "numbers that are not finite (8)") != NULL,
                  "which is said, once");
  value = first_of (bench, x0);
  bench_expect (bench, is_half ? fabs (value / wiener - 1.0) < 1e-5 : isfinite (value), "what is left of it: %g", value);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    b->tensor_free (bench->device, all[i]);
}

static void
check_step (Bench *bench, int height, int width, int n, float eta, gboolean constant, gboolean second)
{
  const FddmRandom   random = { .seed = 7, .stream = 3, .row = 1000003, .column = -2 };
  g_autoptr (GError) error  = NULL;
  const int          h = constant ? 1 : height, w = constant ? 1 : width;
  Twin               x      = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, n, FILL_RANDOM);
  Twin               x0     = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, n, FILL_RANDOM);
  Twin               last   = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, n, FILL_RANDOM);
  Twin               before = bench_twin (bench, FDDM_TENSOR_FLOAT, h, w, n, FILL_POSITIVE);
  Twin               from   = bench_twin (bench, FDDM_TENSOR_FLOAT, h, w, n, FILL_POSITIVE);
  Twin               to     = bench_twin (bench, FDDM_TENSOR_FLOAT, h, w, n, FILL_POSITIVE);
  FddmStep           ref    = { .x0 = x0.ref, .from = from.ref, .to = to.ref, .eta = eta, .random = &random };
  FddmStep           tested = { .x0 = x0.tested, .from = from.tested, .to = to.tested, .eta = eta, .random = &random };

  if (second)
    {
      ref.previous    = last.ref;
      ref.before      = before.ref;
      tested.previous = last.tested;
      tested.before   = before.tested;
    }
  /* Some levels fall, some rise: those coefficients must stay. */
  bench->ref->step (bench->ref_device, &ref, x.ref, NULL);
  if (bench_ran (bench, bench->backend->step (bench->device, &tested, x.tested, &error), &error, "step"))
    bench_compare_twin (bench, x, TOLERANCE, "step of order %d, %d × %d × %d, eta %g", second ? 2 : 1, height, width, n,
                        eta);
  bench_twin_free (bench, x);
  bench_twin_free (bench, x0);
  bench_twin_free (bench, last);
  bench_twin_free (bench, before);
  bench_twin_free (bench, from);
  bench_twin_free (bench, to);
}

static void
check_start (Bench *bench, int height, int width, int n)
{
  const FddmRandom   random   = { .seed = 0xFFFFFFFFu, .stream = 0, .row = 0, .column = 5 };
  g_autoptr (GError) error    = NULL;
  Twin               x        = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, n, FILL_RANDOM);
  Twin               noise    = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, n, FILL_POSITIVE);
  Twin               mean     = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, n, FILL_RANDOM);
  Twin               variance = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, n, FILL_POSITIVE);

  bench->ref->start (bench->ref_device, noise.ref, mean.ref, variance.ref, &random, x.ref, NULL);
  if (bench_ran (
        bench, bench->backend->start (bench->device, noise.tested, mean.tested, variance.tested, &random, x.tested, &error),
        &error, "start"))
    bench_compare_twin (bench, x, TOLERANCE, "start, %d × %d × %d", height, width, n);
  bench_twin_free (bench, x);
  bench_twin_free (bench, noise);
  bench_twin_free (bench, mean);
  bench_twin_free (bench, variance);
}

static void
check_difference (Bench *bench, int height, int width, int n, float detail)
{
  g_autoptr (GError) error    = NULL;
  Twin               y        = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, n, FILL_RANDOM);
  Twin               x0       = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, n, FILL_EXTREME);
  Twin               sample   = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, n, FILL_RANDOM);
  Twin               strength = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, n, FILL_POSITIVE);
  Twin               out      = bench_twin (bench, FDDM_TENSOR_FLOAT, height, width, n, FILL_RANDOM);
  const gboolean     sampled  = detail > 0.0f;

  bench->ref->difference (bench->ref_device, y.ref, x0.ref, sampled ? sample.ref : NULL, detail, strength.ref, out.ref,
                          NULL);
  if (bench_ran (bench,
                 bench->backend->difference (bench->device, y.tested, x0.tested, sampled ? sample.tested : NULL, detail,
                                             strength.tested, out.tested, &error),
                 &error, "difference"))
    bench_compare_twin (bench, out, TOLERANCE, "difference, %d × %d × %d, detail %g", height, width, n, detail);
  bench_twin_free (bench, y);
  bench_twin_free (bench, x0);
  bench_twin_free (bench, sample);
  bench_twin_free (bench, strength);
  bench_twin_free (bench, out);
}

void
check_sampling (Bench *bench)
{
  static const int sizes[][4] = { { 1, 1, 1, 1 }, { 3, 5, 1, 3 }, { 7, 13, 4, 3 }, { 31, 17, 8, 3 }, { 2, 9, 16, 3 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const int h = sizes[i][0], w = sizes[i][1], n = sizes[i][3] * sizes[i][2] * sizes[i][2];

      check_noise (bench, h, w, sizes[i][2], sizes[i][3]);
      for (int constant = 0; constant <= 1; constant++)
        {
          check_network_ends (bench, h, w, n, constant, FILL_RANDOM);
          check_network_ends (bench, h, w, n, constant, FILL_EXTREME);
          for (int eta = 0; eta <= 2; eta++)
            {
              check_step (bench, h, w, n, eta / 2.0f, constant, FALSE);
              check_step (bench, h, w, n, eta / 2.0f, constant, TRUE);
            }
        }
      check_start (bench, h, w, n);
      check_difference (bench, h, w, n, 0.0f);
      check_difference (bench, h, w, n, 0.3f);
    }
  check_glint (bench);
}
