/* test-noise.c: noise of known level, put on pictures and found again.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "engine/noise/measure.h"
#include "tests/unit/weights-file.h"
#include "engine/weights/private.h"

#define SIDE 256

static const FddmTicker silent;

static double
gauss (GRand *rand)
{
  return sqrt (-2 * log (1 - g_rand_double (rand))) * cos (2 * G_PI * g_rand_double (rand));
}

/* ---- Pictures ---- */

typedef enum { RAMP, EDGES, TEXTURE, PLAIN } Motif;

/* A sample in 8-bit steps. */
static double
motif (Motif kind, int x, int y, int c)
{
  switch (kind)
    {
    case RAMP: return 60 + 140.0 * x / SIDE + (c == 0 ? 10.0 * y / SIDE : 0);
    case EDGES: return ((x / 37 + y / 29) % 2 ? 70 + 20 * c : 180 - 15 * c) + (hypot (x - 90, y - 140) < 60 ? 30 : 0);
    case TEXTURE: return 60 + 140.0 * x / SIDE + (y > SIDE / 3) * (30 * sin (0.7 * x + 0.002 * y * y) + 15 * cos (0.9 * y));
    default: return 100;
    }
}

/* SIDE × SIDE, perceptually coded as the engine wants it. */
static FddmImage
picture (Motif kind, int channels)
{
  FddmImage image = { .pixels       = g_new (float, SIDE * SIDE * channels),
                      .width        = SIDE,
                      .height       = SIDE,
                      .channels     = channels,
                      .row_stride   = SIDE * channels,
                      .pixel_stride = channels };

  for (int i = 0; i < SIDE * SIDE * channels; i++)
    image.pixels[i] = (float) (motif (kind, i / channels % SIDE, i / channels / SIDE, i % channels) / 255);
  return image;
}

static void
add_white (FddmImage *image, double sigma, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (int i = 0; i < image->width * image->height * image->channels; i++)
    image->pixels[i] += (float) (sigma / 255 * gauss (rand));
}

/* ---- Measuring ---- */

static FddmContext *
context_for (FddmWeights *weights, gsize memory)
{
  FddmContextOptions options = { .memory = memory };
  g_autoptr (GError) error   = NULL;
  FddmContext       *context = fddm_context_new (weights, FDDM_DEVICE_CPU, &options, &error);

  g_assert_no_error (error);
  return context;
}

/* Colour, patches of 4. */
static FddmContext *
open_context (gsize memory)
{
  g_autofree char        *path    = g_build_filename (g_getenv ("FDDM_GOLDEN"), "tiny.safetensors", NULL);
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);

  g_assert_no_error (error);
  return context_for (weights, memory);
}

static void
assert_sound (const FddmNoiseModel *model)
{
  for (int k = 0; k < model->channels * model->patch * model->patch; k++)
    g_assert_true (isfinite (model->level[k]) && model->level[k] >= 0);
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < FDDM_NOISE_KNOTS; i++)
      g_assert_true (isfinite (model->curve[c][i]) && model->curve[c][i] > 0);
}

static FddmNoiseModel
measure (FddmContext *context, const FddmImage *image)
{
  FddmSource         source = fddm_image_source (image);
  g_autoptr (GError) error  = NULL;
  FddmNoiseModel     model;

  fddm_measure_model (context, &source, &silent, &model, &error);
  g_assert_no_error (error);
  assert_sound (&model);
  g_assert_cmpint (model.patch, ==, context->weights->patch);
  g_assert_cmpint (model.channels, ==, context->weights->channels);
  return model;
}

static double
level_at (const FddmNoiseModel *model, int coefficient, double brightness)
{
  double at   = (brightness + 1) / 2 * (FDDM_NOISE_KNOTS - 1);
  int    knot = MIN ((int) at, FDDM_NOISE_KNOTS - 2), c = coefficient / (model->patch * model->patch);

  return model->level[coefficient] *
         (model->curve[c][knot] + (at - knot) * (model->curve[c][knot + 1] - model->curve[c][knot]));
}

/* Each frequency within EACH, luma and chroma within TOGETHER of white noise. */
static void
assert_white (const FddmNoiseModel *model, gboolean gray, double sigma, double each, double together)
{
  FddmNoiseModel expected;
  double         luma, chroma;

  fddm_noise_white (&expected, model->patch, model->channels, gray, sigma);
  for (int k = 0; k < model->channels * model->patch * model->patch; k++)
    if (expected.level[k] > 0)
      g_assert_cmpfloat_with_epsilon (level_at (model, k, 0) / expected.level[k], 1, each);
    else
      g_assert_cmpfloat (model->level[k], ==, 0);
  fddm_noise_summary (model, &luma, &chroma);
  g_test_message ("σ %g: luma %.3f, chroma %.3f", sigma, luma, chroma);
  g_assert_cmpfloat_with_epsilon (luma / sigma, 1, together);
  g_assert_cmpfloat_with_epsilon (chroma / sigma, gray ? 0 : 1, together);
}

/* Nothing to speak of: what drawings have is their edges. */
static void
assert_next_to_none (const FddmNoiseModel *model)
{
  double luma, chroma;

  fddm_noise_summary (model, &luma, &chroma);
  g_test_message ("luma %.3f, chroma %.3f", luma, chroma);
  g_assert_cmpfloat (luma, <, 0.3);
  g_assert_cmpfloat (chroma, <, 0.3);
}

static void
assert_none (const FddmNoiseModel *model)
{
  for (int k = 0; k < model->channels * model->patch * model->patch; k++)
    g_assert_cmpfloat (model->level[k], ==, 0);
}

static void
test_white_noise_is_found (void)
{
  static const double     sigmas[] = { 2, 4, 8, 15, 25, 50 };
  g_autoptr (FddmContext) context  = open_context (0);

  for (int kind = RAMP; kind <= TEXTURE; kind++)
    for (gsize i = 0; i < G_N_ELEMENTS (sigmas); i++)
      {
        FddmImage      image = picture (kind, 3);
        FddmNoiseModel model;

        add_white (&image, sigmas[i], 7);
        model = measure (context, &image);
        g_test_message ("motif %d", kind);
        /* In faint noise the texture raises doubts, and doubts raise what is told. */
        assert_white (&model, FALSE, sigmas[i], kind == TEXTURE && sigmas[i] < 4 ? 0.35 : 0.2, 0.1);
        g_free (image.pixels);
      }
}

static void
test_no_noise_is_found_where_there_is_none (void)
{
  g_autoptr (FddmContext) context = open_context (0);

  for (int kind = RAMP; kind <= PLAIN; kind++)
    if (kind != TEXTURE)
      for (int bits = 8; bits <= 16; bits += 8)
        {
          FddmImage      image = picture (kind, 3);
          FddmNoiseModel model;

          for (int i = 0; bits == 8 && i < SIDE * SIDE * 3; i++)
            image.pixels[i] = roundf (image.pixels[i] * 255) / 255;
          model = measure (context, &image);
          if (kind == EDGES)
            assert_next_to_none (&model);
          else
            assert_none (&model);
          g_free (image.pixels);
        }
}

/* Standard deviation 4 in black, rising by 12 to white. */
static void
test_brightness_is_told_apart (void)
{
  g_autoptr (FddmContext) context = open_context (0);
  g_autoptr (GRand)       rand    = g_rand_new_with_seed (10);
  FddmImage               image   = picture (RAMP, 3);
  FddmNoiseModel          model;

  for (int i = 0; i < SIDE * SIDE * 3; i++)
    image.pixels[i] += (float) ((4.0 / 255 + 12.0 / 255 * image.pixels[i]) * gauss (rand));
  model = measure (context, &image);
  g_free (image.pixels);
  for (double brightness = -0.4; brightness < 0.5; brightness += 0.2)
    for (int k = 0; k < 48; k++)
      {
        FddmNoiseModel expected;

        fddm_noise_white (&expected, 4, 3, FALSE, 4 + 6 * (brightness + 1));
        g_assert_cmpfloat_with_epsilon (level_at (&model, k, brightness) / expected.level[k], 1, 0.22);
      }
}

/* One channel on its own, and in a network for colour, where it has no chroma. */
static void
test_gray (void)
{
  guint8                  data[DATA_BYTES];
  g_autoptr (GByteArray)  file    = NULL;
  g_autoptr (FddmWeights) weights = NULL;
  g_autoptr (FddmContext) colour = open_context (0), gray = NULL;
  FddmImage               image = picture (EDGES, 1);
  FddmNoiseModel          model;

  weights_file_data (data);
  file    = weights_file (NULL, NULL, data, DATA_BYTES);
  weights = fddm_weights_parse ("gray", file->data, file->len, NULL);
  gray    = context_for (weights, 0);
  add_white (&image, 12, 8);
  model = measure (colour, &image);
  assert_white (&model, TRUE, 12, 0.2, 0.1);
  model = measure (gray, &image);
  g_assert_cmpint (model.patch, ==, 1);
  assert_white (&model, TRUE, 12, 0.1, 0.1);
  g_free (image.pixels);
}

static void
test_small_pictures_show_no_noise (void)
{
  static const int        sizes[][2] = { { 1, 1 }, { 1, 1000 }, { 11, 100 }, { 5, 7 }, { 12, 11 }, { 12, 12 } };
  g_autoptr (FddmContext) context    = open_context (0);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int channels = 1; channels <= 3; channels += 2)
      {
        const gboolean told  = sizes[i][0] >= 12 && sizes[i][1] >= 12;
        FddmImage      image = picture (RAMP, channels);
        FddmNoiseModel model;

        image.width      = sizes[i][0];
        image.height     = sizes[i][1];
        image.row_stride = (gsize) image.width * image.pixel_stride;
        add_white (&image, 20, 9);
        model = measure (context, &image);
        if (told)
          g_assert_cmpfloat (model.level[5], >, 0);
        else
          assert_none (&model);
        g_free (image.pixels);
      }
}

static void
test_odd_pixels_do_not_matter (void)
{
  g_autoptr (FddmContext) context = open_context (0);
  FddmImage               image   = picture (RAMP, 3);
  FddmNoiseModel          model;

  add_white (&image, 10, 13);
  for (int i = 0; i < SIDE * SIDE * 3; i += 1237)
    image.pixels[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? -INFINITY : 1e38f;
  model = measure (context, &image);
  assert_white (&model, FALSE, 10, 0.25, 0.15);

  for (int i = 0; i < SIDE * SIDE * 3; i++)
    image.pixels[i] = NAN;
  model = measure (context, &image);
  assert_none (&model);
  g_free (image.pixels);
}

/* ---- Which pixels are looked at ---- */

typedef struct {
  int      width, height;
  double   read; /* pixels            */
  int      left, right, top, bottom;
  int      ticks, most; /* after which there is no more */
  double   fraction;
  gboolean fails;
} Watch;

static gboolean
watch_read (gpointer data, int x, int y, int width, int height, float *pixels, GError **error G_GNUC_UNUSED)
{
  Watch  *watch = data;
  guint32 state = (guint32) (x * 7919 + y);

  g_assert_true (x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= watch->width && y + height <= watch->height);
  watch->read += (double) width * height;
  watch->left   = MIN (watch->left, x);
  watch->right  = MAX (watch->right, x + width);
  watch->top    = MIN (watch->top, y);
  watch->bottom = MAX (watch->bottom, y + height);
  for (int i = 0; i < 3 * width * height; i++)
    {
      state     = state * 1664525u + 1013904223u;
      pixels[i] = 0.4f + 0.1f * (float) (state >> 8) / 16777216.0f;
    }
  return !watch->fails;
}

static gboolean
watch_tick (FddmPhase phase, double fraction, gpointer data)
{
  Watch *watch = data;

  g_assert_cmpint (phase, ==, FDDM_PHASE_MEASURE);
  g_assert_cmpfloat (fraction, >=, watch->fraction);
  g_assert_cmpfloat (fraction, <=, 1);
  watch->fraction = fraction;
  return ++watch->ticks < watch->most;
}

static gboolean
watch_measure (FddmContext *context, Watch *watch, double *luma, GError **error)
{
  FddmSource source = { .width = watch->width, .height = watch->height, .channels = 3, .read = watch_read, .data = watch };
  double     chroma;

  watch->left = watch->top = G_MAXINT;
  return fddm_measure (context, &source, watch_tick, watch, luma, &chroma, error);
}

/* From edge to edge, within bounds on how much; uniform noise of 0.1 from end to end. */
static void
test_pieces_are_spread_evenly (void)
{
  static const struct {
    int    width, height;
    double least, most;
  } sizes[]                       = { { 300, 200, 6e4, 2e5 },   { 15, 4000, 2e4, 3e5 },         { 1000, 1000, 3e5, 7e5 },
                                      { 2000, 1100, 5e5, 8e5 }, { 40000, 30000, 1.3e6, 2.6e6 }, { 20000, 16, 1.5e5, 2e6 } };
  g_autoptr (FddmContext) context = open_context (0);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      Watch              watch = { .width = sizes[i].width, .height = sizes[i].height, .most = G_MAXINT };
      g_autoptr (GError) error = NULL;
      double             luma;

      watch_measure (context, &watch, &luma, &error);
      g_assert_no_error (error);
      g_test_message ("%d × %d: %g of %g pixels", watch.width, watch.height, watch.read,
                      (double) watch.width * watch.height);
      g_assert_cmpfloat (watch.read, >=, sizes[i].least);
      g_assert_cmpfloat (watch.read, <=, sizes[i].most);
      g_assert_cmpfloat (watch.fraction, ==, 1);
      g_assert_cmpint (watch.left + watch.top, ==, 0);
      g_assert_cmpint (watch.right, >=, watch.width - 3);
      g_assert_cmpint (watch.bottom, >=, watch.height - 3);
      g_assert_cmpfloat_with_epsilon (luma, 0.1 / sqrt (12) * 255, 1.5);
    }
}

static void
test_cancelling_and_failing (void)
{
  g_autoptr (FddmContext) context   = open_context (0);
  g_autoptr (GError)      error     = NULL;
  Watch                   cancelled = { .width = 2000, .height = 1000, .most = 20 };
  Watch                   failing   = { .width = 300, .height = 300, .most = G_MAXINT, .fails = TRUE };
  Watch                   good      = { .width = 300, .height = 300, .most = G_MAXINT };
  double                  luma;

  g_assert_false (watch_measure (context, &cancelled, &luma, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_CANCELLED);
  g_assert_cmpint (cancelled.ticks, ==, 20);
  g_clear_error (&error);
  g_assert_false (watch_measure (context, &failing, &luma, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_READ);
  g_clear_error (&error);
  g_assert_true (watch_measure (context, &good, &luma, &error));
}

/* Little memory means small pieces, and the same noise. */
static void
test_memory_is_bounded (void)
{
  g_autoptr (FddmContext) large = open_context (0), small = open_context ((gsize) 2 << 20);
  Watch                   one = { .width = 600, .height = 400, .most = G_MAXINT }, other = one;
  double                  luma, again;

  g_assert_true (watch_measure (large, &one, &luma, NULL));
  g_assert_true (watch_measure (small, &other, &again, NULL));
  g_assert_cmpint (other.ticks, >, 3 * one.ticks);
  g_assert_cmpfloat_with_epsilon (again / luma, 1, 0.05);
}

/* A picture of which a disc is visible. */
typedef struct {
  const FddmImage *image;
  int              radius;
} Disc;

static gboolean
is_in_disc (const Disc *disc, int x, int y)
{
  const int dx = x - disc->image->width / 2, dy = y - disc->image->height / 2;

  return dx * dx + dy * dy < disc->radius * disc->radius;
}

static gboolean
read_disc (gpointer data, int x, int y, int width, int height, float *pixels, GError **error)
{
  const Disc      *disc   = data;
  const FddmSource source = fddm_image_source (disc->image);

  return source.read (source.data, x, y, width, height, pixels, error);
}

static gboolean
see_disc (gpointer data, int x, int y, int width, int height, guint8 *visible, GError **error G_GNUC_UNUSED)
{
  for (int j = 0; j < height; j++)
    for (int i = 0; i < width; i++)
      visible[j * width + i] = is_in_disc (data, x + i, y + j);
  return TRUE;
}

/* What is hidden is not measured, whatever its colours: neither in a disc that all pieces see, nor in a small one between the
 * pieces, nor in one that leaves few patches. */
static void
test_hidden_pixels_are_not_measured (void)
{
  static const int        radii[] = { 300, 60, 28 };
  g_autoptr (FddmContext) context = open_context (0);
  g_autoptr (GRand)       rand    = g_rand_new_with_seed (3);
  const int               width = 2900, height = 1300;
  g_autofree float       *pixels = g_new (float, (gsize) width * height * 3);
  FddmImage               image  = { pixels, width, height, 3, (gsize) width * 3, 3 };

  for (gsize r = 0; r < G_N_ELEMENTS (radii); r++)
    {
      Disc       disc   = { &image, radii[r] };
      FddmSource source = {
        .width = width, .height = height, .channels = 3, .read = read_disc, .data = &disc, .visible = see_disc
      };
      FddmNoiseModel model;
      double         luma, chroma;

      for (int i = 0; i < width * height; i++)
        for (int c = 0; c < 3; c++)
          if (is_in_disc (&disc, i % width, i / width))
            pixels[i * 3 + c] = 0.5f + 10.0f / 255 * (float) gauss (rand);
          else
            pixels[i * 3 + c] = (i / 5) % 2 ? 0.0f : 0.9f;
      g_assert_true (fddm_measure_model (context, &source, &silent, &model, NULL));
      fddm_noise_summary (&model, &luma, &chroma);
      g_test_message ("disc of radius %d: luma %.2f, chroma %.2f", radii[r], luma, chroma);
      g_assert_cmpfloat_with_epsilon (luma, 10, radii[r] < 50 ? 1 : 0.5);
      g_assert_cmpfloat_with_epsilon (chroma, 10, radii[r] < 50 ? 1 : 0.5);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/noise/white-noise-is-found", test_white_noise_is_found);
  g_test_add_func ("/noise/no-noise-is-found-where-there-is-none", test_no_noise_is_found_where_there_is_none);
  g_test_add_func ("/noise/brightness-is-told-apart", test_brightness_is_told_apart);
  g_test_add_func ("/noise/gray", test_gray);
  g_test_add_func ("/noise/small-pictures-show-no-noise", test_small_pictures_show_no_noise);
  g_test_add_func ("/noise/odd-pixels-do-not-matter", test_odd_pixels_do_not_matter);
  g_test_add_func ("/noise/hidden-pixels-are-not-measured", test_hidden_pixels_are_not_measured);
  g_test_add_func ("/noise/pieces-are-spread-evenly", test_pieces_are_spread_evenly);
  g_test_add_func ("/noise/cancelling-and-failing", test_cancelling_and_failing);
  g_test_add_func ("/noise/memory-is-bounded", test_memory_is_bounded);
  return g_test_run ();
}
