/* test-tileable.c: pictures that repeat without a seam, by a network that makes structure wider than a patch; and the way from
 * coefficients to pixels, where they are made smaller so that they still repeat.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"
#include "engine/weights/private.h"
#include "engine/generate/strips.h"

/* ---- A network that makes soft spots: three blurs, of gray pixels, one a patch ---- */

#define SPOTS                                                                                                                 \
  "{'__metadata__':{'format':'fddm/1','kind':'generate','name':'spots','patch':'1','channels':'1','colour':'gray',"           \
  "'k_grid':'paper','temperature':'0.5','mu_range':'[-6, 5]','noise_range':'[0.002, 60]','side':'16','layers':'"              \
  "[{`op`:`conv3x3`,`in`:`input`,`out`:`h`,`weights`:`a`},{`op`:`conv3x3`,`in`:`h`,`out`:`h`,`weights`:`b`},"                 \
  "{`op`:`conv3x3`,`in`:`h`,`out`:`h`,`weights`:`c`}]'},"                                                                     \
  "'coef_mean':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'coef_var':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}," \
  "'a.weight':{'dtype':'F32','shape':[1,2,3,3],'data_offsets':[8,80]},"                                                       \
  "'a.bias':{'dtype':'F32','shape':[1],'data_offsets':[80,84]},"                                                              \
  "'b.weight':{'dtype':'F32','shape':[1,1,3,3],'data_offsets':[84,120]},"                                                     \
  "'b.bias':{'dtype':'F32','shape':[1],'data_offsets':[120,124]},"                                                            \
  "'c.weight':{'dtype':'F32','shape':[1,1,3,3],'data_offsets':[124,160]},"                                                    \
  "'c.bias':{'dtype':'F32','shape':[1],'data_offsets':[160,164]}}"

#define WEIGHT 0.14f /* of each of the nine: a little more than a mean, so that spots grow out of noise */

static FddmContext *
spots_context (int threads)
{
  g_autoptr (GString)     header     = g_string_new (SPOTS);
  g_autoptr (GByteArray)  file       = g_byte_array_new ();
  g_autoptr (GError)      error      = NULL;
  g_autoptr (FddmWeights) weights    = NULL;
  FddmContextOptions      options    = { .threads = threads };
  float                   values[41] = { 0.0f, 0.04f };
  guint64                 length;
  FddmContext            *context;

  for (int i = 0; i < 9; i++)
    values[2 + i] = values[21 + i] = values[31 + i] = WEIGHT;
  g_string_replace (header, "'", "\"", 0);
  g_string_replace (header, "`", "\\\"", 0);
  length = GUINT64_TO_LE ((guint64) header->len);
  g_byte_array_append (file, (const guint8 *) &length, 8);
  g_byte_array_append (file, (const guint8 *) header->str, (guint) header->len);
  g_byte_array_append (file, (const guint8 *) values, sizeof values);
  weights = fddm_weights_parse ("spots", file->data, file->len, &error);
  g_assert_no_error (error);
  context = fddm_context_new (weights, FDDM_DEVICE_CPU, &options, &error);
  g_assert_no_error (error);
  return context;
}

static float *
spots (FddmContext *context, int width, int height, gboolean tileable, guint32 seed)
{
  FddmGenerateParams params = fddm_generate_params_default ();
  g_autoptr (GError) error  = NULL;
  float             *pixels = g_new (float, width * height);
  FddmImage          image  = { pixels, width, height, 1, width, 1 };
  FddmSink           sink   = fddm_image_sink (&image);

  params.width    = width;
  params.height   = height;
  params.steps    = 12;
  params.tileable = tileable;
  params.seed     = seed;
  fddm_generate (context, &params, &sink, NULL, NULL, &error);
  g_assert_no_error (error);
  return pixels;
}

/* Mean absolute difference of columns A and B. */
static double
apart (const float *pixels, int width, int height, int channels, int a, int b)
{
  double sum = 0.0;

  for (int y = 0; y < height; y++)
    for (int c = 0; c < channels; c++)
      sum += fabs (pixels[(y * width + a) * channels + c] - pixels[(y * width + b) * channels + c]);
  return sum / height / channels;
}

/* What the last and the first column differ by, relative to neighbours inside, in the mean over many pictures. */
static double
seam (FddmContext *context, int width, int height, gboolean tileable)
{
  double across = 0.0, inside = 0.0;

  for (guint32 seed = 0; seed < 12; seed++)
    {
      g_autofree float *pixels = spots (context, width, height, tileable, seed);

      across += apart (pixels, width, height, 1, width - 1, 0);
      for (int x = 1; x < width; x++)
        inside += apart (pixels, width, height, 1, x - 1, x) / (width - 1);
    }
  return across / inside;
}

/* The statistics of a dozen pictures leave a few percent. Without tiling the ends have nothing to do with each other. */
static void
test_edges_meet (void)
{
  g_autoptr (FddmContext) context = spots_context (2);

  g_assert_cmpfloat (seam (context, 40, 64, TRUE), <, 1.06);
  g_assert_cmpfloat (seam (context, 16, 64, TRUE), <, 1.06);
  g_assert_cmpfloat (seam (context, 11, 64, TRUE), <, 1.06);
  g_assert_cmpfloat (seam (context, 16, 16, FALSE), >, 1.3);
}

/* No place differs from others: neither where windows meet, nor where they begin. */
static void
test_no_place_stands_out (void)
{
  enum { WIDTH = 64, HEIGHT = 64 };
  g_autoptr (FddmContext) context     = spots_context (2);
  double                  mean[WIDTH] = { 0 }, all = 0.0;

  for (guint32 seed = 0; seed < 12; seed++)
    {
      g_autofree float *pixels = spots (context, WIDTH, HEIGHT, FALSE, seed);

      for (int x = 0; x < WIDTH; x++)
        mean[x] += apart (pixels, WIDTH, HEIGHT, 1, x, (x + 1) % WIDTH) / 12;
    }
  for (int x = 0; x < WIDTH; x++)
    all += mean[x] / WIDTH;
  for (int x = 0; x < WIDTH; x++)
    g_assert_true (mean[x] > 0.8 * all && mean[x] < 1.2 * all);
}

/* ---- From coefficients to pixels ---- */

/* Waves that repeat after WIDTH × HEIGHT pixels: what is to be seen at (X, Y). */
static float
wave (double x, double y, int c, int width, int height)
{
  const double across = 2 * G_PI * (x + 0.5) / width, down = 2 * G_PI * (y + 0.5) / height;

  return (float) (0.5 + 0.2 * sin (across + c) + 0.1 * cos (2 * down + across) + (c == 1 ? 0.3 : 0.0));
}

/* Coefficients of the waves, which begin in the middle of the first patch where they tile, on FROM_WIDTH × FROM_HEIGHT pixels,
 * written as WIDTH × HEIGHT. */
static float *
write_waves (FddmContext *context, int from_width, int from_height, int width, int height, gboolean tiles)
{
  const int         rows = from_height / 4, columns = from_width / 4, first = tiles ? 2 : 0;
  g_autofree float *waves      = g_new (float, from_width * from_height * 3);
  g_autofree int   *row_offset = g_new (int, from_height), *column_offset = g_new (int, from_width);
  FddmWindow        window = { .patch          = 4,
                               .rows           = rows,
                               .columns        = columns,
                               .channels       = 3,
                               .channel_stride = 1,
                               .n_floats       = (gsize) from_width * from_height * 3,
                               .row_offset     = row_offset,
                               .column_offset  = column_offset };
  FddmTensor       *tensor = test_tensor (context->backend, context->device, FDDM_TENSOR_FLOAT, rows, columns, 48, NULL);
  float            *pixels = g_new (float, width * height * 3);
  FddmImage         image  = { pixels, width, height, 3, width * 3, 3 };
  FddmSink          sink   = fddm_image_sink (&image);
  FddmWriter        writer = { context, tensor, width, height, tiles, &sink };

  for (int y = 0; y < from_height; y++)
    for (int x = 0; x < from_width; x++)
      for (int c = 0; c < 3; c++)
        waves[(y * from_width + x) * 3 + c] = wave (x - first, y - first, c, from_width, from_height);
  for (int y = 0; y < from_height; y++)
    row_offset[y] = y * from_width * 3;
  for (int x = 0; x < from_width; x++)
    column_offset[x] = x * 3;
  g_assert_true (context->backend->analyse (context->device, &window, waves, tensor, NULL));
  g_assert_true (fddm_writer_run (&writer, NULL, NULL));
  context->backend->tensor_free (context->device, tensor);
  return pixels;
}

static FddmContext *
tiny_context (void)
{
  g_autofree char        *path    = test_golden_path ("tiny-generate.safetensors");
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, NULL);

  return fddm_context_new (weights, FDDM_DEVICE_REFERENCE, NULL, NULL);
}

/* The waves come back, clamped; those that tile are as many, on fewer pixels, those that don't are cut off. */
static void
test_writing (void)
{
  static const struct {
    int from_width, from_height, width, height;
  } sizes[] = { { 40, 36, 40, 36 }, { 40, 36, 37, 36 }, { 40, 36, 38, 33 }, { 32, 200, 29, 197 }, { 24, 132, 24, 130 } };
  g_autoptr (FddmContext) context = tiny_context ();

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int tiles = 0; tiles < 2; tiles++)
      {
        const int         width = sizes[s].width, height = sizes[s].height;
        const int         over_x = tiles ? width : sizes[s].from_width, over_y = tiles ? height : sizes[s].from_height;
        g_autofree float *pixels = write_waves (context, sizes[s].from_width, sizes[s].from_height, width, height, tiles);

        for (int y = 0; y < height; y++)
          for (int x = 0; x < width; x++)
            for (int c = 0; c < 3; c++)
              g_assert_cmpfloat_with_epsilon (pixels[(y * width + x) * 3 + c], MIN (wave (x, y, c, over_x, over_y), 1.0f),
                                              5e-3);
      }
}

/* Of a few pixels as well. */
static void
test_writing_little (void)
{
  g_autoptr (FddmContext) context = tiny_context ();

  for (int width = 1; width <= 4; width++)
    for (int height = 1; height <= 4; height++)
      {
        g_autofree float *pixels = write_waves (context, 4, 4, width, height, TRUE);

        for (int i = 0; i < width * height * 3; i++)
          g_assert_true (pixels[i] >= 0.1f && pixels[i] <= 1.0f);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tileable/edges-meet", test_edges_meet);
  g_test_add_func ("/tileable/no-place-stands-out", test_no_place_stands_out);
  g_test_add_func ("/tileable/writing", test_writing);
  g_test_add_func ("/tileable/writing-little", test_writing_little);
  return g_test_run ();
}
