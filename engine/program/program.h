/* program.h: what the sources of the program fddm share.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <json-glib/json-glib.h>
#include "engine/fddm.h"

#define FDDM_CLI_ERROR (fddm_cli_error_quark ())
GQuark fddm_cli_error_quark (void);

typedef enum {
  FDDM_CLI_ERROR_USAGE, /* the command line makes no sense: exit status 2 */
  FDDM_CLI_ERROR_FILE,  /* a picture cannot be read or written            */
  FDDM_CLI_ERROR_SOME   /* some of many pictures failed: exit status 3    */
} FddmCliError;

/* What several commands take. */
typedef struct {
  FddmDeviceKind     device;
  FddmQuality        quality;
  char              *weights; /* name or path, or NULL: by quality */
  FddmContextOptions context; /* its module_dir is the next one */
  char              *module_dir;
  gboolean           json, quiet;
} FddmCliOptions;

/* ---- options.c ---- */

/* A parser with what every command takes, the options of ENTRIES first; ABOUT describes the command, ARGUMENTS its operands. */
GOptionContext *fddm_cli_parser_plain (FddmCliOptions *options, const GOptionEntry *entries, const char *arguments,
                                       const char *about);
/* The same with what chooses a denoising network and its tiles. */
GOptionContext *fddm_cli_parser (FddmCliOptions *options, const GOptionEntry *entries, const char *arguments,
                                 const char *about);
/* Parses ARGV[1 …], which must leave from LEAST to MOST operands; they and a NULL are returned. Free with g_strfreev. */
char **fddm_cli_parse (GOptionContext *parser, char **argv, guint least, guint most, GError **error);
/* Whether the value of --NAME is in its range; the error is one of usage. */
gboolean fddm_cli_in_range (const char *name, double value, double least, double most, GError **error);
void     fddm_cli_options_clear (FddmCliOptions *options);
/* Folders to look for weights in. Free with g_strfreev. */
char **fddm_cli_folders (void);
/* The weights and a context that the options ask for; AVERAGES as the quality has it, 1 for weights by name. */
FddmContext *fddm_cli_context (const FddmCliOptions *options, FddmWeights **weights, int *averages, GError **error);

/* ---- output.c ---- */

/* Whether progress is shown: stderr is a terminal, and nobody wants quiet. */
gboolean fddm_cli_is_shown (const FddmCliOptions *options);
/* Shows progress on stderr when that is a terminal. FALSE when the user has interrupted the program. DATA: FddmCliOptions. */
gboolean fddm_cli_progress (FddmPhase phase, double fraction, gpointer data);
void     fddm_cli_progress_end (const FddmCliOptions *options);
/* Whether the user wants the program to end. */
gboolean fddm_cli_interrupted (void);
/* From now on an interruption ends work in good order. */
void fddm_cli_catch_signals (void);
/* Prints and frees what BUILDER holds. */
void fddm_cli_print_json (JsonBuilder *builder);
/* Frees BUILDER; what it holds in one line. Free with g_free. */
char *fddm_cli_json_line (JsonBuilder *builder);
void  fddm_cli_json_string (JsonBuilder *builder, const char *key, const char *value); /* NULL becomes null */
void  fddm_cli_json_double (JsonBuilder *builder, const char *key, double value);
void  fddm_cli_json_boolean (JsonBuilder *builder, const char *key, gboolean value);

/* ---- main.c ---- */

/* Starts GEGL, once, before a picture is touched. A process that is to fork has not yet. */
void fddm_cli_start_gegl (void);

/* ---- The commands: ARGV[0] is the command's name; FALSE with an error set ---- */

gboolean fddm_cli_denoise (char **argv, GError **error);
gboolean fddm_cli_generate (char **argv, GError **error);
gboolean fddm_cli_info (char **argv, GError **error);
gboolean fddm_cli_bench (char **argv, GError **error);

/* Part of fddm info: the noise of the picture PATH; drawn into the file PLOT, where that is not NULL. */
gboolean fddm_cli_measure (const FddmCliOptions *options, const char *path, const char *plot, GError **error);
