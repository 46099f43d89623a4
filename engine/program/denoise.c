/* denoise.c: fddm denoise: its options, and the choice between one picture and many.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/files/temporary.h"
#include "engine/program/batch.h"
#include "engine/program/jobs.h"
#include "engine/program/pictures/picture.h"

/* Checks the number of operands and the options that need --output-dir. */
static gboolean
check_operands (const FddmCliDenoise *denoise, guint n, GError **error)
{
  const char *many = denoise->suffix                        ? "suffix"
                     : denoise->format                      ? "format"
                     : denoise->recursive                   ? "recursive"
                     : denoise->skip_existing               ? "skip-existing"
                     : denoise->jobs != FDDM_JOBS_AUTOMATIC ? "jobs"
                                                            : NULL;

  if (denoise->output_dir && (denoise->uncertainty || denoise->in_place))
    g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("--%s is for one picture"),
                 denoise->in_place ? "in-place" : "uncertainty");
  else if (denoise->in_place && n != 1)
    g_set_error_literal (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE,
                         _ ("--in-place takes one picture, which the result replaces"));
  else if (denoise->output_dir && !*denoise->output_dir)
    return fddm_cli_needs ("output-dir", TRUE, _ ("FOLDER"), FALSE, error);
  else if (denoise->suffix && strchr (denoise->suffix, '/'))
    g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("--suffix is part of a name: “%s” has a slash in it"),
                 denoise->suffix);
  else if (!fddm_cli_needs (many, many != NULL, "--output-dir", denoise->output_dir != NULL, error))
    return FALSE;
  else if (!denoise->output_dir && !denoise->in_place && n != 2)
    g_set_error_literal (
      error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE,
      _ ("denoise takes IN and OUT, or any number of pictures with --output-dir; see “fddm denoise --help”"));
  else
    return TRUE;
  return FALSE;
}

/* Reduces the format to its name: "png" for "PNG" and ".png". */
static gboolean
check_format (FddmCliDenoise *denoise, GError **error)
{
  g_autofree char *lower = denoise->format ? g_ascii_strdown (denoise->format, -1) : NULL;
  g_autofree char *name  = lower ? g_strconcat ("a.", lower + (*lower == '.'), NULL) : NULL;

  if (name && !fddm_picture_has_format (name, NULL))
    {
      g_autofree char *formats = fddm_picture_formats ();

      g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("%s is “%s”; it must be one of %s"), "--format",
                   denoise->format, formats);
      return FALSE;
    }
  if (name)
    {
      g_free (denoise->format);
      denoise->format = g_strdup (name + 2);
    }
  return TRUE;
}

/* Checks that --seed, which is G_MININT64 if not given, has an effect. Replaces what is not given by the defaults. */
static gboolean
check_seed (FddmCliDenoise *denoise, gint64 *seed, GError **error)
{
  const gboolean detail = fddm_cli_given (&denoise->params.detail, fddm_denoise_params_default ().detail);

  if (!fddm_cli_needs ("seed", *seed != G_MININT64, "--detail", detail || denoise->uncertainty, error))
    return FALSE;
  if (*seed == G_MININT64)
    *seed = 0;
  return TRUE;
}

static const char *
about (void)
{
  return _ (
    "Removes the noise of the picture IN and writes the result to OUT, with the size, depth and colour space of IN. With "
    "-o it denoises any number of pictures and continues where it was interrupted.");
}

static char **
parse (FddmCliDenoise *denoise, char **argv, GError **error)
{
  FddmDenoiseParams *params    = &denoise->params;
  gint64             seed      = G_MININT64;
  const GOptionEntry entries[] = {
    { "noise", 0, 0, G_OPTION_ARG_DOUBLE, &params->noise, N_ ("noise level, in 8-bit steps; 0 = measure it (0)"),
      N_ ("LEVEL") },
    { "luma", 0, 0, G_OPTION_ARG_DOUBLE, &params->luma, N_ ("percent of the brightness noise removed (100)"), "%" },
    { "chroma", 0, 0, G_OPTION_ARG_DOUBLE, &params->chroma, N_ ("percent of the colour noise removed (100)"), "%" },
    { "coarse", 0, 0, G_OPTION_ARG_DOUBLE, &params->coarse,
      N_ ("percent of blotches removed, 12 pixels wide and wider; up to 200 (100)"), "%" },
    { "medium", 0, 0, G_OPTION_ARG_DOUBLE, &params->medium, N_ ("the same for sizes in between (100)"), "%" },
    { "fine", 0, 0, G_OPTION_ARG_DOUBLE, &params->fine, N_ ("the same for fine grain, up to 5 pixels wide (100)"), "%" },
    { "detail", 0, 0, G_OPTION_ARG_DOUBLE, &params->detail,
      N_ ("percent of fine texture made up where noise has hidden it (0)"), "%" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, N_ ("for --detail or --uncertainty: another number gives another result (0)"),
      "N" },
    { "uncertainty", 0, 0, G_OPTION_ARG_FILENAME, &denoise->uncertainty,
      N_ ("also write a gray picture of where the result is a guess"), N_ ("FILE") },
    { "in-place", 0, 0, G_OPTION_ARG_NONE, &denoise->in_place, N_ ("the result replaces IN"), NULL },
    { "output-dir", 'o', 0, G_OPTION_ARG_FILENAME, &denoise->output_dir,
      N_ ("denoise any number of pictures and folders into this folder"), N_ ("FOLDER") },
    { "suffix", 0, 0, G_OPTION_ARG_FILENAME, &denoise->suffix, N_ ("for -o: text added to names, such as --suffix=-clean"),
      N_ ("TEXT") },
    { "format", 0, 0, G_OPTION_ARG_STRING, &denoise->format,
      N_ ("for -o: format of the results: png, tif, jpg … (that of each picture)"), N_ ("ENDING") },
    { "recursive", 'r', 0, G_OPTION_ARG_NONE, &denoise->recursive, N_ ("for -o: also the folders within folders"), NULL },
    { "skip-existing", 0, 0, G_OPTION_ARG_NONE, &denoise->skip_existing, N_ ("for -o: skip pictures whose result exists"),
      NULL },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &denoise->jobs,
      N_ ("for -o: pictures at a time, 1–64 (2 if cores and memory allow, else 1)"), "N" },
    { "jpeg-quality", 0, 0, G_OPTION_ARG_INT, &denoise->jpeg_quality,
      N_ ("quality of JPEGs, 1–100 (that of the original, else 95)"), "N" },
    { NULL, 0, 0, 0, NULL, NULL, NULL }
  };
  g_autoptr (GOptionContext) parser = NULL;
  g_auto (GStrv)             files  = NULL;

  *params               = fddm_denoise_params_default ();
  params->detail        = FDDM_CLI_NOT_GIVEN;
  denoise->jobs         = FDDM_JOBS_AUTOMATIC;
  denoise->jpeg_quality = FDDM_CLI_NOT_GIVEN;
  parser = fddm_cli_parser (&denoise->common, entries, N_ ("IN OUT | --in-place IN | -o FOLDER IN…"), about ());
  files  = fddm_cli_parse (parser, argv, 1, G_MAXUINT, error);
  if (!files || !check_operands (denoise, g_strv_length (files), error) || !check_format (denoise, error) ||
      !check_seed (denoise, &seed, error) ||
      (denoise->jobs != FDDM_JOBS_AUTOMATIC && !fddm_cli_in_range ("jobs", denoise->jobs, 1, 64, error)) ||
      !fddm_cli_jpeg_quality (&denoise->jpeg_quality, error) ||
      !fddm_cli_in_range ("noise", params->noise, 0, FDDM_NOISE_LEVEL_MAX, error) ||
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

static void
report_json (const FddmCliDenoise *denoise, const char *in, const char *out, const FddmDenoised *denoised,
             FddmContext *context, FddmWeights *weights)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  fddm_cli_json_string (builder, "input", in);
  fddm_cli_json_string (builder, "output", out);
  fddm_cli_json_string (builder, "uncertainty", denoise->uncertainty);
  fddm_cli_denoised_json (builder, denoise, denoised, context, weights);
  json_builder_end_object (builder);
  fddm_cli_print_json (builder);
}

static void
report (const FddmDenoised *denoised, FddmContext *context)
{
  /* translators: luma and chroma noise, the device, seconds */
  fprintf (stderr, _ ("Noise: luma %.1f, chroma %.1f. %s, %.1f s.\n"), denoised->report.luma, denoised->report.chroma,
           fddm_context_describe (context), denoised->seconds);
}

/* Whether A and B, which may not exist yet, are one file. */
static gboolean
would_be_one (const char *a, const char *b)
{
  g_autofree char *whole_a = g_canonicalize_filename (a, NULL);
  g_autofree char *whole_b = g_canonicalize_filename (b, NULL);

  return strcmp (whole_a, whole_b) == 0 || fddm_stamp_one_file (a, b);
}

/* Fails if a result would overwrite the picture unasked, or another result. */
static gboolean
are_apart (const FddmCliDenoise *denoise, const char *in, const char *out, GError **error)
{
  if (!denoise->in_place && fddm_stamp_one_file (in, out))
    g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("“%s” is the original; --in-place replaces it"), out);
  else if (denoise->uncertainty && fddm_stamp_one_file (in, denoise->uncertainty))
    g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("“%s” is the original; give another name"),
                 denoise->uncertainty);
  else if (denoise->uncertainty && would_be_one (out, denoise->uncertainty))
    g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("“%s” cannot be the result and its uncertainty"), out);
  else
    return TRUE;
  return FALSE;
}

static gboolean
writable (const FddmCliDenoise *denoise, const char *in, const char *out, GError **error)
{
  fddm_temporary_sweep_beside (out);
  return are_apart (denoise, in, out, error) && fddm_picture_writable (out, error) &&
         (!denoise->uncertainty || fddm_picture_writable (denoise->uncertainty, error));
}

static gboolean
denoise_one (FddmCliDenoise *denoise, char **files, GError **error)
{
  g_autoptr (FddmWeights) weights  = NULL;
  g_autoptr (FddmContext) context  = NULL;
  g_auto (FddmCliPhoto)   photo    = { 0 };
  FddmDenoised            denoised = { 0 };
  g_autofree char        *target = denoise->in_place ? realpath (files[0], NULL) : NULL; /* not the link, but the picture */
  const char             *in = files[0], *out = target ? target : denoise->in_place ? in : files[1];
  gboolean                done;

  if (fddm_picture_wants_operation (in) || fddm_picture_wants_operation (out) ||
      fddm_picture_wants_operation (denoise->uncertainty))
    fddm_cli_start_gegl (TRUE);
  if (!writable (denoise, in, out, error))
    return FALSE;
  fddm_cli_start_gegl (FALSE);
  if (!fddm_cli_photo_open (&photo, in, error) ||
      !(context = fddm_cli_context (&denoise->common, &weights, &denoise->params.averages, error)))
    return FALSE;
  done = fddm_cli_denoise_picture (denoise, context, &photo, out, fddm_cli_progress, &denoise->common, &denoised, error);
  fddm_cli_progress_end (&denoise->common);
  if (done && denoised.warning)
    fddm_cli_warn (denoised.warning);
  if (done && denoise->common.json)
    report_json (denoise, in, out, &denoised, context, weights);
  else if (done && !denoise->common.quiet)
    report (&denoised, context);
  g_free (denoised.warning);
  return done;
}

gboolean
fddm_cli_denoise (char **argv, GError **error)
{
  FddmCliDenoise denoise = { 0 };
  g_auto (GStrv) files   = parse (&denoise, argv, error);
  gboolean       done    = FALSE;

  if (files)
    done = denoise.output_dir ? fddm_cli_denoise_many (&denoise, files, error) : denoise_one (&denoise, files, error);
  fddm_cli_options_clear (&denoise.common);
  g_free (denoise.uncertainty);
  g_free (denoise.output_dir);
  g_free (denoise.suffix);
  g_free (denoise.format);
  return done;
}
