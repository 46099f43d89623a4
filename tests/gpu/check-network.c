/* check-network.c: convolutions and the other layers; memory running out.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "tests/gpu/check.h"

typedef enum { RESIDUAL_NONE, RESIDUAL_OTHER, RESIDUAL_IN_PLACE, N_RESIDUALS } Residual;

typedef struct {
  int kernel, in, out, height, width;
} ConvCase;

static gboolean
run_conv (const FddmBackend *backend, FddmDevice *device, const FddmConvSpec *spec, const FddmTensor *in,
          const FddmTensor *residual, FddmTensor *out, GError **error)
{
  gsize     scratch = 0;
  FddmConv *conv    = backend->conv_new (device, spec, error);
  gboolean  ok      = conv != NULL &&
                backend->conv_prepare (device, conv, in->height, in->width, residual != NULL, &scratch, error) &&
                backend->conv (device, conv, in, residual, out, error);

  backend->conv_free (device, conv);
  return ok;
}

/* As much as a sum of SPEC's many rounded products may be off. */
static double
conv_tolerance (Bench *bench)
{
  return MIN (bench_rounding (bench), 1e-2);
}

/* Weights as the tested device holds them, so that only the arithmetic differs. */
static float *
rounded_weights (Bench *bench, int n)
{
  float *weights = g_new (float, n);
  Twin   twin    = bench_twin (bench, FDDM_TENSOR_NETWORK, 1, 1, n, FILL_RANDOM);

  memcpy (weights, twin.ref->data, n * sizeof (float));
  bench_twin_free (bench, twin);
  return weights;
}

static void
check_conv (Bench *bench, const ConvCase *c, FddmActivation activation, Residual residual, Fill fill)
{
  g_autofree char   *name = g_strdup_printf ("convolution %d × %d, %d → %d, %d × %d, activation %d, residual %d", c->kernel,
                                             c->kernel, c->in, c->out, c->height, c->width, activation, residual);
  g_autofree float  *weights = rounded_weights (bench, c->out * c->in * c->kernel * c->kernel);
  g_autofree float  *bias    = bench_values (bench, c->out, FILL_RANDOM);
  g_autoptr (GError) error   = NULL;
  FddmConvSpec       spec    = { .kernel       = c->kernel,
                                 .in_channels  = c->in,
                                 .out_channels = c->out,
                                 .weights      = weights,
                                 .bias         = bias,
                                 .activation   = activation };
  Twin               in      = bench_twin (bench, FDDM_TENSOR_NETWORK, c->height, c->width, c->in, fill);
  Twin               other   = bench_twin (bench, FDDM_TENSOR_NETWORK, c->height, c->width, c->out, fill);
  Twin               out     = bench_twin (bench, FDDM_TENSOR_NETWORK, c->height, c->width, c->out, fill);
  Twin               add     = residual == RESIDUAL_OTHER ? other : residual == RESIDUAL_IN_PLACE ? out : (Twin) { 0 };

  run_conv (bench->ref, bench->ref_device, &spec, in.ref, add.ref, out.ref, NULL);
  if (bench_ran (bench, run_conv (bench->backend, bench->device, &spec, in.tested, add.tested, out.tested, &error), &error,
                 name))
    bench_compare_twin (bench, out, conv_tolerance (bench), "%s", name);
  bench_twin_free (bench, in);
  bench_twin_free (bench, other);
  bench_twin_free (bench, out);
}

/* The same convolution twice: the same bits. */
static void
check_repeats (Bench *bench)
{
  const int          n       = 37 * 41 * 64;
  g_autofree float  *weights = rounded_weights (bench, 64 * 64 * 9), *bias = bench_values (bench, 64, FILL_RANDOM);
  g_autofree float  *first = g_new0 (float, n), *second = g_new0 (float, n);
  g_autoptr (GError) error = NULL;
  FddmConvSpec       spec  = { .kernel = 3, .in_channels = 64, .out_channels = 64, .weights = weights, .bias = bias };
  Twin               in    = bench_twin (bench, FDDM_TENSOR_NETWORK, 37, 41, 64, FILL_RANDOM);
  Twin               out   = bench_twin (bench, FDDM_TENSOR_NETWORK, 37, 41, 64, FILL_RANDOM);

  spec.activation = FDDM_ACTIVATION_SILU;
  if (bench_ran (bench,
                 run_conv (bench->backend, bench->device, &spec, in.tested, NULL, out.tested, &error) &&
                   bench->backend->tensor_download (bench->device, out.tested, first, &error) &&
                   run_conv (bench->backend, bench->device, &spec, in.tested, NULL, out.tested, &error) &&
                   bench->backend->tensor_download (bench->device, out.tested, second, &error),
                 &error, "repeated convolution"))
    bench_expect (bench, memcmp (first, second, n * sizeof (float)) == 0, "repeated convolution gives the same bits");
  bench_twin_free (bench, in);
  bench_twin_free (bench, out);
}

void
check_convolution (Bench *bench)
{
  static const ConvCase cases[] = {
    { 1, 8, 8, 1, 1 },     { 3, 8, 16, 1, 7 },    { 3, 96, 48, 17, 23 }, { 1, 128, 80, 9, 31 },
    { 3, 64, 64, 40, 33 }, { 3, 384, 96, 8, 13 }, { 3, 12, 3, 19, 5 },   { 1, 7, 5, 11, 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (Residual residual = 0; residual < N_RESIDUALS; residual++)
      for (FddmActivation activation = FDDM_ACTIVATION_NONE; activation <= FDDM_ACTIVATION_SILU; activation++)
        check_conv (bench, &cases[i], activation, residual,
                    residual == RESIDUAL_OTHER && activation == FDDM_ACTIVATION_RELU ? FILL_EXTREME : FILL_RANDOM);
  check_repeats (bench);
}

static void
check_norm (Bench *bench, int height, int width, int channels, int groups, FddmActivation activation, Fill fill)
{
  g_autoptr (GError) error  = NULL;
  Twin               in     = bench_twin (bench, FDDM_TENSOR_NETWORK, height, width, channels, fill);
  Twin               out    = bench_twin (bench, FDDM_TENSOR_NETWORK, height, width, channels, FILL_RANDOM);
  Twin               weight = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, channels, FILL_RANDOM);
  Twin               bias   = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, channels, FILL_RANDOM);

  bench->ref->group_norm (bench->ref_device, in.ref, weight.ref, bias.ref, groups, activation, out.ref, NULL);
  if (bench_ran (bench,
                 bench->backend->group_norm (bench->device, in.tested, weight.tested, bias.tested, groups, activation,
                                             out.tested, &error),
                 &error, "group norm"))
    bench_compare_twin (bench, out, bench_rounding (bench), "group norm, %d × %d × %d, %d groups", height, width, channels,
                        groups);
  bench_twin_free (bench, in);
  bench_twin_free (bench, out);
  bench_twin_free (bench, weight);
  bench_twin_free (bench, bias);
}

static void
check_attention (Bench *bench, int height, int width, int channels, int heads, Fill fill)
{
  g_autoptr (GError) error = NULL;
  Twin               in    = bench_twin (bench, FDDM_TENSOR_NETWORK, height, width, 3 * channels, fill);
  Twin               out   = bench_twin (bench, FDDM_TENSOR_NETWORK, height, width, channels, FILL_RANDOM);

  bench->ref->attention (bench->ref_device, in.ref, heads, out.ref, NULL);
  if (bench_ran (bench, bench->backend->attention (bench->device, in.tested, heads, out.tested, &error), &error,
                 "attention"))
    /* Scores in the millions leave a float no digits behind the point, and the exponential needs them. */
    bench_compare_twin (bench, out, fill == FILL_EXTREME ? 2e-2 : bench_rounding (bench),
                        "attention, %d × %d × %d, %d heads", height, width, channels, heads);
  bench_twin_free (bench, in);
  bench_twin_free (bench, out);
}

static void
check_embed_and_copy (Bench *bench, int height, int width, int channels)
{
  g_autoptr (GError) error  = NULL;
  Twin               in     = bench_twin (bench, FDDM_TENSOR_NETWORK, height, width, channels, FILL_EXTREME);
  Twin               vector = bench_twin (bench, FDDM_TENSOR_FLOAT, 1, 1, channels, FILL_RANDOM);
  Twin               out    = bench_twin (bench, FDDM_TENSOR_NETWORK, height, width, channels, FILL_RANDOM);
  Twin               joined = bench_twin (bench, FDDM_TENSOR_NETWORK, height, width, 2 * channels + 3, FILL_RANDOM);

  bench->ref->embed (bench->ref_device, in.ref, vector.ref, out.ref, NULL);
  if (bench_ran (bench, bench->backend->embed (bench->device, in.tested, vector.tested, out.tested, &error), &error,
                 "embedding"))
    bench_compare_twin (bench, out, bench_rounding (bench), "embedding, %d × %d × %d", height, width, channels);
  bench->ref->copy_channels (bench->ref_device, in.ref, channels + 1, joined.ref, NULL);
  if (bench_ran (bench, bench->backend->copy_channels (bench->device, in.tested, channels + 1, joined.tested, &error),
                 &error, "joining"))
    bench_compare_twin (bench, joined, 0.0, "joining, %d × %d × %d", height, width, channels);
  bench_twin_free (bench, in);
  bench_twin_free (bench, vector);
  bench_twin_free (bench, out);
  bench_twin_free (bench, joined);
}

void
check_layers (Bench *bench)
{
  static const int sizes[][4] = { { 1, 1, 8, 2 }, { 5, 7, 48, 4 }, { 16, 16, 96, 8 }, { 33, 9, 64, 1 }, { 3, 11, 160, 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      check_norm (bench, sizes[i][0], sizes[i][1], sizes[i][2], sizes[i][3], FDDM_ACTIVATION_SILU, FILL_RANDOM);
      check_norm (bench, sizes[i][0], sizes[i][1], sizes[i][2], sizes[i][3], FDDM_ACTIVATION_NONE, FILL_EXTREME);
      check_attention (bench, sizes[i][0], sizes[i][1], sizes[i][2], sizes[i][3], FILL_RANDOM);
      check_attention (bench, sizes[i][0], sizes[i][1], sizes[i][2], sizes[i][3], FILL_EXTREME);
      check_embed_and_copy (bench, sizes[i][0], sizes[i][1], sizes[i][2]);
    }
}

/* More than any GPU has: an error of the right kind, and the device works on. */
void
check_memory (Bench *bench)
{
  g_autoptr (GError) error  = NULL;
  FddmTensor        *tensor = bench->backend->tensor_new (bench->device, FDDM_TENSOR_FLOAT, 1 << 20, 1 << 20, 1, &error);

  bench_expect (bench, tensor == NULL && g_error_matches (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY),
                "4 TiB do not fit");
  bench->backend->tensor_free (bench->device, tensor);
  g_clear_error (&error);
  tensor = bench->backend->tensor_new (bench->device, FDDM_TENSOR_FLOAT, G_MAXINT, G_MAXINT, G_MAXINT, &error);
  bench_expect (bench, tensor == NULL && g_error_matches (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY),
                "a size that overflows does not fit");
  bench->backend->tensor_free (bench->device, tensor);
  bench_expect (bench, bench->backend->available (bench->device) > 0, "some memory is available");
  check_embed_and_copy (bench, 4, 4, 8);
}
