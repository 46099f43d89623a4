/* program.h: declarations shared by the sources of the program fddm.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <json-glib/json-glib.h>
#include "engine/fddm.h"

#define FDDM_CLI_ERROR (fddm_cli_error_quark ())
GQuark fddm_cli_error_quark (void);

typedef enum {
  FDDM_CLI_ERROR_USAGE, /* invalid command line: exit status 2 */
  FDDM_CLI_ERROR_FILE,  /* a picture cannot be read or written */
  FDDM_CLI_ERROR_SOME   /* some of many pictures failed: exit status 3 */
} FddmCliError;

/* Options common to several commands. */
typedef struct {
  FddmDeviceKind     device;
  FddmQuality        quality;
  gboolean           quality_told; /* --quality was given */
  char              *weights;      /* name or path; NULL = by quality */
  FddmContextOptions context;      /* its module_dir is the next member */
  char              *module_dir;
  gboolean           json, quiet;
} FddmCliOptions;

/* ---- options.c ---- */

/* Creates a parser with the options of every command, those of ENTRIES first. ABOUT describes the command, ARGUMENTS its
 * operands. */
GOptionContext *fddm_cli_parser_plain (FddmCliOptions *options, const GOptionEntry *entries, const char *arguments,
                                       const char *about);
/* Likewise, with the options for the denoising network and its tiles. */
GOptionContext *fddm_cli_parser (FddmCliOptions *options, const GOptionEntry *entries, const char *arguments,
                                 const char *about);
/* Parses ARGV[1 …], which must contain LEAST to MOST operands. Returns the operands, NULL-terminated; free with
 * g_strfreev. */
char **fddm_cli_parse (GOptionContext *parser, char **argv, guint least, guint most, GError **error);
/* Whether the value of --NAME is from LEAST to MOST; otherwise sets a usage error. */
gboolean fddm_cli_in_range (const char *name, double value, double least, double most, GError **error);
/* The value of a number whose option is not given. */
#define FDDM_CLI_NOT_GIVEN G_MININT
/* Whether the option of VALUE is given; otherwise sets VALUE to PRESET. */
gboolean fddm_cli_given (double *value, double preset);
/* Whether --NAME, if GIVEN, has the PARTNER without which it does nothing, such as "--maps"; otherwise sets a usage error. */
gboolean fddm_cli_needs (const char *name, gboolean given, const char *partner, gboolean there, GError **error);
/* Whether one of two options is missing; otherwise sets a usage error. */
gboolean fddm_cli_exclude (const char *name, gboolean given, const char *other, gboolean there, GError **error);
/* Checks the value of --jpeg-quality, which becomes 0 if not given. */
gboolean fddm_cli_jpeg_quality (int *quality, GError **error);
void     fddm_cli_options_clear (FddmCliOptions *options);
/* Folders searched for weights. Free with g_strfreev. */
char **fddm_cli_folders (void);
/* Opens the requested weights and a context. AVERAGES gets the number of grids of the quality, or 1 if the weights were
 * given by name. */
FddmContext *fddm_cli_context (const FddmCliOptions *options, FddmWeights **weights, int *averages, GError **error);

/* ---- output.c ---- */

/* Whether to show progress: stderr is a terminal, and --quiet is not given. */
gboolean fddm_cli_is_shown (const FddmCliOptions *options);
/* Shows progress on stderr if it is a terminal. FALSE after an interruption by the user. DATA: FddmCliOptions. */
gboolean fddm_cli_progress (FddmPhase phase, double fraction, gpointer data);
void     fddm_cli_progress_end (const FddmCliOptions *options);
/* Whether the user has interrupted the program. */
gboolean fddm_cli_interrupted (void);
/* Calls ACT in the handler of the signal, during work that does not ask fddm_cli_interrupted; NULL = no longer. */
void fddm_cli_on_interruption (void (*act) (void));
/* Stops a worker, from its parent. No other signal: one that came to the whole process group has been here before, and its second
 * would end the worker at once. */
#define FDDM_CLI_STOP SIGUSR1
/* From now on, an interruption ends the work cleanly. */
void fddm_cli_catch_signals (void);
/* Gives the standard streams that are closed to a file that nothing can be read from or written to. */
void fddm_cli_occupy_streams (void);
/* Whether all that was printed has been written; tells it on stderr if not. */
gboolean fddm_cli_is_printed (void);
/* TEXT, for a line on a terminal: valid UTF-8, with line ends and other control characters escaped, so that a file name or a
 * weights file's text can imitate no other output. NULL becomes "". Free with g_free. */
char *fddm_cli_printable (const char *text);
/* ERROR's message as a line: line ends become spaces. Free with g_free. */
char *fddm_cli_error_line (const char *message);
/* Prints TEXT as one line on stderr. */
void fddm_cli_warn (const char *text);
/* Prints the JSON of BUILDER and frees it. */
void fddm_cli_print_json (JsonBuilder *builder);
/* Returns the JSON of BUILDER on one line and frees BUILDER. Free with g_free. */
char *fddm_cli_json_line (JsonBuilder *builder);
void  fddm_cli_json_string (JsonBuilder *builder, const char *key, const char *value); /* NULL becomes null */
void  fddm_cli_json_element (JsonBuilder *builder, const char *value);                 /* of an array */
void  fddm_cli_json_double (JsonBuilder *builder, const char *key, double value);
void  fddm_cli_json_integer (JsonBuilder *builder, const char *key, gint64 value);
void  fddm_cli_json_boolean (JsonBuilder *builder, const char *key, gboolean value);

/* ---- main.c ---- */

/* Starts GEGL, at most once; with OPERATIONS, if one of the pictures to come may need them (fddm_picture_wants_operation).
 * Call it before the first use of pictures, but not in a process that will fork. */
void fddm_cli_start_gegl (gboolean operations);

/* Ends the process. Buffers and contexts have been freed. */
void fddm_cli_leave (int status) G_GNUC_NORETURN;

/* ---- The commands: ARGV[0] is the command's name; FALSE with an error set ---- */

gboolean fddm_cli_denoise (char **argv, GError **error);
gboolean fddm_cli_generate (char **argv, GError **error);
gboolean fddm_cli_info (char **argv, GError **error);
gboolean fddm_cli_bench (char **argv, GError **error);

/* Part of fddm info: reports the noise of the picture PATH; also plots it to the file PLOT unless that is NULL. */
gboolean fddm_cli_measure (const FddmCliOptions *options, const char *path, const char *plot, GError **error);
