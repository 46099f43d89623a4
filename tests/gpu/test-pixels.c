/* test-pixels.c: pixels on their way to an emulated GPU and back.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "kernels/cuda/open.h"

/* With the GPU wrong in the way that CUDA, a list, says; NULL = nothing wrong. */
static FddmDevice *
open_emulated (const char *cuda, GError **error)
{
  const FddmDeviceOptions options = { .float32 = TRUE };

  g_setenv ("EMULATE_CUDA", cuda != NULL ? cuda : "", TRUE);
  g_setenv ("EMULATE_CUDNN", "fused", TRUE);
  return fddm_cuda_open (&options, error);
}

enum { PATCH = 4, ROWS = 20, COLUMNS = 5, PIXELS = ROWS * COLUMNS * PATCH * PATCH * 3 };

/* A tile of its own, in slots of one row of patches each. */
static FddmWindow
window_new (FddmDevice *device, int *rows, int *columns)
{
  for (int i = 0; i < ROWS * PATCH; i++)
    rows[i] = i * COLUMNS * PATCH * 3;
  for (int i = 0; i < COLUMNS * PATCH; i++)
    columns[i] = i * 3;
  device->down.bytes = COLUMNS * PATCH * PATCH * 3 * sizeof (float);
  return (FddmWindow) { .patch          = PATCH,
                        .rows           = ROWS,
                        .columns        = COLUMNS,
                        .channels       = 3,
                        .channel_stride = 1,
                        .n_floats       = PIXELS,
                        .row_offset     = rows,
                        .column_offset  = columns,
                        .bottom         = ROWS * PATCH,
                        .right          = COLUMNS * PATCH };
}

/* The host has its pixels when it has waited, whole and once; and untouched when it has not. */
static void
test_pixels_come_when_waited_for (void)
{
  static float       pixels[PIXELS], expected[PIXELS], zeros[PIXELS], back[PIXELS];
  static int         rows[ROWS * PATCH], columns[COLUMNS * PATCH];
  g_autoptr (GError) error  = NULL;
  FddmDevice        *device = open_emulated (NULL, &error);
  FddmTensor        *tensor;
  FddmWindow         window;

  g_assert_no_error (error);
  tensor = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, ROWS, COLUMNS, 3 * PATCH * PATCH, &error);
  for (int i = 0; i < PIXELS; i++)
    expected[i] = sinf ((float) i);
  g_assert_true (fddm_cuda_synthesise_finish (device, &error)); /* of nothing */
  window = window_new (device, rows, columns);
  g_assert_true (fddm_cuda_analyse (device, &window, expected, tensor, &error));
  for (int i = 0; i < PIXELS; i++)
    expected[i] -= 0.5f; /* a difference of pictures */
  for (int drop = 0; drop < 4; drop++)
    {
      memset (pixels, 0, sizeof pixels);
      g_assert_true (fddm_cuda_synthesise (device, &window, tensor, 1.0f, pixels, &error));
      g_assert_cmpmem (pixels, sizeof pixels, zeros, sizeof zeros);
      if (drop == 1)
        g_assert_true (fddm_cuda_tensor_download (device, tensor, back, &error));
      if (drop == 2)
        g_assert_true (fddm_cuda_synthesise (device, &window, tensor, 1.0f, back, &error));
      if (drop == 3)
        break; /* closed with it on its way */
      g_assert_true (fddm_cuda_synthesise_finish (device, &error));
      if (drop > 0)
        g_assert_cmpmem (pixels, sizeof pixels, zeros, sizeof zeros);
      else
        for (int i = 0; i < PIXELS; i++)
          g_assert_cmpfloat_with_epsilon (pixels[i], expected[i], 1e-5f);
      g_assert_true (fddm_cuda_synthesise_finish (device, &error));
    }
  fddm_cuda_tensor_free (device, tensor);
  fddm_cuda_close (device);
  g_assert_cmpmem (pixels, sizeof pixels, zeros, sizeof zeros);
}

/* A series' pixels find a way back, too, if the one before could not be made wider. */
static void
test_series_after_narrow_way (void)
{
  static float       photo[PIXELS], change[PIXELS];
  static int         rows[ROWS * PATCH], columns[COLUMNS * PATCH];
  g_autoptr (GError) error  = NULL;
  FddmDevice        *device = open_emulated ("memory=700", &error);
  FddmTensor        *tensor, *large;
  FddmWindow         window;

  g_assert_no_error (error);
  window        = window_new (device, rows, columns);
  window.series = FDDM_SERIES_ONLY;
  tensor        = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, ROWS, COLUMNS, 3 * PATCH * PATCH, &error);
  large         = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1024, 1024, 150, &error);
  g_assert_no_error (error);
  g_assert_false (fddm_ring_reserve (device, &device->down, (gsize) 64 << 20, NULL));
  fddm_cuda_tensor_free (device, large);
  for (int i = 0; i < PIXELS; i++)
    photo[i] = sinf ((float) i);
  g_assert_true (fddm_cuda_analyse (device, &window, photo, tensor, &error));
  g_assert_true (fddm_cuda_synthesise (device, &window, tensor, 1.0f, change, &error));
  g_assert_true (fddm_cuda_synthesise_finish (device, &error));
  for (int i = 0; i < PIXELS; i++)
    g_assert_cmpfloat_with_epsilon (change[i], photo[i] - 0.5f, 1e-5f);
  fddm_cuda_tensor_free (device, tensor);
  fddm_cuda_close (device);
}

static FddmTensor *
vector_new (FddmDevice *device, int height, int width, int channels, float from, float to)
{
  const int         n      = height * width * channels;
  FddmTensor       *tensor = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, height, width, channels, NULL);
  g_autofree float *values = g_new (float, n);

  for (int i = 0; i < n; i++)
    values[i] = from + (to - from) * (float) (i * 7 % 13) / 13.0f;
  g_assert_true (fddm_cuda_tensor_upload (device, tensor, values, NULL));
  return tensor;
}

/* Kernels launched later remember the network's ends, and compute what the separate operations do. */
static void
test_ends_are_remembered (void)
{
  static float       photo[PIXELS], one_pass[PIXELS], separate[PIXELS];
  static int         rows[ROWS * PATCH], columns[COLUMNS * PATCH];
  const int          n      = 3 * PATCH * PATCH;
  g_autoptr (GError) error  = NULL;
  FddmDevice        *device = open_emulated (NULL, &error);
  FddmTensor        *y = vector_new (device, ROWS, COLUMNS, n, 0, 1), *x0 = vector_new (device, ROWS, COLUMNS, n, 0, 1);
  FddmTensor        *input = fddm_cuda_tensor_new (device, FDDM_TENSOR_NETWORK, ROWS, COLUMNS, 2 * n, &error);
  FddmTensor *output = vector_new (device, ROWS, COLUMNS, n, -1, 1), *noise = vector_new (device, ROWS, COLUMNS, n, 0, 0);
  FddmTensor *mean = vector_new (device, 1, 1, n, -0.1f, 0.1f), *variance = vector_new (device, 1, 1, n, 0.1f, 1);
  FddmTensor *strength = vector_new (device, 1, 1, n, 0, 1), *level = vector_new (device, 1, 1, n, 0.2f, 0.2f);
  const FddmConditioning conditioning = { .mean = mean, .variance = variance, .lo = 0.01f, .hi = 1.0f };
  FddmNoiseModel         model        = { .patch = PATCH, .channels = 3 };
  FddmEnds    ends   = { .level = level, .curve = model.curve, .mean = mean, .variance = variance, .lo = 0.01f, .hi = 1.0f };
  FddmOutput  whole  = { .coefficients = y, .output = output, .strength = strength, .weight = 1.0f };
  FddmWindow  window = window_new (device, rows, columns);
  FddmTensor *all[]  = { y, x0, input, output, noise, mean, variance, strength, level };

  g_assert_no_error (error);
  for (int i = 0; i < PIXELS; i++)
    photo[i] = 0.5f + 0.5f * sinf ((float) i);
  for (int k = 0; k < n; k++)
    model.level[k] = 0.2f;
  for (int i = 0; i < 3 * FDDM_NOISE_KNOTS; i++)
    model.curve[i / FDDM_NOISE_KNOTS][i % FDDM_NOISE_KNOTS] = 0.1f * (float) (i + 1);
  g_assert_true (fddm_cuda_analyse_input (device, &window, photo, &ends, y, input, &error));
  g_assert_true (fddm_cuda_noise_map (device, &model, y, noise, &error));
  g_assert_true (fddm_cuda_estimate (device, y, noise, &conditioning, output, x0, &error));
  g_assert_true (fddm_cuda_difference (device, y, x0, NULL, 0.0f, strength, x0, &error));
  g_assert_true (fddm_cuda_synthesise (device, &window, x0, 1.0f, separate, &error) &&
                 fddm_cuda_synthesise_finish (device, &error));
  g_assert_true (fddm_cuda_synthesise_output (device, &window, &ends, &whole, one_pass, &error));
  whole = (FddmOutput) { .weight = 0.0f };
  memset (&ends, 0, sizeof ends);
  memset (&model, 0, sizeof model);
  g_assert_true (fddm_cuda_synthesise_finish (device, &error));
  for (int i = 0; i < PIXELS; i++)
    g_assert_cmpfloat_with_epsilon (one_pass[i], separate[i], 1e-6f);
  g_assert_cmpfloat (fabsf (one_pass[PIXELS - 1]), >, 1e-3f);
  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    fddm_cuda_tensor_free (device, all[i]);
  fddm_cuda_close (device);
}

/* The change of a series that was analysed, changed and filtered; the pixels of the next one may be sent meanwhile. */
static void
filter_series (FddmDevice *device, const FddmWindow *window, FddmTensor *tensor, const float *photo, const float *next,
               float *change)
{
  const FddmFilters filters = { .width          = COLUMNS * PATCH,
                                .height         = ROWS * PATCH,
                                .samples        = 3,
                                .right          = COLUMNS * PATCH,
                                .bottom         = ROWS * PATCH,
                                .luma           = 1.0f,
                                .chroma         = 1.0f,
                                .luma_whole     = 1.0f,
                                .chroma_whole   = 1.0f,
                                .rest           = 1.0f,
                                .shrinkage      = 2.0f,
                                .shrinkage_most = 0.3f };
  FddmTensor       *other   = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, ROWS, COLUMNS, 3 * PATCH * PATCH, NULL);

  g_assert_true (fddm_cuda_analyse (device, window, photo, tensor, NULL));
  g_assert_true (fddm_cuda_synthesise (device, window, tensor, 0.1f, change, NULL));
  g_assert_true (fddm_cuda_filter (device, &filters, photo, change, NULL));
  if (next != NULL)
    g_assert_true (fddm_cuda_analyse (device, window, next, other, NULL));
  for (int slot = 0; next != NULL && slot < FDDM_RING_SLOTS; slot++)
    g_assert_true (fddm_ring_wait (&device->up, slot, NULL));
  g_assert_true (fddm_cuda_synthesise_finish (device, NULL));
  fddm_cuda_tensor_free (device, other);
}

/* The next series' pixels take the place of the last one's when its filters have read them. */
static void
test_filters_keep_their_pixels (void)
{
  static float       photo[PIXELS], next[PIXELS], expected[PIXELS], change[PIXELS];
  static int         rows[ROWS * PATCH], columns[COLUMNS * PATCH];
  g_autoptr (GError) error  = NULL;
  FddmDevice        *device = open_emulated (NULL, &error);
  FddmTensor        *tensor;
  FddmWindow         window;

  g_assert_no_error (error);
  window        = window_new (device, rows, columns);
  window.series = FDDM_SERIES_ONLY;
  tensor        = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, ROWS, COLUMNS, 3 * PATCH * PATCH, &error);
  for (int i = 0; i < PIXELS; i++)
    photo[i] = 0.5f + 0.1f * sinf ((float) i);
  filter_series (device, &window, tensor, photo, NULL, expected);
  filter_series (device, &window, tensor, photo, next, change);
  for (int i = 0; i < PIXELS; i++)
    g_assert_cmpfloat (change[i], ==, expected[i]);
  fddm_cuda_tensor_free (device, tensor);
  fddm_cuda_close (device);
}

/* The GPU goes away with half of a tile's pixels on their way. */
static void
test_lost_pixels (void)
{
  static float       pixels[PIXELS];
  static int         rows[ROWS * PATCH], columns[COLUMNS * PATCH];
  g_autoptr (GError) error = NULL;
  FddmDevice        *device;
  FddmTensor        *tensor;
  FddmWindow         window;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }
  device = open_emulated ("lost=20", &error);
  g_assert_no_error (error);
  tensor = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, ROWS, COLUMNS, 3 * PATCH * PATCH, &error);
  window = window_new (device, rows, columns);
  g_assert_true (fddm_cuda_analyse (device, &window, pixels, tensor, &error));
  g_assert_true (fddm_cuda_synthesise (device, &window, tensor, 1.0f, pixels, &error));
  g_assert_false (fddm_cuda_synthesise_finish (device, &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED);
  g_assert_true (fddm_cuda_synthesise_finish (device, NULL));
  fddm_cuda_tensor_free (device, tensor);
  fddm_cuda_close (device);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/pixels/when-waited-for", test_pixels_come_when_waited_for);
  g_test_add_func ("/gpu/pixels/series-after-narrow-way", test_series_after_narrow_way);
  g_test_add_func ("/gpu/pixels/ends-remembered", test_ends_are_remembered);
  g_test_add_func ("/gpu/pixels/filters-keep-their-pixels", test_filters_keep_their_pixels);
  g_test_add_func ("/gpu/pixels/lost", test_lost_pixels);
  return g_test_run ();
}
