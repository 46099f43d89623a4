/* test-gegl-faults.c: whatever goes wrong, fddm:denoise hands on the picture unchanged, and says so once.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include "engine/installed.h"
#include "tests/unit/gegl/graph.h"

static const char *weights_dir, *module_dir;
static gboolean    starved; /* the engine gets no memory */

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
  g_autofree char *installed = g_build_filename (fddm_installed_weights (), "denoise-fast.safetensors", NULL);

  if (g_file_test (installed, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("weights are installed for all users");
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
  graph_init (&argc, &argv);
  weights_dir = g_getenv ("FDDM_WEIGHTS_DIR");
  module_dir  = argv[1];
  g_test_add_func ("/gegl-faults/missing-weights", test_missing_weights);
  g_test_add_func ("/gegl-faults/truncated-weights", test_truncated_weights);
  g_test_add_func ("/gegl-faults/no-memory", test_no_memory);
  g_test_add_func ("/gegl-faults/lost-gpu", test_lost_gpu);
  g_test_add_func ("/gegl-faults/no-gpu", test_no_gpu);
  g_test_add_func ("/gegl-faults/not-finite", test_not_finite);
  g_test_add_func ("/gegl-faults/endless", test_endless);
  g_test_add_func ("/gegl-faults/next-to-nothing", test_next_to_nothing);
  return g_test_run ();
}
