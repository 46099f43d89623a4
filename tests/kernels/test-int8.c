/* test-int8.c: convolutions in 8 bits against their definition: rounded inputs and weights, exact sums.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"
#include "kernels/cpu/int8.h"

enum { HEIGHT = 9, WIDTH = 11, PLACES = HEIGHT * WIDTH, IN = 20, MIDDLE = 24, OUT = 17 };

static double
rounded (double value, double step, double least, double most)
{
  return CLAMP (rint (value / step), least, most);
}

/* The N weights of a kernel as whole numbers whose sum is that of EXACT, rounded: of all such numbers next to EXACT, those that
 * are nearest to it, found by trying. */
static void
whole_kernel (const double *exact, int n, double *whole)
{
  double sum = 0, least = HUGE_VAL;

  for (int k = 0; k < n; k++)
    sum += exact[k];
  for (int up = 0; up < 1 << n; up++)
    {
      double total = 0, distance = 0;

      for (int k = 0; k < n; k++)
        {
          const double value = floor (exact[k]) + (up >> k & 1);

          total += value;
          distance += (value - exact[k]) * (value - exact[k]);
        }
      if (total != rint (sum) || distance >= least)
        continue;
      least = distance;
      for (int k = 0; k < n; k++)
        whole[k] = floor (exact[k]) + (up >> k & 1);
    }
}

/* The convolution of SPEC as integers, at exact sums: IN are its inputs as whole numbers. The result in floats, with bias. */
static double *
defined (const FddmConvSpec *spec, const double *in)
{
  const int          n = spec->in_channels, m = spec->out_channels, reach = spec->kernel / 2;
  const int          area  = spec->kernel * spec->kernel;
  const double       most  = spec->positive ? 255 : 127;
  g_autofree double *whole = g_new0 (double, n * area);
  double            *out   = g_new0 (double, PLACES * m);

  for (int o = 0; o < m; o++)
    {
      const float *weights = spec->weights + (gsize) o * n * spec->kernel * spec->kernel;
      double       largest = 0;

      for (int i = 0; i < n * area; i++)
        largest = MAX (largest, fabs ((double) weights[i]) * spec->ranges[i / area]);
      for (int i = 0; i < n; i++)
        {
          double exact[9];

          for (int k = 0; k < area; k++)
            exact[k] = weights[i * area + k] * (double) spec->ranges[i] / largest * 127;
          whole_kernel (exact, area, whole + i * area);
        }
      for (int p = 0; p < PLACES; p++)
        {
          double sum = 0;

          for (int i = 0; i < n; i++)
            for (int dy = -reach; dy <= reach; dy++)
              for (int dx = -reach; dx <= reach; dx++)
                {
                  const int y = p / WIDTH + dy, x = p % WIDTH + dx;

                  if (y >= 0 && y < HEIGHT && x >= 0 && x < WIDTH)
                    sum += in[(y * WIDTH + x) * n + i] * whole[i * area + (dy + reach) * spec->kernel + dx + reach];
                }
          out[p * m + o] = sum * largest / 127 / most + spec->bias[o];
        }
    }
  return out;
}

static double *
whole_numbers (const FddmConvSpec *spec, const float *in)
{
  const double most  = spec->positive ? 255 : 127;
  double      *whole = g_new (double, PLACES * spec->in_channels);

  for (int i = 0; i < PLACES * spec->in_channels; i++)
    whole[i] = rounded (in[i], spec->ranges[i % spec->in_channels] / most, spec->positive ? 0 : -127, most);
  return whole;
}

typedef struct {
  float       *weights, *bias, *ranges;
  FddmConvSpec spec;
} Layer;

static void
layer_init (Layer *layer, int kernel, int in, int out, guint32 seed)
{
  layer->weights = test_floats ((gsize) in * out * kernel * kernel, -0.2f, 0.2f, seed);
  layer->bias    = test_floats (out, -1, 1, seed + 1);
  layer->ranges  = test_floats (in, 0.5f, 2.5f, seed + 2);
  layer->spec    = (FddmConvSpec) { .kernel       = kernel,
                                    .in_channels  = in,
                                    .out_channels = out,
                                    .weights      = layer->weights,
                                    .bias         = layer->bias,
                                    .ranges       = layer->ranges };
}

static void
layer_clear (Layer *layer)
{
  g_free (layer->weights);
  g_free (layer->bias);
  g_free (layer->ranges);
}

static FddmTensor *
run (FddmDevice *device, const FddmConvSpec *spec, const FddmTensor *in, const float *residual)
{
  g_autoptr (GError) error = NULL;
  FddmConv          *conv  = fddm_backend_cpu.conv_new (device, spec, &error);
  FddmTensor        *out   = test_tensor (&fddm_backend_cpu, device, FDDM_TENSOR_NETWORK, HEIGHT, WIDTH, spec->out_channels,
                                          residual);
  gsize              scratch;

  g_assert_no_error (error);
  g_assert_true (fddm_backend_cpu.conv_prepare (device, conv, HEIGHT, WIDTH, residual != NULL, &scratch, &error));
  g_assert_true (fddm_backend_cpu.conv (device, conv, in, residual != NULL ? out : NULL, out, &error));
  fddm_backend_cpu.conv_free (device, conv);
  return out;
}

/* NULL where the processor has none. */
static FddmDevice *
open_int8 (void)
{
  FddmDevice *device = test_cpu (FDDM_CONVOLUTION_INT8, 2);

  if (device == NULL)
    g_test_skip ("not on this processor");
  return device;
}

static void
test_definition (void)
{
  FddmDevice *device = open_int8 ();

  for (int i = 0; device != NULL && i < 16; i++)
    {
      const gboolean    positive = i & 1, adds = i & 2, relu = i & 4;
      g_autofree float *in     = test_floats (PLACES * IN, positive ? 0 : -3, 3, 7),
                       *added  = test_floats (PLACES * OUT, -1, 1, 8);
      g_autofree double *whole = NULL, *expected = NULL;
      g_autofree float  *found  = NULL;
      FddmTensor        *source = test_tensor (&fddm_backend_cpu, device, FDDM_TENSOR_NETWORK, HEIGHT, WIDTH, IN, in), *out;
      Layer              layer;

      layer_init (&layer, i & 8 ? 1 : 3, IN, OUT, 20);
      layer.spec.positive   = positive;
      layer.spec.activation = relu ? FDDM_ACTIVATION_RELU : FDDM_ACTIVATION_NONE;
      whole                 = whole_numbers (&layer.spec, in);
      expected              = defined (&layer.spec, whole);
      out                   = run (device, &layer.spec, source, adds ? added : NULL);
      found                 = test_download (&fddm_backend_cpu, device, out);
      for (int k = 0; k < PLACES * OUT; k++)
        {
          const double sum = expected[k] + (adds ? added[k] : 0);

          g_assert_cmpfloat_with_epsilon (found[k], relu ? MAX (sum, 0) : sum, 2e-5);
        }
      fddm_backend_cpu.tensor_free (device, out);
      fddm_backend_cpu.tensor_free (device, source);
      layer_clear (&layer);
    }
  if (device != NULL)
    fddm_backend_cpu.close (device);
}

/* One convolution passes its result on in 8 bits. A number half-way between two may go either way. */
static void
test_passed_on (void)
{
  FddmDevice        *device = open_int8 ();
  g_autofree float  *in = test_floats (PLACES * IN, -3, 3, 9), *found = NULL;
  g_autofree double *whole = NULL, *between = NULL, *expected = NULL;
  FddmTensor        *source, *middle, *out;
  Layer              first, second;
  double             difference = 0, size = 0;

  if (device == NULL)
    return;
  layer_init (&first, 3, IN, MIDDLE, 30);
  layer_init (&second, 3, MIDDLE, OUT, 40);
  first.spec.activation = FDDM_ACTIVATION_RELU;
  first.spec.out_ranges = second.ranges;
  second.spec.positive = second.spec.passed = TRUE;
  whole                                     = whole_numbers (&first.spec, in);
  between                                   = defined (&first.spec, whole);
  for (int i = 0; i < PLACES * MIDDLE; i++)
    between[i] = rounded (between[i], second.ranges[i % MIDDLE] / 255, 0, 255);
  expected = defined (&second.spec, between);
  source   = test_tensor (&fddm_backend_cpu, device, FDDM_TENSOR_NETWORK, HEIGHT, WIDTH, IN, in);
  middle   = run (device, &first.spec, source, NULL);
  out      = run (device, &second.spec, middle, NULL);
  found    = test_download (&fddm_backend_cpu, device, out);
  for (int i = 0; i < PLACES * OUT; i++)
    {
      difference += pow (found[i] - expected[i], 2);
      size += expected[i] * expected[i];
    }
  g_assert_cmpfloat (sqrt (difference / size), <, 1e-3);
  fddm_backend_cpu.tensor_free (device, out);
  fddm_backend_cpu.tensor_free (device, middle);
  fddm_backend_cpu.tensor_free (device, source);
  layer_clear (&first);
  layer_clear (&second);
  fddm_backend_cpu.close (device);
}

/* A layer of which there are two, one that writes floats and one that writes 8 bits, is in 8 bits in both. */
static void
test_two_readers (void)
{
  FddmDevice        *device = open_int8 ();
  g_autofree float  *in = test_floats (PLACES * IN, -1, 1, 9), *reader = test_floats (OUT, 0.5f, 2.5f, 10);
  g_autofree float  *alone = NULL, *beside = NULL;
  g_autoptr (GError) error = NULL;
  Layer              layer;
  FddmConvSpec       passing;
  FddmConv          *other;
  FddmTensor        *source, *out;

  if (device == NULL)
    return;
  layer_init (&layer, 3, IN, OUT, 50);
  layer.spec.activation = FDDM_ACTIVATION_RELU;
  passing               = layer.spec;
  passing.out_ranges    = reader;
  source                = test_tensor (&fddm_backend_cpu, device, FDDM_TENSOR_NETWORK, HEIGHT, WIDTH, IN, in);
  out                   = run (device, &layer.spec, source, NULL);
  alone                 = test_download (&fddm_backend_cpu, device, out);
  fddm_backend_cpu.tensor_free (device, out);
  other = fddm_backend_cpu.conv_new (device, &passing, &error);
  g_assert_no_error (error);
  out    = run (device, &layer.spec, source, NULL);
  beside = test_download (&fddm_backend_cpu, device, out);
  g_assert_cmpmem (alone, PLACES * OUT * sizeof *alone, beside, PLACES * OUT * sizeof *beside);
  fddm_backend_cpu.tensor_free (device, out);
  fddm_backend_cpu.tensor_free (device, source);
  fddm_backend_cpu.conv_free (device, other);
  layer_clear (&layer);
  fddm_backend_cpu.close (device);
}

/* Layers that share a tensor with other ranges compute in floats: a small file must not take a copy for each of them. */
static void
test_shared_weights (void)
{
  FddmDevice        *device = open_int8 ();
  g_autofree float  *in = test_floats (PLACES * IN, -1, 1, 9), *other = test_floats (IN, 0.1f, 0.2f, 10);
  g_autoptr (GError) error = NULL;
  Layer              layer;
  FddmConv          *first;
  FddmTensor        *source, *out;
  g_autofree float  *found = NULL, *expected = NULL;
  FddmDevice        *ref;

  if (device == NULL)
    return;
  layer_init (&layer, 3, IN, OUT, 50);
  first = fddm_backend_cpu.conv_new (device, &layer.spec, &error);
  g_assert_no_error (error);
  layer.spec.ranges = other; /* would cut off most inputs */
  source            = test_tensor (&fddm_backend_cpu, device, FDDM_TENSOR_NETWORK, HEIGHT, WIDTH, IN, in);
  out               = run (device, &layer.spec, source, NULL);
  found             = test_download (&fddm_backend_cpu, device, out);
  fddm_backend_cpu.tensor_free (device, out);
  fddm_backend_cpu.tensor_free (device, source);
  fddm_backend_cpu.conv_free (device, first);
  fddm_backend_cpu.close (device);

  device   = test_cpu (FDDM_CONVOLUTION_DIRECT, 0);
  ref      = device;
  source   = test_tensor (&fddm_backend_cpu, ref, FDDM_TENSOR_NETWORK, HEIGHT, WIDTH, IN, in);
  out      = run (ref, &layer.spec, source, NULL);
  expected = test_download (&fddm_backend_cpu, ref, out);
  g_assert_cmpfloat (test_error (found, expected, PLACES * OUT), <, 1e-6);
  fddm_backend_cpu.tensor_free (ref, out);
  fddm_backend_cpu.tensor_free (ref, source);
  layer_clear (&layer);
  fddm_backend_cpu.close (ref);
}

/* What is no number is the largest; odd numbers of channels and positions. */
static void
test_rounding (void)
{
  static const float in[]       = { NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 0.4999f, -0.26f, 1, -1 };
  static const int   signs[]    = { 127, 127, -127, 127, -127, 63, -33, 127, -127 };
  static const int   plain[]    = { 255, 255, 0, 255, 0, 127, 0, 255, 0 };
  float              weights[1] = { 1 }, bias[1] = { 0 }, ranges[1] = { 1 };
  FddmConvSpec       spec = {
          .kernel = 1, .in_channels = 1, .out_channels = 1, .weights = weights, .bias = bias, .ranges = ranges
  };

  for (int positive = 0; positive < 2; positive++)
    {
      guint8    out[G_N_ELEMENTS (in)];
      FddmInt8 *int8;

      spec.positive = positive;
      int8          = fddm_int8_new (&spec);
      g_assert_true (fddm_int8_round (int8, in, G_N_ELEMENTS (in), 1, 1, 2, NULL, out));
      for (gsize i = 0; i < G_N_ELEMENTS (in); i++)
        g_assert_cmpint (positive ? out[i] : (gint8) out[i], ==, positive ? plain[i] : signs[i]);
      fddm_int8_free (int8);
    }
}

/* What lies outside of its range counts in its block, by the square of the share, within the rectangle watched; where a block
 * has too many, the convolution fails. */
static void
test_strays (void)
{
  enum { SIDE = 40, N = SIDE * SIDE };
  FddmDevice       *device     = open_int8 ();
  g_autofree float *in         = g_new0 (float, N * 2);
  float             weights[2] = { 1, 1 }, bias[1] = { 0 }, ranges[2] = { 2, 4 };
  FddmConvSpec      spec = {
         .kernel = 1, .in_channels = 2, .out_channels = 1, .weights = weights, .bias = bias, .ranges = ranges
  };
  guint32            blocks[8] = { 0 }, over = 0;
  FddmStrays         strays = { .top    = 1,
                                .bottom = 39,
                                .left   = 0,
                                .right  = SIDE,
                                .row    = 10,
                                .column = 60,
                                .across = 4,
                                .blocks = blocks,
                                .most   = 300,
                                .over   = &over };
  g_autoptr (GError) error  = NULL;
  FddmConv          *conv;
  FddmTensor        *source, *out;

  if (device == NULL)
    return;
  in[0]                    = 100;                                /* row 0 is not watched                          */
  in[2 * SIDE]             = -2.5f;                              /* row 1 + 10, column 60: a sixteenth            */
  in[2 * (SIDE + 3) + 1]   = 4.4f;                               /* column 63: a hundredth                        */
  in[2 * (SIDE + 4) + 1]   = -4.8f;                              /* column 64: 1/25                               */
  in[2 * (22 * SIDE + 39)] = 2.002f;                             /* less than half a step: none                   */
  in[2 * (22 * SIDE + 38)] = in[2 * (22 * SIDE + 38) + 1] = 900; /* row 32, column 98: the most       */
  conv                                                    = fddm_backend_cpu.conv_new (device, &spec, &error);
  source = test_tensor (&fddm_backend_cpu, device, FDDM_TENSOR_NETWORK, SIDE, SIDE, 2, in);
  out    = test_tensor (&fddm_backend_cpu, device, FDDM_TENSOR_NETWORK, SIDE, SIDE, 1, NULL);
  fddm_backend_cpu.watch (device, &strays);
  g_assert_true (fddm_backend_cpu.conv (device, conv, source, NULL, out, &error));
  g_assert_cmpint (blocks[1], ==, 64 + 10); /* 1024/16, 1024/100 */
  g_assert_cmpint (blocks[2], ==, 41);      /* 1024/25 */
  g_assert_cmpint (blocks[7], ==, 256);
  g_assert_cmpint (blocks[0] + blocks[3] + blocks[4] + blocks[5] + blocks[6], ==, 0);
  g_assert_cmpint (over, ==, 0);
  g_assert_false (fddm_backend_cpu.conv (device, conv, source, NULL, out, &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_RANGES);
  g_clear_error (&error);
  g_assert_cmpint (over, ==, 1);
  strays.allowed = 1;
  g_assert_true (fddm_backend_cpu.conv (device, conv, source, NULL, out, &error));
  g_assert_cmpint (blocks[1], ==, 3 * (64 + 10));
  g_assert_cmpint (blocks[7], ==, 512); /* it has too many already */
  g_assert_cmpint (over, ==, 1);
  fddm_backend_cpu.watch (device, NULL);
  g_assert_true (fddm_backend_cpu.conv (device, conv, source, NULL, out, &error));
  g_assert_cmpint (blocks[1], ==, 3 * (64 + 10));
  fddm_backend_cpu.tensor_free (device, out);
  fddm_backend_cpu.tensor_free (device, source);
  fddm_backend_cpu.conv_free (device, conv);
  fddm_backend_cpu.close (device);
}

/* Strays everywhere, in blocks that several threads share. */
static void
test_strays_of_threads (void)
{
  enum { SIDE = 64, N = SIDE * SIDE, ROUNDS = 20 };
  FddmDevice       *device     = open_int8 ();
  g_autofree float *in         = g_new (float, N);
  float             weights[1] = { 1 }, bias[1] = { 0 }, ranges[1] = { 2 };
  FddmConvSpec      spec = {
         .kernel = 1, .in_channels = 1, .out_channels = 1, .weights = weights, .bias = bias, .ranges = ranges
  };
  guint32            blocks[6] = { 0 }, over = 0;
  const FddmStrays   strays = { .bottom  = SIDE,
                                .right   = SIDE,
                                .row     = 16,
                                .across  = 2,
                                .blocks  = blocks,
                                .most    = 32 * 32 * 64 * ROUNDS - 1,
                                .over    = &over,
                                .allowed = 2 };
  g_autoptr (GError) error  = NULL;
  FddmConv          *conv;
  FddmTensor        *source, *out;

  if (device == NULL)
    return;
  for (int i = 0; i < N; i++)
    in[i] = -2.5f; /* a sixteenth */
  conv   = fddm_backend_cpu.conv_new (device, &spec, &error);
  source = test_tensor (&fddm_backend_cpu, device, FDDM_TENSOR_NETWORK, SIDE, SIDE, 1, in);
  out    = test_tensor (&fddm_backend_cpu, device, FDDM_TENSOR_NETWORK, SIDE, SIDE, 1, NULL);
  fddm_backend_cpu.watch (device, &strays);
  for (int i = 0; i < ROUNDS; i++)
    g_assert_true (fddm_backend_cpu.conv (device, conv, source, NULL, out, &error));
  for (int i = 0; i < 6; i++)
    g_assert_cmpuint (blocks[i], ==, (i / 2 == 1 ? 32 : 16) * 32 * 64 * ROUNDS);
  g_assert_cmpuint (over, ==, 2); /* each counted once, whichever thread it was */
  fddm_backend_cpu.tensor_free (device, out);
  fddm_backend_cpu.tensor_free (device, source);
  fddm_backend_cpu.conv_free (device, conv);
  fddm_backend_cpu.close (device);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/int8/definition", test_definition);
  g_test_add_func ("/int8/passed-on", test_passed_on);
  g_test_add_func ("/int8/two-readers", test_two_readers);
  g_test_add_func ("/int8/shared-weights", test_shared_weights);
  g_test_add_func ("/int8/rounding", test_rounding);
  g_test_add_func ("/int8/strays", test_strays);
  g_test_add_func ("/int8/strays-of-threads", test_strays_of_threads);
  return g_test_run ();
}
