/* test-generate.c: pictures out of noise, with a small random network.
 * SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

static FddmContext *
open_context (FddmDeviceKind device, const char *name, gsize memory)
{
  g_autofree char        *path    = test_golden_path (name);
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);
  FddmContextOptions      options = { .memory = memory };
  FddmContext            *context;

  g_assert_no_error (error);
  context = fddm_context_new (weights, device, &options, &error);
  g_assert_no_error (error);
  return context;
}

static FddmGenerateParams
params_with (const char *subject, int width, int height, guint32 seed)
{
  FddmGenerateParams params = fddm_generate_params_default ();

  params.subject = subject;
  params.width   = width;
  params.height  = height;
  params.steps   = 4;
  params.seed    = seed;
  return params;
}

static float *
generate (FddmContext *context, const FddmGenerateParams *params, GError **error)
{
  float    *pixels = g_new0 (float, (gsize) params->width * params->height * 3);
  FddmImage image  = { pixels, params->width, params->height, 3, (gsize) params->width * 3, 3 };
  FddmSink  sink   = fddm_image_sink (&image);

  if (fddm_generate (context, params, &sink, NULL, NULL, error))
    return pixels;
  g_free (pixels);
  return NULL;
}

static void
test_sizes (void)
{
  static const struct { int width, height; } sizes[] = { { 1, 1 }, { 7, 5 }, { 33, 18 }, { 1, 40 } };

  for (FddmDeviceKind device = FDDM_DEVICE_CPU; device <= FDDM_DEVICE_REFERENCE; device++)
    for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
      {
        g_autoptr (FddmContext) context = open_context (device, "tiny-generate.safetensors", 0);
        FddmGenerateParams      params  = params_with ("", sizes[s].width, sizes[s].height, 3);
        g_autoptr (GError)      error   = NULL;
        g_autofree float       *pixels  = generate (context, &params, &error);

        g_assert_no_error (error);
        for (int i = 0; i < sizes[s].width * sizes[s].height * 3; i++)
          g_assert_true (isfinite (pixels[i]));
      }
}

/* Same seed, same bytes; another seed, subject or eta, another picture. */
static void
test_same_and_different (void)
{
  enum { N = 24 * 20 * 3 };
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_CPU, "tiny-generate.safetensors", 0);
  FddmGenerateParams      params[] = { params_with ("grass", 24, 20, 3), params_with ("grass", 24, 20, 3),
                                       params_with ("grass", 24, 20, 4), params_with ("stone paving", 24, 20, 3),
                                       params_with (NULL, 24, 20, 3), params_with ("grass", 24, 20, 3) };
  float                  *pixels[G_N_ELEMENTS (params)];

  params[5].eta = 0.0;
  for (gsize i = 0; i < G_N_ELEMENTS (params); i++)
    pixels[i] = generate (context, &params[i], NULL);
  g_assert_cmpmem (pixels[0], N * 4, pixels[1], N * 4);
  for (gsize i = 2; i < G_N_ELEMENTS (params); i++)
    g_assert_cmpfloat (test_error (pixels[i], pixels[0], N), >, 1e-4);
  for (gsize i = 0; i < G_N_ELEMENTS (params); i++)
    g_free (pixels[i]);
}

static void
assert_refused (const char *weights, gsize memory, const FddmGenerateParams *params, int code, const char *words)
{
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_REFERENCE, weights, memory);
  g_autoptr (GError)      error   = NULL;

  g_assert_null (generate (context, params, &error));
  g_assert_error (error, FDDM_ERROR, code);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_refused (void)
{
  FddmGenerateParams params = params_with ("gras", 9, 9, 0);

  assert_refused ("tiny-generate.safetensors", 0, &params, FDDM_ERROR_ARGUMENT, "grass, stone paving");
  params = params_with ("", 9, 9, 0);
  assert_refused ("tiny.safetensors", 0, &params, FDDM_ERROR_WEIGHTS, "tiny.safetensors");
  params.eta = 1.5;
  assert_refused ("tiny-generate.safetensors", 0, &params, FDDM_ERROR_ARGUMENT, "1.5");
  params = params_with ("", 9, 9000, 0);
  assert_refused ("tiny-generate.safetensors", 0, &params, FDDM_ERROR_ARGUMENT, "9000");
  params = params_with ("", 200, 200, 0);
  assert_refused ("tiny-generate.safetensors", 100000, &params, FDDM_ERROR_MEMORY, "memory");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/generate/sizes", test_sizes);
  g_test_add_func ("/generate/same-and-different", test_same_and_different);
  g_test_add_func ("/generate/refused", test_refused);
  return g_test_run ();
}
