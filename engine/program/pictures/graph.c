/* graph.c: see graph.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <glib/gi18n-lib.h>
#include "engine/program/pictures/graph.h"
#include "engine/files/temporary.h"
#include "engine/program/pictures/picture.h"
#include "engine/program/program.h"

#define INTERRUPTED 130 /* exit status */

static void
take_warning (G_GNUC_UNUSED const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  char **first = data;

  if (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR) && !*first)
    *first = g_strdup (message);
}

/* State for the message and the cleanup at exit. */
static struct {
  const FddmGraphFile *file;   /* NULL = no operation in progress */
  int                  errors; /* file descriptor for messages    */
  void (*tell) (const char *reason);
} going_on;

void
fddm_picture_on_end (void (*tell) (const char *reason))
{
  going_on.tell = tell;
}

static void
end_in_good_order (void)
{
  g_autofree char *shown = NULL, *message = NULL;

  if (!going_on.file)
    return;
  dup2 (going_on.errors, STDERR_FILENO);
  shown   = g_filename_display_name (going_on.file->shown);
  message = g_strdup_printf (going_on.file->format, shown, _ ("the library that was to do it gave up"));
  if (going_on.tell)
    going_on.tell (message);
  else
    fprintf (stderr, "fddm: %s\n", message);
  if (going_on.file->folder)
    fddm_temporary_remove_folder (going_on.file->folder);
}

void
fddm_graph_leave (void)
{
  if (going_on.file && going_on.file->folder)
    {
      unlink (going_on.file->temporary);
      rmdir (going_on.file->folder);
    }
  _exit (INTERRUPTED);
}

void
fddm_graph_guard (const FddmGraphFile *file)
{
  static gboolean prepared = FALSE;

  if (!prepared)
    prepared = atexit (end_in_good_order) == 0;
  going_on.errors = STDERR_FILENO;
  going_on.file   = file;
}

int
fddm_graph_hush (void)
{
  const int silence = open ("/dev/null", O_WRONLY | O_CLOEXEC), errors = fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 3);

  if (silence >= 0 && errors >= 0)
    dup2 (silence, STDERR_FILENO);
  if (silence >= 0)
    close (silence);
  going_on.errors = errors;
  return errors;
}

void
fddm_graph_unhush (int errors)
{
  if (errors < 0)
    return;
  dup2 (errors, STDERR_FILENO);
  close (errors);
  going_on.errors = STDERR_FILENO;
}

char *
fddm_graph_run (GeglNode *node, const FddmGraphFile *file)
{
  char    *warning = NULL;
  int      errors;
  GLogFunc before = g_log_set_default_handler (take_warning, &warning);

  fddm_graph_guard (file);
  errors = fddm_graph_hush ();
  fddm_cli_on_interruption (fddm_graph_leave);
  gegl_node_process (node);
  fddm_cli_on_interruption (NULL);
  fddm_graph_unhush (errors);
  fddm_graph_guard (NULL);
  g_log_set_default_handler (before, NULL);
  return warning;
}
