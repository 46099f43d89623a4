/* test-seamless.c: pictures made to repeat, with a small random network.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/generate/material.h"
#include "engine/generate/band.h"

static float *
make_seamless (FddmContext *context, const FddmSeamlessParams *params, Material *material, FddmProgress progress,
               gpointer data, GError **error)
{
  const FddmSource *source = &material->source;
  const int         row    = source->width * source->channels;
  float            *pixels = g_new0 (float, (gsize) source->height * row);
  FddmImage image = { pixels, source->width, source->height, source->channels, (gsize) row, (gsize) source->channels };
  FddmSink  sink  = fddm_image_sink (&image);

  if (fddm_make_seamless (context, params, source, &sink, progress, data, error))
    return pixels;
  g_free (pixels);
  return NULL;
}

/* Mean difference of neighbours across the wrap, relative to that inside; DOWN: of rows. */
static double
seam (const float *pixels, const FddmSource *source, gboolean down)
{
  const int n = down ? source->height : source->width, m = down ? source->width : source->height;
  double    across = 0, inside = 0;

  for (int i = 0; i < n; i++)
    for (int j = 0; j < m; j++)
      for (int c = 0; c < source->channels; c++)
        {
          const int   next  = (i + 1) % n;
          const gsize here  = ((gsize) (down ? i : j) * source->width + (gsize) (down ? j : i)) * source->channels + c;
          const gsize there = ((gsize) (down ? next : j) * source->width + (gsize) (down ? j : next)) * source->channels + c;
          const double apart = fabs ((double) pixels[here] - (double) pixels[there]);

          if (next == 0)
            across += apart / m;
          else
            inside += apart / m / (n - 1);
        }
  return across / inside;
}

/* Edges that did not meet do; pixels beyond the band keep every bit. Sizes that are and are not multiples of the patch, gray and
 * colour, in one window and in several. */
static void
test_edges_meet (void)
{
  static const struct {
    int width, height, channels, band, side;
  } cases[]    = { { 64, 64, 3, 16, 24 }, { 97, 131, 3, 0, 24 }, { 130, 66, 1, 12, 24 }, { 80, 75, 3, 0, 0 } };
  double total = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, cases[i].side, 2);
      FddmSeamlessParams      params  = fddm_seamless_params_default ();
      const int               w = cases[i].width, h = cases[i].height, n = cases[i].channels;
      const int               band   = cases[i].band > 0 ? cases[i].band : 16;
      g_autofree float       *before = g_new (float, w * h * n), *pixels = NULL;
      g_autoptr (GError)      error = NULL;
      Material                material;

      material_init (&material, w, h, n);
      params.band       = cases[i].band;
      params.steps      = 8;
      params.even_light = FALSE;
      material_read (&material, 0, 0, w, h, before, NULL);
      pixels = make_seamless (context, &params, &material, NULL, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpfloat (seam (before, &material.source, FALSE), >, 1.3);
      for (int down = 0; down < 2; down++)
        {
          total += seam (pixels, &material.source, down) / 2 / G_N_ELEMENTS (cases);
          g_assert_cmpfloat (seam (pixels, &material.source, down), <, 0.6 * seam (before, &material.source, down));
        }
      for (int y = band; y < h - band; y++)
        g_assert_cmpmem (before + (y * w + band) * n, (gsize) (w - 2 * band) * n * sizeof (float),
                         pixels + (y * w + band) * n, (gsize) (w - 2 * band) * n * sizeof (float));
    }
  g_assert_cmpfloat (total, <, 1.1); /* one seam is short; the mean over all is that of the inside */
}

/* Values that no network sees stay where they are: no numbers and bright lights in the middle. In the band they are replaced. */
static gboolean
read_faulty (gpointer data, int x, int y, int width, int height, float *pixels, GError **error)
{
  if (!material_read (data, x, y, width, height, pixels, error))
    return FALSE;
  for (int j = 0; j < height; j++)
    for (int i = 0; i < width; i++)
      if ((x + i) % 35 == 0 && (y + j) % 35 == 0)
        pixels[(j * width + i) * 3] = (x + i) % 2 == 0 ? NAN : 40.0f;
  return TRUE;
}

/* Of columns [FIRST, END) of a square picture. */
static double
mean_of (const float *pixels, int side, int first, int end)
{
  double sum = 0;

  for (int y = 0; y < side; y++)
    for (int i = first * 3; i < end * 3; i++)
      sum += pixels[y * side * 3 + i];
  return sum / (side * (end - first) * 3);
}

static gboolean
read_sloped (gpointer data, int x, int y, int width, int height, float *pixels, GError **error)
{
  const Material *material = data;

  if (!material_read (data, x, y, width, height, pixels, error))
    return FALSE;
  for (int j = 0; j < height; j++)
    for (int i = 0; i < width; i++)
      for (int c = 0; c < 3; c++)
        *pixels++ *= 0.5f + (float) (x + i) / (float) material->source.width;
  return TRUE;
}

/* Light that rises from edge to edge goes, unless it is to stay. */
static void
test_light (void)
{
  enum { SIDE = 128 };
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);
  FddmSeamlessParams      params  = fddm_seamless_params_default ();
  double                  rise[2];
  Material                material;

  material_init (&material, SIDE, SIDE, 3);
  material.source.read = read_sloped;
  params.steps         = 8;
  for (int even = 0; even < 2; even++)
    {
      g_autofree float *pixels = NULL;

      params.even_light = even;
      pixels            = make_seamless (context, &params, &material, NULL, NULL, NULL);
      g_assert_nonnull (pixels);
      rise[even] = mean_of (pixels, SIDE, SIDE / 2, SIDE) / mean_of (pixels, SIDE, 0, SIDE / 2);
    }
  g_assert_cmpfloat (rise[0], >, 1.4);
  g_assert_cmpfloat (fabs (rise[1] - 1), <, 0.05);
}

static void
test_faulty_pixels (void)
{
  enum { SIDE = 80 };
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);
  FddmSeamlessParams      params  = fddm_seamless_params_default ();
  g_autofree float       *pixels  = NULL;
  Material                material;

  material_init (&material, SIDE, SIDE, 3);
  material.source.read = read_faulty;
  params.steps         = 4;
  params.band          = 12;
  params.even_light    = FALSE;
  pixels               = make_seamless (context, &params, &material, NULL, NULL, NULL);
  g_assert_nonnull (pixels);
  for (int i = 0; i < SIDE * SIDE * 3; i++)
    g_assert_true (isfinite (pixels[i]) || i / 3 == 70 * SIDE + 70 || i / 3 == 35 * SIDE + 70 || i / 3 == 70 * SIDE + 35);
  g_assert_cmpfloat (pixels[(35 * SIDE + 35) * 3], ==, 40.0f);
  g_assert_cmpfloat (pixels[0], <=, 1.0f);
}

static gboolean
read_bright (gpointer data, int x, int y, int width, int height, float *pixels, GError **error)
{
  if (!material_read (data, x, y, width, height, pixels, error))
    return FALSE;
  for (int i = 0; i < width * height * 3; i++)
    pixels[i] = 3.0f + 2.0f * pixels[i];
  return TRUE;
}

/* An HDR picture is as bright in the band as elsewhere, and keeps every bit there. */
static void
test_bright (void)
{
  enum { SIDE = 96, BAND = 12 };
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);
  FddmSeamlessParams      params  = fddm_seamless_params_default ();
  g_autofree float       *before = g_new (float, SIDE * SIDE * 3), *pixels = NULL;
  double                  inside;
  Material                material;

  material_init (&material, SIDE, SIDE, 3);
  read_bright (&material, 0, 0, SIDE, SIDE, before, NULL);
  material.source.read = read_bright;
  params.steps         = 8;
  params.band          = BAND;
  for (int even = 0; even < 2; even++)
    {
      params.even_light = even;
      pixels            = make_seamless (context, &params, &material, NULL, NULL, NULL);
      g_assert_nonnull (pixels);
      inside = mean_of (pixels, SIDE, BAND, SIDE - BAND);
      g_assert_cmpfloat (inside, >, 3.5);
      g_assert_cmpfloat_with_epsilon (mean_of (pixels, SIDE, 0, BAND / 2), inside, 0.1 * inside);
      for (int y = BAND; y < SIDE - BAND && !even; y++)
        g_assert_cmpmem (before + (y * SIDE + BAND) * 3, (gsize) (SIDE - 2 * BAND) * 3 * sizeof (float),
                         pixels + (y * SIDE + BAND) * 3, (gsize) (SIDE - 2 * BAND) * 3 * sizeof (float));
      g_clear_pointer (&pixels, g_free);
    }
}

/* The picture may be overwritten by what is made of it; the same seed gives the same. */
static void
test_itself (void)
{
  enum { SIDE = 70, FLOATS = SIDE * SIDE * 3 };
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);
  FddmSeamlessParams      params  = fddm_seamless_params_default ();
  g_autofree float       *apart = NULL, *shared = g_new (float, FLOATS);
  FddmImage               image  = { shared, SIDE, SIDE, 3, SIDE * 3, 3 };
  FddmSource              source = fddm_image_source (&image);
  FddmSink                sink   = fddm_image_sink (&image);
  Material                material;

  material_init (&material, SIDE, SIDE, 3);
  params.steps = 4;
  apart        = make_seamless (context, &params, &material, NULL, NULL, NULL);
  material_read (&material, 0, 0, SIDE, SIDE, shared, NULL);
  g_assert_true (fddm_make_seamless (context, &params, &source, &sink, NULL, NULL, NULL));
  g_assert_cmpmem (apart, FLOATS * sizeof (float), shared, FLOATS * sizeof (float));
}

/* A picture of one colour stays as it is, to the rounding. */
static void
test_flat (void)
{
  enum { SIDE = 64 };
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);
  FddmSeamlessParams      params  = fddm_seamless_params_default ();
  g_autofree float       *pixels  = NULL;
  Material                material;

  material_init (&material, SIDE, SIDE, 3);
  material.strength = 0.0f;
  pixels            = make_seamless (context, &params, &material, NULL, NULL, NULL);
  for (int i = 0; i < SIDE * SIDE * 3; i++)
    g_assert_cmpfloat_with_epsilon (pixels[i], material.colour[i % 3], 3.0 / 255.0);
}

static void
test_refused (void)
{
  static const struct {
    const char *weights;
    int         width, height, band, steps;
    double      eta;
    const char *subject;
    gboolean    fails;
    const char *words;
  } cases[] = { { "tiny-generate.safetensors", 1, 1, 0, 4, 1, "", FALSE, "not 1 × 1" },
                { "tiny-generate.safetensors", 64, 63, 0, 4, 1, "", FALSE, "not 64 × 63" },
                { "tiny-generate.safetensors", 64, 80, 17, 4, 1, "", FALSE, "from 1 to 16, not 17" },
                { "tiny-generate.safetensors", 64, 80, -1, 4, 1, "", FALSE, "not -1" },
                { "tiny-generate.safetensors", 64, 64, 0, 0, 1, "", FALSE, "steps" },
                { "tiny-generate.safetensors", 64, 64, 0, 4, 2, "", FALSE, "eta" },
                { "tiny-generate.safetensors", 64, 64, 0, 4, 1, "gras", FALSE, "grass, stone paving" },
                { "tiny-generate.safetensors", 64, 64, 0, 4, 1, "", TRUE, "torn" },
                { "tiny.safetensors", 64, 64, 0, 4, 1, "", FALSE, "tiny.safetensors" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (FddmContext) context = material_context (cases[i].weights, FDDM_DEVICE_CPU, 0, 2);
      FddmSeamlessParams      params  = {
              .subject = cases[i].subject, .band = cases[i].band, .steps = cases[i].steps, .eta = cases[i].eta
      };
      g_autoptr (GError) error = NULL;
      Material           material;

      material_init (&material, cases[i].width, cases[i].height, 3);
      material.fails = cases[i].fails;
      g_assert_null (make_seamless (context, &params, &material, NULL, NULL, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

/* Around a band the state is held: whatever the network makes of it, it ends where it was, while the band changes. */
static void
test_held (void)
{
  enum { SIDE = 96, FLOATS = SIDE * SIDE * 3 };
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);
  g_autofree float       *before = g_new (float, FLOATS), *pixels = NULL, *outside = g_new0 (float, FLOATS);
  g_autofree float       *inside = g_new0 (float, FLOATS), *nothing = g_new0 (float, FLOATS);
  FddmTicker              ticker = { .func = NULL, .phase = FDDM_PHASE_GENERATE, .from = 0, .to = 1 };
  g_autoptr (GError)      error  = NULL;
  Material                material;

  material_init (&material, SIDE, SIDE, 3);
  material_read (&material, 0, 0, SIDE, SIDE, before, NULL);
  pixels = g_memdup2 (before, FLOATS * sizeof (float));
  {
    g_autoptr (FddmExample) example = fddm_example_read (&material.source, 3, &error);
    const FddmBandMaterial  made_of = {
       .context = context, .example = example, .class = -1, .steps = 100, .eta = 1.0, .seed = 1
    };
    const FddmBandPiece piece = {
      .width = SIDE, .height = SIDE, .pixels = pixels, .band = { 36, 0, 24, SIDE }, .meets_y = TRUE
    };

    g_assert_true (fddm_example_measure (example, context, &error));
    g_assert_true (fddm_band_sample (&made_of, &piece, &ticker, &error));
  }
  for (int i = 0; i < FLOATS; i++)
    (i / 3 % SIDE < 36 || i / 3 % SIDE >= 60 ? outside : inside)[i] = pixels[i] - before[i];
  g_assert_cmpfloat (test_error (inside, nothing, FLOATS), >, 0.02 * test_error (before, nothing, FLOATS));
  g_assert_cmpfloat (test_error (outside, nothing, FLOATS), <, 0.2 * test_error (inside, nothing, FLOATS));
}

/* A band that is wider than the example is filled with several blocks beside each other, and what is around it is held. */
static void
test_wide_band (void)
{
  enum { WIDTH = 192, SIDE = 120, FLOATS = WIDTH * SIDE * 3, LEFT = 32, BAND = 128 };
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);
  g_autofree float       *before = g_new (float, FLOATS), *pixels = NULL, *outside = g_new0 (float, FLOATS);
  g_autofree float       *inside = g_new0 (float, FLOATS), *nothing = g_new0 (float, FLOATS);
  FddmTicker              ticker = { .func = NULL, .phase = FDDM_PHASE_GENERATE, .from = 0, .to = 1 };
  g_autoptr (GError)      error  = NULL;
  Material                material, small;

  material_init (&material, WIDTH, SIDE, 3);
  material_init (&small, 70, 64, 3);
  material_read (&material, 0, 0, WIDTH, SIDE, before, NULL);
  for (int meets = 0; meets < 2; meets++)
    {
      g_autoptr (FddmExample) example = fddm_example_read (&small.source, 3, &error);
      const FddmBandMaterial  made_of = {
         .context = context, .example = example, .class = -1, .steps = 100, .eta = 1.0, .seed = 1
      };
      FddmBandPiece piece = { .width = WIDTH, .height = SIDE, .band = { LEFT, 0, BAND, SIDE }, .meets_y = meets };

      g_free (pixels);
      piece.pixels = pixels = g_memdup2 (before, FLOATS * sizeof (float));
      g_assert_true (fddm_example_measure (example, context, &error));
      g_assert_true (fddm_band_sample (&made_of, &piece, &ticker, &error));
      for (int i = 0; i < FLOATS; i++)
        (i / 3 % WIDTH < LEFT || i / 3 % WIDTH >= LEFT + BAND ? outside : inside)[i] = pixels[i] - before[i];
      g_assert_cmpfloat (test_error (inside, nothing, FLOATS), >, 0.02 * test_error (before, nothing, FLOATS));
      g_assert_cmpfloat (test_error (outside, nothing, FLOATS), <, 0.2 * test_error (inside, nothing, FLOATS));
    }
}

typedef struct {
  double last, until;
} Listener;

static gboolean
listen (FddmPhase phase, double fraction, gpointer data)
{
  Listener *listener = data;

  g_assert_cmpint (phase, ==, FDDM_PHASE_GENERATE);
  g_assert_true (fraction >= listener->last && fraction <= 1.0);
  listener->last = fraction;
  return fraction < listener->until;
}

/* Rises to 1; a no ends it. */
static void
test_progress (void)
{
  g_autoptr (FddmContext) context = material_context ("tiny-generate.safetensors", FDDM_DEVICE_CPU, 24, 2);
  FddmSeamlessParams      params  = fddm_seamless_params_default ();
  Listener                all = { .until = 2.0 }, some = { .until = 0.6 };
  g_autofree float       *pixels = NULL;
  g_autoptr (GError)      error  = NULL;
  Material                material;

  material_init (&material, 90, 70, 3);
  params.steps = 6;
  pixels       = make_seamless (context, &params, &material, listen, &all, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (all.last, ==, 1.0);
  g_assert_null (make_seamless (context, &params, &material, listen, &some, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_CANCELLED);
  g_assert_cmpfloat (some.last, <, 0.8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/seamless/edges-meet", test_edges_meet);
  g_test_add_func ("/seamless/light", test_light);
  g_test_add_func ("/seamless/faulty-pixels", test_faulty_pixels);
  g_test_add_func ("/seamless/bright", test_bright);
  g_test_add_func ("/seamless/itself", test_itself);
  g_test_add_func ("/seamless/flat", test_flat);
  g_test_add_func ("/seamless/refused", test_refused);
  g_test_add_func ("/seamless/held", test_held);
  g_test_add_func ("/seamless/wide-band", test_wide_band);
  g_test_add_func ("/seamless/progress", test_progress);
  return g_test_run ();
}
