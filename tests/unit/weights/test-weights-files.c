/* test-weights-files.c: weights files: found by name, opened, or refused by path.
 * SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <glib/gstdio.h>
#include "engine/weights/private.h"
#include "tests/unit/weights-file.h"

static guint8 data[DATA_BYTES];

static void
test_files_on_disk (void)
{
  g_autofree char        *folder    = g_dir_make_tmp ("fddm-XXXXXX", NULL);
  g_autofree char        *path      = g_build_filename (folder, "tiny.safetensors", NULL);
  g_autoptr (GByteArray)  file      = weights_file (NULL, NULL, data, DATA_BYTES);
  const char             *folders[] = { "/nonexistent", folder, NULL };
  g_autoptr (GError)      error     = NULL;
  g_autoptr (FddmWeights) weights   = NULL;
  g_autofree char        *found     = NULL;
  g_autofree char        *itself    = NULL;

  g_assert_true (g_file_set_contents (path, (const char *) file->data, file->len, NULL));
  found = fddm_weights_find ("tiny", folders, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, path);
  itself = fddm_weights_find (path, NULL, &error);
  g_assert_cmpstr (itself, ==, path);

  g_assert_null (fddm_weights_find ("huge", folders, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
  g_assert_nonnull (strstr (error->message, "huge"));
  g_assert_nonnull (strstr (error->message, "/nonexistent"));
  g_clear_error (&error);
  g_assert_null (fddm_weights_find ("../tiny", folders, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
  g_clear_error (&error);

  weights = fddm_weights_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (fddm_weights_path (weights), ==, path);
  fddm_weights_unref (fddm_weights_ref (weights));

  g_assert_null (fddm_weights_open (folder, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
  g_clear_error (&error);
  g_assert_null (fddm_weights_open ("/nonexistent/x.safetensors", &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
  g_assert_nonnull (strstr (error->message, "/nonexistent/x.safetensors"));
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* "fast" is denoise-fast, in whatever folder, where no file is called fast; what a file is called is found. */
static void
test_names_without_the_kind (void)
{
  static const char *const files[] = { "a/denoise-fast", "b/fast", "b/denoise-slow", "b/generate-slow", "b/generate-wood" };
  static const char *const names[] = { "denoise-fast", "fast", "slow", "generate-slow", "wood" };
  g_autofree char         *folder  = g_dir_make_tmp ("fddm-XXXXXX", NULL);
  g_autofree char         *a = g_build_filename (folder, "a", NULL), *b = g_build_filename (folder, "b", NULL);
  const char              *folders[] = { a, b, NULL };
  g_autoptr (GError)       error     = NULL;
  g_autofree char         *none      = NULL;

  g_assert_cmpint (g_mkdir (a, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (b, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s.safetensors", folder, files[i]);

      g_assert_true (g_file_set_contents (path, "x", -1, NULL));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path  = g_strdup_printf ("%s/%s.safetensors", folder, files[i]);
      g_autofree char *name  = fddm_weights_name (path, folders);
      g_autofree char *found = fddm_weights_find (names[i], folders, NULL);
      g_autofree char *whole = fddm_weights_find (files[i] + 2, folders, NULL);

      g_assert_cmpstr (name, ==, names[i]);
      g_assert_cmpstr (found, ==, path);
      g_assert_cmpstr (whole, ==, path);
    }
  none = fddm_weights_find ("oak", folders, &error);
  g_assert_null (none);
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
  g_assert_true (strstr (error->message, a) == strrchr (error->message, ' ') - strlen (a) - 1); /* each folder once */
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s.safetensors", folder, files[i]);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (a), ==, 0);
  g_assert_cmpint (g_rmdir (b), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* A file in the current folder may come from anyone: only a name with a slash means it. */
static void
test_current_folder_is_not_searched (void)
{
  g_autofree char   *folder = g_dir_make_tmp ("fddm-XXXXXX", NULL), *before = g_get_current_dir (), *found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_chdir (folder), ==, 0);
  g_assert_true (g_file_set_contents ("denoise-balanced", "hostile", -1, NULL));
  g_assert_null (fddm_weights_find ("denoise-balanced", NULL, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
  g_assert_nonnull (strstr (error->message, "./denoise-balanced"));
  g_clear_error (&error);
  found = fddm_weights_find ("./denoise-balanced", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, "./denoise-balanced");
  g_assert_cmpint (g_remove ("denoise-balanced"), ==, 0);
  g_assert_cmpint (g_chdir (before), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Nobody writes to the pipe: who opened it as a file would wait for ever. */
static void
test_pipe_is_refused (void)
{
  g_autofree char   *folder = g_dir_make_tmp ("fddm-XXXXXX", NULL), *path = g_build_filename (folder, "pipe", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  g_assert_null (fddm_weights_open (path, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
  g_assert_nonnull (strstr (error->message, "regular"));
  g_clear_error (&error);
  g_assert_null (fddm_weights_find (path, NULL, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* The files written by weights/train/golden.py. */
static void
test_golden_files (void)
{
  static const struct {
    const char *name;
    FddmKind    kind;
  } files[] = { { "tiny.safetensors", FDDM_KIND_DENOISE },
                { "tiny-generate.safetensors", FDDM_KIND_GENERATE },
                { "tiny-meter.safetensors", FDDM_KIND_MEASURE } };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char        *path    = g_test_build_filename (G_TEST_DIST, "..", "golden", files[i].name, NULL);
      g_autoptr (GError)      error   = NULL;
      g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);

      g_assert_no_error (error);
      g_assert_cmpint (weights->kind, ==, files[i].kind);
      g_assert_cmpint (weights->patch, ==, 4);
      g_assert_cmpint (weights->coefficients, ==, 48);
      g_assert_cmpint (fddm_weights_reach (weights), >, 0);
      g_assert_cmpint (weights->classes != NULL, ==, weights->kind == FDDM_KIND_GENERATE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  weights_file_data (data);
  g_test_add_func ("/weights/files-on-disk", test_files_on_disk);
  g_test_add_func ("/weights/names-without-the-kind", test_names_without_the_kind);
  g_test_add_func ("/weights/current-folder-is-not-searched", test_current_folder_is_not_searched);
  g_test_add_func ("/weights/pipe-is-refused", test_pipe_is_refused);
  g_test_add_func ("/weights/golden-files", test_golden_files);
  return g_test_run ();
}
