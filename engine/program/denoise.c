/* denoise.c: fddm denoise IN OUT
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <glib/gi18n-lib.h>
#include "engine/program/program.h"
#include "engine/program/picture.h"
#include "engine/gegl-pixels.h"

typedef struct {
  FddmCliOptions    common;
  FddmDenoiseParams params;
  char             *uncertainty; /* where a picture of it goes, or NULL */
  FddmReport        report;
  double            seconds;
} Denoise;

static char **
parse (Denoise *denoise, char **argv, GError **error)
{
  FddmDenoiseParams *params    = &denoise->params;
  gint64             seed      = 0;
  const GOptionEntry entries[] = {
    { "noise", 0, 0, G_OPTION_ARG_DOUBLE, &params->noise, N_ ("noise level, in 8-bit steps; 0 = measure it"), N_ ("LEVEL") },
    { "luma", 0, 0, G_OPTION_ARG_DOUBLE, &params->luma, N_ ("percent of the brightness noise removed (100)"), "%" },
    { "chroma", 0, 0, G_OPTION_ARG_DOUBLE, &params->chroma, N_ ("percent of the colour noise removed (100)"), "%" },
    { "coarse", 0, 0, G_OPTION_ARG_DOUBLE, &params->coarse,
      N_ ("percent of it that leaves from blotches, 12 pixels and wider; up to 200 (100)"), "%" },
    { "medium", 0, 0, G_OPTION_ARG_DOUBLE, &params->medium, N_ ("the same for what lies between (100)"), "%" },
    { "fine", 0, 0, G_OPTION_ARG_DOUBLE, &params->fine, N_ ("the same for fine grain, up to 5 pixels wide (100)"), "%" },
    { "detail", 0, 0, G_OPTION_ARG_DOUBLE, &params->detail, N_ ("percent of sampled texture brought back (0)"), "%" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, N_ ("for --detail: another number, another texture"), "N" },
    { "uncertainty", 0, 0, G_OPTION_ARG_FILENAME, &denoise->uncertainty,
      N_ ("also write a gray picture of where the result is a guess"), N_ ("FILE") },
    { NULL, 0, 0, 0, NULL, NULL, NULL }
  };
  g_autoptr (GOptionContext) parser = NULL;
  g_auto (GStrv)             files  = NULL;

  *params = fddm_denoise_params_default ();
  parser  = fddm_cli_parser (&denoise->common, entries, N_ ("IN OUT"),
                             _ ("Takes the noise out of the picture IN and writes the result to OUT, in IN's size, depth and "
                                 "colour space."));
  files   = fddm_cli_parse (parser, argv, 2, 2, error);
  if (!files || !fddm_cli_in_range ("noise", params->noise, 0, FDDM_NOISE_LEVEL_MAX, error) ||
      !fddm_cli_in_range ("luma", params->luma, 0, FDDM_STRENGTH_MAX, error) ||
      !fddm_cli_in_range ("chroma", params->chroma, 0, FDDM_STRENGTH_MAX, error) ||
      !fddm_cli_in_range ("detail", params->detail, 0, FDDM_STRENGTH_MAX, error) ||
      !fddm_cli_in_range ("coarse", params->coarse, 0, FDDM_GRAIN_STRENGTH_MAX, error) ||
      !fddm_cli_in_range ("medium", params->medium, 0, FDDM_GRAIN_STRENGTH_MAX, error) ||
      !fddm_cli_in_range ("fine", params->fine, 0, FDDM_GRAIN_STRENGTH_MAX, error) ||
      !fddm_cli_in_range ("seed", (double) seed, 0, G_MAXINT32, error))
    return NULL;
  params->seed = (guint32) seed;
  return g_steal_pointer (&files);
}

/* The denoised picture; *UNCERTAINTY is one of that, where it is wanted. */
static GeglBuffer *
run (Denoise *denoise, FddmContext *context, GeglBuffer *from, GeglBuffer **uncertainty, GError **error)
{
  g_autoptr (GeglBuffer) to = gegl_buffer_dup (from);
  FddmGeglPixels         pixels, gray_pixels;
  FddmSource             source;
  FddmSink               sink, gray;
  FddmDenoiseSinks       sinks;
  gboolean               done;
  gint64                 start = g_get_monotonic_time ();

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
  done  = fddm_denoise_uncertain (context, &denoise->params, &source, &sinks, fddm_cli_progress, &denoise->common,
                                  &denoise->report, error);
  fddm_cli_progress_end (&denoise->common);
  denoise->seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  return done ? g_steal_pointer (&to) : NULL;
}

static void
report_json (const Denoise *denoise, char **files, GeglBuffer *buffer, FddmContext *context, FddmWeights *weights)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  fddm_cli_json_string (builder, "input", files[0]);
  fddm_cli_json_string (builder, "output", files[1]);
  fddm_cli_json_string (builder, "uncertainty", denoise->uncertainty);
  fddm_cli_json_double (builder, "width", gegl_buffer_get_width (buffer));
  fddm_cli_json_double (builder, "height", gegl_buffer_get_height (buffer));
  fddm_cli_json_string (builder, "weights", fddm_weights_path (weights));
  fddm_cli_json_string (builder, "device", fddm_context_describe (context));
  fddm_cli_json_string (builder, "why-no-gpu", fddm_context_gpu_reason (context));
  fddm_cli_json_boolean (builder, "measured", denoise->params.noise == 0);
  fddm_cli_json_double (builder, "luma-noise", denoise->report.luma);
  fddm_cli_json_double (builder, "chroma-noise", denoise->report.chroma);
  fddm_cli_json_double (builder, "seconds", denoise->seconds);
  fddm_cli_json_double (builder, "tiles", denoise->report.tiles);
  fddm_cli_json_double (builder, "engine-memory", (double) denoise->report.memory);
  json_builder_end_object (builder);
  fddm_cli_print_json (builder);
}

static void
report (const Denoise *denoise, FddmContext *context)
{
  /* translators: luma and chroma noise, the device, seconds */
  fprintf (stderr, _ ("Noise: luma %.1f, chroma %.1f. %s, %.1f s.\n"), denoise->report.luma, denoise->report.chroma,
           fddm_context_describe (context), denoise->seconds);
}

static gboolean
writable (const Denoise *denoise, char **files, GError **error)
{
  g_autofree char *result      = g_canonicalize_filename (files[1], NULL);
  g_autofree char *uncertainty = denoise->uncertainty ? g_canonicalize_filename (denoise->uncertainty, NULL) : NULL;

  if (g_strcmp0 (result, uncertainty) != 0)
    return fddm_picture_writable (files[1], error) && (!uncertainty || fddm_picture_writable (uncertainty, error));
  g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("“%s” cannot be the result and its uncertainty"), files[1]);
  return FALSE;
}

static gboolean
denoise_file (Denoise *denoise, char **files, GError **error)
{
  g_autoptr (GeglBuffer)  from = NULL, to = NULL, uncertainty = NULL;
  g_autoptr (FddmWeights) weights = NULL;
  g_autoptr (FddmContext) context = NULL;

  if (!writable (denoise, files, error) || !(from = fddm_picture_load (files[0], error)) ||
      !(context = fddm_cli_context (&denoise->common, &weights, &denoise->params.averages, error)) ||
      !(to = run (denoise, context, from, &uncertainty, error)) ||
      (uncertainty && !fddm_picture_save (uncertainty, files[0], denoise->uncertainty, error)) ||
      !fddm_picture_save (to, files[0], files[1], error))
    return FALSE;
  if (denoise->common.json)
    report_json (denoise, files, from, context, weights);
  else if (!denoise->common.quiet)
    report (denoise, context);
  return TRUE;
}

gboolean
fddm_cli_denoise (char **argv, GError **error)
{
  Denoise        denoise = { 0 };
  g_auto (GStrv) files   = parse (&denoise, argv, error);
  gboolean       done    = files && denoise_file (&denoise, files, error);

  fddm_cli_options_clear (&denoise.common);
  g_free (denoise.uncertainty);
  return done;
}
