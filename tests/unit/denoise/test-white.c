/* test-white.c: a second network for white noise: found, refused, and used where noise is white.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include "tests/unit/denoising.h"
#include "kernels/pixels/blotches.h"
#include "kernels/pixels/pixels.h"
#include "kernels/pixels/shrinkage.h"
#include "engine/noise/model.h"
#include "engine/weights/weights.h"

enum { WIDTH = 200, HEIGHT = 180 };

static char  *folder;
static double luma_share = 100, chroma_share = 100;

/* Writes golden tiny.safetensors as NAME, the last number of its tensors VALUE unless that is 0, and in its header, twice, the
 * first FROM replaced by TO (FROM NULL: nothing). Returns its path. */
static char *
write_file (const char *name, float value, const char *const replace[2][2])
{
  g_autofree char    *source = test_golden_path ("tiny.safetensors"), *bytes = NULL;
  g_autofree char    *path   = g_build_filename (folder, name, NULL);
  g_autoptr (GString) header = NULL, file = g_string_new (NULL);
  guint64             length;
  gsize               size;

  g_assert_true (g_file_get_contents (source, &bytes, &size, NULL));
  memcpy (&length, bytes, 8);
  length = GUINT64_FROM_LE (length);
  header = g_string_new_len (bytes + 8, (gssize) length);
  for (int i = 0; replace != NULL && i < 2 && replace[i][0] != NULL; i++)
    g_assert_cmpuint (g_string_replace (header, replace[i][0], replace[i][1], 1), ==, 1);
  if (value != 0)
    memcpy (bytes + size - 4, &value, 4);
  g_string_append_len (file, (const char *) &(guint64) { GUINT64_TO_LE ((guint64) header->len) }, 8);
  g_string_append_len (file, header->str, (gssize) header->len);
  g_string_append_len (file, bytes + 8 + length, (gssize) (size - 8 - length));
  g_assert_true (g_file_set_contents (path, file->str, (gssize) file->len, NULL));
  return g_steal_pointer (&path);
}

/* A network for any noise, naming WHITE. */
static char *
write_any (const char *white)
{
  g_autofree char *keys = g_strdup_printf ("\"white\":\"%s\",\"format\"", white);

  return write_file ("any.safetensors", 0, (const char *const[2][2]) { { "\"format\"", keys } });
}

static char *
write_white (float value)
{
  return write_file ("white.safetensors", value, NULL);
}

/* ---- Files ---- */

static void
test_found (void)
{
  g_autofree char        *any = write_any ("white"), *white = write_white (3);
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (any, &error), alone = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (weights->white);
  g_assert_cmpstr (fddm_weights_path (weights->white), ==, white);
  g_assert_cmpint (g_remove (white), ==, 0);
  alone = fddm_weights_open (any, &error);
  g_assert_no_error (error);
  g_assert_null (alone->white);
}

static void
assert_refused (const char *because)
{
  g_autofree char        *any     = g_build_filename (folder, "any.safetensors", NULL);
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (any, &error);

  g_assert_null (weights);
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
  if (strstr (error->message, because) == NULL)
    g_error ("“%s” does not say “%s”", error->message, because);
}

static void
test_refused (void)
{
  static const char *const names[] = { "../white", "/etc/passwd", "", "white.safetensors" };
  static const struct {
    const char *from, *to, *because;
  } wrong[] = {
    { "\"format\"", "\"white\":\"any\",\"format\"", "cannot take the place" },
    { "[0.002, 1.0]", "[0.004, 1.0]", "cannot take the place" },
    { "relu", "silu", "cannot take the place" },
    { "fddm/1", "fddm/9", "fddm/9" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_free (write_any (names[i]));
      assert_refused ("“white” is out of range");
    }
  g_free (write_any ("white"));
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_free (write_file ("white.safetensors", 0, (const char *const[2][2]) { { wrong[i].from, wrong[i].to } }));
      assert_refused (wrong[i].because);
    }
}

/* ---- Noise ---- */

static void
test_whiteness (void)
{
  FddmNoiseModel model;

  fddm_noise_white (&model, 2, 3, FALSE, 7);
  g_assert_true (fddm_noise_is_white (&model, FALSE));
  model.level[5] *= 1.3f;
  g_assert_false (fddm_noise_is_white (&model, FALSE));
  fddm_noise_white (&model, 2, 3, FALSE, 7);
  for (int b = 0; b < FDDM_NOISE_KNOTS; b++)
    model.curve[0][b] = 0.5f + 0.1f * b;
  g_assert_false (fddm_noise_is_white (&model, FALSE));
  fddm_noise_white (&model, 2, 3, TRUE, 7);
  g_assert_true (fddm_noise_is_white (&model, TRUE));
  g_assert_false (fddm_noise_is_white (&model, FALSE));
  fddm_noise_white (&model, 2, 3, FALSE, 0);
  g_assert_false (fddm_noise_is_white (&model, FALSE));
}

/* Noise of 20 steps on gray, each number on SIDE × SIDE pixels. */
static float *
noisy_picture (int side, int width, int height)
{
  g_autofree float *numbers = g_new0 (float, width * height * 3);
  float            *pixels  = g_new (float, width * height * 3);
  guint32           state   = 5;

  for (int i = 0; i < width * height * 3; i++) /* nearly normal: the sum of 12 */
    for (int j = 0; j < 12; j++)
      numbers[i] += test_uniform (&state) - 0.5f;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      for (int c = 0; c < 3; c++)
        pixels[(y * width + x) * 3 + c] = 0.5f + 20 / 255.0f * numbers[(y / side * width + x / side) * 3 + c];
  return pixels;
}

/* In one step: with DETAIL 100 that is the estimate, with 0 what is left of noise goes. */
static float *
denoised_with (const char *path, double noise, double detail, const float *pixels)
{
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);
  g_autoptr (FddmContext) context = fddm_context_new (weights, FDDM_DEVICE_CPU, NULL, &error);
  FddmDenoiseParams       params  = params_with (noise, detail, 1);
  float                  *out     = NULL;

  params.steps  = 1;
  params.luma   = luma_share;
  params.chroma = chroma_share;
  out           = run (context, &params, pixels, WIDTH, HEIGHT, 3, NULL, &error);
  g_assert_no_error (error);
  return out;
}

static gboolean
equal (const float *a, const float *b)
{
  return memcmp (a, b, WIDTH * HEIGHT * 3 * sizeof (float)) == 0;
}

/* With the level measured and told: what is white goes through the one network, what isn't through the other. */
static void
test_used_where_noise_is_white (void)
{
  g_autofree char *alone = write_file ("alone.safetensors", 0, NULL);
  g_autofree char *any = write_any ("white"), *white = write_white (3);

  for (int side = 1; side <= 2; side++)
    for (int noise = 0; noise <= 20; noise += 20)
      {
        g_autofree float *pixels   = noisy_picture (side, WIDTH, HEIGHT);
        g_autofree float *both     = denoised_with (any, noise, 100, pixels);
        g_autofree float *by_any   = denoised_with (alone, noise, 100, pixels);
        g_autofree float *by_white = denoised_with (white, noise, 100, pixels);

        g_assert_false (equal (by_any, by_white));
        g_assert_true (equal (both, side == 1 ? by_white : by_any));
      }
}

/* What is left of noise that isn't white: of the estimate, blotches of colour are averaged, then frequencies shrunk, half as much
 * where half of detail comes back. The kind is measured where the level is told, with or without a network for white noise. */
static void
test_rest_by_kind (void)
{
  enum { N = WIDTH * HEIGHT * 3 };
  g_autofree char  *alone = write_file ("alone.safetensors", 0, NULL), *any = write_any ("white"), *white = write_white (3);
  g_autofree float *pixels = noisy_picture (2, WIDTH, HEIGHT);
  g_autofree float *told   = denoised_with (alone, 100, 0, pixels);

  for (int detail = 0; detail <= 50; detail += 50)
    {
      g_autofree float *estimate = denoised_with (any, 100, 100, pixels), *out = denoised_with (any, 100, detail, pixels);
      g_autofree float *averaged = g_new (float, N), *removed = g_new (float, N), *change = g_new0 (float, N);
      const float       rest      = 1 - detail / 100.0f;
      FddmShrinkage     shrinkage = { .pixels   = averaged,
                                      .removed  = removed,
                                      .width    = WIDTH,
                                      .height   = HEIGHT,
                                      .channels = 3,
                                      .luma     = 1,
                                      .chroma   = 1,
                                      .a        = 2.2f,
                                      .most     = 1.7f / 255 };

      g_assert_true (fddm_blotches_change (estimate, WIDTH, HEIGHT, 0, 0, (float) sqrt (2.1 * 100) / 255, 1, averaged));
      for (int i = 0; i < N; i++)
        removed[i] = estimate[i] + rest * averaged[i] - pixels[i];
      fddm_pixels_add (averaged, estimate, N);
      g_assert_true (fddm_shrinkage_add (&shrinkage, 0, 0, WIDTH, HEIGHT, 1, change));
      for (int i = 0; i < N; i++)
        g_assert_cmpfloat_with_epsilon (out[i], pixels[i] + removed[i] + rest * change[i], 1e-5);
      g_assert_cmpfloat (test_error (out, estimate, N), >, 1e-3);
      g_assert_cmpfloat (test_error (averaged, estimate, N), >, 1e-4);
      if (detail == 0)
        g_assert_true (equal (out, told));
    }
}

/* Half of luma's and a quarter of chroma's change is just that, of blotches as well. */
static void
test_shares_of_rest (void)
{
  enum { N = WIDTH * HEIGHT * 3 };
  g_autofree char  *any = write_any ("white"), *white = write_white (3);
  g_autofree float *pixels = noisy_picture (2, WIDTH, HEIGHT), *whole = denoised_with (any, 100, 0, pixels), *some = NULL;
  g_autofree float *change = g_new (float, N);

  luma_share   = 50;
  chroma_share = 25;
  some         = denoised_with (any, 100, 0, pixels);
  luma_share = chroma_share = 100;
  for (int i = 0; i < N; i++)
    change[i] = whole[i] - pixels[i];
  fddm_pixels_add_shares (pixels, change, WIDTH * HEIGHT, 3, 0.5f, 0.25f);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (some[i], pixels[i], 2e-5);
}

/* In tiles that begin anywhere in cells and blocks, too, weighted by bands or not, looking as far around as that takes. */
static void
test_rest_in_tiles (void)
{
  enum { ACROSS = 57, DOWN = 1000, SIZE = 290, REACH = FDDM_SHRINKAGE_REACH + FDDM_BLOTCHES_REACH };
  g_autofree char        *any = write_any ("white"), *white = write_white (3);
  g_autofree float       *pixels  = noisy_picture (2, ACROSS, DOWN);
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (any, &error);
  FddmContextOptions      options = { .tile = SIZE };
  g_autoptr (FddmContext) one     = fddm_context_new (weights, FDDM_DEVICE_REFERENCE, NULL, &error);
  g_autoptr (FddmContext) many    = fddm_context_new (weights, FDDM_DEVICE_REFERENCE, &options, &error);
  FddmDenoiseParams       params  = params_with (100, 100, 1);
  FddmReport              bare, report;

  params.steps = 1;
  g_free (run (many, &params, pixels, ACROSS, DOWN, 3, &bare, &error));
  params.detail = 0;
  for (int coarse = 100; coarse <= 200; coarse += 100)
    {
      g_autofree float *whole = NULL, *cut = NULL;

      params.coarse = coarse;
      whole         = run (one, &params, pixels, ACROSS, DOWN, 3, NULL, &error);
      cut           = run (many, &params, pixels, ACROSS, DOWN, 3, &report, &error);
      g_assert_no_error (error);
      g_assert_cmpint (report.tiles, >, 2);
      g_assert_cmpint ((report.tile_height - bare.tile_height) * report.tiles, >=, 2 * REACH * (report.tiles - 1));
      g_assert_cmpmem (whole, ACROSS * DOWN * 12, cut, ACROSS * DOWN * 12);
    }
}

/* Where memory is short blotches stay, then everything that the network left, and only then there is an error. */
static void
test_short_of_memory (void)
{
  enum { WHOLE, NO_BLOTCHES, BARE, NONE };
  g_autofree char        *any = write_any ("white"), *white = write_white (3);
  g_autofree float       *pixels = noisy_picture (2, WIDTH, HEIGHT);
  g_autofree float       *whole = denoised_with (any, 100, 0, pixels), *bare = denoised_with (any, 100, 100, pixels);
  g_autoptr (GError)      problem        = NULL;
  g_autoptr (FddmWeights) weights        = fddm_weights_open (any, &problem);
  FddmDenoiseParams       params         = params_with (100, 0, 1);
  int                     seen[NONE + 1] = { 0 }, last = WHOLE;

  params.steps = 1;
  for (gsize memory = 32 << 20; last != NONE; memory = memory / 10 * 9)
    {
      g_autoptr (GError)      error   = NULL;
      FddmContextOptions      options = { .memory = memory };
      g_autoptr (FddmContext) context = fddm_context_new (weights, FDDM_DEVICE_CPU, &options, &error);
      g_autofree float       *out     = run (context, &params, pixels, WIDTH, HEIGHT, 3, NULL, &error);
      const int               now     = out == NULL                                          ? NONE
                                        : test_error (out, whole, WIDTH * HEIGHT * 3) < 1e-4 ? WHOLE
                                        : test_error (out, bare, WIDTH * HEIGHT * 3) < 1e-4  ? BARE
                                                                                             : NO_BLOTCHES;

      if (out == NULL)
        g_assert_error (error, FDDM_ERROR, FDDM_ERROR_MEMORY);
      g_assert_cmpint (now, >=, last);
      seen[now]++;
      last = now;
    }
  for (int i = 0; i <= NONE; i++)
    g_assert_cmpint (seen[i], >, 0);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int                result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("fddm-white-XXXXXX", &error);
  g_assert_no_error (error);
  g_test_add_func ("/white/found", test_found);
  g_test_add_func ("/white/refused", test_refused);
  g_test_add_func ("/white/whiteness", test_whiteness);
  g_test_add_func ("/white/used-where-noise-is-white", test_used_where_noise_is_white);
  g_test_add_func ("/white/rest-by-kind", test_rest_by_kind);
  g_test_add_func ("/white/short-of-memory", test_short_of_memory);
  g_test_add_func ("/white/shares-of-rest", test_shares_of_rest);
  g_test_add_func ("/white/rest-in-tiles", test_rest_in_tiles);
  result = g_test_run ();
  for (const char *const *name = (const char *const[]) { "any", "white", "alone", NULL }; *name != NULL; name++)
    {
      g_autofree char *file = g_strconcat (*name, ".safetensors", NULL), *path = g_build_filename (folder, file, NULL);

      g_remove (path);
    }
  g_rmdir (folder);
  g_free (folder);
  return result;
}
