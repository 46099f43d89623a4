/* checks.c: the checks that both hosts run; see probe.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/hosts/checks.h"

static FILE *tap;
static int   n_checks;

gboolean
check (gboolean truth, const char *format, ...)
{
  va_list          arguments;
  g_autofree char *name = NULL;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  fprintf (tap, "%sok %d - %s\n", truth ? "" : "not ", ++n_checks, name);
  fflush (tap);
  return truth;
}

void
skip (const char *name, const char *reason)
{
  fprintf (tap, "ok %d - %s # SKIP %s\n", ++n_checks, name, reason);
}

void
fast_values (double *values)
{
  fddm_parameters_defaults (fddm_denoise_parameters, values);
  values[FDDM_DENOISE_QUALITY] = 0;
  values[FDDM_DENOISE_DEVICE]  = 2;
  values[FDDM_DENOISE_NOISE]   = 20;
}

const Babl *
float_format (FddmItemId drawable)
{
  const Babl *own  = fddm_host_format (drawable);
  gboolean    gray = babl_format_get_n_components (own) <= 2;

  return babl_format_with_space (
    babl_format_has_alpha (own) ? (gray ? "Y'A float" : "R'G'B'A float") : (gray ? "Y' float" : "R'G'B' float"), own);
}

void *
pixels_of (FddmItemId drawable, const Babl *format, gsize *bytes)
{
  g_autoptr (GeglBuffer) buffer = fddm_host_buffer (drawable);
  const GeglRectangle   *all    = gegl_buffer_get_extent (buffer);
  void                  *pixels;

  *bytes = (gsize) all->width * all->height * babl_format_get_bytes_per_pixel (format);
  pixels = g_malloc (*bytes);
  gegl_buffer_get (buffer, all, 1, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  return pixels;
}

void
fill (FddmItemId drawable, Pattern pattern, gpointer data)
{
  g_autoptr (GeglBuffer) buffer = fddm_host_buffer (drawable);
  const GeglRectangle   *all    = gegl_buffer_get_extent (buffer);
  const Babl            *format = float_format (drawable);
  int                    n      = babl_format_get_n_components (format);
  g_autofree float      *pixels = g_new (float, (gsize) all->width * all->height * n);

  for (int y = 0; y < all->height; y++)
    for (int x = 0; x < all->width; x++)
      for (int c = 0; c < n; c++)
        pixels[((gsize) y * all->width + x) * n + c] = pattern (x, y, c, n, data);
  gegl_buffer_set (buffer, all, 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
  gegl_buffer_flush (buffer);
}

/* A number in [-1, 1) that depends on nothing but the place. */
static float
hash (int x, int y, int c)
{
  guint32 h = (guint32) x * 374761393u + (guint32) y * 668265263u + (guint32) c * 2246822519u;

  h = (h ^ (h >> 13)) * 1274126177u;
  return (float) ((h ^ (h >> 16)) & 0xffff) / 32768.0f - 1.0f;
}

float
noisy_ramp (int x, int y, int c, int n, G_GNUC_UNUSED gpointer data)
{
  if (n % 2 == 0 && c == n - 1)
    return (float) ((x + 2 * y) % 16) / 15.0f; /* alpha */
  return 0.4f + 0.1f * sinf (x * 0.1f + c) + 0.13f * hash (x, y, c);
}

gboolean
same_pixels (FddmItemId one, FddmItemId other)
{
  gsize            n, m;
  g_autofree char *a = pixels_of (one, fddm_host_format (one), &n);
  g_autofree char *b = pixels_of (other, fddm_host_format (other), &m);

  return fddm_host_format (one) == fddm_host_format (other) && n == m && !memcmp (a, b, n);
}

double
difference (FddmItemId one, FddmItemId other)
{
  gsize             n, m;
  const Babl       *format = float_format (one);
  g_autofree float *a      = pixels_of (one, format, &n);
  g_autofree float *b      = pixels_of (other, format, &m);
  double            most   = 0;

  for (gsize i = 0; i < MIN (n, m) / sizeof *a; i++)
    most = MAX (most, fabs ((double) a[i] - b[i]));
  return n == m ? most : INFINITY;
}

double
roughness (FddmItemId drawable)
{
  gsize             bytes;
  const Babl       *format = babl_format_with_space ("Y' float", fddm_host_format (drawable));
  g_autofree float *a      = pixels_of (drawable, format, &bytes);
  double            sum    = 0;

  for (gsize i = 1; i < bytes / sizeof *a; i++)
    sum += fabs ((double) a[i] - a[i - 1]);
  return sum;
}

gboolean
denoised (FddmImageId image, FddmItemId drawable, const double *values, FddmLayers *made, const char *what)
{
  g_autofree char *problem = probe_denoise (PROBE_RUN_NONINTERACTIVE, image, drawable, values, made);

  return check (!problem, "%s: denoised%s%s", what, problem ? ": " : "", problem ? problem : "");
}

void
refused (FddmImageId image, FddmItemId drawable, const double *values, const char *expected, const char *what)
{
  FddmLayers       made;
  int              before  = probe_layer_count (image, FDDM_NO_ITEM);
  g_autofree char *problem = probe_denoise (PROBE_RUN_NONINTERACTIVE, image, drawable, values, &made);

  check (problem && strstr (problem, expected), "%s: refused, saying “%s”: %s", what, expected,
         problem ? problem : "(was done)");
  check (probe_layer_count (image, FDDM_NO_ITEM) == before, "%s: the image is as it was", what);
}

void
probe_run (const char *path)
{
  static const struct {
    const char *name;
    void (*run) (void);
  } parts[]        = { { "pictures", check_pictures }, { "layers", check_layers },       { "seen", check_seen },
                       { "refusals", check_refusals }, { "meanwhile", check_meanwhile }, { "generate", check_generate },
                       { "maps", check_maps },         { "seamless", check_seamless },   { "failures", check_failures } };
  const char *only = g_getenv ("FDDM_PROBE_ONLY");

  tap = fopen (path, "w");
  if (!tap)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    if (!only || !strcmp (only, parts[i].name))
      parts[i].run ();
  fprintf (tap, "1..%d\n", n_checks);
  fclose (tap);
}
