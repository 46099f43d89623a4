/* checks-maps.c: layers of maps, and of a material like a layer, by plug-in-fddm-generate.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "tests/hosts/checks.h"
#include "engine/fddm.h"

static void
map_values (double *values, int maps)
{
  fddm_parameters_defaults (fddm_generate_parameters, values);
  values[FDDM_GENERATE_SUBJECT] = fddm_value_of_text ("grass");
  values[FDDM_GENERATE_STEPS]   = 2;
  values[FDDM_GENERATE_DEVICE]  = FDDM_DEVICE_CHOICE_CPU;
  values[FDDM_GENERATE_SEED]    = 7;
  values[FDDM_GENERATE_MAPS]    = maps;
}

static gboolean
made_of (FddmImageId image, FddmItemId drawable, const double *values, FddmGenerated *made, const char *what)
{
  g_autofree char *problem = probe_generate (PROBE_RUN_NONINTERACTIVE, image, drawable, values, made);

  return check (!problem, "%s: generated%s%s", what, problem ? ": " : "", problem ? problem : "");
}

static void
not_made_of (FddmImageId image, const double *values, const char *expected, const char *what)
{
  FddmGenerated    made;
  int              before  = probe_layer_count (image, FDDM_NO_ITEM);
  g_autofree char *problem = probe_generate (PROBE_RUN_NONINTERACTIVE, image, FDDM_NO_ITEM, values, &made);

  check (problem && strstr (problem, expected), "%s: refused, saying “%s”: %s", what, expected,
         problem ? problem : "(was done)");
  check (probe_layer_count (image, FDDM_NO_ITEM) == before, "%s: the image is as it was", what);
}

/* The numbers that a layer stores, without regard to its colour space, as floats. */
static float *
stored (FddmItemId layer, int *samples)
{
  const Babl        *own = fddm_host_format (layer), *to;
  gsize              bytes;
  g_autofree guint8 *raw = pixels_of (layer, own, &bytes);
  const gsize        n   = bytes / babl_format_get_bytes_per_pixel (own);
  float             *numbers;

  *samples = babl_format_get_n_components (own);
  to       = babl_format_n (babl_type ("float"), *samples);
  numbers  = g_new (float, n * *samples);
  babl_process (babl_fish (babl_format_n (babl_format_get_type (own, 0), *samples), to), raw, numbers, (long) n);
  return numbers;
}

/* The largest distance of a normal's length from 1. */
static double
longest (const float *numbers, int n)
{
  double most = 0;

  for (int i = 0; i < n; i++)
    {
      double sum = 0;

      for (int c = 0; c < 3; c++)
        sum += pow (2.0 * numbers[3 * i + c] - 1, 2);
      most = MAX (most, fabs (sqrt (sum) - 1));
    }
  return most;
}

/* Maps hold the numbers themselves in every precision: normals are of unit length, and DirectX's green is the opposite of
 * OpenGL's. */
static void
check_map_precisions (void)
{
  static const struct {
    int         precision;
    double      most;
    const char *name;
  } all[] = { { PROBE_FLOAT_PERCEPTUAL, 1e-3, "float perceptual" },
              { PROBE_U8_PERCEPTUAL, 1.5 / 255, "8 bit perceptual" },
              { PROBE_U16_LINEAR, 1e-3, "16 bit linear" },
              { PROBE_HALF_LINEAR, 3e-3, "half linear" } };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      FddmImageId   image = probe_image_new (23, 14, FALSE, all[i].precision);
      double        values[FDDM_GENERATE_N];
      FddmGenerated made, other;

      map_values (values, FDDM_MAPS_ROUGHNESS);
      if (made_of (image, FDDM_NO_ITEM, values, &made, all[i].name) && made.n == 4)
        {
          int               samples;
          g_autofree float *normals = stored (made.layers[2], &samples), *height = stored (made.layers[1], &samples);
          double            gray = 0, opposite = 0;

          check (longest (normals, 23 * 14) < 2 * all[i].most, "%s: normals are of unit length (%.5f)", all[i].name,
                 longest (normals, 23 * 14));
          for (int k = 0; k < 23 * 14; k++)
            gray = MAX (gray, fabs (height[3 * k] - height[3 * k + 2]));
          check (gray < all[i].most, "%s: height is the same in all colours", all[i].name);
          values[FDDM_GENERATE_NORMALS] = 1;
          if (made_of (image, FDDM_NO_ITEM, values, &other, "DirectX") && other.n == 4)
            {
              g_autofree float *down = stored (other.layers[2], &samples);

              for (int k = 0; k < 23 * 14; k++)
                opposite = MAX (opposite, fabs (normals[3 * k + 1] + down[3 * k + 1] - 1));
              check (opposite < all[i].most, "%s: green is the opposite (%.5f)", all[i].name, opposite);
            }
        }
      fddm_host_image_delete (image);
    }
}

static void
check_map_layers (void)
{
  static const char *const names[] = { "grass (seed 7)",           "grass (seed 7) height",   "grass (seed 7) normal",
                                       "grass (seed 7) roughness", "grass (seed 8)",          "grass (seed 8) height",
                                       "grass (seed 8) normal",    "grass (seed 8) roughness" };
  FddmImageId              image   = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  double                   values[FDDM_GENERATE_N];
  FddmGenerated            made;

  map_values (values, FDDM_MAPS_ROUGHNESS);
  values[FDDM_GENERATE_COUNT] = 2;
  if (made_of (image, FDDM_NO_ITEM, values, &made, "two pictures with maps") &&
      check (made.n == 8, "eight layers: %d", made.n))
    for (int i = 0; i < 8; i++)
      {
        g_autofree char *name = fddm_host_item_name (made.layers[i]);

        check (!strcmp (name, names[i]), "layer %d is called “%s”", i, name);
        check (probe_visible (made.layers[i]) == (i % 4 == 0) && probe_position (made.layers[i]) == i,
               "layer %d: at its place, hidden if it is a map", i);
      }
  fddm_host_image_delete (image);

  image = probe_image_new (40, 30, TRUE, PROBE_U8_PERCEPTUAL);
  map_values (values, FDDM_MAPS_HEIGHT);
  if (made_of (image, FDDM_NO_ITEM, values, &made, "height in a gray image"))
    check (made.n == 2, "height in a gray image: two layers");
  map_values (values, FDDM_MAPS_NORMAL);
  not_made_of (image, values, "cannot take a normal map", "normals in a gray image");
  fddm_host_image_delete (image);
}

static void
check_like (void)
{
  FddmImageId image   = probe_image_new (90, 70, FALSE, PROBE_U8_PERCEPTUAL),
              other   = probe_image_new (80, 70, TRUE, PROBE_U8_PERCEPTUAL),
              third   = probe_image_new (90, 70, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId    layer = probe_layer_new (image, 90, 80, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId    clear = probe_layer_new (image, 90, 80, TRUE, FDDM_NO_ITEM, 0, 0);
  FddmItemId    small = probe_layer_new (image, 1, 1, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId    gray  = probe_layer_new (other, 80, 70, FALSE, FDDM_NO_ITEM, 0, 0);
  double        values[FDDM_GENERATE_N];
  FddmGenerated made;

  fill (layer, noisy_ramp, NULL);
  fill (clear, noisy_ramp, NULL);
  fill (gray, noisy_ramp, NULL);
  map_values (values, FDDM_MAPS_NONE);
  values[FDDM_GENERATE_SUBJECT] = fddm_value_of_text ("");
  values[FDDM_GENERATE_LIKE]    = clear;
  not_made_of (image, values, "transparent in parts", "a transparent example");
  values[FDDM_GENERATE_LIKE] = small;
  not_made_of (image, values, "64", "an example of 1 × 1");
  values[FDDM_GENERATE_LIKE] = gray;
  made_of (image, FDDM_NO_ITEM, values, &made, "a gray example of another image");
  probe_to_indexed (other);
  made_of (image, FDDM_NO_ITEM, values, &made, "an indexed example");
  values[FDDM_GENERATE_LIKE] = layer;
  if (made_of (image, layer, values, &made, "the target itself"))
    {
      g_autofree char *name = fddm_host_item_name (made.layers[0]);

      check (!strcmp (name, "source (seed 7)") || g_str_has_prefix (name, "source"), "it is called after it: “%s”", name);
    }
  probe_select (image, 5, 4, 66, 65);
  if (made_of (image, layer, values, &made, "the selected part"))
    check (probe_any_mask (made.layers[0]) == FDDM_NO_ITEM, "the selected part: no mask");
  probe_select (third, 0, 0, 20, 20);
  if (made_of (third, FDDM_NO_ITEM, values, &made, "the selected part of another image"))
    check (probe_any_mask (made.layers[0]) != FDDM_NO_ITEM,
           "the selected part of another image: the target's selection is the mask");
  probe_select (image, 5, 4, 20, 65);
  not_made_of (image, values, "64", "a selection that is too small");
  fddm_host_image_delete (third);
  fddm_host_image_delete (other);
  fddm_host_image_delete (image);
}

void
check_maps (void)
{
  check_map_layers ();
  check_map_precisions ();
  check_like ();
}
