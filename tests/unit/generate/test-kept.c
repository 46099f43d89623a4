/* test-kept.c: subjects that start from pictures in the weights file.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/generate/kept.h"
#include "engine/generate/generate.h"
#include "engine/generate/shown.h"
#include "engine/weights/private.h"
#include "tests/unit/generating.h"
#include "tests/unit/weights-file.h"

enum { WIDTH = 72, HEIGHT = 66, SAMPLES = WIDTH * HEIGHT * 3, PICTURES = 4 };

/* "marble" has the first picture, "tiles" the others. */
static const FddmKept subjects[] = { { NULL, 0, 1, 80.0 }, { NULL, 1, 3, 60.0 } };

/* Pictures that look like nothing, but each in another colour. */
static const guint8 *
pictures (void)
{
  static guint8 pixels[PICTURES * SAMPLES];
  guint32       state = 5;

  for (int i = 0; i < PICTURES * SAMPLES; i++)
    pixels[i] = (guint8) (40 * (i / SAMPLES) + 40 * (i % 3) + 50 * test_uniform (&state));
  return pixels;
}

/* Gives WEIGHTS the two subjects. */
static void
keep (FddmWeights *weights)
{
  static const char *const names[] = { "marble", "tiles" };

  weights->kept        = g_memdup2 (subjects, sizeof subjects);
  weights->n_kept      = 2;
  weights->kept_width  = WIDTH;
  weights->kept_height = HEIGHT;
  weights->kept_pixels = pictures ();
  for (int i = 0; i < 2; i++)
    weights->kept[i].name = g_strdup (names[i]);
}

/* Gives each of the two classes one variant, so that one is nearest to an example. */
static void
vary (FddmWeights *weights)
{
  static const int one[] = { 1, 1 };
  static float     own[2][2 * FDDM_COEF_MAX];

  for (int i = 0; i < 2 * weights->coefficients; i++)
    {
      own[0][i] = weights->mean[i % weights->coefficients] + 0.1f * (float) (i / weights->coefficients);
      own[1][i] = weights->variance[i % weights->coefficients];
    }
  weights->variants     = g_memdup2 (one, sizeof one);
  weights->n_variants   = 2;
  weights->own_mean     = own[0];
  weights->own_variance = own[1];
}

static FddmContext *
open_context (gboolean with, int side, gsize memory)
{
  g_autofree char        *path    = test_golden_path ("tiny-generate.safetensors");
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);
  FddmContextOptions      options = { .threads = 2, .memory = memory };
  FddmContext            *context;

  g_assert_no_error (error);
  weights->side = side;
  vary (weights);
  if (with)
    keep (weights);
  context = fddm_context_new (weights, FDDM_DEVICE_CPU, &options, &error);
  g_assert_no_error (error);
  return context;
}

static float *
generate (FddmContext *context, const FddmGenerateParams *params)
{
  float             *pixels = g_new0 (float, (gsize) params->width * params->height * 3);
  FddmImage          image  = { pixels, params->width, params->height, 3, (gsize) params->width * 3, 3 };
  const FddmSink     sink   = fddm_image_sink (&image);
  g_autoptr (GError) error  = NULL;

  fddm_generate (context, params, &sink, NULL, NULL, &error);
  g_assert_no_error (error);
  return pixels;
}

/* Index of the picture that SEED draws for SUBJECT. */
static int
drawn (const FddmWeights *weights, const char *subject, guint32 seed, double *closeness)
{
  FddmKeptPicture picture;

  g_assert_true (fddm_kept_draw (weights, subject, seed, &picture));
  g_assert_true (picture.width == WIDTH && picture.height == HEIGHT && picture.channels == 3);
  g_assert_cmpint ((picture.pixels - weights->kept_pixels) % SAMPLES, ==, 0);
  *closeness = picture.closeness;
  return (int) ((picture.pixels - weights->kept_pixels) / SAMPLES);
}

/* Every picture of a subject is drawn by about as many seeds, and no other subject's. */
static void
test_draws (void)
{
  g_autoptr (FddmContext) context        = open_context (TRUE, 24, 0);
  int                     seen[PICTURES] = { 0 };
  double                  closeness;
  FddmKeptPicture         picture;

  for (guint32 seed = 0; seed < 300; seed++)
    {
      g_assert_cmpint (drawn (context->weights, "marble", seed, &closeness), ==, 0);
      g_assert_cmpfloat (closeness, ==, 80.0);
      seen[drawn (context->weights, "tiles", seed, &closeness)]++;
      g_assert_cmpfloat (closeness, ==, 60.0);
    }
  g_assert_cmpint (seen[0], ==, 0);
  for (int i = 1; i < PICTURES; i++)
    g_assert_cmpint (seen[i], >, 70);
  g_assert_false (fddm_kept_draw (context->weights, "grass", 0, &picture));
  g_assert_false (fddm_kept_draw (context->weights, "", 0, &picture));
  g_assert_false (fddm_kept_draw (context->weights, NULL, 0, &picture));
  g_assert_false (fddm_kept_has (context->weights, "til"));
}

/* The subject is what the same picture gives as an example of the caller's, to the bit: of any size, tiling or not, in one
 * window or several, whatever closeness the caller asks for. */
static void
test_is_like_the_picture (void)
{
  static const struct {
    int width, height;
  } sizes[] = { { 20, 17 }, { 60, 33 }, { 1, 40 } };

  for (guint32 i = 0; i < 12; i++)
    {
      g_autoptr (FddmContext) context = open_context (TRUE, i & 1 ? 24 : 0, 0);
      const char             *subject = i & 2 ? "marble" : "tiles";
      FddmGenerateParams      params  = test_params (subject, sizes[i % 3].width, sizes[i % 3].height, i, 5);
      FddmGenerateParams      other   = params;
      const gsize             bytes   = (gsize) params.width * params.height * 3 * sizeof (float);
      g_autofree float       *example = g_new (float, SAMPLES), *expected = NULL, *got = NULL;
      FddmImage               image  = { example, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
      const FddmSource        source = fddm_image_source (&image);
      const guint8           *from;

      params.tileable = other.tileable = i % 5 < 2;
      from = pictures () + (gsize) drawn (context->weights, subject, i, &other.closeness) * SAMPLES;
      for (int k = 0; k < SAMPLES; k++)
        example[k] = (float) from[k] / 255.0f;
      other.subject    = "";
      other.like       = &source;
      params.closeness = 12.0;
      got              = generate (context, &params);
      expected         = generate (context, &other);
      g_assert_cmpmem (got, bytes, expected, bytes);
    }
}

/* A caller's own example counts more than the kept pictures, as if no subject were given; for its edges, too. */
static void
test_callers_example (void)
{
  g_autoptr (FddmContext) context = open_context (TRUE, 24, 0);
  g_autofree float       *example = test_floats (SAMPLES, 0.2f, 0.8f, 1);
  FddmImage               image   = { example, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
  const FddmSource        source  = fddm_image_source (&image);
  const char             *names[] = { "", "marble", "tiles" };
  float                  *made[3], *met[3];

  for (int i = 0; i < 3; i++)
    {
      FddmGenerateParams params   = test_params (names[i], 40, 40, 1, 5);
      FddmSeamlessParams seamless = fddm_seamless_params_default ();
      FddmImage          out;
      FddmSink           sink;

      params.like      = &source;
      made[i]          = generate (context, &params);
      met[i]           = g_new0 (float, SAMPLES);
      out              = (FddmImage) { met[i], WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
      sink             = fddm_image_sink (&out);
      seamless.subject = names[i];
      seamless.steps   = 3;
      g_assert_true (fddm_make_seamless (context, &seamless, &source, &sink, NULL, NULL, NULL));
      g_assert_cmpmem (made[i], 40 * 40 * 3 * sizeof (float), made[0], 40 * 40 * 3 * sizeof (float));
      g_assert_cmpmem (met[i], SAMPLES * sizeof (float), met[0], SAMPLES * sizeof (float));
    }
  for (int i = 0; i < 3; i++)
    {
      g_free (made[i]);
      g_free (met[i]);
    }
}

/* The other subjects, and any subject, are what they are in a file without pictures. */
static void
test_others_stay (void)
{
  g_autoptr (FddmContext) with = open_context (TRUE, 24, 0), without = open_context (FALSE, 24, 0);
  const char             *names[] = { "", "grass", "stone paving" };

  for (guint32 i = 0; i < 9; i++)
    {
      FddmGenerateParams params = test_params (names[i / 3], 40, 30, i, 5);
      g_autofree float  *a = generate (with, &params), *b = generate (without, &params);

      g_assert_cmpmem (a, 40 * 30 * 3 * sizeof (float), b, 40 * 30 * 3 * sizeof (float));
    }
}

/* What a plan for PARAMS counts. */
static gsize
planned (FddmContext *context, const FddmGenerateParams *params)
{
  FddmTorus          torus;
  g_autoptr (GError) error = NULL;

  g_assert_true (fddm_generate_plan (context, params, -1, &torus, &error));
  fddm_torus_clear (&torus);
  return torus.bytes;
}

/* The plan counts the floats that an example becomes; where memory is too short for them, a kept subject says so. */
static void
test_memory (void)
{
  g_autoptr (FddmContext) context = open_context (TRUE, 24, 0);
  g_autofree float       *example = test_floats (SAMPLES, 0.2f, 0.8f, 1);
  FddmImage               image   = { example, WIDTH, HEIGHT, 3, WIDTH * 3, 3 };
  const FddmSource        source  = fddm_image_source (&image);
  FddmGenerateParams without = test_params ("", 24, 24, 0, 5), like = without, kept = test_params ("tiles", 24, 24, 0, 5);
  g_autoptr (GError) error = NULL;
  gsize              few;

  like.like      = &source;
  like.closeness = 0.0;
  few            = planned (context, &without);
  g_assert_cmpuint (planned (context, &like), ==, few + SAMPLES * sizeof (float));
  context->options.memory = few + context->weight_bytes;
  g_assert_cmpint (fddm_generate_evaluations (context, &without, &error), >, 0);
  g_assert_no_error (error);
  g_assert_cmpint (fddm_generate_evaluations (context, &kept, &error), ==, 0);
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_MEMORY);
}

/* At closeness 60, 12 · (1 − 0.77 · 0.6) = 6.5 steps are left of 12; four are taken of 5. */
static void
test_steps (void)
{
  static const struct {
    int asked, taken;
  } cases[]                       = { { 12, 7 }, { 5, 4 }, { 2, 2 } };
  g_autoptr (FddmContext) context = open_context (TRUE, 24, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      FddmGenerateParams without = test_params ("", 24, 24, 0, 5), kept = test_params ("tiles", 24, 24, 0, 5);

      without.steps = kept.steps = cases[i].asked;
      g_assert_cmpint (fddm_generate_evaluations (context, &without, NULL) * cases[i].taken, ==,
                       fddm_generate_evaluations (context, &kept, NULL) * cases[i].asked);
    }
}

/* ---- In a file ---- */

/* The file with its examples and their tensor replaced. */
static FddmWeights *
parse (const char *examples, const char *tensor, gsize bytes, GError **error)
{
  g_autofree guint8     *data   = g_new0 (guint8, DATA_BYTES + bytes);
  g_autoptr (GString)    header = g_string_new (EXAMPLES_HEADER);
  g_autoptr (GByteArray) file   = NULL;
  g_autofree guint8     *copy   = NULL;

  weights_file_data (data);
  for (gsize i = 0; i < bytes; i++)
    data[DATA_BYTES + i] = (guint8) (7 * i);
  g_assert_cmpuint (g_string_replace (header, EXAMPLES, examples, 1), ==, 1);
  g_assert_cmpuint (g_string_replace (header, EXAMPLES_SHAPE, tensor, 1), ==, 1);
  file = weights_file (HEADER, header->str, data, DATA_BYTES + bytes);
  copy = g_memdup2 (file->data, file->len);
  return fddm_weights_parse ("kept.safetensors", copy, file->len, error);
}

#define TENSOR(type, shape, end) "'examples':{'dtype':'" type "','shape':" shape ",'data_offsets':[252," end "]}"

static void
test_file (void)
{
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = parse ("[{`name`:`m`,`count`:1,`closeness`:70},{`name`:`n`,`closeness`:0,`count`:2}]",
                                           TENSOR ("U8", "[3,65,64,1]", "12732"), 12480, &error);
  FddmKeptPicture         picture;
  float                   pixels[4];
  FddmSource              source;
  gsize                   prepared, bytes;

  g_assert_no_error (error);
  bytes           = fddm_weights_bytes (weights, &prepared);
  weights->n_kept = 0;
  g_assert_cmpuint (bytes, ==, fddm_weights_bytes (weights, &prepared) + 3 * 65 * 64);
  weights->n_kept = 2;
  g_assert_cmpint (weights->n_kept, ==, 2);
  g_assert_true (weights->kept_width == 64 && weights->kept_height == 65);
  g_assert_true (weights->kept[0].first == 0 && weights->kept[0].count == 1 && weights->kept[0].closeness == 70.0);
  g_assert_true (weights->kept[1].first == 1 && weights->kept[1].count == 2 && weights->kept[1].closeness == 0.0);
  g_assert_cmpuint (g_strv_length ((char **) fddm_weights_subjects (weights)), ==, 3);
  for (int i = 0; i < 3; i++)
    g_assert_cmpstr (fddm_weights_subjects (weights)[i], ==, ((const char *[]) { "a", "m", "n" })[i]);
  g_assert_true (fddm_kept_draw (weights, "m", 3, &picture));
  source = fddm_kept_source (&picture);
  g_assert_true (source.width == 64 && source.height == 65 && source.channels == 1);
  g_assert_true (source.read (source.data, 5, 9, 2, 2, pixels, NULL));
  for (int i = 0; i < 4; i++)
    g_assert_cmpfloat (pixels[i], ==, (float) (7 * ((9 + i / 2) * 64 + 5 + i % 2) % 256) / 255.0f);
}

static void
test_hostile_files (void)
{
  static const struct {
    const char *examples, *tensor;
    gsize       bytes;
    const char *because;
  } wrong[] = {
    { "[]", EXAMPLES_SHAPE, 4096, "“examples” is out of range" },
    { "{}", EXAMPLES_SHAPE, 4096, "“examples” is out of range" },
    { "[", EXAMPLES_SHAPE, 4096, "“examples”" },
    { "[[[1]]]", EXAMPLES_SHAPE, 4096, "“examples”" },
    { "[1]", EXAMPLES_SHAPE, 4096, "entry 0" },
    { "[{}]", EXAMPLES_SHAPE, 4096, "entry 0" },
    { "[{`name`:``,`count`:1,`closeness`:70}]", EXAMPLES_SHAPE, 4096, "entry 0" },
    { "[{`name`:3,`count`:1,`closeness`:70}]", EXAMPLES_SHAPE, 4096, "entry 0" },
    { "[{`name`:`m`,`count`:1}]", EXAMPLES_SHAPE, 4096, "entry 0" },
    { "[{`name`:`m`,`count`:1,`closeness`:70,`more`:1}]", EXAMPLES_SHAPE, 4096, "entry 0" },
    { "[{`name`:`m`,`count`:0,`closeness`:70}]", EXAMPLES_SHAPE, 4096, "entry 0" },
    { "[{`name`:`m`,`count`:-1,`closeness`:70}]", EXAMPLES_SHAPE, 4096, "entry 0" },
    { "[{`name`:`m`,`count`:65,`closeness`:70}]", EXAMPLES_SHAPE, 4096, "entry 0" },
    { "[{`name`:`m`,`count`:1.5,`closeness`:70}]", EXAMPLES_SHAPE, 4096, "entry 0" },
    { "[{`name`:`m`,`count`:1,`closeness`:101}]", EXAMPLES_SHAPE, 4096, "entry 0" },
    { "[{`name`:`m`,`count`:1,`closeness`:-1}]", EXAMPLES_SHAPE, 4096, "entry 0" },
    { "[{`name`:`a`,`count`:1,`closeness`:70}]", EXAMPLES_SHAPE, 4096, "duplicate name “a”" },
    { "[{`name`:`m`,`count`:1,`closeness`:70},{`name`:`m`,`count`:1,`closeness`:70}]", EXAMPLES_SHAPE, 4096,
      "duplicate name “m”" },
    { "[{`name`:`m`,`count`:2,`closeness`:70}]", EXAMPLES_SHAPE, 4096, "“examples” has size 1 in dimension 1 instead of 2" },
    { EXAMPLES, "'exampels':{'dtype':'U8','shape':[1,64,64,1],'data_offsets':[252,4348]}", 4096, "“examples” is missing" },
    { EXAMPLES, TENSOR ("F16", "[1,64,32,1]", "4348"), 4096, "“examples” is not of type U8" },
    { EXAMPLES, TENSOR ("U8", "[1,64,64]", "4348"), 4096, "“examples” has 3 dimensions" },
    { EXAMPLES, TENSOR ("U8", "[1,64,64,3]", "12540"), 12288, "“examples” has size 3 in dimension 4 instead of 1" },
    { EXAMPLES, TENSOR ("U8", "[1,63,64,1]", "4284"), 4032, "from 64 to 512" },
    { EXAMPLES, TENSOR ("U8", "[1,64,63,1]", "4284"), 4032, "from 64 to 512" },
    { EXAMPLES, TENSOR ("U8", "[1,64,513,1]", "33084"), 32832, "from 64 to 512" },
    { EXAMPLES, TENSOR ("U8", "[1,64,64,1]", "4347"), 4095, "does not match" },
    { EXAMPLES, TENSOR ("U8", "[1,64,64,1]", "4348"), 4000, "lies outside" },
    { EXAMPLES, TENSOR ("U8", "[1,2147483647,2147483647,1]", "4348"), 4096, "does not match" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError)      error   = NULL;
      g_autoptr (FddmWeights) weights = parse (wrong[i].examples, wrong[i].tensor, wrong[i].bytes, &error);

      g_assert_null (weights);
      g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
      if (!strstr (error->message, wrong[i].because))
        g_error ("case %d: expected “%s” in: %s", (int) i, wrong[i].because, error->message);
    }
}

/* A tensor of pictures that no metadata names is surplus. */
static void
test_unnamed (void)
{
  g_autofree guint8      *data    = g_new0 (guint8, DATA_BYTES + EXAMPLES_BYTES);
  g_autoptr (GError)      error   = NULL;
  g_autoptr (GByteArray)  file    = NULL;
  g_autoptr (FddmWeights) weights = NULL;

  weights_file_data (data);
  file = weights_file (HEADER, "{" GENERATE_METADATA "," TENSORS "," EXAMPLES_SHAPE "}", data, DATA_BYTES + EXAMPLES_BYTES);
  weights = fddm_weights_parse ("kept.safetensors", file->data, file->len, &error);
  g_assert_null (weights);
  g_assert_nonnull (strstr (error->message, "“examples” is not used"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kept/draws", test_draws);
  g_test_add_func ("/kept/steps", test_steps);
  g_test_add_func ("/kept/is-like-the-picture", test_is_like_the_picture);
  g_test_add_func ("/kept/callers-example", test_callers_example);
  g_test_add_func ("/kept/others-stay", test_others_stay);
  g_test_add_func ("/kept/memory", test_memory);
  g_test_add_func ("/kept/file", test_file);
  g_test_add_func ("/kept/hostile-files", test_hostile_files);
  g_test_add_func ("/kept/unnamed", test_unnamed);
  return g_test_run ();
}
