/* test-gegl-operation.c: fddm:denoise in a graph of GEGL's, against the library; and what may go wrong in a host's process.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include "engine/gegl-pixels.h"
#include "plugin/parameters.h"
#include "tests/unit/denoising.h"

enum { WIDTH = 190, HEIGHT = 130, PIXELS = WIDTH * HEIGHT };

static const GeglRectangle all = { 5, -3, WIDTH, HEIGHT };
static const char         *weights_dir, *module_dir;
static int                 messages; /* told in GEGL's name   */
static char               *message;  /* the last one          */
static gboolean            starved;  /* the engine gets no memory */

/* The engine's own memory, instead of the C library's. */
void *aligned_alloc (size_t alignment, size_t size);

void *
aligned_alloc (size_t alignment, size_t size)
{
  void *memory = NULL;

  errno = ENOMEM;
  return starved || posix_memalign (&memory, alignment, size) ? NULL : memory;
}

static void
note_message (G_GNUC_UNUSED const char *domain, G_GNUC_UNUSED GLogLevelFlags level, const char *text,
              G_GNUC_UNUSED gpointer data)
{
  messages++;
  g_free (message);
  message = g_strdup (text);
}

/* ---- A graph ---- */

typedef struct {
  GeglNode *graph, *source, *denoise;
} Graph;

static Graph
graph_new (GeglBuffer *input)
{
  Graph g = { .graph = gegl_node_new () };

  g.source  = gegl_node_new_child (g.graph, "operation", "gegl:buffer-source", "buffer", input, NULL);
  g.denoise = gegl_node_new_child (g.graph, "operation", "fddm:denoise", "device", FDDM_DEVICE_CHOICE_CPU, NULL);
  gegl_node_link (g.source, g.denoise);
  messages = 0;
  return g;
}

static float *
result_of (const Graph *g, const Babl *format)
{
  float *pixels = g_new0 (float, (gsize) PIXELS * babl_format_get_n_components (format));

  gegl_node_blit (g->denoise, 1, &all, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
  return pixels;
}

static GeglBuffer *
buffer_of (const char *format, const float *pixels, const char *pixels_format)
{
  GeglBuffer *buffer = gegl_buffer_new (&all, babl_format (format));

  gegl_buffer_set (buffer, &all, 0, babl_format (pixels_format), pixels, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

/* The test picture of CHANNELS with ALPHA behind them. Free with g_free. */
static float *
picture_with_alpha (int channels)
{
  g_autofree float *opaque = test_picture (WIDTH, HEIGHT, channels);
  g_autofree float *alpha  = test_floats (PIXELS, 0, 1, 77);
  float            *pixels = g_new (float, (gsize) PIXELS * (channels + 1));

  for (int i = 0; i < PIXELS; i++)
    {
      memcpy (pixels + i * (channels + 1), opaque + i * channels, channels * sizeof (float));
      pixels[i * (channels + 1) + channels] = alpha[i];
    }
  return pixels;
}

/* What the library makes of the first CHANNELS of SAMPLES samples of each pixel. Free with g_free. */
static float *
library (const float *pixels, int channels, int samples, const FddmDenoiseParams *params)
{
  g_autofree char        *path    = g_build_filename (weights_dir, "denoise-fast.safetensors", NULL);
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);
  g_autoptr (FddmContext) context = fddm_context_new (weights, FDDM_DEVICE_CPU, NULL, &error);
  float                  *out     = g_memdup2 (pixels, (gsize) PIXELS * samples * sizeof (float));
  FddmImage               from    = { (float *) pixels, WIDTH, HEIGHT, channels, (gsize) WIDTH * samples, samples };
  FddmImage               to      = { out, WIDTH, HEIGHT, channels, (gsize) WIDTH * samples, samples };
  FddmSource              source  = fddm_image_source (&from);
  FddmSink                sink    = fddm_image_sink (&to);
  FddmReport              report;

  g_assert_true (fddm_denoise (context, params, &source, &sink, NULL, NULL, &report, &error));
  g_assert_no_error (error);
  g_assert_cmpint (report.tiles, >, 0);
  return out;
}

/* ---- Like the library ---- */

static const struct {
  const char *format, *coded; /* of the buffer, and as the engine sees it */
  int         channels, samples;
} kinds[] = {
  { "R'G'B'A float", "R'G'B'A float", 3, 4 }, { "R'G'B' float", "R'G'B' float", 3, 3 }, { "Y'A float", "Y'A float", 1, 2 },
  { "Y' float", "Y' float", 1, 1 },           { "RGBA float", "R'G'B'A float", 3, 4 },
};

/* The same pixels as the library's call, and alpha as it was. */
static void
test_equals_library (gconstpointer which)
{
  const int               i        = GPOINTER_TO_INT (which);
  const int               n        = kinds[i].samples;
  const FddmDenoiseParams params   = fddm_denoise_params_default ();
  g_autofree float       *pixels   = n > kinds[i].channels ? picture_with_alpha (n - 1) : test_picture (WIDTH, HEIGHT, n);
  g_autoptr (GeglBuffer)  input    = buffer_of (kinds[i].format, pixels, kinds[i].coded);
  Graph                   g        = graph_new (input);
  g_autofree float       *result   = result_of (&g, babl_format (kinds[i].coded));
  g_autofree float       *expected = library (pixels, kinds[i].channels, n, &params);

  g_assert_cmpfloat (test_error (pixels, expected, (gsize) PIXELS * n), >, 0.03);
  g_assert_cmpfloat (test_error (result, expected, (gsize) PIXELS * n), <, 1e-5);
  for (int k = 0; n > kinds[i].channels && k < PIXELS; k++)
    g_assert_cmpfloat_with_epsilon (result[k * n + n - 1], pixels[k * n + n - 1], 1e-6);
  g_assert_cmpint (messages, ==, 0);
  g_object_unref (g.graph);
}

/* The settings reach the library. */
static void
test_settings (void)
{
  FddmDenoiseParams      params   = fddm_denoise_params_default ();
  g_autofree float      *pixels   = test_picture (WIDTH, HEIGHT, 3);
  g_autoptr (GeglBuffer) input    = buffer_of ("R'G'B' float", pixels, "R'G'B' float");
  Graph                  g        = graph_new (input);
  g_autofree float      *result   = NULL;
  g_autofree float      *expected = NULL;

  params.noise  = 12;
  params.luma   = 80;
  params.chroma = 30;
  params.detail = 40;
  params.seed   = 9;
  params.coarse = 50;
  params.medium = 150;
  params.fine   = 90;
  gegl_node_set (g.denoise, "noise", 12.0, "luma", 80.0, "chroma", 30.0, "detail", 40.0, "seed", 9, "coarse", 50.0, "medium",
                 150.0, "fine", 90.0, NULL);
  result   = result_of (&g, babl_format ("R'G'B' float"));
  expected = library (pixels, 3, 3, &params);
  g_assert_cmpfloat (test_error (result, expected, PIXELS * 3), <, 1e-5);
  g_object_unref (g.graph);
}

/* Names, texts and ranges are those of the one table; the quality alone has another default. */
static void
test_properties_are_the_table (void)
{
  g_autoptr (GeglNode) node = gegl_node_new ();
  int                  n    = 0;

  gegl_node_set (node, "operation", "fddm:denoise", NULL);
  for (int i = 0; i < FDDM_DENOISE_N; i++)
    {
      const FddmParameter *row  = &fddm_denoise_parameters[i];
      GParamSpec          *spec = gegl_node_find_property (node, row->name);

      if (i == FDDM_DENOISE_OUTPUT)
        {
          g_assert_null (spec);
          continue;
        }
      n++;
      g_assert_cmpstr (g_param_spec_get_blurb (spec), ==, row->blurb);
      g_assert_null (strchr (g_param_spec_get_nick (spec), '_'));
      if (row->type == FDDM_PARAMETER_DOUBLE)
        {
          g_assert_cmpfloat (G_PARAM_SPEC_DOUBLE (spec)->minimum, ==, row->min);
          g_assert_cmpfloat (G_PARAM_SPEC_DOUBLE (spec)->maximum, ==, row->max);
          g_assert_cmpfloat (G_PARAM_SPEC_DOUBLE (spec)->default_value, ==, row->preset);
        }
      else if (row->type == FDDM_PARAMETER_INT)
        g_assert_cmpint (G_PARAM_SPEC_INT (spec)->maximum, ==, (int) row->max);
      else
        {
          g_assert_cmpint (G_PARAM_SPEC_ENUM (spec)->enum_class->n_values, ==, (int) row->max + 1);
          g_assert_cmpint (G_PARAM_SPEC_ENUM (spec)->default_value, ==,
                           i == FDDM_DENOISE_QUALITY ? FDDM_QUALITY_FAST : (int) row->preset);
          g_assert_cmpstr (g_enum_get_value (G_PARAM_SPEC_ENUM (spec)->enum_class, 0)->value_nick, ==, row->choices[0].name);
        }
    }
  g_assert_cmpint (n, ==, FDDM_DENOISE_N - 1);
}

/* ---- Called again ---- */

static void
note_first_progress (G_GNUC_UNUSED GeglNode *node, double fraction, gpointer data)
{
  double *first = data;

  if (*first < 0 && fraction > 0)
    *first = fraction;
}

/* The noise is measured again only if the picture is another, also when another buffer has the same picture. Measuring takes
 * the first tenth of the progress. */
static void
test_measures_once (void)
{
  FddmDenoiseParams      params = fddm_denoise_params_default ();
  g_autofree float      *pixels = test_picture (WIDTH, HEIGHT, 3);
  g_autoptr (GeglBuffer) input = buffer_of ("R'G'B' float", pixels, "R'G'B' float"), copy = gegl_buffer_dup (input);
  g_autoptr (GeglBuffer) other     = NULL;
  Graph                  g         = graph_new (input);
  double                 first     = -1;
  g_autofree float      *measured  = NULL;
  g_autofree float      *kept      = NULL;
  g_autofree float      *anew      = NULL;
  g_autofree float      *expected  = NULL;
  g_autofree float      *expected2 = NULL;

  g_signal_connect (g.denoise, "progress", G_CALLBACK (note_first_progress), &first);
  measured = result_of (&g, babl_format ("R'G'B' float"));
  g_assert_cmpfloat (first, <, 0.1);

  first = -1;
  gegl_node_set (g.source, "buffer", copy, NULL);
  gegl_node_set (g.denoise, "luma", 50.0, NULL);
  kept = result_of (&g, babl_format ("R'G'B' float"));
  g_assert_cmpfloat (first, >=, 0.1);
  params.luma = 50;
  expected    = library (pixels, 3, 3, &params);
  g_assert_cmpfloat (test_error (kept, expected, PIXELS * 3), <, 1e-5);

  first = -1;
  for (int i = 0; i < PIXELS * 3; i++)
    pixels[i] *= 0.6f;
  other = buffer_of ("R'G'B' float", pixels, "R'G'B' float");
  gegl_node_set (g.source, "buffer", other, NULL);
  anew = result_of (&g, babl_format ("R'G'B' float"));
  g_assert_cmpfloat (first, <, 0.1);
  expected2 = library (pixels, 3, 3, &params);
  g_assert_cmpfloat (test_error (anew, expected2, PIXELS * 3), <, 1e-5);
  g_object_unref (g.graph);
}

static int
tasks (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  int              n   = 0;

  while (dir && g_dir_read_name (dir))
    n++;
  return n;
}

/* Where GEGL has one thread, the engine starts none. */
static void
test_threads_are_gegls (void)
{
  g_autofree float      *pixels = test_picture (WIDTH, HEIGHT, 3);
  g_autoptr (GeglBuffer) input  = buffer_of ("R'G'B' float", pixels, "R'G'B' float");
  Graph                  g      = graph_new (input);
  int                    before, threads;

  g_object_get (gegl_config (), "threads", &threads, NULL);
  g_object_set (gegl_config (), "threads", 1, NULL);
  gegl_node_process (g.source);
  before = tasks ();
  g_free (result_of (&g, babl_format ("R'G'B' float")));
  g_assert_cmpint (tasks (), ==, before);
  g_object_set (gegl_config (), "threads", threads, NULL);
  g_object_unref (g.graph);
}

/* ---- What may go wrong: the picture passes unchanged, and a message says so once ---- */

static void
assert_unchanged (const Graph *g, const float *pixels)
{
  g_autofree float *result = result_of (g, babl_format ("R'G'B'A float"));

  g_assert_cmpmem (result, PIXELS * 4 * sizeof (float), pixels, PIXELS * 4 * sizeof (float));
}

static void
assert_told_once (const char *words)
{
  g_assert_cmpint (messages, ==, 1);
  g_assert_true (g_str_has_prefix (message, "fddm:denoise: "));
  g_assert_nonnull (strstr (message, words));
}

static void
assert_passes (const char *words)
{
  g_autofree float      *pixels = picture_with_alpha (3);
  g_autoptr (GeglBuffer) input  = buffer_of ("R'G'B'A float", pixels, "R'G'B'A float");
  Graph                  g      = graph_new (input);

  assert_unchanged (&g, pixels);
  gegl_node_set (g.denoise, "luma", 90.0, NULL);
  assert_unchanged (&g, pixels);
  assert_told_once (words);
  g_object_unref (g.graph);
}

static void
test_missing_weights (void)
{
  if (g_file_test (FDDM_WEIGHTSDIR "/denoise-fast.safetensors", G_FILE_TEST_EXISTS))
    {
      g_test_skip ("weights are installed in " FDDM_WEIGHTSDIR);
      return;
    }
  g_setenv ("FDDM_WEIGHTS_DIR", "/nowhere", TRUE);
  assert_passes ("/nowhere");
  g_setenv ("FDDM_WEIGHTS_DIR", weights_dir, TRUE);
}

static void
test_truncated_weights (void)
{
  g_autofree char *folder = g_dir_make_tmp ("fddm-gegl-XXXXXX", NULL);
  g_autofree char *whole  = g_build_filename (weights_dir, "denoise-fast.safetensors", NULL);
  g_autofree char *half   = g_build_filename (folder, "denoise-fast.safetensors", NULL);
  g_autofree char *bytes  = NULL;
  gsize            size;

  g_assert_true (g_file_get_contents (whole, &bytes, &size, NULL));
  g_assert_true (g_file_set_contents (half, bytes, (gssize) size / 2, NULL));
  g_setenv ("FDDM_WEIGHTS_DIR", folder, TRUE);
  assert_passes (half);
  g_setenv ("FDDM_WEIGHTS_DIR", weights_dir, TRUE);
  g_remove (half);
  g_rmdir (folder);
}

/* Memory runs out while a user tries settings, and is there again. */
static void
test_no_memory (void)
{
  g_autofree float      *pixels = picture_with_alpha (3);
  g_autoptr (GeglBuffer) input  = buffer_of ("R'G'B'A float", pixels, "R'G'B'A float");
  Graph                  g      = graph_new (input);
  g_autofree float      *before = result_of (&g, babl_format ("R'G'B'A float"));
  g_autofree float      *after  = NULL;

  starved = TRUE;
  gegl_node_set (g.denoise, "luma", 90.0, NULL);
  assert_unchanged (&g, pixels);
  gegl_node_set (g.denoise, "luma", 80.0, NULL);
  assert_unchanged (&g, pixels);
  starved = FALSE;
  assert_told_once ("emory");

  gegl_node_set (g.denoise, "luma", 100.0, NULL);
  after = result_of (&g, babl_format ("R'G'B'A float"));
  g_assert_cmpfloat (test_error (after, before, PIXELS * 4), <, 1e-5);
  g_object_unref (g.graph);
}

/* The GPU is lost after a few tiles: the processor does it over. */
static void
test_lost_gpu (void)
{
  const FddmDenoiseParams params   = fddm_denoise_params_default ();
  g_autofree float       *pixels   = test_picture (WIDTH, HEIGHT, 3);
  g_autoptr (GeglBuffer)  input    = buffer_of ("R'G'B' float", pixels, "R'G'B' float");
  Graph                   g        = graph_new (input);
  g_autofree float       *result   = NULL;
  g_autofree float       *expected = library (pixels, 3, 3, &params);

  g_setenv ("FDDM_MODULE_DIR", module_dir, TRUE);
  g_setenv ("FDDM_TEST_CONVOLUTIONS", "3", TRUE);
  gegl_node_set (g.denoise, "device", FDDM_DEVICE_CHOICE_AUTO, NULL);
  result = result_of (&g, babl_format ("R'G'B' float"));
  g_assert_cmpfloat (test_error (result, expected, PIXELS * 3), <, 1e-4);
  g_assert_cmpint (messages, ==, 0);
  g_object_unref (g.graph);

  g_setenv ("FDDM_MODULE_DIR", "/nowhere", TRUE);
}

/* A GPU that was asked for and is not there is a problem. */
static void
test_no_gpu (void)
{
  g_autofree float      *pixels = test_picture (WIDTH, HEIGHT, 3);
  g_autoptr (GeglBuffer) input  = buffer_of ("R'G'B' float", pixels, "R'G'B' float");
  Graph                  g      = graph_new (input);
  g_autofree float      *result = NULL;

  g_setenv ("FDDM_MODULE_DIR", "/nowhere", TRUE);
  gegl_node_set (g.denoise, "device", FDDM_DEVICE_CHOICE_GPU, NULL);
  result = result_of (&g, babl_format ("R'G'B' float"));
  g_assert_cmpmem (result, PIXELS * 3 * sizeof (float), pixels, PIXELS * 3 * sizeof (float));
  g_assert_cmpint (messages, ==, 1);
  g_object_unref (g.graph);
}

/* ---- Odd pictures ---- */

static void
test_not_finite (void)
{
  const FddmDenoiseParams params = fddm_denoise_params_default ();
  g_autofree float       *pixels = test_picture (WIDTH, HEIGHT, 3);
  g_autoptr (GeglBuffer)  input  = NULL;
  g_autofree float       *result = NULL;
  g_autofree float       *expected;
  Graph                   g;

  for (int i = 0; i < PIXELS * 3; i += 1009)
    pixels[i] = i % 2 ? NAN : INFINITY;
  input    = buffer_of ("R'G'B' float", pixels, "R'G'B' float");
  g        = graph_new (input);
  result   = result_of (&g, babl_format ("R'G'B' float"));
  expected = library (pixels, 3, 3, &params);
  for (int i = 0; i < PIXELS * 3; i++)
    g_assert_true (result[i] == expected[i] || fabsf (result[i] - expected[i]) < 1e-5f ||
                   (isnan (result[i]) && isnan (expected[i])));
  g_assert_cmpint (messages, ==, 0);
  g_object_unref (g.graph);
}

/* A plane without end cannot be read as a whole. */
static void
test_endless (void)
{
  g_autoptr (GeglNode) graph   = gegl_node_new ();
  GeglColor           *colour  = gegl_color_new ("rgb(0.25, 0.5, 0.75)");
  GeglNode            *plane   = gegl_node_new_child (graph, "operation", "gegl:color", "value", colour, NULL);
  GeglNode            *denoise = gegl_node_new_child (graph, "operation", "fddm:denoise", NULL);
  float                pixels[4 * 4 * 4];

  messages = 0;
  gegl_node_link (plane, denoise);
  gegl_node_blit (denoise, 1, GEGL_RECTANGLE (100, 100, 4, 4), babl_format ("RGBA float"), pixels, GEGL_AUTO_ROWSTRIDE,
                  GEGL_BLIT_DEFAULT);
  for (int i = 0; i < 16; i++)
    for (int c = 0; c < 3; c++)
      g_assert_cmpfloat_with_epsilon (pixels[4 * i + c], 0.25 * (c + 1), 1e-5);
  g_assert_cmpint (messages, ==, 0);
  g_object_unref (colour);
}

/* No input at all, an empty one, and a single pixel. */
static void
test_next_to_nothing (void)
{
  g_autoptr (GeglNode)   lonely    = gegl_node_new ();
  GeglNode              *child     = gegl_node_new_child (lonely, "operation", "fddm:denoise", NULL);
  g_autoptr (GeglBuffer) empty     = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 0, 0), babl_format ("R'G'B' u8"));
  g_autoptr (GeglBuffer) single    = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 1, 1), babl_format ("R'G'B' u8"));
  GeglBuffer            *two[]     = { empty, single };
  const guint8           colour[3] = { 10, 200, 30 };
  guint8                 pixel[3];

  gegl_node_blit (child, 1, GEGL_RECTANGLE (0, 0, 1, 1), babl_format ("R'G'B' u8"), pixel, GEGL_AUTO_ROWSTRIDE,
                  GEGL_BLIT_DEFAULT);
  gegl_buffer_set (single, NULL, 0, babl_format ("R'G'B' u8"), colour, GEGL_AUTO_ROWSTRIDE);
  for (int i = 0; i < 2; i++)
    {
      Graph g = graph_new (two[i]);

      gegl_node_blit (g.denoise, 1, GEGL_RECTANGLE (0, 0, 1, 1), babl_format ("R'G'B' u8"), pixel, GEGL_AUTO_ROWSTRIDE,
                      GEGL_BLIT_DEFAULT);
      g_assert_cmpint (messages, ==, 0);
      g_object_unref (g.graph);
    }
  g_assert_cmpmem (pixel, 3, colour, 3);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  weights_dir = g_getenv ("FDDM_WEIGHTS_DIR");
  module_dir  = argv[1];
  g_setenv ("FDDM_MODULE_DIR", "/nowhere", TRUE);
  gegl_init (NULL, NULL);
  g_log_set_handler ("GEGL", G_LOG_LEVEL_MESSAGE, note_message, NULL);

  g_test_add_func ("/gegl-operation/threads-are-gegls", test_threads_are_gegls);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *name = g_strconcat ("/gegl-operation/equals-library/", kinds[i].format, NULL);

      g_test_add_data_func (name, GINT_TO_POINTER (i), test_equals_library);
    }
  g_test_add_func ("/gegl-operation/settings", test_settings);
  g_test_add_func ("/gegl-operation/properties-are-the-table", test_properties_are_the_table);
  g_test_add_func ("/gegl-operation/measures-once", test_measures_once);
  g_test_add_func ("/gegl-operation/missing-weights", test_missing_weights);
  g_test_add_func ("/gegl-operation/truncated-weights", test_truncated_weights);
  g_test_add_func ("/gegl-operation/no-memory", test_no_memory);
  g_test_add_func ("/gegl-operation/lost-gpu", test_lost_gpu);
  g_test_add_func ("/gegl-operation/no-gpu", test_no_gpu);
  g_test_add_func ("/gegl-operation/not-finite", test_not_finite);
  g_test_add_func ("/gegl-operation/endless", test_endless);
  g_test_add_func ("/gegl-operation/next-to-nothing", test_next_to_nothing);
  status = g_test_run ();
  g_free (message);
  return status;
}
