/* test-noise.c: noise of known level, put on pictures and found again.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>
#include "noise-private.h"

#define SIDE 256

static const double matrix[3][3] = { { 0.299, 0.587, 0.114 },
                                     { -0.299 / 1.772, -0.587 / 1.772, 0.5 },
                                     { 0.5, -0.587 / 1.402, -0.114 / 1.402 } };

/* R'G'B' in 8-bit steps, SIDE × SIDE. */
typedef struct {
  double at[3][SIDE][SIDE];
} Picture;

static double
gauss (GRand *rand)
{
  return sqrt (-2 * log (1 - g_rand_double (rand))) * cos (2 * G_PI * g_rand_double (rand));
}

/* Brightness from dark at the left to bright at the right, redder at the top. */
static Picture *
slope (void)
{
  Picture *picture = g_new (Picture, 1);

  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      for (int c = 0; c < 3; c++)
        picture->at[c][y][x] = 60 + 140.0 * x / SIDE + (c == 0 ? 10.0 * y / SIDE : 0);
  return picture;
}

static void
add_white (Picture *picture, double sigma, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (int i = 0; i < 3 * SIDE * SIDE; i++)
    (&picture->at[0][0][0])[i] += sigma * gauss (rand);
}

/* White noise run through the kernel [w 1 w]/(1 + 2w) in both directions. */
static void
add_blurred (Picture *picture, double sigma, double w, guint32 seed)
{
  g_autoptr (GRand)   rand = g_rand_new_with_seed (seed);
  g_autofree Picture *noise = g_new0 (Picture, 1);

  add_white (noise, sigma, seed);
  for (int c = 0; c < 3; c++)
    for (int y = 0; y < SIDE; y++)
      for (int x = 0; x < SIDE; x++)
        for (int i = -1; i <= 1; i++)
          for (int j = -1; j <= 1; j++)
            picture->at[c][y][x] += noise->at[c][(y + i + SIDE) % SIDE][(x + j + SIDE) % SIDE] * (i ? w : 1) * (j ? w : 1)
                                    / ((1 + 2 * w) * (1 + 2 * w));
}

static double
basis (int d, int frequency, int place)
{
  return sqrt ((frequency ? 2.0 : 1.0) / d) * cos (G_PI / d * (place + 0.5) * frequency);
}

/* The coefficients by the definition of the DCT; CHANNELS = 1 takes the luma. */
static float *
coefficients (const Picture *picture, int d, int channels)
{
  int    n = SIDE / d, c_all = channels * d * d;
  float *result = g_new (float, n * n * c_all);

  for (int p = 0; p < n * n; p++)
    for (int c = 0; c < channels; c++)
      {
        double half[FDDM_PATCH_MAX][FDDM_PATCH_MAX];      /* frequency across, row */

        for (int y = 0; y < d; y++)
          for (int v = 0; v < d; v++)
            {
              half[v][y] = 0;
              for (int x = 0; x < d; x++)
                {
                  double sample = 0;

                  for (int rgb = 0; rgb < 3; rgb++)
                    sample += matrix[c][rgb] * (picture->at[rgb][p / n * d + y][p % n * d + x] * 2 / 255 - 1);
                  half[v][y] += basis (d, v, x) * sample;
                }
            }
        for (int u = 0; u < d; u++)
          for (int v = 0; v < d; v++)
            {
              double sum = 0;

              for (int y = 0; y < d; y++)
                sum += basis (d, u, y) * half[v][y];
              result[p * c_all + c * d * d + u * d + v] = (float) sum;
            }
      }
  return result;
}

static FddmNoiseModel
measure (const Picture *picture, int d, int channels)
{
  g_autofree float           *values = coefficients (picture, d, channels);
  g_autoptr (FddmNoiseMeter)  meter = fddm_noise_meter_new (d, channels);
  FddmNoiseModel              model;

  fddm_noise_meter_add (meter, values, SIDE / d, SIDE / d);
  fddm_noise_meter_read (meter, &model);
  return model;
}

static void
assert_sound (const FddmNoiseModel *model)
{
  for (int k = 0; k < model->channels * model->patch * model->patch; k++)
    g_assert_true (isfinite (model->level[k]) && model->level[k] >= 0);
  for (int i = 0; i < 3 * FDDM_NOISE_KNOTS; i++)
    g_assert_true (isfinite (model->curve[i / FDDM_NOISE_KNOTS][i % FDDM_NOISE_KNOTS]));
}

static double
level_at (const FddmNoiseModel *model, int coefficient, double brightness)
{
  double at = (brightness + 1) / 2 * (FDDM_NOISE_KNOTS - 1);
  int    knot = MIN ((int) at, FDDM_NOISE_KNOTS - 2), c = coefficient / (model->patch * model->patch);

  return model->level[coefficient] * (model->curve[c][knot] + (at - knot) * (model->curve[c][knot + 1] - model->curve[c][knot]));
}

/* White noise of σ steps is σ·2/255 times the norm of the matrix's row, in each frequency. */
static void
test_white_levels (void)
{
  FddmNoiseModel model;
  double         luma, chroma;

  fddm_noise_white (&model, 4, 3, FALSE, 10);
  for (int k = 0; k < 48; k++)
    {
      const double *row = matrix[k / 16];
      double        norm = sqrt (row[0] * row[0] + row[1] * row[1] + row[2] * row[2]);

      g_assert_cmpfloat_with_epsilon (model.level[k], 10 * 2.0 / 255 * norm, 1e-6);
    }
  g_assert_cmpfloat (model.curve[2][16], ==, 1);
  fddm_noise_summary (&model, &luma, &chroma);
  g_assert_cmpfloat_with_epsilon (luma, 10, 1e-4);
  g_assert_cmpfloat_with_epsilon (chroma, 10, 1e-4);

  fddm_noise_white (&model, 4, 3, TRUE, 10);
  g_assert_cmpfloat_with_epsilon (model.level[3], 20.0 / 255, 1e-6);
  g_assert_cmpfloat (model.level[16], ==, 0);
  fddm_noise_summary (&model, &luma, &chroma);
  g_assert_cmpfloat_with_epsilon (luma, 10, 1e-4);
  g_assert_cmpfloat (chroma, ==, 0);

  fddm_noise_white (&model, 8, 1, TRUE, 10);
  fddm_noise_summary (&model, &luma, &chroma);
  g_assert_cmpfloat_with_epsilon (luma, 10, 1e-4);
  g_assert_cmpfloat (chroma, ==, 0);
}

static void
assert_white (const FddmNoiseModel *model, double sigma, double each, double together)
{
  double         part = model->channels == 1 ? 0.66856 : 1;   /* the luma of a colour picture is less noisy than its samples */
  FddmNoiseModel expected;
  double         luma, chroma;

  assert_sound (model);
  fddm_noise_white (&expected, model->patch, model->channels, model->channels == 1, sigma);
  for (int k = 0; k < model->channels * model->patch * model->patch; k++)
    g_assert_cmpfloat_with_epsilon (level_at (model, k, 0) / expected.level[k] / part, 1, each);
  fddm_noise_summary (model, &luma, &chroma);
  g_assert_cmpfloat_with_epsilon (luma / sigma / part, 1, together);
  g_assert_true (model->channels == 1 || fabs (chroma / sigma - 1) < together);
}

static void
test_white_noise_is_found (void)
{
  static const double sigmas[] = { 3, 10, 40 };

  for (gsize i = 0; i < G_N_ELEMENTS (sigmas); i++)
    {
      g_autofree Picture *picture = slope ();
      FddmNoiseModel      model;

      add_white (picture, sigmas[i], 7);
      model = measure (picture, 4, 3);
      assert_white (&model, sigmas[i], 0.15, 0.06);
      model = measure (picture, 4, 1);
      assert_white (&model, sigmas[i], 0.12, 0.06);
    }
}

static void
test_every_patch_size (void)
{
  static const int sides[] = { 1, 2, 3, 4, 5, 8, 16 };

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      g_autofree Picture *picture = slope ();
      FddmNoiseModel      model;

      add_white (picture, 12, 8);
      model = measure (picture, sides[i], 3);
      assert_white (&model, 12, sides[i] == 16 ? 0.5 : 0.25, 0.12);
    }
}

static void
test_no_noise_is_found_where_there_is_none (void)
{
  g_autofree Picture *picture = slope ();
  FddmNoiseModel      model = measure (picture, 4, 3);
  double              luma, chroma;

  assert_sound (&model);
  fddm_noise_summary (&model, &luma, &chroma);
  g_assert_cmpfloat (luma, <, 0.2);
  g_assert_cmpfloat (chroma, <, 0.2);

  for (int i = 0; i < 3 * SIDE * SIDE; i++)
    (&picture->at[0][0][0])[i] = 100;
  model = measure (picture, 4, 3);
  assert_sound (&model);
  for (int k = 0; k < 48; k++)
    g_assert_cmpfloat (model.level[k], <, 1e-6);
}

/* Lines and checks: strong, busy, and without noise in a part of the picture only. */
static void
test_texture_is_no_noise (void)
{
  static const double sigmas[] = { 0, 5, 15 };

  for (gsize i = 0; i < G_N_ELEMENTS (sigmas); i++)
    {
      g_autofree Picture *picture = slope ();
      FddmNoiseModel      model;
      double              luma, chroma;

      for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
          for (int c = 0; c < 3; c++)
            picture->at[c][y][x] += (y > SIDE / 4) * (30 * sin (0.7 * x + 0.02 * y * y) + 20 * cos (0.9 * y - 0.013 * x * x));
      add_white (picture, sigmas[i], 9);
      model = measure (picture, 4, 3);
      assert_sound (&model);
      fddm_noise_summary (&model, &luma, &chroma);
      g_assert_cmpfloat_with_epsilon (luma, sigmas[i], 0.3 + 0.1 * sigmas[i]);
      g_assert_cmpfloat_with_epsilon (chroma, sigmas[i], 0.3 + 0.1 * sigmas[i]);
    }
}

/* Standard deviation 4 in black, rising by 12 to white. */
static void
test_brightness_is_told_apart (void)
{
  g_autofree Picture *picture = slope ();
  g_autoptr (GRand)   rand = g_rand_new_with_seed (10);
  FddmNoiseModel      model;

  for (int c = 0; c < 3; c++)
    for (int y = 0; y < SIDE; y++)
      for (int x = 0; x < SIDE; x++)
        picture->at[c][y][x] += (4 + 12 * picture->at[c][y][x] / 255) * gauss (rand);
  model = measure (picture, 4, 3);
  assert_sound (&model);
  for (double brightness = -0.4; brightness < 0.5; brightness += 0.2)
    for (int k = 0; k < 48; k++)
      {
        FddmNoiseModel expected;

        fddm_noise_white (&expected, 4, 3, FALSE, 4 + 6 * (brightness + 1));
        g_assert_cmpfloat_with_epsilon (level_at (&model, k, brightness) / expected.level[k], 1, 0.22);
      }
}

/* Blurred noise: each frequency's level against that of the noise alone. */
static void
test_coloured_noise_is_found_by_frequency (gconstpointer side)
{
  int                 d = GPOINTER_TO_INT (side), d2 = d * d, all = 3 * d2;
  g_autofree Picture *picture = slope (), *noise = g_new0 (Picture, 1);
  g_autofree float   *alone = NULL;
  FddmNoiseModel      model;

  add_blurred (noise, 20, 0.3, 11);
  for (int i = 0; i < 3 * SIDE * SIDE; i++)
    (&picture->at[0][0][0])[i] += (&noise->at[0][0][0])[i];
  alone = coefficients (noise, d, 3);
  model = measure (picture, d, 3);
  assert_sound (&model);
  for (int k = 0; k < all; k++)
    {
      int    n = (SIDE / d) * (SIDE / d);
      double sum = 0, mean = 0;

      for (int p = 0; p < n; p++)
        {
          mean += alone[p * all + k] / n;
          sum += (double) alone[p * all + k] * alone[p * all + k] / n;
        }
      g_assert_cmpfloat_with_epsilon (level_at (&model, k, 0) / sqrt (sum - mean * mean), 1, k % d2 == 0 ? 0.3 : 0.22);
    }
}

static void
test_small_pictures_show_no_noise (void)
{
  static const int sizes[][2] = { { 0, 0 }, { 1, 1 }, { 1, 1000 }, { 2, 5 }, { 3, 3 }, { 5, 7 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int channels = 1; channels <= 3; channels += 2)
      {
        g_autoptr (FddmNoiseMeter) meter = fddm_noise_meter_new (4, channels);
        gsize                      n = (gsize) (sizes[i][0] * sizes[i][1] * channels * 16);
        g_autofree float          *values = g_new (float, n + 1);
        g_autoptr (GRand)          rand = g_rand_new_with_seed (12);
        FddmNoiseModel             model;

        for (gsize k = 0; k < n; k++)
          values[k] = (float) (0.1 * gauss (rand));
        fddm_noise_meter_add (meter, values, sizes[i][0], sizes[i][1]);
        fddm_noise_meter_read (meter, &model);
        assert_sound (&model);
        g_assert_cmpint (model.patch, ==, 4);
        g_assert_cmpint (model.channels, ==, channels);
        for (int k = 0; k < channels * 16; k++)
          g_assert_cmpfloat (model.level[k], ==, 0);
      }
}

/* Patches that are not finite, and whole black and white ones, are left out. */
static void
test_odd_patches_are_left_out (void)
{
  g_autofree Picture         *picture = slope ();
  g_autofree float           *values = NULL;
  g_autoptr (FddmNoiseMeter)  meter = fddm_noise_meter_new (4, 3);
  FddmNoiseModel              model;

  add_white (picture, 10, 13);
  for (int y = 0; y < SIDE / 2; y++)
    for (int x = 0; x < SIDE; x++)
      for (int c = 0; c < 3; c++)
        picture->at[c][y][x] = y < SIDE / 4 ? 0 : 255;
  values = coefficients (picture, 4, 3);
  for (int i = 0; i < 64 * 64 * 48; i += 12345)
    values[i] = i % 2 ? NAN : -INFINITY;
  fddm_noise_meter_add (meter, values, 64, 64);
  fddm_noise_meter_read (meter, &model);
  assert_white (&model, 10, 0.2, 0.08);
}

/* Whatever is fed, the meter keeps a bounded number of patches, from everywhere. */
static void
test_memory_is_bounded (void)
{
  g_autoptr (FddmNoiseMeter) meter = fddm_noise_meter_new (4, 3);
  FddmNoiseModel             model;

  for (guint32 part = 0; part < 36; part++)
    {
      g_autofree Picture *picture = slope ();
      g_autofree float   *values = NULL;

      add_white (picture, 10, 20 + part);
      values = coefficients (picture, 4, 3);
      fddm_noise_meter_add (meter, values, 64, 64);
      g_assert_cmpuint (meter->n, <=, meter->capacity);
    }
  g_assert_cmpuint (meter->n, >, meter->capacity / 2 - 1);
  g_assert_cmpuint (meter->seen, >, 2 * meter->capacity);
  fddm_noise_meter_read (meter, &model);
  assert_white (&model, 10, 0.06, 0.03);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/noise/white-levels", test_white_levels);
  g_test_add_func ("/noise/white-noise-is-found", test_white_noise_is_found);
  g_test_add_func ("/noise/every-patch-size", test_every_patch_size);
  g_test_add_func ("/noise/no-noise-is-found-where-there-is-none", test_no_noise_is_found_where_there_is_none);
  g_test_add_func ("/noise/texture-is-no-noise", test_texture_is_no_noise);
  g_test_add_func ("/noise/brightness-is-told-apart", test_brightness_is_told_apart);
  g_test_add_data_func ("/noise/coloured-noise-is-found-by-frequency/2", GINT_TO_POINTER (2),
                        test_coloured_noise_is_found_by_frequency);
  g_test_add_data_func ("/noise/coloured-noise-is-found-by-frequency/4", GINT_TO_POINTER (4),
                        test_coloured_noise_is_found_by_frequency);
  g_test_add_func ("/noise/small-pictures-show-no-noise", test_small_pictures_show_no_noise);
  g_test_add_func ("/noise/odd-patches-are-left-out", test_odd_patches_are_left_out);
  g_test_add_func ("/noise/memory-is-bounded", test_memory_is_bounded);
  return g_test_run ();
}
