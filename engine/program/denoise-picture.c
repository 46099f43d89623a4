/* denoise-picture.c: see denoise-picture.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "engine/program/denoise-picture.h"
#include <glib/gi18n-lib.h>
#include "engine/gegl-pixels.h"
#include "engine/program/pictures/picture.h"

/* Returns the denoised picture, and its uncertainty in *UNCERTAINTY if requested. */
static GeglBuffer *
run (const FddmCliDenoise *denoise, FddmContext *context, GeglBuffer *from, GeglBuffer **uncertainty, FddmProgress progress,
     gpointer data, FddmReport *report, GError **error)
{
  g_autoptr (GeglBuffer) to = gegl_buffer_dup (from);
  FddmGeglPixels         pixels, gray_pixels;
  FddmSource             source;
  FddmSink               sink, gray;
  FddmDenoiseSinks       sinks;

  fddm_gegl_pixels_init (&pixels, from, to, gegl_buffer_get_extent (from), NULL);
  source = fddm_gegl_pixels_source (&pixels);
  sink   = fddm_gegl_pixels_sink (&pixels);
  if (denoise->uncertainty)
    {
      *uncertainty = fddm_gegl_pixels_gray_new (from, NULL);
      fddm_gegl_pixels_init (&gray_pixels, *uncertainty, *uncertainty, gegl_buffer_get_extent (from), NULL);
      gray = fddm_gegl_pixels_sink (&gray_pixels);
    }
  sinks = (FddmDenoiseSinks) { .picture = &sink, .uncertainty = *uncertainty ? &gray : NULL };
  if (!fddm_denoise_uncertain (context, &denoise->params, &source, &sinks, progress, data, report, error))
    return NULL;
  return g_steal_pointer (&to);
}

char *
fddm_cli_dark_words (GeglBuffer *buffer)
{
  FddmGeglPixels pixels;
  double         brightest;

  fddm_gegl_pixels_init (&pixels, buffer, NULL, gegl_buffer_get_extent (buffer), NULL);
  brightest = fddm_gegl_pixels_brightest (&pixels);
  if (brightest > FDDM_DARK || brightest <= 0.0)
    return NULL;
  /* translators: a percentage */
  return g_strdup_printf (
    _ ("No noise was found, but the picture uses only the darkest %.0f %% of its range: brighten it first"),
    MAX (100 * brightest, 1));
}

gboolean
fddm_cli_photo_open (FddmCliPhoto *photo, const char *path, GError **error)
{
  const Babl *format;

  *photo = (FddmCliPhoto) { 0 };
  if (!(photo->buffer = fddm_picture_load (&photo->origin, path, error)))
    return FALSE;
  format = gegl_buffer_get_format (photo->buffer);
  babl_fish (format, fddm_gegl_pixels_format (format, NULL));
  return TRUE;
}

void
fddm_cli_photo_clear (FddmCliPhoto *photo)
{
  g_clear_object (&photo->buffer);
  fddm_picture_origin_clear (&photo->origin);
}

gboolean
fddm_cli_denoise_picture (const FddmCliDenoise *denoise, FddmContext *context, FddmCliPhoto *photo, const char *to,
                          FddmProgress progress, gpointer data, FddmDenoised *denoised, GError **error)
{
  GeglBuffer            *noisy  = photo->buffer;
  FddmPictureOrigin     *origin = &photo->origin;
  g_autoptr (GeglBuffer) clean = NULL, uncertainty = NULL;
  const gint64           start = g_get_monotonic_time ();
  gboolean               saved;

  denoised->width  = gegl_buffer_get_width (noisy);
  denoised->height = gegl_buffer_get_height (noisy);
  if (!fddm_picture_fits (to, denoised->width, denoised->height, gegl_buffer_get_format (noisy), error) ||
      (denoise->uncertainty &&
       !fddm_picture_fits (denoise->uncertainty, denoised->width, denoised->height, babl_format ("Y' u8"), error)))
    return FALSE;
  if (!(clean = run (denoise, context, noisy, &uncertainty, progress, data, &denoised->report, error)))
    return FALSE;
  denoised->seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  origin->warning   = &denoised->warning;
  saved = (!uncertainty || fddm_picture_save (uncertainty, origin, denoise->uncertainty, denoise->jpeg_quality, error)) &&
          fddm_picture_save (clean, origin, to, denoise->jpeg_quality, error);
  if (saved && denoised->report.tiles == 0 && denoise->params.noise == 0 && !denoised->warning)
    denoised->warning = fddm_cli_dark_words (noisy);
  return saved;
}

void
fddm_cli_denoised_json (JsonBuilder *builder, const FddmCliDenoise *denoise, const FddmDenoised *denoised,
                        FddmContext *context, FddmWeights *weights)
{
  fddm_cli_json_integer (builder, "width", denoised->width);
  fddm_cli_json_integer (builder, "height", denoised->height);
  fddm_cli_json_string (builder, "weights", fddm_weights_path (weights));
  fddm_cli_json_string (builder, "device", fddm_context_describe (context));
  fddm_cli_json_string (builder, "why-no-gpu", fddm_context_gpu_reason (context));
  fddm_cli_json_boolean (builder, "measured", denoise->params.noise == 0);
  fddm_cli_json_double (builder, "luma-noise", denoised->report.luma);
  fddm_cli_json_double (builder, "chroma-noise", denoised->report.chroma);
  fddm_cli_json_double (builder, "seconds", denoised->seconds);
  fddm_cli_json_integer (builder, "tiles", denoised->report.tiles);
  if (denoised->warning)
    fddm_cli_json_string (builder, "warning", denoised->warning);
  fddm_cli_json_integer (builder, "engine-memory", (gint64) denoised->report.memory);
}
