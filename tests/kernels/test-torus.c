/* test-torus.c: windows of a torus, and the clamping of pixels, compared with direct computation on each host device.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

enum { N = 12 }; /* coefficients */

/* Tori larger and smaller than the window, in one or both directions. */
static const struct {
  int height, width, window_height, window_width, row, column;
} cases[] = {
  { 7, 9, 4, 5, 0, 0 }, { 7, 9, 4, 5, 5, 6 }, { 3, 11, 4, 4, 2, 10 },   { 5, 2, 6, 7, 4, 1 },
  { 1, 1, 3, 5, 0, 0 }, { 6, 6, 6, 6, 3, 5 }, { 31, 17, 1, 1, 30, 16 },
};
static const FddmBackend *const backends[]    = { &fddm_backend_ref, &fddm_backend_cpu };
static const FddmDeviceOptions  three_threads = { .threads = 3 };

static void
test_copy_window (void)
{
  for (gsize b = 0; b < G_N_ELEMENTS (backends); b++)
    for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        const int         height = cases[i].height, width = cases[i].width;
        const int         rows = cases[i].window_height, columns = cases[i].window_width;
        FddmDevice       *device = backends[b]->open (&three_threads, NULL);
        g_autofree float *values = test_floats ((gsize) height * width * N, -1, 1, 1), *found = NULL;
        FddmTensor       *torus  = test_tensor (backends[b], device, FDDM_TENSOR_FLOAT, height, width, N, values);
        FddmTensor       *window = test_tensor (backends[b], device, FDDM_TENSOR_FLOAT, rows, columns, N, NULL);

        g_assert_true (backends[b]->copy_window (device, torus, cases[i].row, cases[i].column, window, NULL));
        found = test_download (backends[b], device, window);
        for (int y = 0; y < rows; y++)
          for (int x = 0; x < columns; x++)
            g_assert_cmpmem (found + (y * columns + x) * N, N * sizeof (float),
                             values + ((cases[i].row + y) % height * width + (cases[i].column + x) % width) * N,
                             N * sizeof (float));
        backends[b]->tensor_free (device, torus);
        backends[b]->tensor_free (device, window);
        backends[b]->close (device);
      }
}

/* A position that the window covers several times receives all contributions. */
static void
test_add_window (void)
{
  for (gsize b = 0; b < G_N_ELEMENTS (backends); b++)
    for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
      {
        const int         height = cases[i].height, width = cases[i].width, size = height * width * N;
        const int         rows = cases[i].window_height, columns = cases[i].window_width;
        FddmDevice       *device = backends[b]->open (&three_threads, NULL);
        g_autofree float *before = test_floats (size, -1, 1, 1),
                         *values = test_floats ((gsize) rows * columns * N, -1, 1, 2);
        g_autofree float *down = test_floats (rows, 0, 1, 3), *across = test_floats (columns, 0, 1, 4), *found = NULL;
        g_autofree float *expected = g_new (float, size);
        FddmTensor       *torus    = test_tensor (backends[b], device, FDDM_TENSOR_FLOAT, height, width, N, before);
        FddmTensor       *window   = test_tensor (backends[b], device, FDDM_TENSOR_FLOAT, rows, columns, N, values);
        FddmTensor       *d        = test_tensor (backends[b], device, FDDM_TENSOR_FLOAT, 1, 1, rows, down);
        FddmTensor       *a        = test_tensor (backends[b], device, FDDM_TENSOR_FLOAT, 1, 1, columns, across);

        memcpy (expected, before, size * sizeof (float));
        for (int y = 0; y < rows; y++)
          for (int x = 0; x < columns; x++)
            for (int k = 0; k < N; k++)
              expected[((cases[i].row + y) % height * width + (cases[i].column + x) % width) * N + k] +=
                down[y] * across[x] * values[(y * columns + x) * N + k];
        g_assert_true (backends[b]->add_window (device, window, d, a, cases[i].row, cases[i].column, torus, NULL));
        found = test_download (backends[b], device, torus);
        g_assert_cmpfloat (test_error (found, expected, size), <, 1e-6);
        backends[b]->tensor_free (device, torus);
        backends[b]->tensor_free (device, window);
        backends[b]->tensor_free (device, d);
        backends[b]->tensor_free (device, a);
        backends[b]->close (device);
      }
}

/* ---- Clamping ---- */

/* Transforms one patch of one channel to coefficients (or back), by the definition of the orthonormal DCT-II. */
static void
dct (int d, gboolean back, const double *in, double *out)
{
  for (int i = 0; i < d * d; i++)
    {
      out[i] = 0.0;
      for (int j = 0; j < d * d; j++)
        {
          const int    k = back ? j : i, p = back ? i : j, u = k / d, v = k % d, y = p / d, x = p % d;
          const double size = (u == 0 ? sqrt (1.0 / d) : sqrt (2.0 / d)) * (v == 0 ? sqrt (1.0 / d) : sqrt (2.0 / d));

          out[i] += in[j] * size * cos (G_PI * (2 * y + 1) * u / (2.0 * d)) * cos (G_PI * (2 * x + 1) * v / (2.0 * d));
        }
    }
}

/* Converts R'G'B' to Y'CbCr (or back) by the definition of BT.601. */
static void
clamp_pixel (double ycbcr[3], int channels)
{
  double r = ycbcr[0] + 1.402 * ycbcr[2], b = ycbcr[0] + 1.772 * ycbcr[1], g = (ycbcr[0] - 0.299 * r - 0.114 * b) / 0.587;

  if (channels == 1)
    r = g = b = ycbcr[0];
  r        = CLAMP (r, -1.0, 1.0);
  g        = CLAMP (g, -1.0, 1.0);
  b        = CLAMP (b, -1.0, 1.0);
  ycbcr[0] = 0.299 * r + 0.587 * g + 0.114 * b;
  ycbcr[1] = (b - ycbcr[0]) / 1.772;
  ycbcr[2] = (r - ycbcr[0]) / 1.402;
}

static void
clamp_patch (int d, int channels, float *coefficients)
{
  const int area = d * d;
  double    in[256], planes[3][256] = { { 0 } };

  for (int c = 0; c < channels; c++)
    {
      for (int k = 0; k < area; k++)
        in[k] = coefficients[c * area + k];
      dct (d, TRUE, in, planes[c]);
    }
  for (int i = 0; i < area; i++)
    {
      double ycbcr[3] = { planes[0][i], planes[1][i], planes[2][i] };

      clamp_pixel (ycbcr, channels);
      for (int c = 0; c < channels; c++)
        planes[c][i] = ycbcr[c];
    }
  for (int c = 0; c < channels; c++)
    {
      dct (d, FALSE, planes[c], in);
      for (int k = 0; k < area; k++)
        coefficients[c * area + k] = (float) in[k];
    }
}

/* Large coefficients are clamped; small ones are unchanged. */
static void
test_clamp (void)
{
  static const int patches[] = { 1, 2, 4, 7, 8, 16 };

  for (gsize b = 0; b < G_N_ELEMENTS (backends); b++)
    for (gsize i = 0; i < G_N_ELEMENTS (patches); i++)
      for (int channels = 1; channels <= 3; channels += 2)
        {
          const int         d = patches[i], n = channels * d * d, size = 6 * n;
          FddmDevice       *device = backends[b]->open (&three_threads, NULL);
          g_autofree float *values = test_floats (size, -2, 2, 9), *found = NULL;
          FddmTensor       *tensor;

          for (int k = 0; k < n; k++)
            values[k] *= 0.1f / d;
          tensor = test_tensor (backends[b], device, FDDM_TENSOR_FLOAT, 2, 3, n, values);
          g_assert_true (backends[b]->clamp (device, d, tensor, NULL));
          found = test_download (backends[b], device, tensor);
          g_assert_cmpfloat (test_error (found, values, n), <, 1e-5);
          for (int p = 0; p < 6; p++)
            clamp_patch (d, channels, values + p * n);
          g_assert_cmpfloat (test_error (found, values, size), <, 1e-5);
          backends[b]->tensor_free (device, tensor);
          backends[b]->close (device);
        }
}

/* A device opened beside another computes the same results, with the other's tensors. */
static void
test_beside (void)
{
  FddmDevice       *device = fddm_backend_cpu.open (&three_threads, NULL);
  FddmDevice       *other  = fddm_backend_cpu.beside (device, 1, NULL);
  g_autofree float *values = test_floats (9 * 9 * 32, -1, 1, 1), *weights = test_floats (32 * 32 * 9, -0.1f, 0.1f, 2);
  g_autofree float *bias = test_floats (32, -1, 1, 3);
  float            *results[2];
  FddmConvSpec      spec = {
         .kernel = 3, .in_channels = 32, .out_channels = 32, .weights = weights, .bias = bias, .activation = FDDM_ACTIVATION_SILU
  };
  FddmTensor *in  = test_tensor (&fddm_backend_cpu, device, FDDM_TENSOR_NETWORK, 9, 9, 32, values);
  FddmTensor *out = test_tensor (&fddm_backend_cpu, device, FDDM_TENSOR_NETWORK, 9, 9, 32, NULL);

  g_assert_nonnull (other);
  for (int i = 0; i < 2; i++)
    {
      FddmDevice *who  = i == 0 ? device : other;
      FddmConv   *conv = fddm_backend_cpu.conv_new (who, &spec, NULL);

      g_assert_true (fddm_backend_cpu.conv (who, conv, in, NULL, out, NULL));
      results[i] = test_download (&fddm_backend_cpu, device, out);
      fddm_backend_cpu.conv_free (who, conv);
    }
  g_assert_cmpfloat (test_error (results[1], results[0], 9 * 9 * 32), <, 1e-2);
  g_free (results[0]);
  g_free (results[1]);
  fddm_backend_cpu.tensor_free (device, in);
  fddm_backend_cpu.tensor_free (device, out);
  fddm_backend_cpu.close (other);
  fddm_backend_cpu.close (device);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/torus/copy-window", test_copy_window);
  g_test_add_func ("/torus/add-window", test_add_window);
  g_test_add_func ("/torus/clamp", test_clamp);
  g_test_add_func ("/torus/beside", test_beside);
  return g_test_run ();
}
