/* generate.c: fddm generate OUT
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/files/temporary.h"
#include "engine/program/example.h"
#include "engine/program/maps.h"
#include "engine/program/pictures/picture.h"
#include "engine/program/program.h"

#define ABOUT N_ ("Generates a picture, such as the texture of a material, and writes it to OUT.")

typedef struct {
  FddmCliOptions     common;
  FddmGenerateParams params;
  FddmCliMaps        maps;
  char              *model, *subject;
  char              *like, *seamless; /* pictures; NULL = none                       */
  int                band;            /* of SEAMLESS, in pixels; 0 = by its size      */
  gboolean           keeps_light;     /* of SEAMLESS                                 */
  FddmCliExample     example;         /* one of them                                 */
  int                count, current;  /* number of pictures; index of the current one */
  guint32            seed;            /* of the first picture                         */
  int                jpeg_quality;    /* 1 … 100; 0 = the usual one                  */
  char             **files;           /* output files, NULL-terminated                */
  double             seconds;         /* for all pictures                             */
} Generate;

/* File names: OUT for a single picture; out-1.png, out-2.png … for a series to out.png. */
static char **
output_files (const char *out, int count)
{
  g_autoptr (GStrvBuilder) files = g_strv_builder_new ();
  const char              *slash = strrchr (out, G_DIR_SEPARATOR), *dot = strrchr (slash ? slash : out, '.');
  int                      stem = dot ? (int) (dot - out) : (int) strlen (out);

  for (int i = 1; i <= count; i++)
    {
      g_autofree char *file = count == 1 ? g_strdup (out) : g_strdup_printf ("%.*s-%d%s", stem, out, i, out + stem);

      g_strv_builder_add (files, file);
    }
  return g_strv_builder_end (files);
}

/* Checks options that have no effect without another one, and replaces those that are not given by their defaults. */
static gboolean
check_partners (Generate *generate, GError **error)
{
  FddmGenerateParams *params   = &generate->params;
  const gboolean      seamless = generate->seamless != NULL, like = generate->like != NULL;
  const gboolean      band = generate->band != FDDM_CLI_NOT_GIVEN;
  const gboolean      near = fddm_cli_given (&params->closeness, fddm_generate_params_default ().closeness);

  if (!band)
    generate->band = 0;
  if (params->steps == FDDM_CLI_NOT_GIVEN)
    params->steps = seamless ? fddm_seamless_params_default ().steps : fddm_generate_params_default ().steps;
  return fddm_cli_exclude ("like", like, "seamless", seamless, error) &&
         fddm_cli_needs ("closeness", near, "--like", like, error) &&
         fddm_cli_needs ("band", band, "--seamless", seamless, error) &&
         fddm_cli_needs ("keep-light", generate->keeps_light, "--seamless", seamless, error) &&
         fddm_cli_maps_take (&generate->maps, params->tileable || seamless, error);
}

static gboolean
check (Generate *generate, gint64 seed, GError **error)
{
  const FddmGenerateParams *params = &generate->params;

  return fddm_cli_in_range ("width", params->width, 1, FDDM_GENERATE_SIDE_MAX, error) &&
         fddm_cli_in_range ("height", params->height, 1, FDDM_GENERATE_SIDE_MAX, error) &&
         fddm_cli_in_range ("steps", params->steps, 1, FDDM_GENERATE_STEPS_MAX, error) &&
         fddm_cli_in_range ("eta", params->eta, 0, 1, error) &&
         fddm_cli_in_range ("closeness", params->closeness, 0, FDDM_CLOSENESS_MAX, error) &&
         fddm_cli_in_range ("count", generate->count, 1, FDDM_GENERATE_SERIES_MAX, error) &&
         fddm_cli_jpeg_quality (&generate->jpeg_quality, error) &&
         fddm_cli_in_range ("seed", (double) seed, 0, G_MAXINT32, error);
}

/* The name of the network MODEL: that of a file for generating, unless only another one is called so. */
static char *
network_of (const char *model)
{
  g_auto (GStrv)   folders = fddm_cli_folders ();
  g_autofree char *name    = fddm_model_weights (model);
  g_autofree char *found   = fddm_weights_find (name, (const char *const *) folders, NULL);
  g_autofree char *other   = found ? NULL : fddm_weights_find (model, (const char *const *) folders, NULL);

  return other ? g_strdup (model) : g_steal_pointer (&name);
}

static gboolean
parse (Generate *generate, char **argv, GError **error)
{
  FddmGenerateParams *params    = &generate->params;
  gint64              seed      = 0;
  const GOptionEntry  entries[] = {
    { "model", 0, 0, G_OPTION_ARG_FILENAME, &generate->model,
       N_ ("network, by its name in “fddm info” or by path (texture)"), N_ ("NAME") },
    { "weights", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &generate->model, "", N_ ("NAME") },
    { "subject", 0, 0, G_OPTION_ARG_STRING, &generate->subject, N_ ("material, such as wood; “fddm info” lists them (any)"),
       N_ ("NAME") },
    { "width", 0, 0, G_OPTION_ARG_INT, &params->width, N_ ("width in pixels (512)"), "N" },
    { "height", 0, 0, G_OPTION_ARG_INT, &params->height, N_ ("height in pixels (512)"), "N" },
    { "steps", 0, 0, G_OPTION_ARG_INT, &params->steps, N_ ("sampling steps; more take longer (12; with --seamless 20)"),
       "N" },
    { "eta", 0, 0, G_OPTION_ARG_DOUBLE, &params->eta, N_ ("0 = random start only … 1 = fresh noise at every step (1)"),
       "X" },
    { "tileable", 0, 0, G_OPTION_ARG_NONE, &params->tileable, N_ ("make opposite edges meet, so that the picture repeats"),
       NULL },
    { "like", 0, 0, G_OPTION_ARG_FILENAME, &generate->like, N_ ("make more of the material that this picture shows"),
       N_ ("PICTURE") },
    { "closeness", 0, 0, G_OPTION_ARG_DOUBLE, &params->closeness,
       N_ ("with --like: 0 = its colours and grain only … 100 = its shapes, too (70)"), "%" },
    { "seamless", 0, 0, G_OPTION_ARG_FILENAME, &generate->seamless,
       N_ ("make the edges of this picture meet, so that it repeats"), N_ ("PICTURE") },
    { "band", 0, 0, G_OPTION_ARG_INT, &generate->band,
       N_ ("with --seamless: width of the band that is made anew, in pixels (an eighth of the shorter side, at most 96)"),
       "N" },
    { "keep-light", 0, 0, G_OPTION_ARG_NONE, &generate->keeps_light,
       N_ ("with --seamless: leave gradual changes of light in the picture"), NULL },
    { "maps", 0, 0, G_OPTION_ARG_NONE, &generate->maps.wanted,
       N_ ("also write OUT-height.png, OUT-normal.png and OUT-roughness.png, guessed from the brightness"), NULL },
    { "map-strength", 0, 0, G_OPTION_ARG_DOUBLE, &generate->maps.params.strength,
       N_ ("with --maps: relief of the height and normal maps in percent, 0–200 (100)"), "%" },
    { "normals", 0, 0, G_OPTION_ARG_STRING, &generate->maps.normals,
       N_ ("with --maps: opengl = green points up (default), directx = down"), N_ ("NAME") },
    { "count", 0, 0, G_OPTION_ARG_INT, &generate->count,
       N_ ("number of pictures: OUT-1, OUT-2 …, with consecutive seeds (1)"), "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, N_ ("a different seed gives a different picture (0)"), "N" },
    { "jpeg-quality", 0, 0, G_OPTION_ARG_INT, &generate->jpeg_quality, N_ ("quality of JPEGs, 1–100 (95)"), "N" },
    { NULL, 0, 0, 0, NULL, NULL, NULL }
  };
  g_autoptr (GOptionContext) parser = NULL;
  g_auto (GStrv)             out    = NULL;

  *params       = fddm_generate_params_default ();
  params->width = params->height = 512;
  params->steps = generate->band = generate->jpeg_quality = FDDM_CLI_NOT_GIVEN;
  params->closeness                                       = FDDM_CLI_NOT_GIVEN;
  generate->count                                         = 1;
  fddm_cli_maps_init (&generate->maps);

  parser = fddm_cli_parser_plain (&generate->common, entries, N_ ("OUT"), _ (ABOUT));
  out    = fddm_cli_parse (parser, argv, 1, 1, error);
  if (!out || !check_partners (generate, error) || !check (generate, seed, error))
    return FALSE;
  params->subject          = generate->subject;
  generate->seed           = (guint32) seed;
  generate->files          = output_files (out[0], generate->count);
  generate->common.weights = network_of (generate->model ? generate->model : "texture");
  return TRUE;
}

static gboolean
progress (FddmPhase phase, double fraction, gpointer data)
{
  Generate *generate = data;

  return fddm_cli_progress (phase, (generate->current + fraction) / generate->count, &generate->common);
}

/* Makes the edges of the example meet, in a copy of it. */
static GeglBuffer *
compute_seamless (Generate *generate, FddmContext *context, GError **error)
{
  const FddmGenerateParams *params   = &generate->params;
  FddmSeamlessParams        seamless = fddm_seamless_params_default ();
  g_autoptr (GeglBuffer)    buffer   = gegl_buffer_dup (generate->example.buffer);
  FddmGeglPixels            pixels;
  FddmSink                  sink;

  fddm_gegl_pixels_init (&pixels, generate->example.buffer, buffer, gegl_buffer_get_extent (buffer), NULL);
  sink                = fddm_gegl_pixels_sink (&pixels);
  seamless.subject    = params->subject;
  seamless.steps      = params->steps;
  seamless.eta        = params->eta;
  seamless.band       = generate->band;
  seamless.seed       = params->seed;
  seamless.even_light = !generate->keeps_light;
  if (!fddm_make_seamless (context, &seamless, &generate->example.source, &sink, progress, generate, error))
    return NULL;
  return g_steal_pointer (&buffer);
}

/* The format of a generated picture of CHANNELS. */
static const Babl *
generated_format (int channels)
{
  return babl_format (channels == 1 ? "Y' u8" : "R'G'B' u8");
}

static GeglBuffer *
compute_picture (Generate *generate, FddmContext *context, int channels, GError **error)
{
  const FddmGenerateParams *params = &generate->params;
  g_autoptr (GeglBuffer)    buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, params->width, params->height),
                                                      generated_format (channels));
  FddmGeglCanvas            canvas;
  const FddmSink            sink = fddm_gegl_canvas_sink (&canvas, buffer, channels);

  return fddm_generate (context, params, &sink, progress, generate, error) ? g_steal_pointer (&buffer) : NULL;
}

/* Generates the picture generate->current. */
static gboolean
make_one (Generate *generate, FddmContext *context, int channels, GError **error)
{
  const FddmGenerateParams *params  = &generate->params;
  const char               *file    = generate->files[generate->current];
  FddmPictureOrigin        *origin  = generate->seamless ? &generate->example.origin : NULL;
  g_autofree char          *warning = NULL;
  const gint64              start   = g_get_monotonic_time ();
  g_autoptr (GeglBuffer)    buffer  = generate->seamless ? compute_seamless (generate, context, error)
                                                         : compute_picture (generate, context, channels, error);
  const double              seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;

  fddm_cli_progress_end (&generate->common);
  if (origin)
    origin->warning = &warning;
  if (!buffer || !fddm_picture_save (buffer, origin, file, generate->jpeg_quality, error))
    return FALSE;
  if (generate->maps.wanted && !fddm_cli_maps_save (&generate->maps, buffer, file, error))
    return FALSE;
  generate->seconds += seconds;
  if (warning)
    fddm_cli_warn (warning);
  if (!generate->common.json && !generate->common.quiet)
    {
      g_autofree char *shown = fddm_cli_printable (file);

      /* translators: a file, the seed, the device, seconds */
      fprintf (stderr, _ ("%s: seed %u. %s, %.1f s.\n"), shown, params->seed, fddm_context_describe (context), seconds);
    }
  return TRUE;
}

/* Adds the files of the maps of FILE. */
static void
add_maps (JsonBuilder *builder, const char *file)
{
  g_auto (GStrv) maps = fddm_cli_maps_files (file);

  json_builder_begin_array (json_builder_set_member_name (builder, "maps"));
  for (int i = 0; maps[i]; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (maps[i], -1);

      json_builder_add_string_value (builder, valid);
    }
  json_builder_end_array (builder);
}

static void
report_json (const Generate *generate, FddmContext *context, FddmWeights *weights)
{
  const FddmGenerateParams *params  = &generate->params;
  const FddmSource         *whole   = generate->seamless ? &generate->example.source : NULL; /* keeps its size */
  JsonBuilder              *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_begin_array (json_builder_set_member_name (builder, "outputs"));
  for (int i = 0; i < generate->count; i++)
    {
      json_builder_begin_object (builder);
      fddm_cli_json_string (builder, "output", generate->files[i]);
      if (generate->maps.wanted)
        add_maps (builder, generate->files[i]);
      json_builder_add_int_value (json_builder_set_member_name (builder, "seed"), fddm_seed_after (generate->seed, i));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  fddm_cli_json_string (builder, "subject", generate->subject);
  fddm_cli_json_integer (builder, "width", whole ? whole->width : params->width);
  fddm_cli_json_integer (builder, "height", whole ? whole->height : params->height);
  fddm_cli_json_integer (builder, "steps", params->steps);
  fddm_cli_json_double (builder, "eta", params->eta);
  fddm_cli_json_boolean (builder, "tileable", params->tileable);
  fddm_cli_json_string (builder, "like", generate->like);
  fddm_cli_json_double (builder, "closeness", params->closeness);
  fddm_cli_json_string (builder, "seamless", generate->seamless);
  fddm_cli_json_string (builder, "weights", fddm_weights_path (weights));
  fddm_cli_json_string (builder, "device", fddm_context_describe (context));
  fddm_cli_json_string (builder, "why-no-gpu", fddm_context_gpu_reason (context));
  fddm_cli_json_double (builder, "seconds", generate->seconds);
  json_builder_end_object (builder);
  fddm_cli_print_json (builder);
}

/* Fails if FILE is the picture ORIGINAL. */
static gboolean
is_apart (const char *file, const char *original, GError **error)
{
  if (!fddm_stamp_one_file (original, file))
    return TRUE;
  g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("“%s” is the original; give another name"), file);
  return FALSE;
}

/* Fails if a picture or a map would overwrite ORIGINAL. */
static gboolean
spares (const Generate *generate, const char *original, GError **error)
{
  for (int i = 0; i < generate->count; i++)
    {
      g_auto (GStrv) maps = generate->maps.wanted ? fddm_cli_maps_files (generate->files[i]) : NULL;

      if (!is_apart (generate->files[i], original, error))
        return FALSE;
      for (int k = 0; maps && maps[k]; k++)
        if (!is_apart (maps[k], original, error))
          return FALSE;
    }
  return TRUE;
}

/* Reads the picture of --like or --seamless, if there is one. */
static gboolean
open_example (Generate *generate, GError **error)
{
  const char *path = generate->seamless ? generate->seamless : generate->like;

  if (!path)
    return TRUE;
  if (!spares (generate, path, error))
    return FALSE;
  if (!fddm_cli_example_open (&generate->example, path, generate->like != NULL, error))
    return FALSE;
  generate->params.like = generate->like ? &generate->example.source : NULL;
  return TRUE;
}

/* Whether the formats of all files hold the pictures, which are of CHANNELS unless they are copies of the example. */
static gboolean
fits (const Generate *generate, int channels, GError **error)
{
  const gboolean    copies  = generate->seamless != NULL;
  const FddmSource *example = &generate->example.source;
  const int         width   = copies ? example->width : generate->params.width;
  const int         height  = copies ? example->height : generate->params.height;
  const Babl       *format  = copies ? gegl_buffer_get_format (generate->example.buffer) : generated_format (channels);

  for (int i = 0; i < generate->count; i++)
    if (!fddm_picture_fits (generate->files[i], width, height, format, error))
      return FALSE;
  return TRUE;
}

static gboolean
make_all (Generate *generate, GError **error)
{
  g_autoptr (FddmWeights) weights = NULL;
  g_autoptr (FddmContext) context = NULL;
  int                     averages;

  if (fddm_picture_wants_operation (generate->like) || fddm_picture_wants_operation (generate->seamless) ||
      (generate->count > 0 && fddm_picture_wants_operation (generate->files[0])))
    fddm_cli_start_gegl (TRUE);
  if (generate->count > 0)
    fddm_temporary_sweep_beside (generate->files[0]);
  for (int i = 0; i < generate->count; i++)
    if (!fddm_picture_writable (generate->files[i], error) ||
        (generate->maps.wanted && !fddm_cli_maps_writable (generate->files[i], error)))
      return FALSE;
  fddm_cli_start_gegl (FALSE);
  if (!open_example (generate, error))
    return FALSE;
  context = fddm_cli_context (&generate->common, &weights, &averages, error);
  if (context && !fits (generate, fddm_weights_channels (weights), error))
    return FALSE;
  for (int i = 0; context && i < generate->count; i++)
    {
      generate->current     = i;
      generate->params.seed = fddm_seed_after (generate->seed, i);
      if (!make_one (generate, context, fddm_weights_channels (weights), error))
        return FALSE;
    }
  if (context && generate->common.json)
    report_json (generate, context, weights);
  return context != NULL;
}

gboolean
fddm_cli_generate (char **argv, GError **error)
{
  Generate generate = { 0 };
  gboolean done     = parse (&generate, argv, error) && make_all (&generate, error);

  fddm_cli_example_close (&generate.example);
  fddm_cli_options_clear (&generate.common);
  g_strfreev (generate.files);
  g_free (generate.maps.normals);
  g_free (generate.model);
  g_free (generate.subject);
  g_free (generate.like);
  g_free (generate.seamless);
  return done;
}
