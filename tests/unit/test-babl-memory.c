/* test-babl-memory.c: what of babl's memory is kept from processes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>
#include <utime.h>
#include "engine/babl-memory.h"
#include "tests/support.h"

#define HEAD "#BABL_0_1_98 BABL_PATH_LENGTH=3 BABL_TOLERANCE=0.000005\n"

/* Each alone in the memory of babl 0.1.98: whether a process started so took 370 MB instead of 35. */
static const struct {
  const char *source, *target;
  gboolean    costly;
} tried[] = {
  { "R'G'B' u8", "R'G'B'A u8", TRUE },
  { "R'G'B' u8", "cairo-RGB24", TRUE },
  { "R'G'B'A u8", "R'G'B'A float", TRUE },
  { "R'G'B'A u8", "RaGaBaA float", TRUE },
  { "R'G'B'A u8", "cairo-ARGB32", TRUE },
  { "Y u16", "R'G'B'A float", TRUE },
  { "Y u16", "Y' float", TRUE },
  { "Y u8", "Y float", TRUE },
  { "Y'A u16", "R'G'B'A u16", TRUE },
  { "Y'A u16", "R'G'B'A u8", TRUE },
  { "Y'A u16", "Y'A float", TRUE },
  { "Y'A u8", "R'G'B'A float", TRUE },
  { "CIE Lab double", "R'G'B' double", FALSE },
  { "R'G'B' float", "R'G'B' u8", FALSE },
  { "R'G'B' u16", "R'G'B' u8", FALSE },
  { "R'G'B' u8", "R'G'B' float", FALSE },
  { "R'G'B' u8", "R'G'B'A float", FALSE },
  { "R'G'B'A float", "Y u16", FALSE },
  { "R'G'B'A u16", "R'G'B'A u8", FALSE },
  { "Y float", "Y' float", FALSE },
  { "Y u16", "Y' u8", FALSE },
  { "Y' float", "Y u16", FALSE },
  { "Y' u16", "R'G'B' u8", FALSE },
  { "Y' u8", "R'G'B'A float", FALSE },
  { "Y' u8", "Y u16", FALSE },
  { "Y'A u8", "Y'A float", FALSE },
};

/* A memory of those, with the costly ones or without. */
static char *
memory_of (gboolean costly)
{
  GString *memory = g_string_new (HEAD);

  for (gsize i = 0; i < G_N_ELEMENTS (tried); i++)
    if (costly || !tried[i].costly)
      g_string_append_printf (memory, "%s\n%s\n\tpixels=%d cost=62 error=0.0000000000\n\t/simple.so 0: %s to %s\n----\n",
                              tried[i].source, tried[i].target, (int) i, tried[i].source, tried[i].target);
  return g_string_free (memory, FALSE);
}

static char *
file_in (const char *folder)
{
  g_autofree char *babl = g_build_filename (folder, "babl", NULL);

  g_mkdir_with_parents (babl, 0700);
  return g_build_filename (babl, "babl-fishes", NULL);
}

static void
assert_text (const char *path, const char *expected)
{
  g_autofree char *found = NULL;

  g_assert_true (g_file_get_contents (path, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, expected);
}

static void
test_forget (void)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL), *path = file_in (folder);
  g_autofree char *before = memory_of (TRUE), *after = memory_of (FALSE);

  fddm_babl_forget (folder); /* there is none */
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  test_keep_text (path, before);
  fddm_babl_forget (folder);
  assert_text (path, after);
  for (gsize i = 0; i < strlen (after); i += 37) /* cut off anywhere, and what is no memory */
    {
      g_autofree char *part = g_strndup (after, i);

      test_keep_text (path, part);
      fddm_babl_forget (folder);
      assert_text (path, part);
    }
}

static void
set_time (const char *path, gint64 seconds)
{
  g_assert_cmpint (utime (path, &(struct utimbuf) { seconds, seconds }), ==, 0);
}

static void
test_copy (void)
{
  g_autofree char *from = g_dir_make_tmp (NULL, NULL), *source = file_in (from);
  g_autofree char *to = g_build_filename (from, "own", NULL), *target = g_build_filename (to, "babl", "babl-fishes", NULL);
  g_autofree char *before = memory_of (TRUE), *after = memory_of (FALSE);

  g_assert_false (fddm_babl_copy (from, to));
  g_assert_false (g_file_test (to, G_FILE_TEST_EXISTS));
  test_keep_text (source, before);
  set_time (source, 1000);
  g_assert_true (fddm_babl_copy (from, to));
  assert_text (source, before);
  assert_text (target, after);
  test_keep_text (target, HEAD); /* newer than what it was made from: left alone */
  g_assert_true (fddm_babl_copy (from, to));
  assert_text (target, HEAD);
  set_time (target, 1000); /* perhaps older: made again */
  g_assert_true (fddm_babl_copy (from, to));
  assert_text (target, after);
  g_assert_false (fddm_babl_copy (from, source)); /* a file, in which there is no folder */
}

static void
note_cache (gpointer data)
{
  *(char **) data = g_strdup (g_getenv ("XDG_CACHE_HOME"));
}

/* As note_cache, and writes a memory as babl does, which makes its folder. */
static void
write_memory (gpointer data)
{
  g_autofree char *path = file_in (g_getenv ("XDG_CACHE_HOME"));

  note_cache (data);
  test_keep_text (path, HEAD);
}

/* What two processes wrote at once has NULs. It is removed, and nothing is made of it. */
static void
test_torn (void)
{
  g_autofree char *from = g_dir_make_tmp (NULL, NULL), *source = file_in (from), *to = g_build_filename (from, "own", NULL);

  g_assert_true (g_file_set_contents (source, HEAD "\0\0", sizeof HEAD + 1, NULL));
  g_assert_false (fddm_babl_copy (from, to));
  fddm_babl_forget (from);
  g_assert_false (g_file_test (source, G_FILE_TEST_EXISTS));
}

static void
test_with (void)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL), *other = g_build_filename (folder, "other", NULL);
  g_autofree char *babl = g_build_filename (other, "babl", NULL), *user = g_strdup (g_get_user_cache_dir ());
  g_autofree char *seen = NULL, *none = NULL, *empty = NULL;

  g_setenv ("XDG_CACHE_HOME", "/its/own", TRUE);
  fddm_babl_with (other, note_cache, &seen);
  g_assert_cmpstr (seen, ==, other);
  g_assert_true (g_file_test (babl, G_FILE_TEST_IS_DIR));
  g_assert_cmpstr (g_getenv ("XDG_CACHE_HOME"), ==, "/its/own");
  g_unsetenv ("XDG_CACHE_HOME");
  fddm_babl_with (other, note_cache, &none);
  g_assert_cmpstr (none, ==, other);
  g_assert_null (g_getenv ("XDG_CACHE_HOME"));
  /* Where there can be no such folder it is another, empty one, which is gone afterwards. */
  fddm_babl_with ("/dev/null/cache", write_memory, &empty);
  g_assert_nonnull (empty);
  g_assert_false (g_str_has_prefix (empty, "/dev/null"));
  g_assert_false (g_file_test (empty, G_FILE_TEST_EXISTS));
  g_assert_cmpstr (g_get_user_cache_dir (), ==, user);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/babl-memory/forget", test_forget);
  g_test_add_func ("/babl-memory/copy", test_copy);
  g_test_add_func ("/babl-memory/with", test_with);
  g_test_add_func ("/babl-memory/torn", test_torn);
  return g_test_run ();
}
