/* test-shown.c: intermediate pictures of a generation.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "engine/context.h"
#include "engine/generate/shown.h"
#include "engine/weights/weights.h"
#include "tests/support.h"

#define WIDTH  37
#define HEIGHT 70 /* more than a strip */
#define FLOATS (WIDTH * HEIGHT * 3)

/* Keeps each complete picture received. */
typedef struct {
  float    now[FLOATS];
  FddmSink into;
  GArray  *pictures; /* arrays of FLOATS floats */
} Album;

/* SIDE: size of the training pictures, in pixels. */
static FddmContext *
open_context (int side, gsize memory)
{
  g_autofree char        *path    = test_golden_path ("tiny-generate.safetensors");
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);
  FddmContextOptions      options = { .memory = memory, .threads = 2 };
  FddmContext            *context;

  g_assert_no_error (error);
  weights->side = side;
  context       = fddm_context_new (weights, FDDM_DEVICE_CPU, &options, &error);
  g_assert_no_error (error);
  return context;
}

static FddmGenerateParams
params_with (int steps, gboolean tileable)
{
  FddmGenerateParams params = fddm_generate_params_default ();

  params.subject  = "grass";
  params.width    = WIDTH;
  params.height   = HEIGHT;
  params.steps    = steps;
  params.tileable = tileable;
  return params;
}

static gboolean
keep (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error)
{
  Album *album = data;

  if (y == 0 && x == 0)
    for (int i = 0; i < FLOATS; i++)
      album->now[i] = NAN;
  album->into.write (album->into.data, x, y, width, height, pixels, error);
  if (y + height == HEIGHT && x + width == WIDTH)
    g_array_append_vals (album->pictures, album->now, FLOATS);
  return TRUE;
}

/* Generates a picture. ALBUM (may be NULL) gets the estimates. */
static float *
generate (FddmContext *context, const FddmGenerateParams *params, Album *album)
{
  float             *pixels    = g_new0 (float, FLOATS);
  FddmImage          image     = { pixels, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
  FddmImage          now       = { album ? album->now : NULL, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
  FddmSink           sink      = fddm_image_sink (&image);
  FddmSink           estimates = { keep, album };
  g_autoptr (GError) error     = NULL;

  if (album)
    {
      album->into     = fddm_image_sink (&now);
      album->pictures = g_array_new (FALSE, FALSE, sizeof (float));
    }
  fddm_generate_shown (context, params, &sink, album ? &estimates : NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return pixels;
}

static double
distance (const float *one, const float *other)
{
  double sum = 0;

  for (int i = 0; i < FLOATS; i++)
    sum += (one[i] - other[i]) * (one[i] - other[i]);
  return sum;
}

/* There is one complete estimate fewer than steps. The last ones are nearest to the picture, which is the same as without
 * estimates. */
static void
test_estimates (void)
{
  for (int tileable = 0; tileable < 2; tileable++)
    {
      g_autoptr (FddmContext) context = open_context (16, 0);
      FddmGenerateParams      params  = params_with (8, tileable);
      g_autofree Album       *album   = g_new0 (Album, 1);
      g_autofree float       *plain = generate (context, &params, NULL), *shown = generate (context, &params, album);
      const float            *pictures = (const float *) album->pictures->data;

      g_assert_cmpmem (plain, FLOATS * sizeof *plain, shown, FLOATS * sizeof *shown);
      g_assert_cmpuint (album->pictures->len, ==, 7 * FLOATS);
      for (int i = 0; i < 7 * FLOATS; i++)
        g_assert_true (pictures[i] >= 0.0f && pictures[i] <= 1.0f);
      g_assert_cmpfloat (distance (pictures + 6 * FLOATS, plain), <, 0.5 * distance (pictures, plain));
      g_array_unref (album->pictures);
    }
}

static void
test_one_step_has_no_estimate (void)
{
  g_autoptr (FddmContext) context = open_context (16, 0);
  FddmGenerateParams      params  = params_with (1, FALSE);
  g_autofree Album       *album   = g_new0 (Album, 1);
  g_autofree float       *pixels  = generate (context, &params, album);

  g_assert_cmpuint (album->pictures->len, ==, 0);
  g_array_unref (album->pictures);
}

static gboolean
full (G_GNUC_UNUSED gpointer data, G_GNUC_UNUSED int x, G_GNUC_UNUSED int y, G_GNUC_UNUSED int width,
      G_GNUC_UNUSED int height, G_GNUC_UNUSED const float *pixels, GError **error)
{
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "full");
  return FALSE;
}

static void
test_estimates_may_fail (void)
{
  g_autoptr (FddmContext) context   = open_context (16, 0);
  FddmGenerateParams      params    = params_with (3, FALSE);
  g_autofree float       *pixels    = g_new0 (float, FLOATS);
  FddmImage               image     = { pixels, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
  FddmSink                sink      = fddm_image_sink (&image);
  FddmSink                estimates = { full, NULL };
  g_autoptr (GError)      error     = NULL;

  g_assert_false (fddm_generate_shown (context, &params, &sink, &estimates, NULL, NULL, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
}

/* A window has the size of the training pictures, and neighbours overlap by a quarter here. Patches have 4 pixels per
 * side. There are three steps. */
static void
test_windows (void)
{
  static const struct {
    int      width, height;
    gboolean tileable;
    int      windows;
  } cases[] = { { 16, 16, FALSE, 1 }, { 5, 9, FALSE, 1 }, { 16, 16, TRUE, 4 }, { 17, 16, FALSE, 2 }, { 37, 25, FALSE, 12 } };
  g_autoptr (FddmContext) context = open_context (16, 0);

  g_assert_cmpint (context->weights->patch, ==, 4);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FddmGenerateParams params = params_with (3, cases[i].tileable);

      params.width  = cases[i].width;
      params.height = cases[i].height;
      g_assert_cmpint (fddm_generate_evaluations (context, &params, NULL), ==, 3 * cases[i].windows);
    }
}

static void
test_no_windows (void)
{
  g_autoptr (FddmContext) context = open_context (16, 8 << 20);
  FddmGenerateParams      params  = params_with (3, FALSE);
  g_autoptr (GError)      error   = NULL;

  params.width = params.height = 4000;
  g_assert_cmpint (fddm_generate_evaluations (context, &params, &error), ==, 0);
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_MEMORY);
  g_clear_error (&error);
  params.subject = "marble";
  g_assert_cmpint (fddm_generate_evaluations (context, &params, &error), ==, 0);
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shown/estimates", test_estimates);
  g_test_add_func ("/shown/one-step-has-no-estimate", test_one_step_has_no_estimate);
  g_test_add_func ("/shown/estimates-may-fail", test_estimates_may_fail);
  g_test_add_func ("/shown/windows", test_windows);
  g_test_add_func ("/shown/no-windows", test_no_windows);
  return g_test_run ();
}
