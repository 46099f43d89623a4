/* test-convolution.c: convolution on the CPU compared with the reference.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

typedef struct {
  const char *name;
  float       lo, hi;
} Fill;

/* Random values, zeros, a constant, and values far larger than in networks. */
static const Fill fills[] = {
  { "random", -1, 1 }, { "zero", 0, 0 }, { "one value", 0.7f, 0.7f }, { "huge", -1e6f, 1e6f }, { "tiny", -1e-6f, 1e-6f }
};
static const struct {
  int height, width;
} sizes[] = { { 1, 1 }, { 1, 7 }, { 5, 3 }, { 33, 1 }, { 20, 31 } };
static const struct {
  int in, out;
} channels[] = { { 96, 64 }, { 64, 64 }, { 24, 48 }, { 48, 12 }, { 16, 16 }, { 3, 5 } };

static float *
convolve (const FddmBackend *backend, FddmDevice *device, const FddmConvSpec *spec, int height, int width, const float *in,
          const float *residual, gboolean in_place)
{
  g_autoptr (GError) error  = NULL;
  FddmConv          *conv   = backend->conv_new (device, spec, &error);
  FddmTensor        *source = test_tensor (backend, device, FDDM_TENSOR_NETWORK, height, width, spec->in_channels, in);
  FddmTensor        *added = test_tensor (backend, device, FDDM_TENSOR_NETWORK, height, width, spec->out_channels, residual);
  FddmTensor        *out   = test_tensor (backend, device, FDDM_TENSOR_NETWORK, height, width, spec->out_channels, NULL);
  float             *values;
  gsize              scratch;

  g_assert_true (backend->conv_prepare (device, conv, height, width, residual != NULL, &scratch, &error));
  g_assert_true (backend->conv (device, conv, source, residual == NULL ? NULL : added, in_place ? added : out, &error));
  values = test_download (backend, device, in_place ? added : out);
  backend->tensor_free (device, source);
  backend->tensor_free (device, added);
  backend->tensor_free (device, out);
  backend->conv_free (device, conv);
  return values;
}

/* One shape with every combination of residual and activation. */
static void
check (FddmDevice *ref, FddmDevice *cpu, const Fill *fill, int size, int c, int kernel, double tolerance)
{
  const int         height = sizes[size].height, width = sizes[size].width, in = channels[c].in, out = channels[c].out;
  const float       scale   = sqrtf (3.0f / (in * kernel * kernel));
  g_autofree float *weights = test_floats ((gsize) in * out * kernel * kernel, -scale, scale, 1);
  g_autofree float *bias    = test_floats (out, -fill->hi, fill->hi, 2);
  g_autofree float *x       = test_floats ((gsize) height * width * in, fill->lo, fill->hi, 3);
  g_autofree float *added   = test_floats ((gsize) height * width * out, fill->lo, fill->hi, 4);

  for (int activation = FDDM_ACTIVATION_NONE; activation <= FDDM_ACTIVATION_SILU; activation++)
    for (int residual = 0; residual < 3; residual++) /* none, another tensor, the output itself */
      {
        FddmConvSpec      spec     = { .kernel       = kernel,
                                       .in_channels  = in,
                                       .out_channels = out,
                                       .weights      = weights,
                                       .bias         = bias,
                                       .activation   = activation };
        g_autofree float *expected = convolve (&fddm_backend_ref, ref, &spec, height, width, x, residual ? added : NULL,
                                               FALSE);
        g_autofree float *found    = convolve (&fddm_backend_cpu, cpu, &spec, height, width, x, residual ? added : NULL,
                                               residual == 2);
        double            error    = test_error (found, expected, (gsize) height * width * out);

        if (!(error < tolerance))
          g_error ("%d×%d of %d to %d channels, kernel %d, %s, activation %d, residual %d: error %g", height, width, in, out,
                   kernel, fill->name, activation, residual, error);
      }
}

/* Beside 8 bits, layers without ranges may take bf16. */
#define HALVES FDDM_CONVOLUTIONS

static FddmDevice *
open_halves (void)
{
  const FddmDeviceOptions options = { .convolution = FDDM_CONVOLUTION_INT8 };

  return fddm_backend_cpu.open (&options, NULL);
}

static void
test_against_ref (gconstpointer data)
{
  const int    way = GPOINTER_TO_INT (data);
  FddmDevice  *ref = fddm_backend_ref.open (NULL, NULL), *cpu = way == HALVES ? open_halves () : test_cpu (way, 0);
  const double tolerance = test_way_is_exact (way) ? 1e-4 : 1e-2;

  if (cpu == NULL)
    {
      fddm_backend_ref.close (ref);
      g_test_skip ("not on this processor");
      return;
    }
  for (gsize f = 0; f < G_N_ELEMENTS (fills); f++)
    for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (gsize c = 0; c < G_N_ELEMENTS (channels); c++)
        if (f == 0 || (s + c) % 3 == f % 3) /* all shapes with random values, a third of them with each other fill */
          {
            check (ref, cpu, &fills[f], s, c, 3, tolerance);
            check (ref, cpu, &fills[f], s, c, 1, tolerance);
          }
  fddm_backend_ref.close (ref);
  fddm_backend_cpu.close (cpu);
}

/* The reference compared with values computed by hand: a centred identity kernel shifts by 0, one off the centre shifts by
 * 1, with zeros from outside. */
static void
test_ref_by_hand (void)
{
  FddmDevice       *ref        = fddm_backend_ref.open (NULL, NULL);
  float             weights[9] = { 0 }, bias[1] = { 0.5f };
  const float       x[6] = { 1, 2, 3, 4, 5, 6 }, shifted[6] = { 2.5f, 3.5f, 0.5f, 5.5f, 6.5f, 0.5f };
  FddmConvSpec      spec = { .kernel = 3, .in_channels = 1, .out_channels = 1, .weights = weights, .bias = bias };
  g_autofree float *out  = NULL;

  weights[5] = 1.0f; /* the right neighbour */
  out        = convolve (&fddm_backend_ref, ref, &spec, 2, 3, x, NULL, FALSE);
  g_assert_cmpmem (out, sizeof x, shifted, sizeof shifted);
  fddm_backend_ref.close (ref);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/convolution/ref-by-hand", test_ref_by_hand);
  test_add_ways ("/convolution", test_against_ref);
  g_test_add_data_func ("/convolution/int8-and-bf16", GINT_TO_POINTER (HALVES), test_against_ref);
  return g_test_run ();
}
