/* replay.c: hands the files of a corpus to a harness, where there is no fuzzer.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   replay-NAME FILE-OR-FOLDER… */
#include <stdio.h>
#include <stdlib.h>
#include "tests/fuzz/support.h"

static int count;

static void
replay_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *bytes = NULL;
  g_autofree char   *exact = NULL;
  gsize              size  = 0;

  if (!g_file_get_contents (path, &bytes, &size, &error))
    g_error ("%s", error->message);
  exact = g_memdup2 (bytes, size); /* without GLib's zero behind, which would hide a read beyond the end */
  LLVMFuzzerTestOneInput ((const guint8 *) exact, size);
  printf ("ok %d - %s\n", ++count, path);
  fflush (stdout);
}

static void
replay (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char      *name;

  if (!dir)
    replay_file (path);
  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      replay_file (inner);
    }
}

int
main (int argc, char **argv)
{
  LLVMFuzzerInitialize (&argc, &argv);
  for (int i = 1; i < argc; i++)
    replay (argv[i]);
  printf ("1..%d\n", count);
  return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
