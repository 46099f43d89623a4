/* test-gegl-operation.c: fddm:denoise gives what the library gives, with the settings of the one table.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/gegl/graph.h"

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

/* What was told: whether it began at 0 and ended at 1, as GIMP's bar needs it, and never went back. */
typedef struct {
  double   last;
  int      calls;
  gboolean starts, rises;
} Told;

static void
note_progress (G_GNUC_UNUSED GeglNode *node, double fraction, gpointer data)
{
  Told *told = data;

  if (told->calls++ == 0)
    told->starts = fraction <= 0;
  told->rises = told->rises && fraction >= told->last;
  told->last  = fraction;
}

/* Also where the noise is known, so that nothing is measured. */
static void
test_progress (void)
{
  g_autofree float      *pixels = test_picture (WIDTH, HEIGHT, 3);
  g_autoptr (GeglBuffer) input  = buffer_of ("R'G'B' float", pixels, "R'G'B' float");
  Graph                  g      = graph_new (input);
  Told                   told;

  g_signal_connect (g.denoise, "progress", G_CALLBACK (note_progress), &told);
  for (int i = 0; i < 2; i++)
    {
      told = (Told) { .rises = TRUE };
      gegl_node_set (g.denoise, "luma", 50.0 + i, NULL);
      g_free (result_of (&g, babl_format ("R'G'B' float")));
      g_assert_true (told.starts && told.rises && told.last >= 1);
    }
  g_object_unref (g.graph);
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

int
main (int argc, char **argv)
{
  graph_init (&argc, &argv);
  g_test_add_func ("/gegl-operation/threads-are-gegls", test_threads_are_gegls);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *name = g_strconcat ("/gegl-operation/equals-library/", kinds[i].format, NULL);

      g_test_add_data_func (name, GINT_TO_POINTER (i), test_equals_library);
    }
  g_test_add_func ("/gegl-operation/settings", test_settings);
  g_test_add_func ("/gegl-operation/properties-are-the-table", test_properties_are_the_table);
  g_test_add_func ("/gegl-operation/measures-once", test_measures_once);
  g_test_add_func ("/gegl-operation/progress", test_progress);
  return g_test_run ();
}
