/* checks-seen.c: what the user sees in a layer is what is denoised, whatever the kind of layer.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include <math.h>

#include "tests/hosts/checks.h"

enum { WIDTH = 40, HEIGHT = 30 };

/* Largest difference between RESULT and what is visible at its place in the image; colours count where something is to be seen.
 * RANGE gets the range of the visible values. */
static int
compare_with_visible (FddmItemId result, FddmItemId visible, int *range)
{
  const Babl        *format = babl_format ("R'G'B'A u8");
  gsize              n, m;
  g_autofree guint8 *is       = pixels_of (result, format, &n);
  g_autofree guint8 *expected = pixels_of (visible, format, &m);
  GeglBuffer        *buffer   = fddm_host_buffer (result);
  const int          width = gegl_buffer_get_width (buffer), height = gegl_buffer_get_height (buffer);
  int                most = 0, least = 255, brightest = 0, x0, y0;

  g_object_unref (buffer);
  probe_offsets (result, &x0, &y0);
  for (int y = MAX (0, -y0); y < MIN (height, HEIGHT - y0); y++)
    for (int x = MAX (0, -x0); x < MIN (width, WIDTH - x0); x++)
      {
        const guint8 *one = is + 4 * (y * width + x), *other = expected + 4 * ((y + y0) * WIDTH + x + x0);

        for (int c = 0; c < 4; c++)
          {
            if (c == 3 || other[3] > 0)
              most = MAX (most, ABS (one[c] - other[c]));
            least     = MIN (least, other[c]);
            brightest = MAX (brightest, other[c]);
          }
      }
  *range = brightest - least;
  return most;
}

/* Denoises LAYER, which is alone in IMAGE, without removing anything: the result is what is visible. */
static void
check_as_visible (FddmImageId image, FddmItemId layer, const char *what)
{
  const FddmItemId visible = probe_layer_visible (image);
  double           values[FDDM_DENOISE_N];
  FddmLayers       made;
  int              most, range;

  fast_values (values);
  values[FDDM_DENOISE_LUMA] = values[FDDM_DENOISE_CHROMA] = 0;
  if (!denoised (image, layer, values, &made, what))
    return;
  most = compare_with_visible (made.layer, visible, &range);
  check (range > 0, "%s: something is to be seen", what);
  check (most <= 1, "%s: the new layer has what is seen (%d)", what, most);
}

/* A layer with a filter that inverts, with all that may not show in the pixels: place, opacity, mask, locks, group. */
static void
check_filter (void)
{
  const Babl        *format = babl_format ("R'G'B'A u8");
  FddmImageId        image  = probe_image_new (WIDTH, HEIGHT, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId         group  = probe_group_new (image);
  FddmItemId         below  = probe_layer_new (image, WIDTH, HEIGHT, FALSE, group, 0, 0);
  FddmItemId         source = probe_layer_new (image, 31, 27, FALSE, group, 11, -6);
  const int          images = probe_image_count ();
  double             values[FDDM_DENOISE_N];
  int                most = 0, x, y;
  gsize              n, m;
  g_autofree guint8 *own = NULL, *result = NULL;
  FddmLayers         made;

  fill (below, noisy_ramp, NULL);
  fill (source, noisy_ramp, NULL);
  own = pixels_of (source, format, &n);
  probe_opacity (source, 35);
  probe_show (source, FALSE);
  fddm_host_layer_add_mask (source);
  if (!probe_invert (source))
    {
      skip ("a live filter", "this GIMP has no filters on layers");
      fddm_host_image_delete (image);
      return;
    }
  probe_lock (source);
  probe_lock (group);
  fast_values (values);
  values[FDDM_DENOISE_LUMA] = values[FDDM_DENOISE_CHROMA] = 0;
  if (denoised (image, source, values, &made, "a live filter"))
    {
      result = pixels_of (made.layer, format, &m);
      for (gsize i = 0; i < MIN (n, m); i++)
        most = MAX (most, ABS (result[i] - (i % 4 == 3 ? own[i] : 255 - own[i])));
      check (n == m && most <= 1, "a live filter: the new layer has it (%d)", most);
      probe_offsets (made.layer, &x, &y);
      check (x == 11 && y == -6, "a live filter: the offsets are the source's");
      check (!probe_visible (source), "a live filter: the source is as it was");
      check (probe_image_count () == images, "a live filter: no other image stays open");
    }
  fast_values (values);
  if (denoised (image, source, values, &made, "a live filter, with noise"))
    check (roughness (made.layer) < 0.7 * roughness (source), "a live filter, with noise: it is denoised");
  fddm_host_image_delete (image);
}

/* What GIMP shows instead of a layer or before it, which is not the layer's. */
static void
check_filter_behind (void)
{
  const Babl        *format = babl_format ("R'G'B' u8");
  FddmImageId        image  = probe_image_new (WIDTH, HEIGHT, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId         source = probe_layer_new (image, WIDTH, HEIGHT, FALSE, FDDM_NO_ITEM, 0, 0);
  double             values[FDDM_DENOISE_N];
  int                most = 0;
  gsize              n, m;
  g_autofree guint8 *own = NULL, *result = NULL;
  FddmLayers         made;

  fill (source, noisy_ramp, NULL);
  own = pixels_of (source, format, &n);
  if (probe_invert (source))
    {
      fddm_host_layer_add_mask (source);
      probe_show_mask (source);
      probe_hide_red (image);
      probe_show (probe_channel_new (image), TRUE);
      fast_values (values);
      values[FDDM_DENOISE_LUMA] = values[FDDM_DENOISE_CHROMA] = 0;
      if (denoised (image, source, values, &made, "a filter, the mask shown, red hidden, a channel"))
        {
          result = pixels_of (made.layer, format, &m);
          for (gsize i = 0; i < MIN (n, m); i++)
            most = MAX (most, ABS (result[i] - (255 - own[i])));
          check (n == m && most <= 1, "a filter, the mask shown, red hidden, a channel: the layer's pixels (%d)", most);
        }
    }
  else
    skip ("a filter behind a mask that is shown", "this GIMP has no filters on layers");
  fddm_host_image_delete (image);
}

static void
check_filter_on_group (void)
{
  FddmImageId image = probe_image_new (WIDTH, HEIGHT, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId  group = probe_group_new (image);
  FddmItemId  layer = probe_layer_new (image, WIDTH, HEIGHT, FALSE, group, 0, 0);

  fill (layer, noisy_ramp, NULL);
  if (probe_invert (group) && probe_invert (layer))
    check_as_visible (image, group, "live filters on a group and in it");
  else
    skip ("a live filter on a group", "this GIMP has no filters on layers");
  fddm_host_image_delete (image);
}

static void
check_text (void)
{
  FddmImageId image = probe_image_new (WIDTH, HEIGHT, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId  text  = probe_text_new (image, "Mg");

  if (text != FDDM_NO_ITEM)
    check_as_visible (image, text, "a text");
  else
    skip ("a text", "GIMP finds no font");
  fddm_host_image_delete (image);
}

static void
check_link (void)
{
  g_autofree char *path  = g_build_filename (g_get_tmp_dir (), "fddm-linked.png", NULL);
  FddmImageId      file  = probe_image_new (WIDTH, HEIGHT, FALSE, PROBE_U8_PERCEPTUAL);
  FddmImageId      image = probe_image_new (WIDTH, HEIGHT, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId       link;

  fill (probe_layer_new (file, WIDTH, HEIGHT, FALSE, FDDM_NO_ITEM, 0, 0), noisy_ramp, NULL);
  fddm_host_file_save (file, path, &fddm_file_style_default, NULL);
  link = probe_link_new (image, path);
  if (link != FDDM_NO_ITEM)
    check_as_visible (image, link, "a link");
  else
    skip ("a link", "this GIMP has no link layers");
  fddm_host_image_delete (image);
  fddm_host_image_delete (file);
  g_remove (path);
}

static void
check_vector (void)
{
  FddmImageId image  = probe_image_new (WIDTH, HEIGHT, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId  vector = probe_vector_new (image);

  if (vector != FDDM_NO_ITEM)
    check_as_visible (image, vector, "a vector layer");
  else
    skip ("a vector layer", "this GIMP has no vector layers");
  fddm_host_image_delete (image);
}

void
check_seen (void)
{
  check_filter ();
  check_filter_behind ();
  check_filter_on_group ();
  check_text ();
  check_link ();
  check_vector ();
}
