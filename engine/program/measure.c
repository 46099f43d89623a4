/* measure.c: fddm info PICTURE: the noise of a picture.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/program/program.h"
#include "engine/program/pictures/picture.h"
#include "engine/program/plot.h"
#include "engine/gegl-pixels.h"
#include "engine/program/denoise-picture.h"
#include "engine/noise/model.h"

static const char *const channel_names[] = { "y", "cb", "cr" };

/* Arrays of N values per channel, computed by VALUE. */
static void
tell_channels (JsonBuilder *builder, const char *key, const FddmNoiseModel *noise, int n,
               double (*value) (const FddmNoiseModel *, int, int))
{
  json_builder_begin_object (json_builder_set_member_name (builder, key));
  for (int c = 0; c < noise->channels; c++)
    {
      json_builder_begin_array (json_builder_set_member_name (builder, channel_names[c]));
      for (int i = 0; i < n; i++)
        json_builder_add_double_value (builder, (double) (gint64) (value (noise, c, i) * 1000 + 0.5) / 1000);
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
}

static char *
dark_words (GeglBuffer *buffer, const FddmNoiseModel *noise)
{
  double luma, chroma;

  fddm_noise_summary (noise, &luma, &chroma);
  return luma > 0 || chroma > 0 ? NULL : fddm_cli_dark_words (buffer);
}

/* Levels are in 8-bit steps of white noise of the same strength: at middle gray ("levels"), and over brightness
 * ("curve"). */
static void
tell_json (const char *path, GeglBuffer *buffer, const FddmNoiseModel *noise)
{
  g_autofree char *words = fddm_measured_words (noise), *dark = dark_words (buffer, noise);
  JsonBuilder     *builder = json_builder_new ();
  double           luma, chroma;

  fddm_noise_summary (noise, &luma, &chroma);
  json_builder_begin_object (builder);
  fddm_cli_json_string (builder, "picture", path);
  fddm_cli_json_integer (builder, "width", gegl_buffer_get_width (buffer));
  fddm_cli_json_integer (builder, "height", gegl_buffer_get_height (buffer));
  fddm_cli_json_string (builder, "format", babl_get_name (gegl_buffer_get_format (buffer)));
  fddm_cli_json_double (builder, "luma-noise", luma);
  fddm_cli_json_double (builder, "chroma-noise", chroma);
  fddm_cli_json_string (builder, "words", words);
  if (dark)
    fddm_cli_json_string (builder, "warning", dark);
  fddm_cli_json_integer (builder, "patch", noise->patch);
  tell_channels (builder, "levels", noise, noise->patch * noise->patch, fddm_measured_level);
  tell_channels (builder, "curve", noise, FDDM_NOISE_KNOTS, fddm_measured_curve);
  json_builder_end_object (builder);
  fddm_cli_print_json (builder);
}

static void
tell (const char *path, GeglBuffer *buffer, const FddmNoiseModel *noise)
{
  g_autofree char *words = fddm_measured_words (noise), *shown = fddm_cli_printable (path);
  g_autofree char *dark = dark_words (buffer, noise);

  /* translators: path, size, then what was measured, in words */
  printf (_ ("%s: %d × %d: %s\n"), shown, gegl_buffer_get_width (buffer), gegl_buffer_get_height (buffer), words);
  if (dark)
    fddm_cli_warn (dark);
}

static gboolean
check_plot (const char *path, const char *plot, GError **error)
{
  if (plot && fddm_stamp_one_file (path, plot))
    {
      g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("“%s” is the original; give another name"), plot);
      return FALSE;
    }
  if (!plot || g_str_has_suffix (plot, ".png"))
    return !plot || fddm_picture_writable (plot, error);
  g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("The plot is a PNG file; “%s” must end in .png"), plot);
  return FALSE;
}

gboolean
fddm_cli_measure (const FddmCliOptions *options, const char *path, const char *plot, GError **error)
{
  g_autoptr (GeglBuffer)     buffer  = NULL;
  g_autoptr (FddmContext)    context = NULL;
  g_auto (FddmPictureOrigin) origin  = { 0 };
  FddmGeglPixels             pixels;
  FddmSource                 source;
  FddmNoiseModel             noise;
  int                        averages;
  gboolean                   done;

  fddm_cli_start_gegl (fddm_picture_wants_operation (path));
  if (!check_plot (path, plot, error) || !(buffer = fddm_picture_load (&origin, path, error)) ||
      !(context = fddm_cli_context (options, NULL, &averages, error)))
    return FALSE;
  fddm_gegl_pixels_init (&pixels, buffer, NULL, gegl_buffer_get_extent (buffer), NULL);
  source = fddm_gegl_pixels_source (&pixels);
  done   = fddm_measure_noise (context, &source, fddm_cli_progress, (gpointer) options, &noise, error);
  fddm_cli_progress_end (options);
  if (!done || (plot && !fddm_plot_noise (&noise, path, plot, error)))
    return FALSE;
  if (options->json)
    tell_json (path, buffer, &noise);
  else
    tell (path, buffer, &noise);
  return TRUE;
}
