/* test-like.c: pictures like an example, with a small random network.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/generate/material.h"
#include "kernels/pixels/colours.h"

enum { WIDTH = 52, HEIGHT = 45, FLOATS = WIDTH * HEIGHT * 3 };

static FddmGenerateParams
params_like (const Material *material, double closeness)
{
  FddmGenerateParams params = fddm_generate_params_default ();

  params.width     = WIDTH;
  params.height    = HEIGHT;
  params.steps     = 4;
  params.like      = &material->source;
  params.closeness = closeness;
  return params;
}

static float *
generate (FddmContext *context, const FddmGenerateParams *params, GError **error)
{
  float    *pixels = g_new0 (float, FLOATS);
  FddmImage image  = { pixels, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
  FddmSink  sink   = fddm_image_sink (&image);

  if (fddm_generate (context, params, &sink, NULL, NULL, error))
    return pixels;
  g_free (pixels);
  return NULL;
}

/* Mean and covariance of the colours are the example's, but for a sixteenth of its sides: at any closeness, tiling or not, in
 * one window or several. */
static void
test_colours (void)
{
  Material    material;
  FddmColours wanted = { 0 };
  double      mean[2][3], covariance[2][3][3];

  material_init (&material, 100, 80, 3);
  for (int y = 5; y < 80 - 5; y++)
    for (int x = 6; x < 100 - 6; x++)
      fddm_colours_add (
        &wanted,
        (float[]) { material_at (&material, x, y, 0), material_at (&material, x, y, 1), material_at (&material, x, y, 2) },
        1, 3);
  fddm_colours_moments (&wanted, mean[0], covariance[0]);
  for (int i = 0; i < 8; i++)
    {
      g_autoptr (FddmContext) context = material_context (
        "tiny-generate.safetensors", i & 1 ? FDDM_DEVICE_CPU : FDDM_DEVICE_REFERENCE, i & 2 ? 24 : 0, 2);
      FddmGenerateParams params = params_like (&material, i & 4 ? 80 : 0);
      g_autoptr (GError) error  = NULL;
      g_autofree float  *pixels = NULL;
      FddmColours        got    = { 0 };

      params.tileable = i % 3 == 0;
      pixels          = generate (context, &params, &error);
      g_assert_no_error (error);
      fddm_colours_add (&got, pixels, WIDTH * HEIGHT, 3);
      fddm_colours_moments (&got, mean[1], covariance[1]);
      for (int c = 0; c < 3; c++)
        {
          g_assert_cmpfloat_with_epsilon (mean[1][c], mean[0][c], 2e-3);
          for (int d = 0; d < 3; d++)
            g_assert_cmpfloat_with_epsilon (covariance[1][c][d], covariance[0][c][d], 3e-4);
        }
    }
}

/* Same seed, same bytes, with as many threads as there may be; another seed or closeness, another picture. */
static void
test_same_and_different (void)
{
  g_autoptr (FddmContext) one  = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 1);
  g_autoptr (FddmContext) many = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 3);
  Material                material;
  FddmGenerateParams      params;
  float                  *pixels[4];

  material_init (&material, 70, 90, 3);
  params    = params_like (&material, 60);
  pixels[0] = generate (one, &params, NULL);
  pixels[1] = generate (many, &params, NULL);
  params.seed++;
  pixels[2] = generate (one, &params, NULL);
  params    = params_like (&material, 0);
  pixels[3] = generate (one, &params, NULL);
  g_assert_cmpmem (pixels[0], FLOATS * sizeof (float), pixels[1], FLOATS * sizeof (float));
  for (int i = 2; i < 4; i++)
    g_assert_cmpfloat (test_error (pixels[i], pixels[0], FLOATS), >, 1e-3);
  for (int i = 0; i < 4; i++)
    g_free (pixels[i]);
}

/* An example without structure gives its colour; a gray one, gray. */
static void
test_flat_and_gray (void)
{
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);
  Material                material;

  for (double closeness = 0; closeness <= 100; closeness += 50)
    {
      FddmGenerateParams params;
      g_autofree float  *flat = NULL, *gray = NULL;

      material_init (&material, 64, 64, 3);
      material.strength = 0.0f;
      params            = params_like (&material, closeness);
      flat              = generate (context, &params, NULL);
      for (int i = 0; i < FLOATS; i++)
        g_assert_cmpfloat_with_epsilon (flat[i], material.colour[i % 3], 1.0 / 255.0);
      material_init (&material, 64, 64, 1);
      gray = generate (context, &params, NULL);
      for (int i = 0; i < FLOATS; i++)
        g_assert_cmpfloat_with_epsilon (gray[i], gray[i - i % 3], 2.0 / 255.0);
    }
}

/* Of an example larger than any memory only the middle is read, once. */
static void
test_large (void)
{
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);
  Material                material;
  FddmGenerateParams      params;
  g_autoptr (GError)      error  = NULL;
  g_autofree float       *pixels = NULL;

  material_init (&material, 300000, 200000, 3);
  params = params_like (&material, 70);
  pixels = generate (context, &params, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (material.pixels_read, <=, 1024 * 1024);
}

/* Pixels that are no numbers or out of range do no harm. */
static void
test_faulty_pixels (void)
{
  enum { SIDE = 70 };
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);
  g_autofree float       *example = test_floats (SIDE * SIDE * 3, 0.2f, 0.8f, 1);
  FddmImage               image   = { example, SIDE, SIDE, 3, SIDE * 3, 3 };
  const FddmSource        source  = fddm_image_source (&image);
  FddmGenerateParams      params  = fddm_generate_params_default ();

  example[100] = NAN;
  example[200] = INFINITY;
  example[300] = 1e30f;
  example[400] = -1e30f;
  for (params.closeness = 0; params.closeness <= 100; params.closeness += 50)
    {
      g_autofree float *pixels = NULL;

      params.width  = WIDTH;
      params.height = HEIGHT;
      params.steps  = 4;
      params.like   = &source;
      pixels        = generate (context, &params, NULL);
      g_assert_nonnull (pixels);
      for (int i = 0; i < FLOATS; i++)
        g_assert_true (pixels[i] >= 0.0f && pixels[i] <= 1.0f);
    }
}

/* The example may be overwritten by the picture made of it. */
static void
test_itself (void)
{
  enum { SIDE = 64 };
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);
  g_autofree float       *shared  = test_floats (SIDE * SIDE * 3, 0.2f, 0.8f, 1);
  g_autofree float       *example = g_memdup2 (shared, SIDE * SIDE * 3 * sizeof (float));
  g_autofree float       *apart   = g_new0 (float, SIDE * SIDE * 3);
  FddmImage               image = { shared, SIDE, SIDE, 3, SIDE * 3, 3 }, copy = { example, SIDE, SIDE, 3, SIDE * 3, 3 },
            out                = { apart, SIDE, SIDE, 3, SIDE * 3, 3 };
  FddmSource         sources[] = { fddm_image_source (&copy), fddm_image_source (&image) };
  FddmSink           sinks[]   = { fddm_image_sink (&out), fddm_image_sink (&image) };
  FddmGenerateParams params    = fddm_generate_params_default ();

  params.width = params.height = SIDE;
  params.steps                 = 4;
  for (int i = 0; i < 2; i++)
    {
      params.like = &sources[i];
      g_assert_true (fddm_generate (context, &params, &sinks[i], NULL, NULL, NULL));
    }
  g_assert_cmpmem (shared, SIDE * SIDE * 3 * sizeof (float), apart, SIDE * SIDE * 3 * sizeof (float));
}

static void
test_refused (void)
{
  static const struct {
    int         width, height;
    double      closeness;
    gboolean    fails;
    const char *words;
  } cases[]                       = { { 1, 1, 50, FALSE, "at least 64 × 64 pixels, not 1 × 1" },
                                      { 63, 500, 50, FALSE, "not 63 × 500" },
                                      { 500, 63, 0, FALSE, "not 500 × 63" },
                                      { 64, 64, 100.5, FALSE, "100.5" },
                                      { 64, 64, -1, FALSE, "-1" },
                                      { 64, 64, (double) NAN, FALSE, "closeness" },
                                      { 64, 64, 50, TRUE, "torn" } };
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Material           material;
      FddmGenerateParams params;
      g_autoptr (GError) error = NULL;

      material_init (&material, cases[i].width, cases[i].height, 3);
      material.fails = cases[i].fails;
      params         = params_like (&material, cases[i].closeness);
      g_assert_null (generate (context, &params, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, cases[i].words));
      if (!cases[i].fails)
        g_assert_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT);
    }
}

typedef struct {
  int    calls, rows; /* of the listener; written          */
  double last, until; /* what it was told; what it ends at */
  int    most;        /* calls                             */
} Listener;

static gboolean
listen (FddmPhase phase G_GNUC_UNUSED, double fraction, gpointer data)
{
  Listener *listener = data;

  g_assert_cmpfloat (fraction, >=, listener->last);
  listener->last = fraction;
  return ++listener->calls < listener->most && fraction < listener->until;
}

static gboolean
count_rows (gpointer data, int x G_GNUC_UNUSED, int y G_GNUC_UNUSED, int width G_GNUC_UNUSED, int height,
            const float *pixels G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  ((Listener *) data)->rows += height;
  return TRUE;
}

/* Nothing was planned yet when the example could not be measured: here, since a picture of this size has no patch, which files
 * cannot say. */
static void
test_not_measured (void)
{
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 1, 2);
  g_autoptr (GError)      error   = NULL;
  Material                material;
  FddmGenerateParams      params;

  material_init (&material, 100, 80, 3);
  params = params_like (&material, 50);
  g_assert_null (generate (context, &params, &error));
  g_assert_nonnull (error);
}

/* The listener is asked while the example is pieced together, and while colours are measured, before anything is written. */
static void
test_cancelled (void)
{
  g_autoptr (FddmContext) context     = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);
  Listener                listeners[] = { { .until = 2.0, .most = 3 }, { .until = 0.9801, .most = G_MAXINT } };
  Material                material;

  material_init (&material, 64, 64, 3);
  for (gsize i = 0; i < G_N_ELEMENTS (listeners); i++)
    {
      FddmGenerateParams params = params_like (&material, 100);
      const FddmSink     sink   = { count_rows, &listeners[i] };
      g_autoptr (GError) error  = NULL;

      params.width  = 150;
      params.height = 200;
      g_assert_false (fddm_generate (context, &params, &sink, listen, &listeners[i], &error));
      g_assert_error (error, FDDM_ERROR, FDDM_ERROR_CANCELLED);
      g_assert_cmpint (listeners[i].rows, ==, 0);
    }
  g_assert_cmpfloat (listeners[0].last, ==, 0.0);
  g_assert_cmpfloat (listeners[1].last, >, 0.98);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/like/colours", test_colours);
  g_test_add_func ("/like/same-and-different", test_same_and_different);
  g_test_add_func ("/like/flat-and-gray", test_flat_and_gray);
  g_test_add_func ("/like/large", test_large);
  g_test_add_func ("/like/faulty-pixels", test_faulty_pixels);
  g_test_add_func ("/like/itself", test_itself);
  g_test_add_func ("/like/cancelled", test_cancelled);
  g_test_add_func ("/like/not-measured", test_not_measured);
  g_test_add_func ("/like/refused", test_refused);
  return g_test_run ();
}
