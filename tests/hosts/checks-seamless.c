/* checks-seamless.c: the layers of plug-in-fddm-make-seamless, and what it refuses.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "tests/hosts/checks.h"

/* Size of the layers; width of their band, an eighth of the shorter side. */
enum { WIDTH = 112, HEIGHT = 96, BAND = 12 };

static void
seamless_values (double *values)
{
  fddm_parameters_defaults (fddm_seamless_parameters, values);
  values[FDDM_SEAMLESS_DEVICE]     = FDDM_DEVICE_CHOICE_CPU;
  values[FDDM_SEAMLESS_STEPS]      = 8;
  values[FDDM_SEAMLESS_EVEN_LIGHT] = FALSE;
}

/* Waves that do not fit into the layers, and grain, which is as rough as they are smooth. Opaque. */
static float
waves (int x, int y, int c, int n, G_GNUC_UNUSED gpointer data)
{
  const guint32 grain = ((guint32) x * 2654435761u ^ (guint32) y * 40503u) * 2246822519u;

  if (n % 2 == 0 && c == n - 1)
    return 1;
  return 0.4f + 0.1f * (float) (grain >> 16) / 65536.0f + 0.12f * (sinf (0.11f * x) + sinf (0.13f * y + 0.03f * x));
}

/* Mean step of brightness from the last column, or row, to the first, relative to that between neighbours. */
static double
seam (FddmItemId layer, int width, int height, gboolean down)
{
  const int         n = down ? height : width, m = down ? width : height, next = down ? width : 1, other = down ? 1 : width;
  const Babl       *format = babl_format_with_space ("Y' float", fddm_host_format (layer));
  gsize             bytes;
  g_autofree float *a      = pixels_of (layer, format, &bytes);
  double            across = 0, inside = 0;

  for (int j = 0; j < m; j++)
    {
      across += fabs ((double) a[j * other] - a[j * other + (n - 1) * next]);
      for (int i = 1; i < n; i++)
        inside += fabs ((double) a[j * other + i * next] - a[j * other + (i - 1) * next]) / (n - 1);
    }
  return across / inside;
}

/* Whether PART of ONE, without BAND pixels along its edges, has the bits of OTHER, a layer of PART's size. */
static gboolean
same_middle (FddmItemId one, const GeglRectangle *part, FddmItemId other, int band)
{
  const Babl            *format = fddm_host_format (one);
  g_autoptr (GeglBuffer) a = fddm_host_buffer (one), b = fddm_host_buffer (other);
  const GeglRectangle    here   = { part->x + band, part->y + band, part->width - 2 * band, part->height - 2 * band };
  const GeglRectangle    there  = { band, band, here.width, here.height };
  const gsize            n      = (gsize) here.width * here.height * babl_format_get_bytes_per_pixel (format);
  g_autofree char       *before = g_malloc (n), *after = g_malloc (n);

  gegl_buffer_get (a, &here, 1, format, before, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  gegl_buffer_get (b, &there, 1, format, after, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return fddm_host_format (other) == format && !memcmp (before, after, n);
}

static gboolean
made_seamless (FddmImageId image, FddmItemId drawable, FddmItemId *made, const char *what)
{
  double           values[FDDM_SEAMLESS_N];
  g_autofree char *problem = NULL;

  seamless_values (values);
  problem = probe_seamless (PROBE_RUN_NONINTERACTIVE, image, drawable, values, made);
  return check (!problem, "%s: made seamless%s%s", what, problem ? ": " : "", problem ? problem : "");
}

static void
not_made_seamless (FddmImageId image, FddmItemId drawable, const char *expected, const char *what)
{
  double           values[FDDM_SEAMLESS_N];
  const int        before  = probe_layer_count (image, FDDM_NO_ITEM);
  g_autofree char *problem = NULL;
  FddmItemId       made;

  seamless_values (values);
  problem = probe_seamless (PROBE_RUN_NONINTERACTIVE, image, drawable, values, &made);
  check (problem && strstr (problem, expected), "%s: not made seamless, saying “%s”: %s", what, expected,
         problem ? problem : "(was done)");
  check (probe_layer_count (image, FDDM_NO_ITEM) == before, "%s: the image is as it was", what);
}

static void
check_seam (FddmItemId layer, int width, int height, double *sum, const char *what)
{
  for (int down = 0; down < 2; down++)
    {
      const double step = seam (layer, width, height, down);

      *sum += step;
      check (step < 1.4, "%s: %s meet: a step of %.2f times that of neighbours", what,
             down ? "top and bottom" : "left and right", step);
    }
}

/* In every precision, gray and colour, with and without alpha: edges meet, the middle stays to the bit. */
static void
check_edges (void)
{
  static const struct {
    int         precision;
    gboolean    gray, alpha;
    const char *name;
  } all[]    = { { PROBE_U8_PERCEPTUAL, FALSE, FALSE, "8 bit" },
                 { PROBE_U8_PERCEPTUAL, TRUE, FALSE, "8 bit gray" },
                 { PROBE_U16_LINEAR, FALSE, TRUE, "16 bit linear with alpha" },
                 { PROBE_U32_PERCEPTUAL, TRUE, TRUE, "32 bit gray with alpha" },
                 { PROBE_HALF_LINEAR, FALSE, FALSE, "half linear" },
                 { PROBE_FLOAT_PERCEPTUAL, FALSE, FALSE, "float" } };
  double sum = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    {
      FddmImageId image = probe_image_new (WIDTH, HEIGHT, all[i].gray, all[i].precision);
      FddmItemId  layer = probe_layer_new (image, WIDTH, HEIGHT, all[i].alpha, FDDM_NO_ITEM, 0, 0), made;

      fill (layer, waves, NULL);
      check (seam (layer, WIDTH, HEIGHT, FALSE) > 2, "%s: left and right do not meet at first", all[i].name);
      if (made_seamless (image, layer, &made, all[i].name))
        {
          check_seam (made, WIDTH, HEIGHT, &sum, all[i].name);
          check (same_middle (layer, &(GeglRectangle) { 0, 0, WIDTH, HEIGHT }, made, BAND),
                 "%s: the middle stays to the bit", all[i].name);
        }
      fddm_host_image_delete (image);
    }
  sum /= 2.0 * G_N_ELEMENTS (all);
  check (sum < 1.1, "the mean step across the wrap is that of neighbours (%.2f times)", sum);
}

/* The new layer is above the old one, in its group, at its place, under its name. Of a selection it is the rectangle around
 * that. */
static void
check_place (void)
{
  FddmImageId      image = probe_image_new (150, 140, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId       group = probe_group_new (image);
  FddmItemId       layer = probe_layer_new (image, WIDTH, HEIGHT, FALSE, group, 20, 30), made;
  const int        count = probe_layer_count (image, group);
  g_autofree char *name  = NULL;
  double           sum   = 0;
  int              x, y;

  fill (layer, waves, NULL);
  probe_opacity (layer, 40);
  if (made_seamless (image, layer, &made, "a layer in a group"))
    {
      name = fddm_host_item_name (made);
      probe_offsets (made, &x, &y);
      check (!strcmp (name, "source seamless"), "it is called “%s”", name);
      check (probe_parent (made) == group && probe_position (made) == 0 && probe_layer_count (image, group) == count + 1,
             "it is directly above, in the same group");
      check (x == 20 && y == 30, "it is at the same place (%d, %d)", x, y);
      check (!strcmp (probe_mode (made), "normal") && probe_get_opacity (made) == 100 &&
               probe_any_mask (made) == FDDM_NO_ITEM,
             "it is opaque and has no mask");
    }
  probe_select (image, 40, 10, 200, 96);
  if (made_seamless (image, layer, &made, "a selection"))
    {
      const GeglRectangle part = { 20, 0, WIDTH - 20, 76 };

      probe_offsets (made, &x, &y);
      check (x == 40 && y == 30, "a selection: at its place within the layer (%d, %d)", x, y);
      check (same_middle (layer, &part, made, BAND), "a selection: the middle stays to the bit");
      check_seam (made, part.width, part.height, &sum, "a selection");
    }
  fddm_host_image_delete (image);
}

/* The seed and the band; a band that is too wide is refused. */
static void
check_parameters (void)
{
  const GeglRectangle all   = { 0, 0, WIDTH, HEIGHT };
  FddmImageId         image = probe_image_new (WIDTH, HEIGHT, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId          layer = probe_layer_new (image, WIDTH, HEIGHT, FALSE, FDDM_NO_ITEM, 0, 0), made, other, wide, none;
  double              values[FDDM_SEAMLESS_N];
  g_autofree char    *problem = NULL;

  fill (layer, waves, NULL);
  made_seamless (image, layer, &made, "a seed");
  made_seamless (image, layer, &other, "the same seed");
  check (same_pixels (made, other), "the same seed gives the same bits");
  seamless_values (values);
  values[FDDM_SEAMLESS_SEED] = 9;
  problem                    = probe_seamless (PROBE_RUN_NONINTERACTIVE, image, layer, values, &other);
  check (!problem && !same_pixels (made, other), "another seed gives another picture");
  values[FDDM_SEAMLESS_BAND] = 24;
  g_free (problem);
  problem = probe_seamless (PROBE_RUN_NONINTERACTIVE, image, layer, values, &wide);
  check (!problem && same_middle (layer, &all, wide, 24) && !same_middle (layer, &all, wide, BAND),
         "a band as wide as told");
  values[FDDM_SEAMLESS_BAND] = 25;
  g_free (problem);
  problem = probe_seamless (PROBE_RUN_NONINTERACTIVE, image, layer, values, &none);
  check (problem && strstr (problem, "from 1 to 24, not 25"), "a band of more than a quarter is refused: %s",
         problem ? problem : "(was done)");
  fddm_host_image_delete (image);
}

/* Grain under a ramp of light, from left to right. */
static float
sloped_grain (int x, int y, int c, int n, gpointer data)
{
  const float grain = waves (x, y, c, n, data) - waves (x, y + 1, c, n, data);

  return (0.5f + (float) x / WIDTH) * (0.4f + grain);
}

/* The mean brightness of the right half of LAYER over that of the left. */
static double
rise (FddmItemId layer)
{
  const Babl       *format = babl_format_with_space ("Y' float", fddm_host_format (layer));
  gsize             bytes;
  g_autofree float *a       = pixels_of (layer, format, &bytes);
  double            half[2] = { 0 };

  for (int i = 0; i < WIDTH * HEIGHT; i++)
    half[i % WIDTH >= WIDTH / 2] += a[i];
  return half[1] / half[0];
}

/* A slope of light stays or goes, as told. */
static void
check_light (void)
{
  FddmImageId      image = probe_image_new (WIDTH, HEIGHT, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId       layer = probe_layer_new (image, WIDTH, HEIGHT, FALSE, FDDM_NO_ITEM, 0, 0), made;
  double           values[FDDM_SEAMLESS_N];
  g_autofree char *problem = NULL;

  fill (layer, sloped_grain, NULL);
  if (made_seamless (image, layer, &made, "a slope of light"))
    check (rise (made) > 1.3, "a slope of light stays: the right half is %.2f times as bright", rise (made));
  seamless_values (values);
  values[FDDM_SEAMLESS_EVEN_LIGHT] = TRUE;
  problem                          = probe_seamless (PROBE_RUN_NONINTERACTIVE, image, layer, values, &made);
  check (!problem && fabs (rise (made) - 1) < 0.05, "a slope of light goes: the right half is %.2f times as bright",
         problem ? 0.0 : rise (made));
  fddm_host_image_delete (image);
}

static void
check_refused (void)
{
  FddmImageId image  = probe_image_new (150, 140, FALSE, PROBE_U8_PERCEPTUAL),
              other  = probe_image_new (80, 70, FALSE, PROBE_U8_PERCEPTUAL);
  FddmItemId layer   = probe_layer_new (image, WIDTH, HEIGHT, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId clear   = probe_layer_new (image, WIDTH, HEIGHT, TRUE, FDDM_NO_ITEM, 0, 0);
  FddmItemId small   = probe_layer_new (image, 1, 1, FALSE, FDDM_NO_ITEM, 0, 0);
  FddmItemId channel = probe_channel_new (image);
  FddmItemId palette = probe_layer_new (other, 80, 70, FALSE, FDDM_NO_ITEM, 0, 0), made;

  fill (layer, waves, NULL);
  fill (palette, waves, NULL);
  not_made_seamless (image, small, "64 × 64", "1 × 1");
  fill (clear, noisy_ramp, NULL);
  not_made_seamless (image, clear, "transparent in parts", "transparency");
  not_made_seamless (image, channel, "mask or a channel", "a channel");
  not_made_seamless (image, palette, "in another image", "a layer of another image");
  probe_select (image, 0, 0, 64, 63);
  not_made_seamless (image, layer, "64 × 64", "a selection that is too small");
  probe_select (image, WIDTH + 2, HEIGHT + 2, 20, 20);
  not_made_seamless (image, layer, "does not touch", "a selection beside the layer");
  probe_select (image, 0, 0, 64, 64);
  made_seamless (image, layer, &made, "the smallest selection");
  probe_to_indexed (other);
  not_made_seamless (other, palette, "Indexed images", "indexed colour");
  fddm_host_image_delete (other);
  fddm_host_image_delete (image);
}

void
check_seamless (void)
{
  check_edges ();
  check_place ();
  check_parameters ();
  check_light ();
  check_refused ();
}
