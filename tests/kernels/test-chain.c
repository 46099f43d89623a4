/* test-chain.c: convolutions band by band have the results of single ones, and need the memory of a band.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

/* As networks are: a first convolution, a block with a residual, a single one of kernel 1, another block, a last one. */
#define N      8
#define WIDTH  40
#define INPUT  24
#define INNER  48
#define OUTPUT 12
#define BLOCKS 256

static const int      kernels[N]   = { 3, 3, 3, 1, 3, 3, 3, 3 };
static const gboolean residuals[N] = { FALSE, FALSE, TRUE, FALSE, FALSE, TRUE, FALSE, FALSE };

static int
channels_of (int value)
{
  return value == 0 ? INPUT : value == N ? OUTPUT : INNER;
}

typedef struct {
  FddmDevice *device;
  FddmConv   *convs[N];
  float      *weights[N], *bias, *ranges;
} Net;

static void
net_init (Net *net, FddmDevice *device)
{
  net->device = device;
  net->bias   = test_floats (INNER, -0.1f, 0.1f, 1);
  net->ranges = test_floats (INNER, 0.9f, 1.0f, 2); /* narrow, so that there are strays */
  for (int i = 0; i < N; i++)
    {
      const int    in = channels_of (i), out = channels_of (i + 1), area = kernels[i] * kernels[i];
      const float  scale = sqrtf (3.0f / (in * area));
      FddmConvSpec spec  = { .kernel = kernels[i], .in_channels = in, .out_channels = out, .bias = net->bias };

      spec.weights = net->weights[i] = test_floats ((gsize) in * out * area, -scale, scale, 10 + i);
      if (i > 0 && i < N - 1)
        spec.ranges = net->ranges;
      if (i == 1 || i == 4) /* read in 8 bits by the one after it */
        {
          spec.activation = FDDM_ACTIVATION_RELU;
          spec.out_ranges = net->ranges;
        }
      spec.passed = spec.positive = i == 2 || i == 5;
      net->convs[i]               = fddm_backend_cpu.conv_new (device, &spec, NULL);
      g_assert_nonnull (net->convs[i]);
    }
}

static void
net_clear (Net *net)
{
  for (int i = 0; i < N; i++)
    {
      fddm_backend_cpu.conv_free (net->device, net->convs[i]);
      g_free (net->weights[i]);
    }
  g_free (net->bias);
  g_free (net->ranges);
}

/* The results of single convolutions. */
static float *
singly (Net *net, int height, const float *in)
{
  FddmTensor *values[N + 1];
  float      *result;

  values[0] = test_tensor (&fddm_backend_cpu, net->device, FDDM_TENSOR_NETWORK, height, WIDTH, INPUT, in);
  for (int i = 0; i < N; i++)
    {
      values[i + 1] = test_tensor (&fddm_backend_cpu, net->device, FDDM_TENSOR_NETWORK, height, WIDTH, channels_of (i + 1),
                                   NULL);
      g_assert_true (fddm_backend_cpu.conv (net->device, net->convs[i], values[i], residuals[i] ? values[i - 1] : NULL,
                                            values[i + 1], NULL));
    }
  result = test_download (&fddm_backend_cpu, net->device, values[N]);
  for (int v = 0; v <= N; v++)
    fddm_backend_cpu.tensor_free (net->device, values[v]);
  return result;
}

static float *
in_bands (Net *net, int height, const float *in)
{
  const FddmChain chain  = { .n = N, .convs = net->convs, .residuals = residuals };
  FddmTensor     *source = test_tensor (&fddm_backend_cpu, net->device, FDDM_TENSOR_NETWORK, height, WIDTH, INPUT, in);
  FddmTensor     *out    = test_tensor (&fddm_backend_cpu, net->device, FDDM_TENSOR_NETWORK, height, WIDTH, OUTPUT, NULL);
  float          *result;
  gsize           scratch;
  int             bands;

  g_assert_true (fddm_backend_cpu.chain_prepare (net->device, &chain, height, WIDTH, &bands, &scratch, NULL));
  g_assert_cmpint (bands, >, 2);
  for (int band = 0; band < bands; band++)
    g_assert_true (fddm_backend_cpu.chain_band (net->device, &chain, source, out, band, NULL));
  result = test_download (&fddm_backend_cpu, net->device, out);
  fddm_backend_cpu.tensor_free (net->device, source);
  fddm_backend_cpu.tensor_free (net->device, out);
  return result;
}

/* Heights of which some leave a band with few rows. */
static void
test_same_results (gconstpointer data)
{
  static const int heights[] = { 2000, 2237, 2603 };
  FddmDevice      *cpu       = test_cpu (GPOINTER_TO_INT (data), 1);
  Net              net;

  if (cpu == NULL || GPOINTER_TO_INT (data) == FDDM_CONVOLUTION_WINOGRAD ||
      GPOINTER_TO_INT (data) == FDDM_CONVOLUTION_FASTEST)
    {
      if (cpu != NULL)
        fddm_backend_cpu.close (cpu);
      g_test_skip ("not on this processor, or without bands");
      return;
    }
  net_init (&net, cpu);
  for (gsize i = 0; i < G_N_ELEMENTS (heights); i++)
    {
      const int         height   = heights[i];
      g_autofree float *in       = test_floats ((gsize) height * WIDTH * INPUT, -1, 1, 3);
      g_autofree float *expected = NULL, *found = NULL;
      guint32           single[BLOCKS] = { 0 }, banded[BLOCKS] = { 0 }, over = 0;
      FddmStrays        strays = { .top    = 3,
                                   .bottom = height - 5,
                                   .left   = 2,
                                   .right  = WIDTH - 2,
                                   .row    = 7,
                                   .column = 1,
                                   .across = 2,
                                   .blocks = single,
                                   .most   = G_MAXUINT32,
                                   .over   = &over };

      fddm_backend_cpu.watch (cpu, &strays);
      expected      = singly (&net, height, in);
      strays.blocks = banded;
      found         = in_bands (&net, height, in);
      fddm_backend_cpu.watch (cpu, NULL);
      g_assert_cmpfloat (test_error (found, expected, (gsize) height * WIDTH * OUTPUT), <, 1e-5);
      if (GPOINTER_TO_INT (data) == FDDM_CONVOLUTION_INT8)
        {
          g_assert_cmpmem (found, sizeof (float) * height * WIDTH * OUTPUT, expected,
                           sizeof (float) * height * WIDTH * OUTPUT);
          g_assert_cmpuint (single[0], >, 0);
        }
      g_assert_cmpmem (banded, sizeof banded, single, sizeof single);
    }
  net_clear (&net);
  fddm_backend_cpu.close (cpu);
}

/* 48 channels of floats at 6 million positions are 1150 MB. */
static void
test_memory_of_a_band (void)
{
  FddmDevice *cpu = test_cpu (FDDM_CONVOLUTION_DIRECT, 1);
  Net         net;
  FddmChain   chain = { .n = N, .convs = net.convs, .residuals = residuals };
  gsize       scratch;
  int         bands;

  net_init (&net, cpu);
  g_assert_true (fddm_backend_cpu.flow_prepare (cpu, &chain, 3000, 2000, &bands, &scratch, NULL));
  g_assert_cmpint (bands, >, 2);
  g_assert_cmpuint (scratch, <, 80 << 20);
  g_assert_true (fddm_backend_cpu.flow_prepare (cpu, &chain, 20, 20, &bands, &scratch, NULL));
  g_assert_cmpint (bands, ==, 0); /* nothing is gained */
  net_clear (&net);
  fddm_backend_cpu.close (cpu);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/chain/memory-of-a-band", test_memory_of_a_band);
  test_add_ways ("/chain", test_same_results);
  return g_test_run ();
}
