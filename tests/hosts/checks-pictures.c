/* checks-pictures.c: precisions, sizes and values of pictures.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "tests/hosts/checks.h"

static gboolean
same_alpha (FddmItemId one, FddmItemId other)
{
  gsize             n, m;
  g_autofree float *a = pixels_of (one, babl_format ("YA float"), &n);
  g_autofree float *b = pixels_of (other, babl_format ("YA float"), &m);

  for (gsize i = 1; i < n / sizeof *a; i += 2)
    if (a[i] != b[i])
      return FALSE;
  return n == m;
}

static void
check_one_precision (int precision, const char *name, gboolean gray, gboolean alpha)
{
  g_autofree char *what   = g_strdup_printf ("%s %s%s", name, gray ? "gray" : "RGB", alpha ? " with alpha" : "");
  FddmImageId      image  = probe_image_new (40, 27, gray, precision);
  FddmItemId       source = probe_layer_new (image, 40, 27, alpha, FDDM_NO_ITEM, 0, 0);
  double           values[FDDM_DENOISE_N];
  FddmLayers       made;
  double           before;

  fill (source, noisy_ramp, NULL);
  before = roughness (source);
  fast_values (values);
  if (denoised (image, source, values, &made, what))
    {
      check (fddm_host_format (made.layer) == fddm_host_format (source), "%s: the format is kept", what);
      check (roughness (made.layer) < 0.7 * before, "%s: it is smoother (%.1f of %.1f)", what, roughness (made.layer),
             before);
      check (roughness (source) == before, "%s: the source is as it was", what);
      if (alpha)
        check (same_alpha (made.layer, source), "%s: alpha is the same", what);
    }
  values[FDDM_DENOISE_LUMA] = values[FDDM_DENOISE_CHROMA] = 0;
  if (alpha && denoised (image, source, values, &made, what))
    check (same_pixels (made.layer, source), "%s: strengths 0 give the same bits", what);
  fddm_host_image_delete (image);
}

static void
check_precisions (void)
{
  static const struct {
    int         precision;
    const char *name;
  } all[] = { { PROBE_U8_PERCEPTUAL, "8 bit perceptual" },
              { PROBE_U16_LINEAR, "16 bit linear" },
              { PROBE_U32_PERCEPTUAL, "32 bit perceptual" },
              { PROBE_HALF_LINEAR, "half linear" },
              { PROBE_FLOAT_PERCEPTUAL, "float perceptual" } };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    for (int layout = 0; layout < 4; layout++)
      check_one_precision (all[i].precision, all[i].name, layout & 2, layout & 1);
}

static float
eight_bits (int x, int y, int c, int n, gpointer data)
{
  return roundf (255 * noisy_ramp (x, y, c, n, data)) / 255;
}

/* Values of an 8-bit file in an image of more bits: GIMP 3.3 loads JPEGs so. */
static void
check_same_in_more_bits (void)
{
  static const int precisions[2] = { PROBE_U8_PERCEPTUAL, PROBE_U16_PERCEPTUAL };
  FddmImageId      images[2];
  FddmLayers       made[2];
  double           values[FDDM_DENOISE_N];
  gboolean         both = TRUE;

  fast_values (values);
  values[FDDM_DENOISE_NOISE] = 0;
  for (int i = 0; i < 2; i++)
    {
      FddmItemId source;

      images[i] = probe_image_new (96, 64, FALSE, precisions[i]);
      source    = probe_layer_new (images[i], 96, 64, FALSE, FDDM_NO_ITEM, 0, 0);
      fill (source, eight_bits, NULL);
      both = denoised (images[i], source, values, &made[i], "values of 8 bits") && both;
    }
  /* The smaller depth rounds, by half a step. */
  if (both)
    check (difference (made[0].layer, made[1].layer) < 0.51 / 255, "8-bit values in 16 bits: the same result (%.5f)",
           difference (made[0].layer, made[1].layer));
  for (int i = 0; i < 2; i++)
    fddm_host_image_delete (images[i]);
}

static void
check_sizes (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 7, 5 }, { 1, 4000 }, { 4000, 1 }, { 2, 3 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *what   = g_strdup_printf ("%d×%d", sizes[i][0], sizes[i][1]);
      FddmImageId      image  = probe_image_new (sizes[i][0], sizes[i][1], FALSE, PROBE_U8_PERCEPTUAL);
      FddmItemId       source = probe_layer_new (image, sizes[i][0], sizes[i][1], FALSE, FDDM_NO_ITEM, 0, 0);
      double           values[FDDM_DENOISE_N];
      FddmLayers       made;

      fill (source, noisy_ramp, NULL);
      fast_values (values);
      values[FDDM_DENOISE_NOISE] = 0;
      if (denoised (image, source, values, &made, what))
        check (difference (made.layer, source) < 0.3, "%s: the result is near (%.3f)", what,
               difference (made.layer, source));
      fddm_host_image_delete (image);
    }
}

static float
constant (G_GNUC_UNUSED int x, G_GNUC_UNUSED int y, G_GNUC_UNUSED int c, G_GNUC_UNUSED int n, gpointer data)
{
  return *(float *) data;
}

static void
check_constant (void)
{
  float levels[] = { 0, 0.5f, 1 };

  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      g_autofree char *what   = g_strdup_printf ("constant %g", levels[i]);
      FddmImageId      image  = probe_image_new (64, 48, FALSE, PROBE_FLOAT_PERCEPTUAL);
      FddmItemId       source = probe_layer_new (image, 64, 48, FALSE, FDDM_NO_ITEM, 0, 0);
      double           values[FDDM_DENOISE_N];
      FddmLayers       made;

      fill (source, constant, &levels[i]);
      fast_values (values);
      values[FDDM_DENOISE_NOISE] = 0;
      if (denoised (image, source, values, &made, what))
        check (difference (made.layer, source) < 2 / 255.0, "%s: it stays (%.5f)", what, difference (made.layer, source));
      fddm_host_image_delete (image);
    }
}

static float
wide (int x, int y, int c, G_GNUC_UNUSED int n, G_GNUC_UNUSED gpointer data)
{
  return (x < 24 ? 2.5f : -0.75f) + 0.1f * noisy_ramp (x, y, c, 3, NULL);
}

static void
check_wide_values (void)
{
  FddmImageId image  = probe_image_new (48, 32, FALSE, PROBE_FLOAT_LINEAR);
  FddmItemId  source = probe_layer_new (image, 48, 32, FALSE, FDDM_NO_ITEM, 0, 0);
  double      values[FDDM_DENOISE_N];
  FddmLayers  made;

  fill (source, wide, NULL);
  fast_values (values);
  if (denoised (image, source, values, &made, "values outside [0,1]"))
    {
      gsize             bytes;
      g_autofree float *pixels = pixels_of (made.layer, float_format (made.layer), &bytes);
      float             most = 0, least = 0;
      gboolean          finite = TRUE;

      for (gsize i = 0; i < bytes / sizeof *pixels; i++)
        {
          finite = finite && isfinite (pixels[i]);
          most   = MAX (most, pixels[i]);
          least  = MIN (least, pixels[i]);
        }
      check (finite, "values outside [0,1]: the result is finite");
      check (most > 1.2f && least < -0.2f, "values outside [0,1]: they are not cut off (%.2f … %.2f)", least, most);
    }
  values[FDDM_DENOISE_LUMA] = values[FDDM_DENOISE_CHROMA] = 0;
  if (denoised (image, source, values, &made, "values outside [0,1], strengths 0"))
    check (same_pixels (made.layer, source), "values outside [0,1], strengths 0: the same bits");
  fddm_host_image_delete (image);
}

static float
broken (int x, int y, int c, int n, gpointer data)
{
  if (x == 10 && y == 10)
    return NAN;
  if (x == 20 && y == 5)
    return INFINITY;
  return noisy_ramp (x, y, c, n, data);
}

static void
check_broken_values (void)
{
  FddmImageId image  = probe_image_new (48, 32, FALSE, PROBE_FLOAT_PERCEPTUAL);
  FddmItemId  source = probe_layer_new (image, 48, 32, FALSE, FDDM_NO_ITEM, 0, 0);
  double      values[FDDM_DENOISE_N];
  FddmLayers  made;

  fill (source, broken, NULL);
  fast_values (values);
  if (denoised (image, source, values, &made, "NaN and infinity"))
    {
      gsize             bytes;
      g_autofree float *pixels = pixels_of (made.layer, float_format (made.layer), &bytes);
      int               nans = 0, infinities = 0;

      for (gsize i = 0; i < bytes / sizeof *pixels; i++)
        {
          nans += isnan (pixels[i]);
          infinities += isinf (pixels[i]);
        }
      check (nans == 3 && isnan (pixels[(10 * 48 + 10) * 3]), "NaN and infinity: NaN stays where it was, nowhere else");
      check (infinities == 3 && isinf (pixels[(5 * 48 + 20) * 3]), "NaN and infinity: infinity too");
    }
  fddm_host_image_delete (image);
}

static void
check_seed (void)
{
  FddmImageId image  = probe_image_new (48, 32, FALSE, PROBE_FLOAT_PERCEPTUAL);
  FddmItemId  source = probe_layer_new (image, 48, 32, FALSE, FDDM_NO_ITEM, 0, 0);
  double      values[FDDM_DENOISE_N];
  FddmLayers  one, again, other, none;

  fill (source, noisy_ramp, NULL);
  fast_values (values);
  if (!denoised (image, source, values, &none, "detail 0"))
    return;
  values[FDDM_DENOISE_DETAIL] = 80;
  values[FDDM_DENOISE_SEED]   = 7;
  if (denoised (image, source, values, &one, "detail, seed 7") && denoised (image, source, values, &again, "seed 7 again"))
    check (same_pixels (one.layer, again.layer), "the same seed gives the same bits");
  check (!same_pixels (one.layer, none.layer), "detail changes the result");
  values[FDDM_DENOISE_SEED] = G_MAXINT32;
  if (denoised (image, source, values, &other, "detail, the largest seed"))
    check (!same_pixels (one.layer, other.layer), "another seed gives another result");
  fddm_host_image_delete (image);
}

/* Fine grain alone, blotches alone, none of it. */
static void
check_bands (void)
{
  FddmImageId image  = probe_image_new (96, 64, FALSE, PROBE_FLOAT_PERCEPTUAL);
  FddmItemId  source = probe_layer_new (image, 96, 64, FALSE, FDDM_NO_ITEM, 0, 0);
  double      values[FDDM_DENOISE_N];
  FddmLayers  all, fine, coarse, none;

  fill (source, noisy_ramp, NULL);
  fast_values (values);
  if (!denoised (image, source, values, &all, "bands of 100"))
    return;
  values[FDDM_DENOISE_COARSE] = values[FDDM_DENOISE_MEDIUM] = 0;
  if (denoised (image, source, values, &fine, "fine grain alone"))
    check (roughness (fine.layer) < 0.7 * roughness (source) && !same_pixels (fine.layer, all.layer),
           "fine grain alone: smoother (%.1f of %.1f), but not as with all", roughness (fine.layer), roughness (source));
  values[FDDM_DENOISE_COARSE] = 200;
  values[FDDM_DENOISE_FINE]   = 0;
  if (denoised (image, source, values, &coarse, "blotches alone"))
    check (roughness (coarse.layer) > 0.9 * roughness (source) && !same_pixels (coarse.layer, source),
           "blotches alone: as rough as before (%.1f), but not the same", roughness (coarse.layer));
  values[FDDM_DENOISE_COARSE] = 0;
  if (denoised (image, source, values, &none, "bands of 0"))
    check (same_pixels (none.layer, source), "bands of 0: the same bits");
  fddm_host_image_delete (image);
}

void
check_pictures (void)
{
  check_precisions ();
  check_same_in_more_bits ();
  check_sizes ();
  check_constant ();
  check_wide_values ();
  check_broken_values ();
  check_seed ();
  check_bands ();
}
