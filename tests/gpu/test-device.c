/* test-device.c: the GPU module around its kernels, emulated: messages where it cannot be used, graphs of layers, memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include <unistd.h>
#include "kernels/cuda/filter.h"
#include "kernels/cuda/open.h"
#include "kernels/cuda/replay.h"

enum { HEIGHT = 6, WIDTH = 7, CHANNELS = 16, N = HEIGHT * WIDTH * CHANNELS };

/* With the GPU wrong in the way that CUDA, a list, says, and cuDNN as CUDNN says; NULL = nothing wrong. */
static FddmDevice *
open_emulated (const char *cuda, const char *cudnn, GError **error)
{
  const FddmDeviceOptions options = { .float32 = TRUE };

  g_setenv ("EMULATE_CUDA", cuda != NULL ? cuda : "", TRUE);
  g_setenv ("EMULATE_CUDNN", cudnn != NULL ? cudnn : "fused", TRUE);
  return fddm_cuda_open (&options, error);
}

static void
test_sentences (void)
{
  static const struct {
    const char     *cuda, *cudnn;
    FddmKernelError code;
    const char     *sentence;
  } cases[] = { { "no-driver", NULL, FDDM_KERNEL_ERROR_NO_DRIVER, "no NVIDIA driver" },
                { "old-driver", NULL, FDDM_KERNEL_ERROR_OLD_DRIVER, "the NVIDIA driver is too old for CUDA 1? (has 11.4)" },
                { "no-device", NULL, FDDM_KERNEL_ERROR_NO_DEVICE, "no NVIDIA GPU visible" },
                { "denied", NULL, FDDM_KERNEL_ERROR_UNUSABLE, "the NVIDIA driver cannot be used: operation not permitted" },
                { "old-gpu", NULL, FDDM_KERNEL_ERROR_OLD_DEVICE, "* capability 6.1 is too old (7.5 needed)" },
                { "exclusive", NULL, FDDM_KERNEL_ERROR_BUSY, "the GPU is out of memory or in use" },
                { "memory=256", NULL, FDDM_KERNEL_ERROR_BUSY, "the GPU is out of memory or in use" },
                { "unpinned", NULL, FDDM_KERNEL_ERROR_UNUSABLE, "the system has no 8 MiB that the GPU may copy from" },
                { "lost=1", NULL, FDDM_KERNEL_ERROR_UNUSABLE, "the GPU failed in *" },
                { NULL, "missing", FDDM_KERNEL_ERROR_NO_CUDNN, "libcudnn.so.9 not found" },
                { NULL, "partial", FDDM_KERNEL_ERROR_NO_CUDNN, "libcublasLt.so.13 not found" },
                { NULL, "wrong", FDDM_KERNEL_ERROR_UNUSABLE, "the GPU computes wrongly (* where * is right)" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error  = NULL;
      g_autofree char   *suffix = g_strdup_printf ("/%u", i);

      if (!g_test_subprocess ()) /* a GPU that is lost stays so for its process */
        {
          g_autofree char *path = g_strdup_printf ("/gpu/device/sentences/subprocess/%u", i);

          g_test_trap_subprocess (path, 0, G_TEST_SUBPROCESS_DEFAULT);
          g_test_trap_assert_passed ();
        }
      else if (g_str_has_suffix (g_test_get_path (), suffix))
        {
          g_assert_null (open_emulated (cases[i].cuda, cases[i].cudnn, &error));
          g_assert_error (error, FDDM_KERNEL_ERROR, (int) cases[i].code);
          if (!g_pattern_match_simple (cases[i].sentence, error->message))
            g_error ("“%s” instead of “%s”", error->message, cases[i].sentence);
        }
    }
}

/* ---- Layers ---- */

/* Two convolutions with a norm between them, the second adding to what it gets: as networks have it. */
typedef struct {
  FddmDevice *device;
  FddmConv   *conv;
  FddmTensor *a, *b, *ones, *zeros;
} Net;

static Net
net_new (FddmDevice *device)
{
  float        weights[CHANNELS * CHANNELS], vector[CHANNELS], zeros[CHANNELS] = { 0.0f };
  FddmConvSpec spec = { .kernel       = 1,
                        .in_channels  = CHANNELS,
                        .out_channels = CHANNELS,
                        .weights      = weights,
                        .bias         = zeros,
                        .activation   = FDDM_ACTIVATION_RELU };
  Net          net  = { .device = device };

  for (int i = 0; i < CHANNELS * CHANNELS; i++)
    weights[i] = sinf ((float) i);
  for (int i = 0; i < CHANNELS; i++)
    vector[i] = 1.0f;
  net.conv  = fddm_cuda_conv_new (device, &spec, NULL);
  net.a     = fddm_cuda_tensor_new (device, FDDM_TENSOR_NETWORK, HEIGHT, WIDTH, CHANNELS, NULL);
  net.b     = fddm_cuda_tensor_new (device, FDDM_TENSOR_NETWORK, HEIGHT, WIDTH, CHANNELS, NULL);
  net.ones  = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1, 1, CHANNELS, NULL);
  net.zeros = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1, 1, CHANNELS, NULL);
  fddm_cuda_tensor_upload (device, net.ones, vector, NULL);
  fddm_cuda_tensor_upload (device, net.zeros, zeros, NULL);
  return net;
}

static void
net_free (Net *net)
{
  fddm_cuda_conv_free (net->device, net->conv);
  fddm_cuda_tensor_free (net->device, net->a);
  fddm_cuda_tensor_free (net->device, net->b);
  fddm_cuda_tensor_free (net->device, net->ones);
  fddm_cuda_tensor_free (net->device, net->zeros);
}

/* The result of the layers for an input that follows from SEED. */
static void
net_run (Net *net, int seed, float *out)
{
  g_autoptr (GError) error = NULL;
  float              in[N];

  for (int i = 0; i < N; i++)
    in[i] = cosf ((float) (i * (seed + 1)));
  fddm_cuda_tensor_upload (net->device, net->a, in, &error);
  g_assert_no_error (error);
  g_assert_true (fddm_cuda_conv (net->device, net->conv, net->a, NULL, net->b, &error));
  g_assert_true (fddm_cuda_group_norm (net->device, net->b, net->ones, net->zeros, 4, FDDM_ACTIVATION_SILU, net->a, &error));
  g_assert_true (fddm_cuda_conv (net->device, net->conv, net->a, net->b, net->b, &error));
  fddm_cuda_tensor_download (net->device, net->b, out, &error);
  g_assert_no_error (error);
}

/* Runs with three inputs, in turn, FAULT wrong with graphs; how many graphs there came to be. */
static void
run_turns (const char *fault, float out[6][N], int *captured, int *launched)
{
  g_autoptr (GError) error  = NULL;
  FddmDevice        *device = open_emulated (fault, NULL, &error);
  Net                net;

  g_assert_no_error (error);
  net = net_new (device);
  net_run (&net, 2, out[0]); /* plans the layers */
  for (int i = 0; i < 6; i++)
    net_run (&net, i % 3, out[i]);
  fddm_replay_count (device->replay, captured, launched);
  net_free (&net);
  fddm_cuda_close (device);
}

/* Plain at first, captured the second time, replayed from then on; the numbers are always those of their own input. */
static void
test_layers_are_captured (void)
{
  static float             plain[6][N], out[6][N];
  static const char *const faults[] = { "no-capture", "spoilt-capture", "no-instance" };
  int                      captured, launched;

  run_turns (NULL, out, &captured, &launched);
  g_assert_cmpint (captured, ==, 1);
  g_assert_cmpint (launched, ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      run_turns (faults[i], plain, &captured, &launched);
      g_assert_cmpint (captured, ==, 0);
      g_assert_cmpint (launched, ==, 0);
      g_assert_cmpmem (out, sizeof out, plain, sizeof plain);
    }
  for (int i = 0; i < 3; i++)
    g_assert_cmpmem (out[i], sizeof out[i], out[i + 3], sizeof out[i]);
  g_assert_cmpfloat (out[0][0], !=, out[1][0]);
}

/* The same layers on other memory are other layers. */
static void
test_other_memory_is_not_confused (void)
{
  static float       out[N], expected[N];
  g_autoptr (GError) error  = NULL;
  FddmDevice        *device = open_emulated (NULL, NULL, &error);
  Net                first, second;
  int                captured, launched;

  g_assert_no_error (error);
  first = net_new (device), second = net_new (device);
  for (int i = 0; i < 3; i++)
    net_run (&first, 0, expected);
  for (int i = 0; i < 3; i++)
    {
      net_run (&second, 0, out);
      g_assert_cmpmem (out, sizeof out, expected, sizeof expected);
    }
  fddm_replay_count (device->replay, &captured, &launched);
  g_assert_cmpint (captured, ==, 2);
  net_free (&first);
  net_free (&second);
  fddm_cuda_close (device);
}

/* ---- Memory ---- */

static void
test_memory_is_used_again (void)
{
  g_autoptr (GError) error  = NULL;
  FddmDevice        *device = open_emulated ("memory=700", NULL, &error);
  FddmTensor        *tensor;
  gsize              before;
  void              *data;

  g_assert_no_error (error);
  before = fddm_cuda_available (device);
  tensor = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1024, 1024, 64, &error);
  data   = tensor->data;
  g_assert_cmpuint (fddm_cuda_available (device), <, before);
  fddm_cuda_tensor_free (device, tensor);
  g_assert_cmpuint (fddm_cuda_available (device), ==, before);
  tensor = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1024, 1024, 64, &error);
  g_assert_true (tensor->data == data);
  fddm_cuda_tensor_free (device, tensor);
  /* A larger one fits only where the freed one makes room. */
  tensor = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1024, 1024, 128, &error);
  g_assert_no_error (error);
  g_assert_nonnull (tensor);
  g_assert_null (fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1024, 1024, 64, &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY);
  fddm_cuda_tensor_free (device, tensor);
  fddm_cuda_close (device);
}

/* A way to the host that could not be made wide enough is made again; what is parked gives way to it. */
static void
test_narrow_way (void)
{
  static float       in[N], out[N];
  g_autoptr (GError) error  = NULL;
  FddmDevice        *device = open_emulated ("memory=700", NULL, &error);
  FddmTensor        *tensor, *parked;

  g_assert_no_error (error);
  tensor = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, HEIGHT, WIDTH, CHANNELS, &error);
  parked = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1024, 1024, 150, &error);
  g_assert_no_error (error);
  g_assert_false (fddm_ring_reserve (device, &device->down, (gsize) 64 << 20, &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY);
  g_clear_error (&error);
  for (int i = 0; i < N; i++)
    in[i] = (float) i;
  g_assert_true (fddm_cuda_tensor_upload (device, tensor, in, &error));
  g_assert_true (fddm_cuda_tensor_download (device, tensor, out, &error));
  g_assert_cmpmem (out, sizeof out, in, sizeof in);
  fddm_cuda_tensor_free (device, parked);
  g_assert_true (fddm_ring_reserve (device, &device->down, (gsize) 64 << 20, &error));
  fddm_cuda_tensor_free (device, tensor);
  fddm_cuda_close (device);
}

/* One that is taken says nothing of the next. */
static void
test_second_gpu (void)
{
  g_autoptr (GError) error  = NULL;
  FddmDevice        *device = open_emulated ("first-taken", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpint (device->ordinal, ==, 1);
  fddm_cuda_close (device);
}

static void
test_memory_cap (void)
{
  g_autoptr (GError) error = NULL;
  FddmDevice        *device;
  FddmTensor        *tensor;

  g_setenv ("FDDM_GPU_MEMORY", "10", TRUE);
  device = open_emulated (NULL, NULL, &error);
  g_unsetenv ("FDDM_GPU_MEMORY");
  g_assert_no_error (error);
  g_assert_cmpuint (fddm_cuda_available (device), <=, 10 << 20);
  tensor = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1024, 1024, 2, &error);
  g_assert_no_error (error);
  g_assert_null (fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1024, 1024, 1, &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY);
  g_clear_error (&error);
  fddm_cuda_tensor_free (device, tensor);
  /* What is parked counts until it is needed. */
  tensor = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1024, 512, 4, &error);
  g_assert_no_error (error);
  fddm_cuda_tensor_free (device, tensor);
  tensor = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1024, 1024, 1, &error);
  g_assert_no_error (error);
  fddm_cuda_tensor_free (device, tensor);
  fddm_cuda_close (device);
}

/* The GPU goes away with layers on their way: an error, and closing works. */
static void
test_lost_gpu (void)
{
  static float       out[N], in[N];
  g_autoptr (GError) error = NULL;
  FddmDevice        *device;
  Net                net;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }
  device = open_emulated ("lost=30", NULL, &error);
  g_assert_no_error (error);
  net = net_new (device);
  net_run (&net, 0, out);
  while (fddm_cuda_tensor_upload (device, net.a, in, &error))
    ;
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED);
  g_clear_error (&error);
  if (fddm_cuda_conv (device, net.conv, net.a, NULL, net.b, NULL))
    g_assert_false (fddm_cuda_tensor_download (device, net.b, out, &error));
  net_free (&net);
  fddm_cuda_close (device);
}

/* ---- Results ---- */

/* Numbers that are not finite are told of once, also if more of them come while it is being told: the next picture has none. */
static void
test_not_finite_once (void)
{
  static float           values[N], ones[CHANNELS], bad[N];
  g_autoptr (GError)     error        = NULL;
  FddmDevice            *device       = open_emulated (NULL, NULL, &error);
  FddmTensor            *x            = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, HEIGHT, WIDTH, CHANNELS, NULL);
  FddmTensor            *vector       = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1, 1, CHANNELS, NULL);
  FddmTensor            *output       = fddm_cuda_tensor_new (device, FDDM_TENSOR_NETWORK, HEIGHT, WIDTH, CHANNELS, NULL);
  const FddmConditioning conditioning = { .mean = vector, .variance = vector, .lo = 0.01f, .hi = 1.0f };

  g_assert_no_error (error);
  for (int i = 0; i < CHANNELS; i++)
    ones[i] = 1.0f;
  for (int i = 0; i < N; i++)
    bad[i] = NAN;
  g_assert_true (fddm_cuda_tensor_upload (device, x, values, NULL) && fddm_cuda_tensor_upload (device, vector, ones, NULL) &&
                 fddm_cuda_tensor_upload (device, output, bad, NULL));
  g_assert_true (fddm_cuda_estimate (device, x, vector, &conditioning, output, x, &error));
  g_assert_true (fddm_cuda_wait (device, &error));
  g_assert_true (fddm_cuda_estimate (device, x, vector, &conditioning, output, x, &error)); /* still on its way */
  g_assert_false (fddm_cuda_are_finite (device, &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_true (fddm_cuda_are_finite (device, &error));
  g_assert_no_error (error);
  fddm_cuda_tensor_free (device, x);
  fddm_cuda_tensor_free (device, vector);
  fddm_cuda_tensor_free (device, output);
  fddm_cuda_close (device);
}

/* The filters of a strip of three million rows are launched. CUDA refuses more than 65535 rows of blocks; nothing runs here. */
static void
test_tall_filters (void)
{
  const FddmFilters filters = {
    .width = 1, .height = 3000000, .samples = 3, .right = 1, .bottom = 3000000, .shrinkage = 2.0f, .blotches = 0.4f
  };

  if (g_getenv ("EMULATE_ORDER") != NULL)
    {
      g_test_skip ("in this order kernels run as they are launched");
      return;
    }
  if (g_test_subprocess ())
    _exit (fddm_filters_launch (open_emulated (NULL, NULL, NULL), &filters, NULL, NULL, NULL, NULL) ? 0 : 1);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/device/sentences", test_sentences);
  for (int i = 0; i < 12; i++)
    {
      g_autofree char *path = g_strdup_printf ("/gpu/device/sentences/subprocess/%d", i);

      g_test_add_func (path, test_sentences);
    }
  g_test_add_func ("/gpu/device/layers-captured", test_layers_are_captured);
  g_test_add_func ("/gpu/device/other-memory", test_other_memory_is_not_confused);
  g_test_add_func ("/gpu/device/memory-again", test_memory_is_used_again);
  g_test_add_func ("/gpu/device/narrow-way", test_narrow_way);
  g_test_add_func ("/gpu/device/second-gpu", test_second_gpu);
  g_test_add_func ("/gpu/device/memory-cap", test_memory_cap);
  g_test_add_func ("/gpu/device/lost", test_lost_gpu);
  g_test_add_func ("/gpu/device/not-finite-once", test_not_finite_once);
  g_test_add_func ("/gpu/device/tall-filters", test_tall_filters);
  return g_test_run ();
}
