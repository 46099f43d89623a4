/* test-look.c: the second look at measured noise.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "engine/noise/look.h"
#include "engine/noise/measure.h"
#include "engine/noise/model.h"
#include "engine/weights/private.h"
#include "tests/unit/weights-file.h"

#define SIDE  256
#define LEVEL 0.02f

static const FddmTicker silent;
static const char      *trained; /* a weights file for photographs */

static FddmContext *
context_for (FddmWeights *weights)
{
  FddmContextOptions options = { .threads = 1 };
  g_autoptr (GError) error   = NULL;
  FddmContext       *context = fddm_context_new (weights, FDDM_DEVICE_CPU, &options, &error);

  g_assert_no_error (error);
  return context;
}

/* ---- A network of zeros is a Wiener filter ---- */

/* For one gray pixel a patch, of mean 0.5 and VARIANCE. */
static FddmContext *
open_wiener (float variance)
{
  guint8                  data[DATA_BYTES] = { 0 };
  const float             mean             = 0.5f;
  g_autoptr (GByteArray)  file             = NULL;
  g_autoptr (FddmWeights) weights          = NULL;

  memcpy (data, &mean, sizeof mean);
  memcpy (data + sizeof mean, &variance, sizeof variance);
  file    = weights_file (NULL, NULL, data, DATA_BYTES);
  weights = fddm_weights_parse ("wiener", file->data, file->len, NULL);
  return context_for (weights);
}

static double
level_at (const FddmNoiseModel *model, double brightness)
{
  const double at   = (brightness + 1) / 2 * (FDDM_NOISE_KNOTS - 1);
  const int    knot = (int) at;

  return model->level[0] * (model->curve[0][knot] + (at - knot) * (model->curve[0][knot + 1] - model->curve[0][knot]));
}

/* Of a picture that is off the mean by ±1.5 LEVEL, that filter takes 1.5 LEVEL² / (variance + LEVEL²) times LEVEL out. */
static void
test_level_follows_what_was_taken_out (void)
{
  static const double lns[]  = { -0.1, -0.9, -1.1, -1.3, -3 };
  g_autofree float   *pixels = g_new (float, SIDE * SIDE);
  FddmImage           image  = { pixels, SIDE, SIDE, 1, SIDE, 1 };
  FddmSource          source = fddm_image_source (&image);

  for (int i = 0; i < SIDE * SIDE; i++)
    pixels[i] = 0.75f + ((i + i / SIDE) % 2 ? 0.75f : -0.75f) * LEVEL;
  for (gsize i = 0; i < G_N_ELEMENTS (lns); i++)
    {
      const double            square  = (double) LEVEL * LEVEL;
      g_autoptr (FddmContext) context = open_wiener ((float) (1.5 * square / exp (lns[i]) - square));
      g_autoptr (GError)      error   = NULL;
      FddmNoiseModel          model;

      fddm_noise_white (&model, 1, 1, TRUE, LEVEL / FDDM_STEP);
      g_assert_true (fddm_look_again (context, &source, &silent, &model, &error));
      g_assert_no_error (error);
      g_assert_cmpfloat_with_epsilon (level_at (&model, 0.5) / LEVEL, CLAMP (exp (4 * (lns[i] + 1)), 0.2, 1), 2e-3);
    }
}

/* A dark half of which much is taken out, and a bright one of which nothing is. */
static void
test_brightness_is_told_apart (void)
{
  g_autoptr (FddmContext) context = open_wiener (1);
  g_autofree float       *pixels  = g_new (float, SIDE * SIDE);
  FddmImage               image   = { pixels, SIDE, SIDE, 1, SIDE, 1 };
  FddmSource              source  = fddm_image_source (&image);
  FddmNoiseModel          model;

  /* With a variance of 1 and a level of 1, half of the distance from 0.5 is taken out: nothing at 0.5, 0.6 at -0.7. */
  for (int i = 0; i < SIDE * SIDE; i++)
    pixels[i] = i % SIDE < SIDE / 2 ? 0.75f : 0.15f;
  fddm_noise_white (&model, 1, 1, TRUE, 1 / FDDM_STEP);
  g_assert_true (fddm_look_again (context, &source, &silent, &model, NULL));
  g_assert_cmpfloat_with_epsilon (level_at (&model, -0.7), 1, 1e-3);
  g_assert_cmpfloat (level_at (&model, 0.5), <, 0.5);
}

static gboolean
fail_to_read (gpointer data G_GNUC_UNUSED, int x G_GNUC_UNUSED, int y G_GNUC_UNUSED, int width G_GNUC_UNUSED,
              int height G_GNUC_UNUSED, float *pixels G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return FALSE;
}

static gboolean
fail_to_see (gpointer data G_GNUC_UNUSED, int x G_GNUC_UNUSED, int y G_GNUC_UNUSED, int width G_GNUC_UNUSED,
             int height G_GNUC_UNUSED, guint8 *visible G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return FALSE;
}

/* A picture that cannot be read is an error, though it did not tell one. */
static void
test_failures_are_told (void)
{
  g_autoptr (FddmContext) context   = open_wiener (1);
  g_autofree float       *pixels    = g_new0 (float, SIDE * SIDE);
  FddmImage               image     = { pixels, SIDE, SIDE, 1, SIDE, 1 };
  FddmSource              sources[] = { fddm_image_source (&image), fddm_image_source (&image) };

  sources[0].read    = fail_to_read;
  sources[1].visible = fail_to_see;
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      g_autoptr (GError) error = NULL;
      FddmNoiseModel     model;

      fddm_noise_white (&model, 1, 1, TRUE, 5);
      g_assert_false (fddm_look_again (context, &sources[i], &silent, &model, &error));
      g_assert_error (error, FDDM_ERROR, FDDM_ERROR_READ);
    }
}

/* What is hidden does not count: here, all that is off the mean. */
static gboolean
see_left (gpointer data G_GNUC_UNUSED, int x, int y G_GNUC_UNUSED, int width, int height, guint8 *visible,
          GError **error G_GNUC_UNUSED)
{
  for (int i = 0; i < width * height; i++)
    visible[i] = x + i % width < SIDE / 2;
  return TRUE;
}

static void
test_hidden_pixels_do_not_count (void)
{
  g_autoptr (FddmContext) context = open_wiener (1e-9f);
  g_autofree float       *pixels  = g_new (float, SIDE * SIDE);
  FddmImage               image   = { pixels, SIDE, SIDE, 1, SIDE, 1 };
  FddmSource              source  = fddm_image_source (&image);

  for (int i = 0; i < SIDE * SIDE; i++)
    pixels[i] = 0.75f + (i % SIDE < SIDE / 2 ? 0 : 0.5f * LEVEL);
  for (int hides = 0; hides < 2; hides++)
    {
      FddmNoiseModel model;

      source.visible = hides ? see_left : NULL;
      fddm_noise_white (&model, 1, 1, TRUE, LEVEL / FDDM_STEP);
      g_assert_true (fddm_look_again (context, &source, &silent, &model, NULL));
      g_assert_cmpfloat_with_epsilon (level_at (&model, 0.5) / LEVEL, hides ? 0.2 : 1, 1e-3);
    }
}

/* No patch, one patch, and sides that are no multiple of anything. */
static void
test_any_size (void)
{
  static const int        sizes[][2] = { { 1, 1 }, { 1, 300 }, { 65, 63 }, { 257, 129 } };
  g_autoptr (FddmContext) context    = open_wiener (2);
  g_autofree float       *pixels     = g_new0 (float, 300 * 300);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      FddmImage      image  = { pixels, sizes[i][0], sizes[i][1], 1, (gsize) sizes[i][0], 1 };
      FddmSource     source = fddm_image_source (&image);
      FddmNoiseModel model;

      fddm_noise_white (&model, 1, 1, TRUE, 5);
      g_assert_true (fddm_look_again (context, &source, &silent, &model, NULL));
      g_assert_true (isfinite (model.level[0]) && model.level[0] > 0);
    }
}

/* ---- The network for photographs ---- */

static double
gauss (GRand *rand)
{
  return sqrt (-2 * log (1 - g_rand_double (rand))) * cos (2 * G_PI * g_rand_double (rand));
}

static int
at (int x, int y)
{
  return (y + SIDE) % SIDE * SIDE + (x + SIDE) % SIDE;
}

/* Coloured grain on a slope: the mean of four pixels of noise, each channel its own. */
static void
draw_grain (float *pixels)
{
  g_autoptr (GRand)  rand  = g_rand_new_with_seed (3);
  g_autofree double *field = g_new (double, SIDE * SIDE);

  for (int c = 0; c < 3; c++)
    {
      for (int i = 0; i < SIDE * SIDE; i++)
        field[i] = 12 * gauss (rand);
      for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
          pixels[at (x, y) * 3 + c] = (float) ((60 + 140.0 * x / SIDE +
                                                (field[at (x, y)] + field[at (x - 1, y)] + field[at (x, y - 1)] +
                                                 field[at (x - 1, y - 1)]) /
                                                  4) /
                                               255);
    }
}

/* Grass, all over the picture: blades of 16 pixels, green. */
static void
draw_grass (float *pixels)
{
  static const double colour[3] = { 90, 110, 60 }, depth[3] = { 4.5, 5, 3.5 };
  g_autoptr (GRand)   rand  = g_rand_new_with_seed (3);
  g_autofree double  *field = g_new (double, SIDE * SIDE);

  for (int i = 0; i < SIDE * SIDE; i++)
    field[i] = gauss (rand);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      {
        double sum = 0;

        for (int j = -8; j <= 8; j++)
          sum += field[at (x + (int) round (0.36 * j), y + (int) round (0.93 * j))];
        for (int c = 0; c < 3; c++)
          pixels[at (x, y) * 3 + c] = (float) ((colour[c] + depth[c] * sum / sqrt (17)) / 255);
      }
}

/* The level of the picture as measured, after and before the second look. */
static double
share_left (FddmContext *context, const FddmImage *image)
{
  FddmSource         source = fddm_image_source (image);
  g_autoptr (GError) error  = NULL;
  FddmNoiseModel     once, twice;

  g_assert_true (fddm_measure_model (context, &source, &silent, &once, &error));
  g_assert_true (fddm_measure_twice (context, &source, &silent, &twice, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (once.level[0], >, 0.5 * FDDM_STEP);
  g_assert_false (fddm_noise_is_white (&once, FALSE));
  g_test_message ("level %.2f, then %.2f", level_at (&once, -0.3) / FDDM_STEP, level_at (&twice, -0.3) / FDDM_STEP);
  return level_at (&twice, -0.3) / level_at (&once, -0.3);
}

static void
test_noise_stays_and_texture_goes (void)
{
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (trained, &error);
  g_autoptr (FddmContext) context = NULL;
  g_autofree float       *pixels  = g_new (float, SIDE * SIDE * 3);
  FddmImage               image   = { pixels, SIDE, SIDE, 3, SIDE * 3, 3 };

  g_assert_no_error (error);
  context = context_for (weights);
  draw_grain (pixels);
  g_assert_cmpfloat (share_left (context, &image), ==, 1);
  draw_grass (pixels);
  g_assert_cmpfloat (share_left (context, &image), <, 0.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, >, 1);
  trained = argv[1];
  g_test_add_func ("/look/level-follows-what-was-taken-out", test_level_follows_what_was_taken_out);
  g_test_add_func ("/look/brightness-is-told-apart", test_brightness_is_told_apart);
  g_test_add_func ("/look/hidden-pixels-do-not-count", test_hidden_pixels_do_not_count);
  g_test_add_func ("/look/failures-are-told", test_failures_are_told);
  g_test_add_func ("/look/any-size", test_any_size);
  g_test_add_func ("/look/noise-stays-and-texture-goes", test_noise_stays_and_texture_goes);
  return g_test_run ();
}
