/* main.c: the program fddm, for servers, scripts and tests.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Exit status: 0 success, and the output is fully written; 1 failure; 2 invalid command line; 3 some of many pictures failed;
 * 130 interrupted. Errors are printed to stderr on one line. */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <gegl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include "engine/babl-memory.h"
#include "engine/gegl-start.h"
#include "engine/installed.h"
#include "engine/program/program.h"

#ifndef FDDM_VERSION
#define FDDM_VERSION "unknown"
#endif

static const struct {
  const char *name;
  gboolean (*run) (char **argv, GError **error);
} commands[] = {
  { "denoise", fddm_cli_denoise }, { "generate", fddm_cli_generate }, { "info", fddm_cli_info }, { "bench", fddm_cli_bench }
};

static gboolean gegl_runs;

/* A cache folder of our own for babl: GIMP's has conversions for which babl fills tables, at the start of every process. */
static char *
own_cache (void)
{
  return g_build_filename (g_get_user_cache_dir (), "fddm", NULL);
}

/* Lets babl write what it remembers, unless another process does just now: each would write into the other's file. */
static void
leave_babl (gpointer cache)
{
  g_autofree char *folder = g_build_filename (cache, "babl", NULL);
  const int        lock   = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (lock < 0 || flock (lock, LOCK_EX | LOCK_NB) != 0)
    return;
  babl_exit ();
  fddm_babl_forget (cache);
}

void
fddm_cli_start_gegl (gboolean operations)
{
  g_autofree char *cache = own_cache ();

  if (gegl_runs)
    return;
  fddm_gegl_start (operations, cache);
  g_object_set (gegl_config (), "use-opencl", FALSE, NULL); /* detecting OpenCL devices takes longer than a picture */
  gegl_runs = TRUE;
}

/* GEGL's swap file of this process; those of killed ones GEGL removes when it starts. */
static void
remove_swap (void)
{
  g_autofree char *folder = NULL, *prefix = g_strdup_printf ("gegl-swap-%d-", (int) getpid ());
  g_autoptr (GDir) dir = NULL;
  const char      *name;

  g_object_get (gegl_config (), "swap", &folder, NULL);
  dir = folder ? g_dir_open (folder, 0, NULL) : NULL;
  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, prefix))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        g_unlink (path);
      }
}

/* gegl_exit ends threads of GEGL that may still have work, and warns of it; exit () runs the destructors of libraries, whose
 * threads live on. One crash there was seen. All that they do for the user is done here: babl remembers its conversions. */
void
fddm_cli_leave (int status)
{
  g_autofree char *cache = own_cache ();

  fflush (NULL);
  if (gegl_runs)
    {
      remove_swap ();
      fddm_babl_with (cache, leave_babl, cache);
    }
  _exit (status);
}

static void
print_help (FILE *file)
{
  fputs (_ ("Usage: fddm COMMAND [OPTION…]\n"
            "\n"
            "  fddm denoise IN OUT          removes the noise of a picture\n"
            "  fddm denoise -o FOLDER IN…   removes the noise of many pictures\n"
            "  fddm generate OUT            generates a texture\n"
            "  fddm info [PICTURE]          lists devices and networks, or measures the noise of a picture\n"
            "  fddm bench                   measures speed\n"
            "\n"
            "“fddm COMMAND --help” lists the options of a command. “fddm --version” prints the version.\n"),
         file);
}

static int
exit_status (const GError *error)
{
  if (g_error_matches (error, FDDM_ERROR, FDDM_ERROR_CANCELLED))
    return 130;
  if (g_error_matches (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_SOME))
    return 3;
  return g_error_matches (error, FDDM_CLI_ERROR, FDDM_CLI_ERROR_USAGE) ||
             g_error_matches (error, FDDM_ERROR, FDDM_ERROR_ARGUMENT)
           ? 2
           : 1;
}

static int
run (char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *line  = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[0], commands[i].name) == 0)
      {
        if (commands[i].run (argv, &error))
          return fddm_cli_is_printed () ? EXIT_SUCCESS : EXIT_FAILURE; /* results that nobody got */
        line = fddm_cli_error_line (error->message);
        fprintf (stderr, "fddm: %s\n", line);
        return exit_status (error);
      }
  line = fddm_cli_printable (argv[0]);
  fprintf (stderr, _ ("fddm: unknown command “%s”; see “fddm --help”\n"), line);
  return 2;
}

/* At the end after help, with which GLib ends the program itself. */
static void
check_help (void)
{
  if (!fddm_cli_is_printed ())
    _exit (EXIT_FAILURE);
}

int
main (int argc, char **argv)
{
  int status;

  fddm_cli_occupy_streams ();
  atexit (check_help);
  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, fddm_installed_locale ());
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  if (argc < 2 || strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0)
    {
      print_help (argc < 2 ? stderr : stdout);
      return argc < 2 ? 2 : EXIT_SUCCESS;
    }
  if (strcmp (argv[1], "--version") == 0)
    {
      puts ("fddm " FDDM_VERSION);
      return EXIT_SUCCESS;
    }
  fddm_cli_catch_signals ();
  status = run (argv + 1);
  fddm_cli_leave (status);
}
