/* test-transform.c: colour and patch DCT against closed forms and the PyTorch implementation.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/fddm-math.h"
#include "tests/support.h"
#include "engine/tiling/window.h"

static const FddmBackend *const backends[] = { &fddm_backend_ref, &fddm_backend_cpu };

static void
test_basis_is_orthonormal (void)
{
  for (int n = 1; n <= FDDM_PATCH_MAX; n++)
    for (int u = 0; u < n; u++)
      for (int v = 0; v < n; v++)
        {
          double sum = 0;

          for (int x = 0; x < n; x++)
            sum += fddm_dct_basis (n, u, x) * fddm_dct_basis (n, v, x);
          g_assert_cmpfloat_with_epsilon (sum, u == v ? 1.0 : 0.0, 1e-12);
        }
  g_assert_cmpfloat_with_epsilon (fddm_dct_basis (4, 1, 0), 0.6532814824381883, 1e-12); /* √½ cos 22.5° */
}

static void
test_colour_round_trip (void)
{
  float   gray[3] = { 0.3f, 0.3f, 0.3f }, ycbcr[3], back[3];
  guint32 seed    = 5;

  fddm_ycbcr_from_rgb (gray, ycbcr);
  g_assert_cmpfloat_with_epsilon (ycbcr[0], 0.3f, 1e-6);
  g_assert_cmpfloat_with_epsilon (ycbcr[1], 0.0f, 1e-6);
  g_assert_cmpfloat_with_epsilon (ycbcr[2], 0.0f, 1e-6);
  for (int i = 0; i < 1000; i++)
    {
      float rgb[3] = { test_uniform (&seed), test_uniform (&seed), test_uniform (&seed) };

      fddm_ycbcr_from_rgb (rgb, ycbcr);
      fddm_rgb_from_ycbcr (ycbcr, back);
      for (int c = 0; c < 3; c++)
        g_assert_cmpfloat_with_epsilon (back[c], rgb[c], 1e-6);
    }
  /* Pure blue in [-1,1] units: JPEG's 0.5 for Cb, doubled. */
  fddm_ycbcr_from_rgb ((float[3]) { -1.0f, -1.0f, 1.0f }, ycbcr);
  g_assert_cmpfloat_with_epsilon (ycbcr[1], 1.0f, 1e-5);
}

/* Coefficients of the WIDTH × HEIGHT picture PIXELS on grid I, and the window they were made with. */
static FddmTensor *
analyse (const FddmBackend *backend, FddmDevice *device, const float *pixels, int width, int height, int samples,
         int channels, int patch, int i, FddmWindow *window)
{
  FddmGrid              grid    = fddm_grid (i, patch);
  FddmTile              tile    = { .rows    = (height + 2 * patch - 2) / patch,
                                    .columns = (width + 2 * patch - 2) / patch,
                                    .core    = { 0, 0, width, height },
                                    .region  = { 0, 0, width, height } };
  const FddmPictureForm picture = {
    .width = width, .height = height, .samples = samples, .patch = patch, .channels = channels
  };
  int         longest = MAX (tile.rows, tile.columns) * patch;
  int        *offsets = g_new (int, 2 * longest);
  FddmTensor *out;

  if (i == 0)
    {
      tile.rows    = (height + patch - 1) / patch;
      tile.columns = (width + patch - 1) / patch;
    }
  fddm_window_init (window, &picture, &tile, &grid, offsets, offsets + longest);
  out = test_tensor (backend, device, FDDM_TENSOR_FLOAT, window->rows, window->columns, channels * patch * patch, NULL);
  g_assert_true (backend->analyse (device, window, pixels, out, NULL));
  return out;
}

/* There and back on every grid, for sizes that patches don't divide. */
static void
test_round_trip (void)
{
  static const struct {
    int width, height;
  } sizes[] = { { 13, 10 }, { 1, 1 }, { 7, 5 }, { 1, 40 }, { 16, 16 } };

  for (gsize b = 0; b < G_N_ELEMENTS (backends); b++)
    for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (int patch = 1; patch <= 8; patch++)
        for (int i = 0; i < FDDM_GRIDS_MAX; i++)
          {
            int               n      = sizes[s].width * sizes[s].height * 3;
            FddmDevice       *device = backends[b]->open (NULL, NULL);
            g_autofree float *pixels = test_floats (n, -0.5f, 1.5f, s + 1), *out = g_new0 (float, n);
            FddmWindow        window;
            FddmTensor       *tensor = analyse (backends[b], device, pixels, sizes[s].width, sizes[s].height, 3, 3, patch, i,
                                                &window);

            g_assert_true (backends[b]->synthesise (device, &window, tensor, 1.0f, out, NULL));
            for (int j = 0; j < n; j++)
              g_assert_cmpfloat_with_epsilon (out[j], pixels[j] - 0.5f, 4e-6);
            g_free ((void *) window.row_offset);
            backends[b]->tensor_free (device, tensor);
            backends[b]->close (device);
            if (b == 1 && patch == 2)
              patch = 3; /* opening the CPU takes its time: 1, 2, 4 … are enough */
          }
}

/* A gray picture read as three equal samples comes back once, not three times. */
static void
test_gray_round_trip (void)
{
  enum { WIDTH = 11, HEIGHT = 6 };
  FddmDevice       *device = fddm_backend_ref.open (NULL, NULL);
  g_autofree float *pixels = test_floats (WIDTH * HEIGHT, 0, 1, 8), *out = g_new0 (float, WIDTH * HEIGHT);
  FddmWindow        window;
  FddmTensor       *tensor = analyse (&fddm_backend_ref, device, pixels, WIDTH, HEIGHT, 1, 3, 4, 0, &window);

  g_assert_true (fddm_backend_ref.synthesise (device, &window, tensor, 1.0f, out, NULL));
  for (int j = 0; j < WIDTH * HEIGHT; j++)
    g_assert_cmpfloat_with_epsilon (out[j], pixels[j] - 0.5f, 4e-6);
  g_free ((void *) window.row_offset);
  fddm_backend_ref.tensor_free (device, tensor);
  fddm_backend_ref.close (device);
}

static void
test_golden (void)
{
  g_autofree char            *bytes = NULL;
  g_autoptr (FddmSafetensors) file  = test_golden_open (&bytes);
  static const struct {
    const char *pixels, *coefficients;
    int         channels;
  } cases[] = { { "transform.rgb", "transform.coefficients", 3 }, { "transform.gray", "transform.gray_coefficients", 1 } };

  for (gsize b = 0; b < G_N_ELEMENTS (backends); b++)
    for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
      {
        int               channels, height, width, n, rows, columns;
        g_autofree float *pixels   = test_golden_image (file, cases[k].pixels, &channels, &height, &width);
        g_autofree float *expected = test_golden_image (file, cases[k].coefficients, &n, &rows, &columns);
        FddmDevice       *device   = backends[b]->open (NULL, NULL);
        FddmWindow        window;
        FddmTensor       *tensor;

        for (int i = 0; i < channels * height * width; i++)
          pixels[i] = 0.5f * (pixels[i] + 1.0f);
        tensor = analyse (backends[b], device, pixels, width, height, channels, cases[k].channels, 4, 0, &window);
        g_assert_cmpint (tensor->height, ==, rows);
        g_assert_cmpint (tensor->width, ==, columns);
        g_assert_cmpfloat (test_error (tensor->data, expected, (gsize) rows * columns * n), <, 1e-6);
        g_free ((void *) window.row_offset);
        backends[b]->tensor_free (device, tensor);
        backends[b]->close (device);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transform/basis-is-orthonormal", test_basis_is_orthonormal);
  g_test_add_func ("/transform/colour-round-trip", test_colour_round_trip);
  g_test_add_func ("/transform/round-trip", test_round_trip);
  g_test_add_func ("/transform/gray-round-trip", test_gray_round_trip);
  g_test_add_func ("/transform/golden", test_golden);
  return g_test_run ();
}
