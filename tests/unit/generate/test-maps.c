/* test-maps.c: height, normals and roughness of pictures whose maps are known in closed form.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"
#include "kernels/pixels/maps.h"

/* The maps of a picture, in memory. */
typedef struct {
  int   width, height;
  float up[64 * 64], normals[3 * 64 * 64], rough[64 * 64];
} Maps;

static FddmMapsParams
params_of (double strength, gboolean tileable)
{
  FddmMapsParams params = fddm_maps_params_default ();

  params.strength = strength;
  params.tileable = tileable;
  return params;
}

static void
make (const float *pixels, int width, int height, int channels, const FddmMapsParams *params, Maps *maps)
{
  const gsize        row     = (gsize) width;
  FddmImage          picture = { (float *) pixels, width, height, channels, row * (gsize) channels, (gsize) channels };
  FddmImage          up      = { maps->up, width, height, 1, row, 1 };
  FddmImage          normals = { maps->normals, width, height, 3, 3 * row, 3 };
  FddmImage          rough   = { maps->rough, width, height, 1, row, 1 };
  const FddmSource   source  = fddm_image_source (&picture);
  const FddmMaps     sinks   = { fddm_image_sink (&up), fddm_image_sink (&normals), fddm_image_sink (&rough) };
  g_autoptr (GError) error   = NULL;
  gboolean           done;

  maps->width  = width;
  maps->height = height;
  done         = fddm_maps_make (&source, params, &sinks, &error);
  g_assert_no_error (error);
  g_assert_true (done);
}

/* A ramp of A a column and B a row has the normal (−DA, ∓DB, 1)/√(1 + D²A² + D²B²) everywhere, its edges included. */
static void
ramps_have_their_normal (void)
{
  const int          sizes[][2] = { { 7, 5 }, { 2, 9 }, { 1, 1 }, { 1, 4 }, { 6, 1 } };
  const double       a = 0.03, b = -0.02, depth = 5;
  float              pixels[45], normals[3 * 45];
  const FddmMapPlane none = { 0 };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (int up = -1; up <= 1; up += 2)
      {
        FddmMapPlane plane = none;
        const int    w = plane.width = sizes[s][0], h = plane.height = sizes[s][1];
        const double x = w > 1 ? -depth * a : 0, y = h > 1 ? up * depth * b : 0, length = sqrt (1 + x * x + y * y);

        for (int i = 0; i < w * h; i++)
          pixels[i] = (float) (0.4 + a * (i % w) + b * (i / w));
        fddm_map_normals (&plane, pixels, (float) depth, (float) up, 0, h, normals);
        for (int i = 0; i < w * h; i++)
          {
            g_assert_cmpfloat_with_epsilon (normals[3 * i], 0.5 + 0.5 * x / length, 1e-6);
            g_assert_cmpfloat_with_epsilon (normals[3 * i + 1], 0.5 + 0.5 * y / length, 1e-6);
            g_assert_cmpfloat_with_epsilon (normals[3 * i + 2], 0.5 + 0.5 / length, 1e-6);
          }
      }
}

/* A picture of one colour is flat at half height, and as rough as one without contrast; (½, ½, 1) is the normal (0, 0, 1). */
static void
one_colour_is_flat (void)
{
  static Maps maps;
  const int   sizes[][2] = { { 20, 30 }, { 1, 1 }, { 3, 1 }, { 64, 64 } };

  for (gsize s = 0; s < 2 * G_N_ELEMENTS (sizes); s++)
    for (int channels = 1; channels <= 3; channels += 2)
      {
        const int            w = sizes[s / 2][0], h = sizes[s / 2][1];
        const FddmMapsParams params = params_of (100, s % 2);
        g_autofree float    *pixels = g_new (float, w * h * channels);

        for (int i = 0; i < w * h * channels; i++)
          pixels[i] = 0.25f * (float) (1 + i % channels);
        make (pixels, w, h, channels, &params, &maps);
        for (int i = 0; i < w * h; i++)
          {
            g_assert_cmpfloat_with_epsilon (maps.up[i], 0.5, 1e-5);
            g_assert_cmpfloat_with_epsilon (maps.normals[3 * i], 0.5, 1e-4);
            g_assert_cmpfloat_with_epsilon (maps.normals[3 * i + 1], 0.5, 1e-4);
            g_assert_cmpfloat_with_epsilon (maps.normals[3 * i + 2], 1, 1e-6);
            g_assert_cmpfloat_with_epsilon (maps.rough[i], 0.4, 1e-4);
          }
      }
}

/* What is left of a wave of W radians a pixel after smoothing at STEP: cos⁴(STEP·W/2). */
static double
kept (double w, int step)
{
  return pow (cos (step * w / 2), 4);
}

/* Waves that fit into a tile: a wave passes each smoothing as a wave. The shape of the height map follows from the weights 1 and
 * 1.5 of the two scales of a picture of 16 pixels, its size from the spread of a wave, 1/√2 of its amplitude. The square of a
 * wave is a constant and a wave of twice the frequency. */
static void
waves_have_their_height (void)
{
  static Maps          maps;
  const FddmMapsParams params = params_of (80, TRUE);
  float                pixels[16 * 16];

  for (int n = 1; n <= 6; n++)
    {
      const double w = 2 * G_PI * n / 16, once = kept (w, 1), twice = once * kept (w, 2);
      const double gain   = 0.2 * ((1 - once) + 1.5 * (once - twice));
      const double spread = MAX (gain / sqrt (2), 0.06), ripple = kept (2 * w, 1) * kept (2 * w, 2);

      for (int i = 0; i < 256; i++)
        pixels[i] = (float) (0.5 + 0.2 * sin (w * (i % 16)));
      make (pixels, 16, 16, 1, &params, &maps);
      for (int i = 0; i < 256; i++)
        {
          const double rough = 0.2 * (1 - twice) * sqrt ((1 - ripple * cos (2 * w * (i % 16))) / 2);
          double       x[3], middle, slope;

          for (int k = 0; k < 3; k++)
            x[k] = 0.8 * 0.25 * gain / spread * sin (w * (i % 16 + k - 1));
          for (int k = 0; k < 3; k++)
            x[k] = 0.5 + 0.5 * x[k] / sqrt (1 + x[k] * x[k]);
          middle = x[1];
          slope  = FDDM_MAPS_DEPTH * (x[2] - x[0]) / 2;
          g_assert_cmpfloat_with_epsilon (maps.up[i], middle, 1e-5);
          g_assert_cmpfloat_with_epsilon (maps.normals[3 * i], 0.5 - 0.5 * slope / sqrt (1 + slope * slope), 1e-4);
          g_assert_cmpfloat_with_epsilon (maps.normals[3 * i + 1], 0.5, 1e-6);
          g_assert_cmpfloat_with_epsilon (maps.rough[i], 0.4 + 0.5 * rough / (rough + 0.04), 1e-4);
        }
    }
}

/* The maps of a tile tile: those of the tile that begins elsewhere begin elsewhere, and are the same. Without wrapping they are
 * not, which shows that the test can tell. */
static void
maps_of_tiles_tile (void)
{
  static Maps       here, there;
  g_autofree float *pixels = test_floats (3 * 40 * 24, 0, 1, 7), *rolled = g_new (float, 3 * 40 * 24);

  for (int tileable = 0; tileable <= 1; tileable++)
    {
      const FddmMapsParams params = params_of (100, tileable);
      double               most   = 0;

      for (int y = 0; y < 24; y++)
        for (int x = 0; x < 40; x++)
          memcpy (rolled + 3 * (y * 40 + x), pixels + 3 * ((y + 5) % 24 * 40 + (x + 33) % 40), 3 * sizeof *pixels);
      make (pixels, 40, 24, 3, &params, &here);
      make (rolled, 40, 24, 3, &params, &there);
      for (int i = 0; i < 40 * 24; i++)
        {
          const int k = (i / 40 + 5) % 24 * 40 + (i % 40 + 33) % 40;

          most = MAX (most, fabs (here.up[k] - there.up[i]));
          most = MAX (most, fabs (here.rough[k] - there.rough[i]));
          for (int c = 0; c < 3; c++)
            most = MAX (most, fabs (here.normals[3 * k + c] - there.normals[3 * i + c]));
        }
      g_assert_cmpint (most < 1e-4, ==, tileable);
    }
}

static void
normals_are_of_unit_length_and_obey (void)
{
  static Maps       up, down, flat, strong;
  g_autofree float *pixels = test_floats (3 * 50 * 50, 0, 1, 3);
  FddmMapsParams    params = params_of (100, FALSE);

  make (pixels, 50, 50, 3, &params, &up);
  params.normals = FDDM_NORMALS_DIRECTX;
  make (pixels, 50, 50, 3, &params, &down);
  params.strength = 0;
  make (pixels, 50, 50, 3, &params, &flat);
  params.strength = 200;
  make (pixels, 50, 50, 3, &params, &strong);
  for (int i = 0; i < 50 * 50; i++)
    {
      const float *n      = up.normals + 3 * i;
      double       length = 0;

      for (int c = 0; c < 3; c++)
        length += pow (2 * n[c] - 1, 2);
      g_assert_cmpfloat_with_epsilon (length, 1, 1e-5);
      g_assert_cmpfloat_with_epsilon (n[0], down.normals[3 * i], 1e-7);
      g_assert_cmpfloat_with_epsilon (n[1], 1 - down.normals[3 * i + 1], 1e-6);
      g_assert_cmpfloat_with_epsilon (flat.up[i], 0.5, 1e-7);
      g_assert_cmpfloat (fabs (strong.up[i] - 0.5), >=, fabs (up.up[i] - 0.5));
      g_assert_cmpfloat (strong.up[i], <, 1);
      g_assert_cmpfloat (strong.up[i], >, 0);
    }
}

/* Lights of any brightness, as HDR files may hold, have maps: of numbers, and for what lies far from them those of the picture
 * without them. */
static void
glints_have_maps (void)
{
  static Maps          plain, lit;
  const float          glints[] = { 200.0f, 1e20f, 1e30f, -1e30f, 3e38f, -3e38f, INFINITY, NAN };
  const FddmMapsParams params   = params_of (100, FALSE);
  g_autofree float    *pixels   = test_floats (3 * 64 * 64, 0.4f, 0.6f, 5);

  make (pixels, 64, 64, 3, &params, &plain);
  for (gsize g = 0; g < G_N_ELEMENTS (glints); g++)
    {
      g_autofree float *glinting = g_memdup2 (pixels, 3 * 64 * 64 * sizeof *pixels);

      for (int c = 0; c < 3; c++)
        glinting[3 * (32 * 64 + 32) + c] = glints[g];
      make (glinting, 64, 64, 3, &params, &lit);
      for (int i = 0; i < 64 * 64; i++)
        {
          g_assert_true (lit.up[i] >= 0 && lit.up[i] <= 1);
          g_assert_true (lit.rough[i] >= 0 && lit.rough[i] <= 1);
          for (int c = 0; c < 3; c++)
            g_assert_true (lit.normals[3 * i + c] >= 0 && lit.normals[3 * i + c] <= 1);
        }
      g_assert_cmpfloat_with_epsilon (lit.rough[0], plain.rough[0], 1e-6);
    }
}

static gboolean
fail_to_write (gpointer data, int x, int y, int width, int height, const float *pixels, GError **error)
{
  (void) data, (void) x, (void) y, (void) width, (void) height, (void) pixels, (void) error;
  return FALSE;
}

static void
what_is_wrong_is_told (void)
{
  static Maps      maps;
  float            pixels[] = { 0.2f, NAN, INFINITY, 0.4f };
  FddmImage        picture  = { pixels, 2, 2, 1, 2, 1 };
  const FddmSource source   = fddm_image_source (&picture);
  FddmSource       bad      = source;
  const FddmMaps   none = { .height = { NULL, NULL } }, failing = { .normals = { fail_to_write, NULL } };
  const double     wrong[] = { -1, 201, NAN };
  GError          *error   = NULL;
  FddmMapsParams   params  = fddm_maps_params_default ();

  make (pixels, 2, 2, 1, &params, &maps);
  for (int i = 0; i < 12; i++)
    g_assert_true (isfinite (maps.normals[i]));
  g_assert_true (fddm_maps_make (&source, &params, &none, &error));
  g_assert_false (fddm_maps_make (&source, &params, &failing, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WRITE);
  g_clear_error (&error);
  bad.width = 0;
  g_assert_false (fddm_maps_make (&bad, &params, &none, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT);
  g_clear_error (&error);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      params.strength = wrong[i];
      g_assert_false (fddm_maps_make (&source, &params, &none, &error));
      g_assert_error (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT);
      g_clear_error (&error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/maps/ramps-have-their-normal", ramps_have_their_normal);
  g_test_add_func ("/maps/one-colour-is-flat", one_colour_is_flat);
  g_test_add_func ("/maps/waves-have-their-height", waves_have_their_height);
  g_test_add_func ("/maps/maps-of-tiles-tile", maps_of_tiles_tile);
  g_test_add_func ("/maps/normals-are-of-unit-length-and-obey", normals_are_of_unit_length_and_obey);
  g_test_add_func ("/maps/glints-have-maps", glints_have_maps);
  g_test_add_func ("/maps/what-is-wrong-is-told", what_is_wrong_is_told);
  return g_test_run ();
}
