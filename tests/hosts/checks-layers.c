/* checks-layers.c: where the new layers go, and what selections and masks do.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "tests/hosts/checks.h"

static void
check_place (void)
{
  FddmImageId image  = probe_image_new (60, 50, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId  below  = probe_layer_new (image, 60, 50, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId  source = probe_layer_new (image, 40, 27, TRUE, FDDM_NO_ITEM, 11, -6);
  FddmItemId  above  = probe_layer_new (image, 8, 8, TRUE, FDDM_NO_ITEM, 0, 0);
  double      values[FDDM_DENOISE_N];
  FddmLayers  made;
  int         x, y;

  fill (source, noisy_ramp, NULL);
  fast_values (values);
  if (denoised (image, source, values, &made, "place"))
    {
      g_autofree char *name     = fddm_host_item_name (made.layer);
      g_autofree char *own      = fddm_host_item_name (source);
      g_autofree char *expected = g_strconcat (own, " denoised", NULL);

      probe_offsets (made.layer, &x, &y);
      check (x == 11 && y == -6, "place: the offsets are the source's");
      check (probe_position (made.layer) == 1 && probe_position (source) == 2 && probe_position (above) == 0 &&
               probe_position (below) == 3,
             "place: right above the source");
      check (!strcmp (name, expected), "place: it is called “%s”", name);
      check (!strcmp (probe_mode (made.layer), "normal") && probe_get_opacity (made.layer) == 100 &&
               probe_visible (made.layer),
             "place: normal mode, opaque, visible");
      check (made.second == FDDM_NO_ITEM, "place: no noise layer unless it is asked for");
      check (probe_any_mask (made.layer) == FDDM_NO_ITEM, "place: no mask without a selection");
    }
  fddm_host_image_delete (image);
}

static void
check_group (void)
{
  FddmImageId image  = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId  group  = probe_group_new (image);
  FddmItemId  source = probe_layer_new (image, 40, 30, FALSE, group, 0, 0);
  double      values[FDDM_DENOISE_N];
  FddmLayers  made;

  fill (source, noisy_ramp, NULL);
  fast_values (values);
  if (denoised (image, source, values, &made, "in a group"))
    check (probe_parent (made.layer) == group && probe_layer_count (image, group) == 2 && probe_position (made.layer) == 0,
           "in a group: the new layer is in it, above the source");

  if (denoised (image, group, values, &made, "a group"))
    {
      check (probe_parent (made.layer) == FDDM_NO_ITEM && probe_position (made.layer) == 0,
             "a group: the new layer is above it");
      check (roughness (made.layer) > 0 && roughness (made.layer) < roughness (source),
             "a group: what it looks like was denoised");
    }
  fddm_host_image_delete (image);
}

/* Whether two pictures are the same outside of a rectangle, and differ within. */
static void
compare_around (FddmItemId before, FddmItemId after, int x0, int y0, int x1, int y1, int width, const char *what)
{
  gsize            n, m;
  const Babl      *format  = babl_format ("R'G'B'A u8");
  g_autofree char *a       = pixels_of (before, format, &n);
  g_autofree char *b       = pixels_of (after, format, &m);
  int              outside = 0, inside = 0;

  for (gsize i = 0; i < MIN (n, m) / 4; i++)
    if (memcmp (a + 4 * i, b + 4 * i, 4))
      {
        int x = i % width, y = i / width;

        if (x >= x0 && x < x1 && y >= y0 && y < y1)
          inside++;
        else
          outside++;
      }
  check (n == m && outside == 0, "%s: unselected pixels look as before (%d changed)", what, outside);
  check (inside > (x1 - x0) * (y1 - y0) / 2, "%s: selected pixels changed (%d)", what, inside);
}

static void
check_selection (void)
{
  FddmImageId image  = probe_image_new (60, 50, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId  back   = probe_layer_new (image, 60, 50, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId  source = probe_layer_new (image, 50, 40, FALSE, FDDM_NO_ITEM, 7, -5);
  FddmItemId  before, after;
  double      values[FDDM_DENOISE_N];
  FddmLayers  made;

  fill (back, noisy_ramp, NULL);
  fill (source, noisy_ramp, NULL);
  before = probe_layer_visible (image);
  probe_select (image, 20, 10, 16, 12);
  fast_values (values);
  if (denoised (image, source, values, &made, "selection"))
    {
      check (probe_any_mask (made.layer) != FDDM_NO_ITEM, "selection: the new layer has a mask");
      check (!probe_edits_mask (made.layer), "selection: what is painted next goes to the layer, not to its mask");
      after = probe_layer_visible (image);
      compare_around (before, after, 20, 10, 36, 22, 60, "selection on a moved layer");
      check (fddm_host_has_selection (image), "selection: it is still there");
    }
  fddm_host_image_delete (image);
}

/* In a locked group, GIMP kills a plug-in that writes pixels. */
static void
check_locked_group (void)
{
  FddmImageId   image  = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId    group  = probe_group_new (image);
  FddmItemId    source = probe_layer_new (image, 40, 30, TRUE, group, 0, 0);
  double        values[FDDM_DENOISE_N], others[FDDM_GENERATE_N];
  FddmLayers    made;
  FddmGenerated generated;

  fill (source, noisy_ramp, NULL);
  fddm_host_layer_add_mask (source);
  probe_select (image, 5, 5, 20, 10);
  probe_lock (group);
  fast_values (values);
  if (denoised (image, source, values, &made, "a selection in a locked group"))
    check (probe_parent (made.layer) == group && probe_any_mask (made.layer) != FDDM_NO_ITEM,
           "a selection in a locked group: the new layer is there, with a mask");
  fddm_parameters_defaults (fddm_generate_parameters, others);
  others[FDDM_GENERATE_STEPS]  = 2;
  others[FDDM_GENERATE_DEVICE] = FDDM_DEVICE_CHOICE_CPU;
  check (!probe_generate (PROBE_RUN_NONINTERACTIVE, image, source, others, &generated) && generated.n == 1 &&
           probe_parent (generated.layers[0]) == group,
         "a selection in a locked group: a texture, too");
  fddm_host_image_delete (image);
}

/* Locks are no hindrance to a new layer above, nor to the group around both. */
static void
check_locked (void)
{
  FddmImageId image  = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId  source = probe_layer_new (image, 40, 30, TRUE, FDDM_NO_ITEM, 0, 0);
  double      values[FDDM_DENOISE_N];
  FddmLayers  made;

  fill (source, noisy_ramp, NULL);
  probe_multiply (source);
  probe_lock (source);
  fast_values (values);
  if (denoised (image, source, values, &made, "a locked layer"))
    {
      const FddmItemId group = probe_parent (source);

      check (group != FDDM_NO_ITEM && probe_parent (made.layer) == group, "a locked layer: both are in a group");
      check (!strcmp (probe_mode (group), "other") && !strcmp (probe_mode (source), "normal"),
             "a locked layer: the group has its mode");
    }
  fddm_host_image_delete (image);
}

static float
half_hidden (int x, G_GNUC_UNUSED int y, G_GNUC_UNUSED int c, G_GNUC_UNUSED int n, G_GNUC_UNUSED gpointer data)
{
  return x < 20;
}

static void
check_source_mask (void)
{
  FddmImageId image  = probe_image_new (40, 30, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId  back   = probe_layer_new (image, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId  source = probe_layer_new (image, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId  mask   = fddm_host_layer_add_mask (source);
  double      values[FDDM_DENOISE_N];
  FddmLayers  made;

  fill (back, noisy_ramp, NULL);
  fill (source, noisy_ramp, NULL);
  fill (mask, half_hidden, NULL);
  fast_values (values);
  if (denoised (image, source, values, &made, "source with a mask"))
    check (probe_any_mask (made.layer) != FDDM_NO_ITEM && same_pixels (probe_any_mask (made.layer), mask),
           "source with a mask: the new layer has the same mask");
  probe_select (image, 0, 10, 40, 10);
  if (denoised (image, source, values, &made, "source with a mask, selection"))
    {
      FddmItemId         both   = probe_any_mask (made.layer);
      gsize              bytes  = 0;
      g_autofree guint8 *pixels = both == FDDM_NO_ITEM ? NULL : pixels_of (both, babl_format ("Y u8"), &bytes);

      check (bytes == 40 * 30 && pixels[15 * 40 + 5] == 255 && pixels[15 * 40 + 30] == 0 && pixels[5 * 40 + 5] == 0,
             "source with a mask, selection: the new mask is where both are");
    }
  fddm_host_image_delete (image);
}

/* Brightness of a mask that ends softly. */
static float
fading (int x, G_GNUC_UNUSED int y, G_GNUC_UNUSED int c, G_GNUC_UNUSED int n, G_GNUC_UNUSED gpointer data)
{
  return (float) x / 39;
}

/* Checks that the look is that of BEFORE, but for the noise in the selected part. */
static void
check_look (FddmImageId image, FddmItemId source, FddmItemId before, gboolean selection, const char *what)
{
  double     values[FDDM_DENOISE_N];
  FddmLayers made, again;

  if (selection)
    probe_select (image, 5, 5, 20, 10);
  fast_values (values);
  values[FDDM_DENOISE_LUMA] = values[FDDM_DENOISE_CHROMA] = 0;
  for (int run = 0; run < 2 && denoised (image, source, values, &made, what); run++)
    {
      const double apart = difference (before, probe_layer_visible (image));

      check (apart < 1e-5, "%s: nothing removed in run %d, the same look (%.6f)", what, run, apart);
      check (probe_visible (made.layer) && !probe_visible (source), "%s: the result is seen in place of the source", what);
    }
  values[FDDM_DENOISE_LUMA] = values[FDDM_DENOISE_CHROMA] = 100;
  values[FDDM_DENOISE_OUTPUT]                             = FDDM_OUTPUT_LAYER_AND_NOISE;
  if (denoised (image, source, values, &again, what))
    {
      const FddmItemId after = probe_layer_visible (image), mask = fddm_host_layer_mask (source);

      check (difference (before, after) > 0.01, "%s: noise goes (%.3f)", what, difference (before, after));
      if (selection)
        compare_around (before, after, 5, 5, 25, 15, 40, what);
      if (mask == FDDM_NO_ITEM)
        check (fddm_host_layer_mask (again.second) == FDDM_NO_ITEM, "%s: the noise needs no mask", what);
      else
        check (difference (fddm_host_layer_mask (again.second), mask) < 1e-5, "%s: the noise has the source's mask", what);
    }
}

/* Layers that are neither opaque nor transparent: a result of the same transparency over them would cover more than they do. */
static void
check_soft (gboolean alpha, gboolean mask, double opacity, gboolean selection, const char *what)
{
  FddmImageId image  = probe_image_new (40, 30, FALSE, PROBE_FLOAT_PERCEPTUAL);
  FddmItemId  below  = probe_layer_new (image, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId  source = probe_layer_new (image, 40, 30, alpha, FDDM_NO_ITEM, 0, 0);
  FddmItemId  before;

  fill (below, half_hidden, NULL);
  fill (source, noisy_ramp, NULL);
  if (mask)
    fill (fddm_host_layer_add_mask (source), fading, NULL);
  probe_opacity (source, opacity);
  before = probe_layer_visible (image);
  check_look (image, source, before, selection, what);
  fddm_host_image_delete (image);
}

/* A layer that is clipped to another one in a group, and a group that passes through in part. */
static void
check_clipped (gboolean pass, const char *what)
{
  FddmImageId image  = probe_image_new (40, 30, FALSE, PROBE_FLOAT_PERCEPTUAL);
  FddmItemId  back   = probe_layer_new (image, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId  group  = probe_group_new (image);
  FddmItemId  shape  = probe_layer_new (image, 20, 30, FALSE, group, 0, 0);
  FddmItemId  source = probe_layer_new (image, 40, 30, FALSE, group, 0, 0);
  FddmItemId  before, after;
  double      values[FDDM_DENOISE_N];
  FddmLayers  made;

  fill (back, half_hidden, NULL);
  fill (shape, half_hidden, NULL);
  fill (source, noisy_ramp, NULL);
  if (pass)
    probe_pass (group);
  else
    probe_clip (source);
  probe_opacity (group, 50);
  before = probe_layer_visible (image);
  fast_values (values);
  values[FDDM_DENOISE_LUMA] = values[FDDM_DENOISE_CHROMA] = 0;
  if (denoised (image, pass ? group : source, values, &made, what))
    {
      after = probe_layer_visible (image);
      check (difference (before, after) < 1e-5, "%s: nothing removed, the same look (%.6f)", what,
             difference (before, after));
    }
  fddm_host_image_delete (image);
}

static void
check_noise_layer (int precision, double most, const char *what)
{
  FddmImageId image  = probe_image_new (40, 30, FALSE, precision);
  FddmItemId  source = probe_layer_new (image, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId  before, after;
  double      values[FDDM_DENOISE_N];
  FddmLayers  made;

  fill (source, noisy_ramp, NULL);
  before = probe_layer_visible (image);
  fast_values (values);
  values[FDDM_DENOISE_OUTPUT] = FDDM_OUTPUT_LAYER_AND_NOISE;
  if (denoised (image, source, values, &made, what))
    {
      check (probe_position (made.second) == 0 && probe_position (made.layer) == 1 && probe_position (source) == 2,
             "%s: above the result, above the source", what);
      check (!probe_visible (made.second) && !strcmp (probe_mode (made.second), "grain-merge"), "%s: hidden, grain merge",
             what);
      after = probe_layer_visible (image);
      check (difference (before, after) > 0.02, "%s: hidden, the picture is denoised (%.3f)", what,
             difference (before, after));
      probe_show (made.second, TRUE);
      after = probe_layer_visible (image);
      check (difference (before, after) < most, "%s: shown, the photo is back (%.6f)", what, difference (before, after));
    }
  fddm_host_image_delete (image);
}

/* Noise everywhere, over edges in one half of the picture and over hardly anything in the other: where edges run is a guess. */
static float
half_edges (int x, int y, int c, int n, gpointer data)
{
  return noisy_ramp (x, y, c, n, data) + (x < 48 ? ((x / 5 + y / 5) % 2 ? 0.1f : -0.1f) : 0.0f);
}

#define AGAIN 5

/* How far a result without uncertainty, ALONE, and one with it, MADE, are apart. Each is a process of its own, in which babl
 * chooses conversions by time: other last bits, and so other integers in 8 bits. So where they differ, both are made anew. */
static double
apart_at_least (FddmImageId image, FddmItemId source, FddmLayers alone, FddmLayers made, const char *what)
{
  double apart = difference (alone.layer, made.layer), values[FDDM_DENOISE_N];

  for (int again = 0; again < AGAIN && !(apart < 2e-5); again++)
    {
      FddmLayers other_alone, other_made;

      fast_values (values);
      if (!denoised (image, source, values, &other_alone, what))
        break;
      values[FDDM_DENOISE_OUTPUT] = FDDM_OUTPUT_LAYER_AND_UNCERTAINTY;
      if (!denoised (image, source, values, &other_made, what))
        break;
      apart = MIN (apart, difference (other_alone.layer, made.layer));
      apart = MIN (apart, difference (alone.layer, other_made.layer));
      apart = MIN (apart, difference (other_alone.layer, other_made.layer));
    }
  return apart;
}

/* Of several conversions babl takes the one that was fastest just now. So the last bit of a float or of 16 bits may differ from
 * one run to the next, and turn how an input of the network is rounded to 8 bits. Then a run without the layer is made again. */
static void
check_uncertainty_layer (gboolean gray, int precision, const char *what)
{
  FddmImageId      image  = probe_image_new (96, 40, gray, precision);
  FddmItemId       source = probe_layer_new (image, 96, 40, FALSE, FDDM_NO_ITEM, 0, 0);
  g_autofree void *before = NULL, *after = NULL;
  gsize            n, m;
  double           values[FDDM_DENOISE_N];
  FddmLayers       alone, made;

  fill (source, half_edges, NULL);
  before = pixels_of (source, fddm_host_format (source), &n);
  fast_values (values);
  if (!denoised (image, source, values, &alone, what))
    return;
  values[FDDM_DENOISE_OUTPUT] = FDDM_OUTPUT_LAYER_AND_UNCERTAINTY;
  if (denoised (image, source, values, &made, what))
    {
      gsize             bytes;
      g_autofree char  *name   = fddm_host_item_name (made.second);
      g_autofree float *pixels = pixels_of (made.second, babl_format_with_space ("R'G'B' float", fddm_host_format (source)),
                                            &bytes);
      double            edges = 0, plain = 0, colour = 0, apart;

      for (gsize i = 0; i < bytes / sizeof *pixels; i += 3)
        {
          *(i / 3 % 96 < 48 ? &edges : &plain) += pixels[i] / (48 * 40);
          colour = MAX (colour, fabs (pixels[i] - pixels[i + 1]) + fabs (pixels[i] - pixels[i + 2]));
        }
      check (probe_position (made.second) + 1 == probe_position (made.layer), "%s: above the result", what);
      check (!probe_visible (made.second) && !strcmp (probe_mode (made.second), "normal"), "%s: hidden, normal mode", what);
      check (g_str_has_suffix (name, " uncertainty"), "%s: it is called “%s”", what, name);
      check (bytes == 96 * 40 * 12 && colour < 1e-4, "%s: gray", what);
      check (edges > 0.02 && edges < 0.8 && edges > plain, "%s: brighter where the guess is (%.3f, %.3f)", what, edges,
             plain);
      apart = apart_at_least (image, source, alone, made, what);
      check (apart < 2e-5, "%s: the result is as without (%.2g)", what, apart);
      after = pixels_of (source, fddm_host_format (source), &m);
      check (n == m && !memcmp (before, after, n), "%s: the source is as it was", what);
    }
  fddm_host_image_delete (image);
}

/* A source that lets layers below shine through. The new layer changes the look by the noise alone. */
static void
check_mode (gboolean multiply, double opacity, gboolean selection, const char *what)
{
  FddmImageId image  = probe_image_new (40, 30, FALSE, PROBE_FLOAT_PERCEPTUAL);
  FddmItemId  below  = probe_layer_new (image, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId  source = probe_layer_new (image, 40, 30, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId  before, after;
  double      values[FDDM_DENOISE_N];
  FddmLayers  made, again;

  fill (below, half_edges, NULL);
  fill (source, noisy_ramp, NULL);
  if (multiply)
    probe_multiply (source);
  probe_opacity (source, opacity);
  before = probe_layer_visible (image);
  if (selection)
    probe_select (image, 5, 5, 20, 10);
  fast_values (values);
  values[FDDM_DENOISE_LUMA] = values[FDDM_DENOISE_CHROMA] = 0;
  if (denoised (image, source, values, &made, what))
    {
      after = probe_layer_visible (image);
      check (difference (before, after) < 1e-5, "%s: nothing removed, the same look (%.6f)", what,
             difference (before, after));
      check (probe_parent (made.layer) == probe_parent (source) && probe_position (made.layer) == 0 &&
               probe_position (source) == 1,
             "%s: right above the source, in one group with it", what);
      check (probe_get_opacity (probe_parent (source)) == opacity && probe_get_opacity (source) == 100,
             "%s: the group has the source's opacity", what);
      check (probe_visible (source) && probe_visible (made.layer), "%s: both are visible", what);
    }
  values[FDDM_DENOISE_LUMA] = values[FDDM_DENOISE_CHROMA] = 100;
  if (denoised (image, source, values, &again, what))
    {
      check (probe_parent (again.layer) == probe_parent (made.layer) && probe_layer_count (image, FDDM_NO_ITEM) == 2,
             "%s: a second result needs no second group", what);
      probe_show (made.layer, FALSE); /* it covers the second one, which scripts get right above the source */
      after = probe_layer_visible (image);
      check (difference (before, after) > 0.01 && difference (before, after) < 0.3, "%s: the look changes by noise (%.3f)",
             what, difference (before, after));
      probe_show (again.layer, FALSE);
      after = probe_layer_visible (image);
      check (difference (before, after) < 1e-5, "%s: results hidden, the photo is back", what);
    }
  fddm_host_image_delete (image);
}

void
check_layers (void)
{
  check_mode (TRUE, 40, FALSE, "multiply at 40 %");
  check_mode (FALSE, 40, FALSE, "normal at 40 %");
  check_mode (TRUE, 100, FALSE, "multiply at 100 %");
  check_mode (TRUE, 40, TRUE, "multiply at 40 %, selection");
  check_soft (TRUE, FALSE, 100, FALSE, "soft transparency");
  check_soft (FALSE, TRUE, 100, FALSE, "a soft mask");
  check_soft (TRUE, TRUE, 40, FALSE, "soft transparency and mask at 40 %");
  check_soft (TRUE, TRUE, 100, TRUE, "soft transparency and mask, selection");
  check_clipped (FALSE, "clipped to a shape");
  check_clipped (TRUE, "a group that passes through at 50 %");
  check_place ();
  check_group ();
  check_selection ();
  check_source_mask ();
  check_locked ();
  check_locked_group ();
  check_noise_layer (PROBE_U8_PERCEPTUAL, 1.6 / 255, "noise layer, 8 bit");
  check_noise_layer (PROBE_FLOAT_LINEAR, 1e-4, "noise layer, float");
  check_uncertainty_layer (FALSE, PROBE_U8_PERCEPTUAL, "uncertainty layer, 8 bit");
  check_uncertainty_layer (FALSE, PROBE_U16_LINEAR, "uncertainty layer, 16 bit linear");
  check_uncertainty_layer (TRUE, PROBE_FLOAT_LINEAR, "uncertainty layer, gray float");
}
