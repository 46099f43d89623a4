/* test-generate.c: pictures out of noise, with a small random network.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/generating.h"
#include "engine/weights/weights.h"

/* SIDE: as if the network had been trained on pictures of that size; 0: what the file says. */
static FddmContext *
open_context (FddmDeviceKind device, const char *name, int side, gsize memory, int threads)
{
  g_autofree char        *path    = test_golden_path (name);
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);
  FddmContextOptions      options = { .memory = memory, .threads = threads };
  FddmContext            *context;

  g_assert_no_error (error);
  if (side > 0)
    weights->side = side;
  context = fddm_context_new (weights, device, &options, &error);
  g_assert_no_error (error);
  return context;
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

/* In one window and in several, tiling and not, whether or not patches fit; pixels are what pixels can be. */
static void
test_sizes (void)
{
  static const struct {
    int width, height;
  } sizes[] = { { 1, 1 }, { 7, 5 }, { 33, 18 }, { 1, 40 } };

  for (FddmDeviceKind device = FDDM_DEVICE_CPU; device <= FDDM_DEVICE_REFERENCE; device++)
    for (gsize s = 0; s < 4 * G_N_ELEMENTS (sizes); s++)
      {
        const int               width = sizes[s / 4].width, height = sizes[s / 4].height;
        g_autoptr (FddmContext) context = open_context (device, "tiny-generate.safetensors", s & 1 ? 16 : 0, 0, 2);
        FddmGenerateParams      params  = test_params ("", width, height, 3, 4);
        g_autoptr (GError)      error   = NULL;
        g_autofree float       *pixels  = NULL;

        params.tileable = (s & 2) != 0;
        pixels          = generate (context, &params, &error);
        g_assert_no_error (error);
        for (int i = 0; i < width * height * 3; i++)
          g_assert_true (pixels[i] >= 0.0f && pixels[i] <= 1.0f);
      }
}

/* The random numbers belong to places: what surrounds a picture that needs no second window does not change it. */
static void
test_cropped (void)
{
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_REFERENCE, "tiny-generate.safetensors", 24, 0, 1);
  FddmGenerateParams      small = test_params ("grass", 10, 7, 3, 4), large = test_params ("grass", 24, 24, 3, 4);
  g_autofree float       *cut = generate (context, &small, NULL), *whole = generate (context, &large, NULL);

  for (int y = 0; y < 7; y++)
    g_assert_cmpmem (cut + y * 10 * 3, 10 * 3 * sizeof (float), whole + y * 24 * 3, 10 * 3 * sizeof (float));
}

/* Same seed, same bytes, with as many threads as there may be; another seed, subject or eta, another picture. */
static void
test_same_and_different (gconstpointer data)
{
  enum { N = 24 * 20 * 3 };
  const int               side     = GPOINTER_TO_INT (data);
  g_autoptr (FddmContext) context  = open_context (FDDM_DEVICE_CPU, "tiny-generate.safetensors", side, 0, 1);
  g_autoptr (FddmContext) threaded = open_context (FDDM_DEVICE_CPU, "tiny-generate.safetensors", side, 0, 3);
  FddmGenerateParams      params[] = { test_params ("grass", 24, 20, 3, 4), test_params ("grass", 24, 20, 3, 4),
                                       test_params ("grass", 24, 20, 4, 4), test_params ("stone paving", 24, 20, 3, 4),
                                       test_params (NULL, 24, 20, 3, 4),    test_params ("grass", 24, 20, 3, 4) };
  float                  *pixels[G_N_ELEMENTS (params)];

  params[5].eta = 0.0;
  for (gsize i = 0; i < G_N_ELEMENTS (params); i++)
    pixels[i] = generate (i == 1 ? threaded : context, &params[i], NULL);
  g_assert_cmpmem (pixels[0], N * 4, pixels[1], N * 4);
  for (gsize i = 2; i < G_N_ELEMENTS (params); i++)
    g_assert_cmpfloat (test_error (pixels[i], pixels[0], N), >, 1e-4);
  for (gsize i = 0; i < G_N_ELEMENTS (params); i++)
    g_free (pixels[i]);
}

static void
assert_refused (const char *weights, gsize memory, const FddmGenerateParams *params, int code, const char *words)
{
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_REFERENCE, weights, 0, memory, 1);
  g_autoptr (GError)      error   = NULL;

  g_assert_null (generate (context, params, &error));
  g_assert_error (error, FDDM_ERROR, code);
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_refused (void)
{
  FddmGenerateParams params = test_params ("gras", 9, 9, 0, 4);

  assert_refused ("tiny-generate.safetensors", 0, &params, FDDM_ERROR_ARGUMENT, "grass, stone paving");
  params = test_params ("", 9, 9, 0, 4);
  assert_refused ("tiny.safetensors", 0, &params, FDDM_ERROR_WEIGHTS, "tiny.safetensors");
  params.eta = 1.5;
  assert_refused ("tiny-generate.safetensors", 0, &params, FDDM_ERROR_ARGUMENT, "1.5");
  params = test_params ("", 9, 9000, 0, 4);
  assert_refused ("tiny-generate.safetensors", 0, &params, FDDM_ERROR_ARGUMENT, "9000");
  params = test_params ("", 200, 200, 0, 4);
  assert_refused ("tiny-generate.safetensors", 100000, &params, FDDM_ERROR_MEMORY, "memory");
}

/* ---- Progress ---- */

typedef struct {
  double last, until;
  int    calls;
} Listener;

static gboolean
listen (FddmPhase phase, double fraction, gpointer data)
{
  Listener *listener = data;

  g_assert_cmpint (phase, ==, FDDM_PHASE_GENERATE);
  g_assert_true (fraction >= listener->last && fraction <= 1.0);
  listener->last = fraction;
  listener->calls++;
  return fraction < listener->until;
}

static gboolean
never (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error)
{
  (void) data, (void) x, (void) y, (void) width, (void) height, (void) pixels, (void) error;
  g_assert_not_reached ();
}

/* Rises to 1 in many steps; a no in the middle of a layer's window ends it before anything is written. */
static void
test_progress (void)
{
  g_autoptr (FddmContext) context = open_context (FDDM_DEVICE_CPU, "tiny-generate.safetensors", 16, 0, 3);
  FddmGenerateParams      params  = test_params ("grass", 90, 70, 3, 4);
  g_autofree float       *pixels  = g_new (float, 90 * 70 * 3);
  FddmImage               image   = { pixels, 90, 70, 3, 90 * 3, 3 };
  FddmSink                sink = fddm_image_sink (&image), unused = { never, NULL };
  Listener                all = { .until = 2.0 }, some = { .until = 0.31 };
  g_autoptr (GError)      error = NULL;

  g_assert_true (fddm_generate (context, &params, &sink, listen, &all, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (all.last, ==, 1.0);
  g_assert_cmpint (all.calls, >, 40);
  g_assert_false (fddm_generate (context, &params, &unused, listen, &some, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_CANCELLED);
  g_assert_cmpfloat (some.last, <, 0.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/generate/sizes", test_sizes);
  g_test_add_func ("/generate/cropped", test_cropped);
  g_test_add_data_func ("/generate/same-and-different/one-window", GINT_TO_POINTER (0), test_same_and_different);
  g_test_add_data_func ("/generate/same-and-different/several", GINT_TO_POINTER (16), test_same_and_different);
  g_test_add_func ("/generate/progress", test_progress);
  g_test_add_func ("/generate/refused", test_refused);
  return g_test_run ();
}
