/* denoising.h: what the tests of whole ways through the engine share.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "tests/support.h"

/* A picture with edges, gradients, and noise in squares of SIDE by SIDE pixels. */
static inline float *
test_picture_of (int side, int width, int height, int channels)
{
  const gsize       n      = (gsize) width * height * channels;
  g_autofree float *grain  = test_floats (n, -0.1f, 0.1f, 3);
  float            *pixels = g_new (float, n);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < channels; c++)
        pixels[((gsize) y * width + x) * channels + c] = 0.5f + 0.3f * sinf (0.1f * x + c) * ((y / 9) % 2 ? 1 : -1) +
                                                         grain[((gsize) (y / side) * width + x / side) * channels + c];
  return pixels;
}

/* With white noise. */
static inline float *
test_picture (int width, int height, int channels)
{
  return test_picture_of (1, width, height, channels);
}

/* With noise that is not white: no texture is strengthened, whose reach would take larger pictures to be cut into tiles. */
static inline float *
test_clumps (int width, int height, int channels)
{
  return test_picture_of (2, width, height, channels);
}

static inline FddmContext *
open_context (FddmDeviceKind device, int tile, gsize memory)
{
  g_autofree char        *path    = test_golden_path ("tiny.safetensors");
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);
  FddmContextOptions      options = { .tile = tile, .memory = memory };
  FddmContext            *context;

  g_assert_no_error (error);
  context = fddm_context_new (weights, device, &options, &error);
  g_assert_no_error (error);
  return context;
}

/* The result of CONTEXT for packed pixels; NULL and ERROR when it failed. */
static inline float *
run (FddmContext *context, const FddmDenoiseParams *params, const float *pixels, int width, int height, int channels,
     FddmReport *report, GError **error)
{
  float     *out    = g_new0 (float, (gsize) width * height * channels);
  FddmImage  from   = { (float *) pixels, width, height, channels, (gsize) width * channels, channels };
  FddmImage  to     = { out, width, height, channels, (gsize) width * channels, channels };
  FddmSource source = fddm_image_source (&from);
  FddmSink   sink   = fddm_image_sink (&to);

  if (fddm_denoise (context, params, &source, &sink, NULL, NULL, report, error))
    return out;
  g_free (out);
  return NULL;
}

static inline float *
run_on (FddmDeviceKind device, int tile, gsize memory, const FddmDenoiseParams *params, const float *pixels, int width,
        int height, int channels, FddmReport *report)
{
  g_autoptr (FddmContext) context = open_context (device, tile, memory);
  g_autoptr (GError)      error   = NULL;
  float                  *out     = run (context, params, pixels, width, height, channels, report, &error);

  g_assert_no_error (error);
  return out;
}

static inline FddmDenoiseParams
params_with (double noise, double detail, int averages)
{
  FddmDenoiseParams params = fddm_denoise_params_default ();

  params.noise    = noise;
  params.detail   = detail;
  params.averages = averages;
  params.steps    = 3;
  params.seed     = 11;
  return params;
}

/* A picture of WIDTH × HEIGHT pixels is the same cut into tiles of TILE pixels as in one: to the bit on the reference. */
static inline void
assert_tiles_make_no_difference (FddmDeviceKind device, int tile, const FddmDenoiseParams *params, int width, int height)
{
  const gsize       n      = (gsize) width * height * 3;
  g_autofree float *pixels = test_clumps (width, height, 3);
  FddmReport        whole, cut;
  g_autofree float *untiled = run_on (device, 0, 0, params, pixels, width, height, 3, &whole);
  g_autofree float *tiled   = run_on (device, tile, 0, params, pixels, width, height, 3, &cut);

  g_assert_cmpint (whole.tiles, ==, 1);
  g_assert_cmpint (cut.tiles, >, 1);
  if (device == FDDM_DEVICE_REFERENCE)
    g_assert_cmpmem (untiled, n * sizeof *untiled, tiled, n * sizeof *tiled);
  else
    for (gsize i = 0; i < n; i++)
      g_assert_cmpfloat_with_epsilon (untiled[i], tiled[i], 1e-4);
}

/* The same for two thin pictures that are cut one way each, for what takes its time: the wide one on DEVICE, the high one on the
 * other of oneDNN and the reference. */
static inline void
assert_tilings_make_no_difference (FddmDeviceKind device, int tile, const FddmDenoiseParams *params, int width, int height)
{
  enum { THIN = 21 };

  assert_tiles_make_no_difference (device, tile, params, width, THIN);
  assert_tiles_make_no_difference (FDDM_DEVICE_CPU + FDDM_DEVICE_REFERENCE - device, tile, params, THIN, height);
}
