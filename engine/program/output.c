/* output.c: progress, interruption, JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include "engine/program/program.h"

/* Microseconds until a signal counts again: timeout sends it to the program, and then to the group that the program is in. */
#define AGAIN 500000

static volatile sig_atomic_t interrupted;
static void (*volatile on_interruption) (void);

/* A second interruption ends the program at once. A signal that comes again sooner is the same one. */
static void
interrupt (int number)
{
  static gint64  first[NSIG]; /* when each signal came */
  const gint64   now   = g_get_monotonic_time ();
  const gboolean again = first[number] != 0 && now - first[number] > AGAIN;

  if (first[number] == 0)
    first[number] = now;
  interrupted = 1;
  if (on_interruption)
    on_interruption ();
  if (again)
    {
      signal (number, SIG_DFL);
      raise (number);
    }
}

/* What is ignored stays so: nohup and shells ask for it. */
static void
catch_unless_ignored (int number)
{
  struct sigaction before;

  if (sigaction (number, NULL, &before) != 0 || before.sa_handler != SIG_IGN)
    signal (number, interrupt);
}

void
fddm_cli_catch_signals (void)
{
  catch_unless_ignored (SIGINT);
  catch_unless_ignored (SIGTERM);
  catch_unless_ignored (SIGHUP);
  signal (FDDM_CLI_STOP, interrupt);
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN); /* exceeding a file size limit then fails like a full disk */
}

/* Otherwise the next file opened, such as the journal or the picture, would take the number of a closed stream, and receive what
 * is printed. Writing fails as before. */
void
fddm_cli_occupy_streams (void)
{
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
    if (fcntl (stream, F_GETFD) < 0)
      open ("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY); /* the lowest number that is free */
}

gboolean
fddm_cli_is_printed (void)
{
  const gboolean flushed = fflush (stdout) == 0;

  if (flushed && ferror (stdout))
    errno = EIO; /* the reason has been forgotten */
  if (!flushed || ferror (stdout))
    {
      fputs ("fddm: ", stderr);
      fprintf (stderr, _ ("Cannot write “%s”: %s"), "stdout", g_strerror (errno));
      fputc ('\n', stderr);
    }
  return flushed && !ferror (stdout);
}

gboolean
fddm_cli_is_shown (const FddmCliOptions *options)
{
  return !options->quiet && isatty (STDERR_FILENO);
}

gboolean
fddm_cli_progress (FddmPhase phase, double fraction, gpointer data)
{
  if (fddm_cli_is_shown (data))
    {
      const char *text = phase == FDDM_PHASE_MEASURE    ? _ ("Measuring noise")
                         : phase == FDDM_PHASE_GENERATE ? _ ("Generating")
                                                        : _ ("Denoising");

      fprintf (stderr, "\r%s %3d %%\033[K", text, (int) (100 * fraction));
    }
  return !interrupted;
}

gboolean
fddm_cli_interrupted (void)
{
  return interrupted;
}

void
fddm_cli_on_interruption (void (*act) (void))
{
  on_interruption = act;
  if (act && interrupted)
    act ();
}

void
fddm_cli_progress_end (const FddmCliOptions *options)
{
  if (fddm_cli_is_shown (options))
    fputs ("\r\033[K", stderr);
}

/* Whether C could move the cursor, end the line or turn the direction of writing. */
static gboolean
is_control (gunichar c)
{
  return g_unichar_iscntrl (c) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *
fddm_cli_printable (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text ? text : "", -1);
  GString         *line  = g_string_new (NULL);

  for (const char *at = valid; *at; at = g_utf8_next_char (at))
    {
      const gunichar c = g_utf8_get_char (at);

      if (c == '\n')
        g_string_append (line, "\\n");
      else if (is_control (c))
        g_string_append_printf (line, c < 0x80 ? "\\x%02x" : "\\u%04x", c);
      else
        g_string_append_unichar (line, c);
    }
  return g_string_free (line, FALSE);
}

char *
fddm_cli_error_line (const char *message)
{
  g_autofree char *one = g_strdelimit (g_strdup (message), "\n\r", ' ');

  return fddm_cli_printable (one);
}

void
fddm_cli_warn (const char *text)
{
  g_autofree char *line = fddm_cli_error_line (text);

  fprintf (stderr, "fddm: %s\n", line);
}

void
fddm_cli_print_json (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char     *text = json_to_string (root, TRUE);

  puts (text);
  g_object_unref (builder);
}

char *
fddm_cli_json_line (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);

  g_object_unref (builder);
  return json_to_string (root, FALSE);
}

void
fddm_cli_json_element (JsonBuilder *builder, const char *value)
{
  g_autofree char *valid = g_utf8_make_valid (value, -1);

  json_builder_add_string_value (builder, valid);
}

void
fddm_cli_json_string (JsonBuilder *builder, const char *key, const char *value)
{
  json_builder_set_member_name (builder, key);
  if (value)
    fddm_cli_json_element (builder, value);
  else
    json_builder_add_null_value (builder);
}

/* Rounds to six digits; further ones are noise. */
void
fddm_cli_json_double (JsonBuilder *builder, const char *key, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  json_builder_set_member_name (builder, key);
  g_ascii_formatd (text, sizeof text, "%.6g", value);
  if (isfinite (value))
    json_builder_add_double_value (builder, g_ascii_strtod (text, NULL));
  else
    json_builder_add_null_value (builder);
}

void
fddm_cli_json_integer (JsonBuilder *builder, const char *key, gint64 value)
{
  json_builder_add_int_value (json_builder_set_member_name (builder, key), value);
}

void
fddm_cli_json_boolean (JsonBuilder *builder, const char *key, gboolean value)
{
  json_builder_set_member_name (builder, key);
  json_builder_add_boolean_value (builder, value);
}
