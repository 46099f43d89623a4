/* options.c: options shared by several commands, and their effect.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <glib/gi18n-lib.h>
#include "engine/gegl-start.h"
#include "engine/installed.h"
#include "engine/program/folders.h"
#include "engine/program/program.h"

G_DEFINE_QUARK (fddm-cli-error-quark, fddm_cli_error)

/* Index of VALUE in NAMES. The error lists the names before the first NULL; names after it are hidden. */
static gboolean
choose (const char *option, const char *value, const char *const *names, int n, int *chosen, GError **error)
{
  g_autofree char *list = NULL;

  for (int i = 0; i < n; i++)
    if (names[i] && strcmp (value, names[i]) == 0)
      {
        *chosen = i;
        return TRUE;
      }
  list = g_strjoinv (", ", (char **) names);
  g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("%s: “%s” is not one of %s"), option, value, list);
  return FALSE;
}

static gboolean
choose_device (const char *option, const char *value, gpointer data, GError **error)
{
  /* in the order of FddmDeviceKind; the hidden one is for tests */
  static const char *const names[] = { "auto", "gpu", "cpu", NULL };
  FddmCliOptions          *options = data;
  int                      chosen  = FDDM_DEVICE_REFERENCE;

  if (strcmp (value, "reference") != 0 && !choose (option, value, names, 3, &chosen, error))
    return FALSE;
  options->device = (FddmDeviceKind) chosen;
  return TRUE;
}

static gboolean
choose_quality (const char *option, const char *value, gpointer data, GError **error)
{
  static const char *const names[] = { "fast", "balanced", "best", NULL }; /* in the order of FddmQuality */
  FddmCliOptions          *options = data;
  int                      chosen;

  if (!choose (option, value, names, 3, &chosen, error))
    return FALSE;
  options->quality      = (FddmQuality) chosen;
  options->quality_told = TRUE;
  return TRUE;
}

/* Parses a size in MiB. The help says MB, the common name. */
static gboolean
choose_memory (const char *option, const char *value, gpointer data, GError **error)
{
  FddmCliOptions *options = data;
  guint64         megabytes;

  if (!g_ascii_string_to_unsigned (value, 10, 1, G_MAXSIZE >> 20, &megabytes, NULL))
    {
      g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("%s: “%s” is not a number of megabytes"), option, value);
      return FALSE;
    }
  options->context.memory = (gsize) megabytes << 20;
  return TRUE;
}

gboolean
fddm_cli_in_range (const char *name, double value, double least, double most, GError **error)
{
  if (value >= least && value <= most)
    return TRUE;
  g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("--%s must be from %.10g to %.10g"), name, least, most);
  return FALSE;
}

gboolean
fddm_cli_exclude (const char *name, gboolean given, const char *other, gboolean there, GError **error)
{
  if (!given || !there)
    return TRUE;
  g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("--%s and --%s exclude each other"), name, other);
  return FALSE;
}

static gboolean
check_whole (const char *name, int value, int most, GError **error)
{
  if (value >= 0 && value <= most)
    return TRUE;
  g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("%s must be from %d to %d, not %d"), name, 0, most, value);
  return FALSE;
}

/* A parse hook. A network is chosen by quality or by name. Numbers are checked before any work, since a worker of many pictures
 * could only fail with them. */
static gboolean
check_common (G_GNUC_UNUSED GOptionContext *parser, G_GNUC_UNUSED GOptionGroup *group, gpointer data, GError **error)
{
  const FddmCliOptions *options = data;

  return check_whole ("--threads", options->context.threads, FDDM_THREADS_MAX, error) &&
         check_whole ("--tile", options->context.tile, FDDM_SIDE_MAX, error) &&
         fddm_cli_exclude ("quality", options->quality_told, "weights", options->weights != NULL, error);
}

/* $FDDM_MODULE_DIR, otherwise gpu/ beside the program, otherwise the configured folder. */
static char *
module_dir (void)
{
  const char      *named  = g_getenv ("FDDM_MODULE_DIR");
  g_autofree char *beside = fddm_beside_program ("gpu");

  if (named && *named)
    return g_strdup (named);
  return g_file_test (beside, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&beside) : g_strdup (fddm_installed_modules ());
}

/* Creates a parser for ENTRIES and MORE (may be NULL). */
static GOptionContext *
new_parser (FddmCliOptions *options, const GOptionEntry *entries, const GOptionEntry *more, const char *arguments,
            const char *about)
{
  GOptionEntry common[] = {
    { "device", 0, 0, G_OPTION_ARG_CALLBACK, choose_device, N_ ("where to compute: auto, gpu or cpu (auto)"),
      N_ ("DEVICE") },
    { "threads", 0, 0, G_OPTION_ARG_INT, &options->context.threads, N_ ("threads on the CPU; 0 = one per core (0)"), "N" },
    { "memory", 0, 0, G_OPTION_ARG_CALLBACK, choose_memory, N_ ("memory limit for tiles, in MB (1024)"), "MB" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, N_ ("print results as JSON"), NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, N_ ("print errors only"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL }
  };
  GOptionContext *parser = g_option_context_new (arguments ? _ (arguments) : NULL);
  GOptionGroup   *group  = g_option_group_new ("fddm", NULL, NULL, options, NULL);

  options->quality            = FDDM_QUALITY_BALANCED;
  options->context.module_dir = options->module_dir = module_dir ();
  if (entries)
    g_option_group_add_entries (group, entries);
  if (more)
    g_option_group_add_entries (group, more);
  g_option_group_add_entries (group, common);
  g_option_group_set_parse_hooks (group, NULL, check_common);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);
  g_option_context_set_main_group (parser, group);
  g_option_context_set_summary (parser, about);
  g_option_context_set_description (parser, _ ("Defaults are in parentheses."));
  return parser;
}

GOptionContext *
fddm_cli_parser_plain (FddmCliOptions *options, const GOptionEntry *entries, const char *arguments, const char *about)
{
  return new_parser (options, entries, NULL, arguments, about);
}

GOptionContext *
fddm_cli_parser (FddmCliOptions *options, const GOptionEntry *entries, const char *arguments, const char *about)
{
  GOptionEntry denoising[] = { { "quality", 0, 0, G_OPTION_ARG_CALLBACK, choose_quality,
                                 N_ ("quality: fast, balanced or best (balanced)"), N_ ("QUALITY") },
                               { "weights", 0, 0, G_OPTION_ARG_FILENAME, &options->weights,
                                 N_ ("network, by its name in “fddm info” or by path, instead of --quality"), N_ ("NAME") },
                               { "tile", 0, 0, G_OPTION_ARG_INT, &options->context.tile,
                                 N_ ("side of a tile in pixels; 0 = as large as memory allows (0)"), "N" },
                               { NULL, 0, 0, 0, NULL, NULL, NULL } };

  return new_parser (options, entries, denoising, arguments, about);
}

gboolean
fddm_cli_given (double *value, double preset)
{
  if (*value != FDDM_CLI_NOT_GIVEN)
    return TRUE;
  *value = preset;
  return FALSE;
}

gboolean
fddm_cli_needs (const char *name, gboolean given, const char *partner, gboolean there, GError **error)
{
  if (!given || there)
    return TRUE;
  /* translators: an option; what it has no effect without: another option, or PICTURE */
  g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, _ ("--%s needs %s"), name, partner);
  return FALSE;
}

/* GOption leaves the "--" in place where an operand behind it looks like an option. ARGV is what was parsed. */
static void
drop_separator (char **rest, char **argv)
{
  gboolean kept = FALSE;

  while (*argv && strcmp (*argv, "--") != 0)
    argv++;
  for (; *argv && !kept && argv[1]; argv++)
    kept = argv[1][0] == '-';
  while (*rest && strcmp (*rest, "--") != 0)
    rest++;
  if (!kept || !*rest)
    return;
  g_free (*rest);
  for (; *rest; rest++)
    rest[0] = rest[1];
}

gboolean
fddm_cli_jpeg_quality (int *quality, GError **error)
{
  if (*quality != FDDM_CLI_NOT_GIVEN)
    return fddm_cli_in_range ("jpeg-quality", *quality, 1, 100, error);
  *quality = 0;
  return TRUE;
}

char **
fddm_cli_parse (GOptionContext *parser, char **argv, guint least, guint most, GError **error)
{
  g_auto (GStrv)     rest    = g_strdupv (argv);
  g_autofree char   *usage   = g_strconcat ("fddm ", argv[0], NULL);
  g_autoptr (GError) problem = NULL;
  guint              n;

  g_set_prgname (usage); /* which help shows */
  if (!g_option_context_parse_strv (parser, &rest, &problem))
    {
      /* GOption's own errors count as usage errors. */
      if (problem->domain == G_OPTION_ERROR)
        g_set_error_literal (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE, problem->message);
      else
        g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  drop_separator (rest, argv);
  n = g_strv_length (rest) - 1;
  if (n < least || n > most)
    {
      g_set_error (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE,
                   n < least ? _ ("%s: a file name is missing; see “fddm %s --help”")
                             : _ ("%s: too many arguments; see “fddm %s --help”"),
                   argv[0], argv[0]);
      return NULL;
    }
  return g_strdupv (rest + 1);
}

void
fddm_cli_options_clear (FddmCliOptions *options)
{
  g_clear_pointer (&options->weights, g_free);
  g_clear_pointer (&options->module_dir, g_free);
}

/* Adds the folders beside the program, in an installation for one user or a build tree. */
static void
add_beside_program (GStrvBuilder *folders)
{
  g_autofree char *beside = fddm_beside_program ("weights");
  g_autofree char *shared = fddm_beside_program ("../share/fddm/weights");

  g_strv_builder_add (folders, beside);
  g_strv_builder_add (folders, shared);
}

char **
fddm_cli_folders (void)
{
  g_autoptr (GStrvBuilder) folders = g_strv_builder_new ();

  fddm_own_folders (folders);
  add_beside_program (folders);
  g_strv_builder_add (folders, fddm_installed_weights ());
  return g_strv_builder_end (folders);
}

FddmContext *
fddm_cli_context (const FddmCliOptions *options, FddmWeights **weights, int *averages, GError **error)
{
  g_auto (GStrv)   folders    = fddm_cli_folders ();
  const char      *by_quality = fddm_quality_weights (options->quality, averages);
  g_autofree char *path = fddm_weights_find (options->weights ? options->weights : by_quality, (const char *const *) folders,
                                             error);
  g_autoptr (FddmWeights) opened  = path ? fddm_weights_open (path, error) : NULL;
  FddmContext            *context = opened ? fddm_context_new (opened, options->device, &options->context, error) : NULL;

  if (context)
    fddm_gegl_limit (options->context.threads);
  if (options->weights)
    *averages = 1;
  if (context && weights)
    *weights = g_steal_pointer (&opened);
  return context;
}
