/* test-registry.c: whatever lies where the GPU module should, the caller gets a table or a sentence.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include "kernels/backend.h"

/* Built by meson, given in this order on the command line. */
static const char *no_symbol, *other_version, *good;

/* A directory whose fddm-cuda.so leads to TARGET; with TARGET NULL an empty directory. */
static char *
directory_with (const char *target)
{
  g_autoptr (GError) error = NULL;
  char              *dir   = g_dir_make_tmp ("fddm-registry-XXXXXX", &error);

  g_assert_no_error (error);
  if (target != NULL)
    {
      g_autofree char *link = g_build_filename (dir, "fddm-cuda.so", NULL);

      g_assert_cmpint (symlink (target, link), ==, 0);
    }
  return dir;
}

static void
remove_directory (char *dir)
{
  g_autofree char *link = g_build_filename (dir, "fddm-cuda.so", NULL);

  g_unlink (link);
  g_rmdir (dir);
  g_free (dir);
}

/* With TARGET as the module: CODE, the message saying SENTENCE and naming the file. */
static void
assert_refused (const char *target, FddmKernelError code, const char *sentence)
{
  g_autoptr (GError) error = NULL;
  char              *dir   = directory_with (target);

  g_assert_null (fddm_backend_gpu (dir, &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, sentence));
  g_assert_nonnull (strstr (error->message, dir));
  remove_directory (dir);
}

static void
test_missing_module_is_said (void)
{
  assert_refused (NULL, FDDM_KERNEL_ERROR_NO_MODULE, "this installation has no GPU module");
}

static void
test_file_that_is_no_module_is_refused (void)
{
  g_autofree char *file = NULL;
  int              fd   = g_file_open_tmp ("fddm-registry-XXXXXX", &file, NULL);

  g_assert_cmpint (write (fd, "not a module\n", 13), ==, 13);
  close (fd);
  assert_refused (file, FDDM_KERNEL_ERROR_BAD_MODULE, "the GPU module cannot be loaded");
  g_unlink (file);
}

static void
test_stranger_is_refused (void)
{
  assert_refused (no_symbol, FDDM_KERNEL_ERROR_BAD_MODULE, "not a GPU module of FDDM");
}

static void
test_other_version_is_refused (void)
{
  assert_refused (other_version, FDDM_KERNEL_ERROR_BAD_MODULE, "of another version");
}

/* Code from the current folder, whatever that is. */
static void
test_relative_path_is_refused (void)
{
  g_autofree char   *before = g_get_current_dir (), *folder = g_path_get_dirname (good);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_assert_null (fddm_backend_gpu (".", &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_BAD_MODULE);
  g_assert_nonnull (strstr (error->message, "absolute"));
  g_assert_cmpint (g_chdir (before), ==, 0);
}

/* A good module that anyone can change, or in a folder where anyone can put another in its place. */
static void
test_module_of_others_is_refused (void)
{
  g_autofree char *contents = NULL;
  gsize            length;

  g_assert_true (g_file_get_contents (good, &contents, &length, NULL));
  for (int which = 0; which < 4; which++)
    {
      g_autoptr (GError) error = NULL;
      char              *dir   = directory_with (NULL);
      g_autofree char   *file  = g_build_filename (dir, "fddm-cuda.so", NULL);

      g_assert_true (g_file_set_contents (file, contents, (gssize) length, NULL));
      g_assert_cmpint (g_chmod (which < 2 ? file : dir, (which < 2 ? 0600 : 0700) | (which % 2 ? 0020 : 0002)), ==, 0);
      g_assert_null (fddm_backend_gpu (dir, &error));
      g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_BAD_MODULE);
      g_assert_nonnull (strstr (error->message, "other users"));
      remove_directory (dir);
    }
}

static gpointer
open_good (gpointer dir)
{
  return (gpointer) fddm_backend_gpu (dir, NULL);
}

/* Last, since a table once found is kept. */
static void
test_table_is_found_once_by_all_threads (void)
{
  GThread           *threads[4];
  char              *dir   = directory_with (good);
  const FddmBackend *table = NULL;

  for (int i = 0; i < 4; i++)
    threads[i] = g_thread_new (NULL, open_good, dir);
  for (int i = 0; i < 4; i++)
    {
      const FddmBackend *found = g_thread_join (threads[i]);

      g_assert_nonnull (found);
      g_assert_true (table == NULL || table == found);
      table = found;
    }
  g_assert_cmpstr (table->name, ==, "empty");
  remove_directory (dir);
  g_assert_true (fddm_backend_gpu ("/nowhere", NULL) == table);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 4);
  no_symbol     = g_canonicalize_filename (argv[1], NULL);
  other_version = g_canonicalize_filename (argv[2], NULL);
  good          = g_canonicalize_filename (argv[3], NULL);
  g_test_add_func ("/registry/missing", test_missing_module_is_said);
  g_test_add_func ("/registry/no-module", test_file_that_is_no_module_is_refused);
  g_test_add_func ("/registry/stranger", test_stranger_is_refused);
  g_test_add_func ("/registry/other-version", test_other_version_is_refused);
  g_test_add_func ("/registry/relative", test_relative_path_is_refused);
  g_test_add_func ("/registry/others", test_module_of_others_is_refused);
  g_test_add_func ("/registry/found-once", test_table_is_found_once_by_all_threads);
  return g_test_run ();
}
