/* checks-generate.c: the layers of plug-in-fddm-generate, and what it refuses.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "tests/hosts/checks.h"
#include "engine/fddm.h"

/* run.py has installed tests/golden/tiny-generate.safetensors as generate-texture. */
static void
grass_values (double *values)
{
  fddm_parameters_defaults (fddm_generate_parameters, values);
  values[FDDM_GENERATE_SUBJECT] = fddm_value_of_text ("grass");
  values[FDDM_GENERATE_STEPS]   = 2;
  values[FDDM_GENERATE_DEVICE]  = FDDM_DEVICE_CHOICE_CPU;
  values[FDDM_GENERATE_SEED]    = 7;
}

static gboolean
generated (FddmImageId image, FddmItemId drawable, const double *values, FddmGenerated *made, const char *what)
{
  g_autofree char *problem = probe_generate (PROBE_RUN_NONINTERACTIVE, image, drawable, values, made);

  return check (!problem, "%s: generated%s%s", what, problem ? ": " : "", problem ? problem : "") &&
         check (made->n == (int) values[FDDM_GENERATE_COUNT], "%s: %d layers", what, made->n);
}

static void
not_generated (FddmImageId image, FddmItemId drawable, const double *values, const char *expected, const char *what)
{
  FddmGenerated    made;
  int              before  = probe_layer_count (image, FDDM_NO_ITEM);
  g_autofree char *problem = probe_generate (PROBE_RUN_NONINTERACTIVE, image, drawable, values, &made);

  check (problem && strstr (problem, expected), "%s: refused, saying “%s”: %s", what, expected,
         problem ? problem : "(was done)");
  check (probe_layer_count (image, FDDM_NO_ITEM) == before, "%s: the image is as it was", what);
}

static gboolean
has_size (FddmItemId drawable, int width, int height)
{
  g_autoptr (GeglBuffer) buffer = fddm_host_buffer (drawable);

  return gegl_buffer_get_width (buffer) == width && gegl_buffer_get_height (buffer) == height;
}

static void
check_one_layer (const FddmGenerated *made, int i, int position, int width, int height)
{
  FddmItemId       layer    = made->layers[i];
  g_autofree char *name     = fddm_host_item_name (layer);
  g_autofree char *expected = g_strdup_printf ("grass (seed %d)", 7 + i);
  int              x, y;

  probe_offsets (layer, &x, &y);
  check (!strcmp (name, expected), "layer %d is called “%s”", i, name);
  check (x == 0 && y == 0 && has_size (layer, width, height), "layer %d is as large as the image, at its place", i);
  check (probe_position (layer) == position + i, "layer %d is at position %d", i, probe_position (layer));
  check (!strcmp (probe_mode (layer), "normal") && probe_get_opacity (layer) == 100 && probe_visible (layer) &&
           probe_any_mask (layer) == FDDM_NO_ITEM,
         "layer %d: normal mode, opaque, visible, no mask", i);
}

static void
check_several (void)
{
  FddmImageId   image  = probe_image_new (45, 30, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId    source = probe_layer_new (image, 20, 17, TRUE, FDDM_NO_ITEM, 11, -6);
  FddmItemId    above  = probe_layer_new (image, 8, 8, TRUE, FDDM_NO_ITEM, 0, 0);
  FddmItemId    before;
  double        values[FDDM_GENERATE_N];
  FddmGenerated made, again, one;

  fill (source, noisy_ramp, NULL);
  before = probe_layer_visible (image);
  grass_values (values);
  values[FDDM_GENERATE_COUNT] = 3;
  if (!generated (image, source, values, &made, "three layers"))
    return;
  check (probe_layer_count (image, FDDM_NO_ITEM) == 5 && probe_position (above) == 0 && probe_position (source) == 4,
         "three layers: right above the chosen one");
  for (int i = 0; i < 3; i++)
    check_one_layer (&made, i, 1, 45, 30);
  check (!same_pixels (made.layers[0], made.layers[1]) && !same_pixels (made.layers[1], made.layers[2]),
         "three layers: three pictures");
  if (generated (image, source, values, &again, "three layers again"))
    for (int i = 0; i < 3; i++)
      check (same_pixels (made.layers[i], again.layers[i]), "layer %d: the same seed gives the same bits", i);
  values[FDDM_GENERATE_COUNT] = 1;
  values[FDDM_GENERATE_SEED]  = 8;
  if (generated (image, source, values, &one, "the second layer alone"))
    check (same_pixels (one.layers[0], made.layers[1]), "the second layer alone: its seed is one more");
  for (int i = 0; i < 3; i++)
    {
      probe_show (made.layers[i], FALSE);
      probe_show (again.layers[i], FALSE);
    }
  probe_show (one.layers[0], FALSE);
  check (difference (before, probe_layer_visible (image)) == 0, "three layers: all others are as they were");
  fddm_host_image_delete (image);
}

static void
check_parameters (void)
{
  static const struct {
    int    place;
    double value;
  } others[]          = { { FDDM_GENERATE_SEED, G_MAXINT32 }, { FDDM_GENERATE_ETA, 0 }, { FDDM_GENERATE_STEPS, 3 } };
  FddmImageId   image = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  double        values[FDDM_GENERATE_N];
  FddmGenerated plain, other;

  grass_values (values);
  if (!generated (image, FDDM_NO_ITEM, values, &plain, "an image without layers"))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      const char *name = fddm_generate_parameters[others[i].place].name;

      grass_values (values);
      values[others[i].place] = others[i].value;
      if (generated (image, FDDM_NO_ITEM, values, &other, name))
        check (!same_pixels (plain.layers[0], other.layers[0]), "another %s makes another picture", name);
    }
  grass_values (values);
  values[FDDM_GENERATE_SUBJECT] = fddm_value_of_text ("");
  if (generated (image, FDDM_NO_ITEM, values, &other, "any subject"))
    {
      g_autofree char *name = fddm_host_item_name (other.layers[0]);

      check (!strcmp (name, "texture (seed 7)"), "any subject: the layer is called “%s”", name);
      check (!same_pixels (plain.layers[0], other.layers[0]), "any subject makes another picture");
    }
  grass_values (values);
  values[FDDM_GENERATE_TILEABLE] = 1;
  if (generated (image, FDDM_NO_ITEM, values, &other, "tileable"))
    check (probe_position (other.layers[0]) == 0, "an image without layers: on top");
  fddm_host_image_delete (image);
}

static void
check_generated_sizes (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 21, 13 }, { 3, 70 }, { 0, 9 }, { 64, 0 } };
  FddmImageId      image      = probe_image_new (30, 20, FALSE, PROBE_U8_PERCEPTUAL);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      int              width = sizes[i][0], height = sizes[i][1];
      g_autofree char *what = g_strdup_printf ("size %d × %d", width, height);
      double           values[FDDM_GENERATE_N];
      FddmGenerated    made;

      grass_values (values);
      values[FDDM_GENERATE_WIDTH]  = width;
      values[FDDM_GENERATE_HEIGHT] = height;
      if (generated (image, FDDM_NO_ITEM, values, &made, what))
        check (has_size (made.layers[0], width ? width : 30, height ? height : 20), "%s: 0 is the image's", what);
    }
  fddm_host_image_delete (image);
}

/* sRGB's curve (IEC 61966-2-1), both ways. */
static double
light_of (double coded)
{
  return coded <= 0.04045 ? coded / 12.92 : pow ((coded + 0.055) / 1.055, 2.4);
}

static double
coded_of (double light)
{
  return light <= 0.0031308 ? light * 12.92 : 1.055 * pow (light, 1 / 2.4) - 0.055;
}

/* What a gray image shows of a coloured pixel: as light as that, by the luminances of sRGB's primaries under D50 (ICC). */
static double
gray_of (const float *pixel)
{
  return coded_of (0.22249 * light_of (pixel[0]) + 0.71689 * light_of (pixel[1]) + 0.06062 * light_of (pixel[2]));
}

/* The largest distance of the layer from the picture of N pixels of R'G'B', cut off at 0 and 1. */
static double
distance (FddmItemId layer, const float *picture, gsize n, gboolean gray)
{
  gsize             bytes;
  g_autofree float *pixels = pixels_of (layer, babl_format (gray ? "Y' float" : "R'G'B' float"), &bytes);
  double            most   = bytes == n * (gray ? 1 : 3) * sizeof *pixels ? 0 : INFINITY;

  for (gsize i = 0; i < n; i++)
    for (int c = 0; c < (gray ? 1 : 3); c++)
      {
        double is = pixels[i * (gray ? 1 : 3) + c], was = gray ? gray_of (picture + 3 * i) : picture[3 * i + c];

        most = MAX (most, fabs (CLAMP (is, 0, 1) - CLAMP (was, 0, 1)));
      }
  return most;
}

/* What the engine itself makes of VALUES, as R'G'B' of sRGB. */
static float *
picture_of (const double *values, int width, int height)
{
  g_autoptr (FddmWeights) weights = fddm_weights_open (g_getenv ("FDDM_PROBE_GENERATOR"), NULL);
  g_autoptr (FddmContext) context = weights ? fddm_context_new (weights, FDDM_DEVICE_CPU, NULL, NULL) : NULL;
  FddmGenerateParams      params  = fddm_generate_params_default ();
  float                  *pixels  = g_new0 (float, (gsize) width * height * 3);
  FddmImage               image   = { pixels, width, height, 3, (gsize) width * 3, 3 };
  const FddmSink          sink    = fddm_image_sink (&image);

  params.subject = "grass";
  params.width   = width;
  params.height  = height;
  params.steps   = (int) values[FDDM_GENERATE_STEPS];
  params.seed    = (guint32) values[FDDM_GENERATE_SEED];
  check (context && fddm_generate (context, &params, &sink, NULL, NULL, NULL), "the engine makes a picture to compare with");
  return pixels;
}

/* The same picture in every precision, in colour and in gray. */
static void
check_generated_precisions (void)
{
  static const struct {
    int         precision;
    double      most;
    const char *name;
  } all[]                   = { { PROBE_FLOAT_PERCEPTUAL, 1e-4, "float perceptual" },
                                { PROBE_U8_PERCEPTUAL, 0.6 / 255, "8 bit perceptual" },
                                { PROBE_U16_LINEAR, 2e-4, "16 bit linear" },
                                { PROBE_FLOAT_LINEAR, 1e-4, "float linear" },
                                { PROBE_HALF_LINEAR, 1e-3, "half linear" } };
  g_autofree float *picture = NULL;
  double            values[FDDM_GENERATE_N];

  grass_values (values);
  picture = picture_of (values, 23, 14);
  for (gsize i = 0; i < 2 * G_N_ELEMENTS (all); i++)
    {
      gboolean         gray  = i % 2;
      FddmImageId      image = probe_image_new (23, 14, gray, all[i / 2].precision);
      g_autofree char *what  = g_strdup_printf ("%s, %s", all[i / 2].name, gray ? "gray" : "RGB");
      FddmGenerated    made;

      if (generated (image, FDDM_NO_ITEM, values, &made, what))
        {
          check (babl_format_get_n_components (fddm_host_format (made.layers[0])) == (gray ? 1 : 3),
                 "%s: the image's format", what);
          check (distance (made.layers[0], picture, 23 * 14, gray) < all[i / 2].most, "%s: the same picture (%.5f)", what,
                 distance (made.layers[0], picture, 23 * 14, gray));
        }
      fddm_host_image_delete (image);
    }
}

static void
check_places (void)
{
  FddmImageId   image  = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId    group  = probe_group_new (image);
  FddmItemId    source = probe_layer_new (image, 40, 30, FALSE, group, 0, 0);
  FddmItemId    mask   = fddm_host_layer_add_mask (source);
  FddmItemId    both;
  double        values[FDDM_GENERATE_N];
  FddmGenerated made;

  grass_values (values);
  if (generated (image, source, values, &made, "a layer in a group"))
    check (probe_parent (made.layers[0]) == group && probe_position (made.layers[0]) == 0 && probe_position (source) == 1,
           "a layer in a group: above it, in the group");
  if (generated (image, mask, values, &made, "a mask"))
    check (probe_parent (made.layers[0]) == group && probe_position (made.layers[0]) + 1 == probe_position (source),
           "a mask: above its layer");
  if (generated (image, probe_channel_new (image), values, &made, "a channel"))
    check (probe_parent (made.layers[0]) == FDDM_NO_ITEM && probe_position (made.layers[0]) == 0, "a channel: on top");
  probe_select (image, 5, 6, 10, 9);
  if (generated (image, group, values, &made, "a selection"))
    {
      gsize              bytes  = 0;
      g_autofree guint8 *pixels = NULL;

      check (probe_position (made.layers[0]) + 1 == probe_position (group), "a group: the new layer is above it");
      both   = probe_any_mask (made.layers[0]);
      pixels = both == FDDM_NO_ITEM ? NULL : pixels_of (both, babl_format ("Y u8"), &bytes);
      check (bytes == 40 * 30 && pixels[10 * 40 + 8] == 255 && pixels[10 * 40 + 20] == 0 && pixels[2 * 40 + 8] == 0,
             "a selection: it is the new layer's mask");
      check (fddm_host_has_selection (image), "a selection: it is still there");
    }
  fddm_host_image_delete (image);
}

static void
check_refused (void)
{
  FddmImageId image  = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId  source = probe_layer_new (image, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);
  double      values[FDDM_GENERATE_N];

  fill (source, noisy_ramp, NULL);
  grass_values (values);
  values[FDDM_GENERATE_SUBJECT] = fddm_value_of_text ("gras");
  not_generated (image, source, values, "“gras”; available: grass, stone paving", "an unknown subject");
  grass_values (values);
  values[FDDM_GENERATE_MODEL] = fddm_value_of_text ("moss");
  not_generated (image, source, values, "generate-moss", "an unknown model");
  values[FDDM_GENERATE_MODEL] = fddm_value_of_text (g_getenv ("FDDM_PROBE_DENOISER"));
  not_generated (image, source, values, "does not generate", "weights that denoise");
  grass_values (values);
  values[FDDM_GENERATE_WIDTH] = values[FDDM_GENERATE_HEIGHT] = 10;
  probe_select (image, 20, 20, 5, 5);
  not_generated (image, source, values, "does not touch", "a selection beside the new layer");
  probe_float (source);
  not_generated (image, source, values, "floating selection", "a floating selection");
  fddm_host_image_delete (image);

  image  = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  source = probe_layer_new (image, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);
  fill (source, noisy_ramp, NULL);
  probe_to_indexed (image);
  not_generated (image, source, values, "Convert the image to RGB first", "an indexed image");
  fddm_host_image_delete (image);
}

static void
check_generated_ranges (void)
{
  static const struct {
    int    place;
    double value;
  } bad[]           = { { FDDM_GENERATE_WIDTH, -1 },   { FDDM_GENERATE_HEIGHT, 8193 }, { FDDM_GENERATE_STEPS, 0 },
                        { FDDM_GENERATE_STEPS, 1001 }, { FDDM_GENERATE_ETA, 1.5 },     { FDDM_GENERATE_COUNT, 0 },
                        { FDDM_GENERATE_COUNT, 17 },   { FDDM_GENERATE_DEVICE, 3 },    { FDDM_GENERATE_SEED, -1 } };
  FddmImageId image = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      const FddmParameter *parameter = &fddm_generate_parameters[bad[i].place];
      g_autofree char     *what      = g_strdup_printf ("%s %g", parameter->name, bad[i].value);
      g_autofree char     *expected  = g_strdup_printf ("“%s” is %.10g, but must be from %.10g to %.10g.", parameter->name,
                                                        bad[i].value, parameter->min, parameter->max);
      double               values[FDDM_GENERATE_N];

      grass_values (values);
      values[bad[i].place] = bad[i].value;
      not_generated (image, FDDM_NO_ITEM, values, expected, what);
    }
  fddm_host_image_delete (image);
}

static void
check_remembered (void)
{
  FddmImageId      image   = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  g_autofree char *problem = NULL, *name = NULL;
  double           values[FDDM_GENERATE_N];
  FddmGenerated    made = { .n = 0 };

  grass_values (values);
  probe_remember ("plug-in-fddm-generate", "subject=stone%20paving width=12 height=11 steps=2 count=2 seed=5 device=cpu");
  problem = probe_generate (PROBE_RUN_WITH_LAST_VALUES, image, FDDM_NO_ITEM, values, &made);
  if (check (!problem && made.n == 2, "last values: %d layers%s%s", made.n, problem ? ": " : "", problem ? problem : ""))
    {
      name = fddm_host_item_name (made.layers[1]);
      check (!strcmp (name, "stone paving (seed 6)") && has_size (made.layers[0], 12, 11), "last values: “%s”", name);
    }
  fddm_host_image_delete (image);
}

/* Repeating "like the layer": the layer that is chosen now is the example, whatever was it then. */
static void
check_remembered_like (void)
{
  FddmImageId      image   = probe_image_new (90, 70, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId       layer   = probe_layer_new (image, 90, 80, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId       former  = probe_layer_new (image, 1, 1, FALSE, FDDM_NO_ITEM, 0, 0); /* too small for one */
  g_autofree char *problem = NULL, *none = NULL, *name = NULL, *own = NULL;
  double           values[FDDM_GENERATE_N];
  FddmGenerated    made = { .n = 0 };

  fill (layer, noisy_ramp, NULL);
  grass_values (values);
  own = fddm_host_item_name (layer);
  probe_remember_like (former);
  problem = probe_generate (PROBE_RUN_WITH_LAST_VALUES, image, layer, values, &made);
  if (check (!problem && made.n == 1, "repeated, like the layer: %d layers%s%s", made.n, problem ? ": " : "",
             problem ? problem : ""))
    {
      name = fddm_host_item_name (made.layers[0]);
      check (g_str_has_prefix (name, own), "repeated, like the layer: “%s”, not “%s”", name, own);
    }
  none = probe_generate (PROBE_RUN_WITH_LAST_VALUES, image, FDDM_NO_ITEM, values, &made);
  check (none && strstr (none, "Choose one layer"), "repeated, like no layer: %s", none ? none : "made");
  fddm_host_image_delete (image);
}

static void
check_generated_files (void)
{
  static const struct {
    const char *subject, *folder, *settings, *expected;
  } all[] = { { "stone paving", "out", "width=20 height=10 steps=2 tileable=1 seed=3 device=cpu", "" },
              { "", "out", "width=20 height=10 steps=2 seed=4 device=cpu", "" },
              { "grass", "nowhere", "steps=2", "no folder" },
              { "gras", "out", "width=20 height=10 steps=2", "available: grass" },
              { "grass", "out", "width=0", "1 or more" },
              { "grass", "out", "width=8193", "from 0 to 8192" },
              { "grass", "out", "subject=%zz", "“subject” cannot be" },
              { "grass", "out", "depth=3", "no parameter “depth”" } };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      g_autofree char *answer = probe_generate_file (all[i].subject, all[i].folder, all[i].settings);

      check (*all[i].expected ? strstr (answer, all[i].expected) != NULL : !*answer, "file “%s” to %s, %s: “%s”",
             all[i].subject, all[i].folder, all[i].settings, answer);
    }
  check (g_file_test ("out/stone paving-3.png", G_FILE_TEST_IS_REGULAR) &&
           g_file_test ("out/texture-4.png", G_FILE_TEST_IS_REGULAR),
         "files are named after subject and seed");
}

void
check_generate (void)
{
  check_several ();
  check_parameters ();
  check_generated_sizes ();
  check_generated_precisions ();
  check_places ();
  check_refused ();
  if (probe_checks_ranges ())
    check_generated_ranges ();
  else
    skip ("ranges of FDDM Generate", "GIMP 3 checks them itself; run.py looks at how");
  check_remembered ();
  check_remembered_like ();
  check_generated_files ();
}
