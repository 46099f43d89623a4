/* test-choice.c: the CPU uses the convolution method measured as the fastest, remembers it, and obeys an explicit choice.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include "tests/support.h"

enum { WAYS = FDDM_CONVOLUTIONS - 1 };

static const FddmDeviceOptions narrow = { .threads = 1, .ranges = TRUE, .shape = { 3, 16, 16 } };

static const char *const formats[FDDM_CONVOLUTIONS] = { NULL, "bf16", "float, Winograd", "float", "8 bits" };

/* Stands in front of GLib's: in a language of ours, every text is in brackets. */
static gboolean bracketed;

const gchar *
g_dgettext (G_GNUC_UNUSED const gchar *domain, const gchar *text)
{
  g_autofree char *own = bracketed ? g_strdup_printf ("[%s]", text) : NULL;

  return own ? g_intern_string (own) : text;
}

static char *
cache_path (void)
{
  return g_build_filename (g_get_user_cache_dir (), "fddm", "convolutions.ini", NULL);
}

/* The part of the description after the number of threads; NULL if the device does not open. */
static char *
format_of (const FddmDeviceOptions *options)
{
  FddmDevice *device = fddm_backend_cpu.open (options, NULL);
  char       *format;

  if (device == NULL)
    return NULL;
  format = g_strdup (strstr (fddm_backend_cpu.describe (device), "threads, ") + strlen ("threads, "));
  fddm_backend_cpu.close (device);
  return format;
}

/* Stored times of NARROW, from the first group. FALSE if there are none. */
static gboolean
read_kept (GKeyFile *file, char **group, double times[WAYS])
{
  g_autofree char   *path = cache_path ();
  g_autofree double *list = NULL;
  gsize              n;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return FALSE;
  *group = g_key_file_get_start_group (file);
  list   = *group != NULL ? g_key_file_get_double_list (file, *group, "3x3 16-16", &n, NULL) : NULL;
  if (list == NULL || n != WAYS)
    return FALSE;
  memcpy (times, list, WAYS * sizeof *times);
  return TRUE;
}

/* Whether the processor offers a choice. If so, the times are stored once NARROW has been opened. */
static gboolean
has_kept (double times[WAYS], char **group, GKeyFile *file)
{
  g_autofree char *path  = cache_path ();
  g_autofree char *first = NULL;

  g_unlink (path);
  first = format_of (&narrow);
  g_assert_nonnull (first);
  if (read_kept (file, group, times))
    return TRUE;
  g_assert_cmpstr (first, ==, "float"); /* nothing else was offered */
  g_test_skip ("one way only on this processor");
  return FALSE;
}

/* Whether the TIMES that a test has stored are still there: nothing was measured, whose outcome nobody knows. */
static void
assert_still_kept (const double times[WAYS])
{
  g_autoptr (GKeyFile) file  = g_key_file_new ();
  g_autofree char     *group = NULL;
  double               kept[WAYS];

  g_assert_true (read_kept (file, &group, kept));
  g_assert_cmpmem (kept, sizeof kept, times, WAYS * sizeof *times);
}

/* Stored times decide, whatever they are: each method is made the fastest in turn. */
static void
test_times_decide (void)
{
  g_autoptr (GKeyFile) file  = g_key_file_new ();
  g_autofree char     *group = NULL, *path = cache_path ();
  double               kept[WAYS];

  if (!has_kept (kept, &group, file))
    return;
  for (int way = 1; way < FDDM_CONVOLUTIONS; way++)
    {
      FddmDeviceOptions exact = narrow, watched = narrow, plain = narrow;
      double            times[WAYS];
      g_autofree char  *found = NULL, *found_exact = NULL, *found_watched = NULL, *found_plain = NULL, *translated = NULL;

      if (kept[way - 1] <= 0)
        continue;
      exact.float32 = exact.watched = watched.watched = plain.watched = TRUE;
      plain.ranges                                                    = FALSE;
      for (int other = 1; other < FDDM_CONVOLUTIONS; other++)
        times[other - 1] = kept[other - 1] <= 0 ? 0 : other == way ? 10 : 50;
      g_key_file_set_double_list (file, group, "3x3 16-16", times, WAYS);
      test_keep (path, file);
      found         = format_of (&narrow);
      found_exact   = format_of (&exact);
      found_watched = format_of (&watched);
      found_plain   = format_of (&plain);
      bracketed     = TRUE;
      translated    = format_of (&watched);
      bracketed     = FALSE;
      assert_still_kept (times);
      if (way != FDDM_CONVOLUTION_INT8)
        g_assert_cmpstr (found, ==, formats[way]);
      else /* only for who asks for it, or watches for strays; and for networks with ranges */
        g_assert_false (g_str_has_prefix (found, formats[way]) || g_str_has_prefix (found_plain, formats[way]));
      g_assert_cmpstr (found_watched, ==, way != FDDM_CONVOLUTION_INT8 ? formats[way] : "8 bits, drawings in float");
      if (way == FDDM_CONVOLUTION_INT8)
        g_assert_cmpstr (translated, ==, "[8 bits, drawings in float]]");
      if (way != FDDM_CONVOLUTION_BF16 && way != FDDM_CONVOLUTION_INT8)
        g_assert_cmpstr (found_exact, ==, formats[way]);
      else
        g_assert_cmpstr (found_exact, !=, formats[way]);
    }
}

/* Damaged entries, and those of another processor or version, are ignored and measured again. Other entries are kept. */
static void
test_damaged (void)
{
  static const char *const texts[] = { "",
                                       "\x01\x02 no such format [",
                                       "[GROUP]\n3x3 16-16=1;2;3\n",
                                       "[GROUP]\n3x3 16-16=nan;inf;1;1\n",
                                       "[GROUP]\n3x3 16-16=-1;-1;-1;-1\n",
                                       "[GROUP]\n3x3 16-16=0;0;0;0\n",
                                       "[GROUP]\n3x3 16-16=one;two;three;four\n",
                                       "[another processor]\n3x3 16-16=1;2;3;4\n" };
  g_autoptr (GKeyFile)     file    = g_key_file_new ();
  g_autofree char         *group = NULL, *path = cache_path ();
  double                   kept[WAYS];

  if (!has_kept (kept, &group, file))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_auto (GStrv)       parts  = g_strsplit (texts[i], "GROUP", 2);
      g_autofree char     *text   = g_strjoinv (group, parts);
      g_autoptr (GKeyFile) after  = g_key_file_new ();
      g_autofree char     *first  = NULL;
      g_autofree char     *format = NULL;
      g_autofree double   *times  = NULL;
      gsize                n      = 0;

      test_keep_text (path, text);
      format = format_of (&narrow);
      g_assert_nonnull (format);
      g_assert_true (g_key_file_load_from_file (after, path, G_KEY_FILE_NONE, NULL));
      times = g_key_file_get_double_list (after, group, "3x3 16-16", &n, NULL);
      g_assert_cmpuint (n, ==, WAYS);
      g_assert_cmpfloat (times[2], >, 0.0);
      first = g_key_file_get_start_group (after);
      g_assert_cmpstr (first, ==, strstr (texts[i], "another") ? "another processor" : group);
    }
}

/* What others can write is measured again, and kept so that only the user can. */
static void
test_cache_of_others (void)
{
  static const double  planted[WAYS] = { 1.25, 1.5, 1.75, 2.25 };
  g_autoptr (GKeyFile) file = g_key_file_new (), after = g_key_file_new ();
  g_autofree char     *group = NULL, *again = NULL, *path = cache_path (), *format = NULL;
  double               kept[WAYS];
  GStatBuf             about;

  if (!has_kept (kept, &group, file))
    return;
  g_key_file_set_double_list (file, group, "3x3 16-16", (double *) planted, WAYS);
  test_keep (path, file);
  g_assert_cmpint (g_chmod (path, 0622), ==, 0);
  format = format_of (&narrow);
  g_assert_nonnull (format);
  g_assert_true (read_kept (after, &again, kept));
  g_assert_cmpfloat (kept[2], !=, planted[2]);
  g_assert_cmpint (g_stat (path, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 0777, ==, 0600);
}

/* A cache that cannot be written is no error; here a file takes the place of its folder. */
static void
test_no_folder (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "fddm", NULL), *path = cache_path ();
  g_autofree char *format = NULL;

  g_unlink (path);
  g_rmdir (folder);
  g_assert_true (g_file_set_contents (folder, "", 0, NULL));
  format = format_of (&narrow);
  g_assert_nonnull (format);
  g_unlink (folder);
}

/* The environment variable decides unless the options do. */
static void
test_told (void)
{
  static const char *const wishes[]   = { "bf16", "winograd", "direct", "int8" };
  const FddmDeviceOptions  options    = { .convolution = FDDM_CONVOLUTION_DIRECT };
  const FddmDeviceOptions  ranges     = { .ranges = TRUE };
  g_autofree char         *by_options = NULL, *empty = NULL, *without = NULL;
  g_autoptr (GError)       error = NULL;

  for (int i = 0; i < WAYS; i++)
    {
      g_autofree char *format = NULL;

      g_setenv ("FDDM_CPU_CONVOLUTION", wishes[i], TRUE);
      format = format_of (&ranges);
      if (format != NULL || i == 2)
        g_assert_cmpstr (format, ==, formats[i + 1]);
    }
  without = format_of (NULL);
  g_assert_nonnull (without);
  g_assert_cmpstr (without, !=, "8 bits");
  g_setenv ("FDDM_CPU_CONVOLUTION", "winograd", TRUE);
  by_options = format_of (&options);
  g_assert_cmpstr (by_options, ==, "float");
  g_setenv ("FDDM_CPU_CONVOLUTION", "magic", TRUE);
  g_assert_null (fddm_backend_cpu.open (NULL, &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_UNUSABLE);
  g_assert_nonnull (strstr (error->message, "magic"));
  g_setenv ("FDDM_CPU_CONVOLUTION", "", TRUE);
  empty = format_of (&narrow);
  g_assert_nonnull (empty);
  g_unsetenv ("FDDM_CPU_CONVOLUTION");
}

/* The description of the device is in the user's language, apart from names. */
static void
test_translated (void)
{
  for (int way = 1; way < FDDM_CONVOLUTIONS; way++)
    {
      FddmDeviceOptions options = narrow;
      FddmDevice       *device;
      g_autofree char  *end = g_strdup_printf (way == FDDM_CONVOLUTION_BF16 ? ", 1 threads, %s]" : ", 1 threads, [%s]]",
                                              formats[way]);

      options.convolution = way;
      bracketed           = TRUE;
      device              = fddm_backend_cpu.open (&options, NULL);
      bracketed           = FALSE;
      if (!device)
        continue;
      g_test_message ("%s", fddm_backend_cpu.describe (device));
      g_assert_true (g_str_has_prefix (fddm_backend_cpu.describe (device), "["));
      g_assert_true (g_str_has_suffix (fddm_backend_cpu.describe (device), end));
      fddm_backend_cpu.close (device);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("fddm-choice-XXXXXX", NULL);
  g_autofree char *file = NULL, *inner = NULL;
  int              result;

  g_setenv ("XDG_CACHE_HOME", folder, TRUE);
  g_unsetenv ("FDDM_CPU_CONVOLUTION");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/choice/times-decide", test_times_decide);
  g_test_add_func ("/choice/damaged", test_damaged);
  g_test_add_func ("/choice/others", test_cache_of_others);
  g_test_add_func ("/choice/no-folder", test_no_folder);
  g_test_add_func ("/choice/told", test_told);
  g_test_add_func ("/choice/translated", test_translated);
  result = g_test_run ();
  file   = cache_path ();
  inner  = g_build_filename (folder, "fddm", NULL);
  g_unlink (file);
  g_rmdir (inner);
  g_rmdir (folder);
  return result;
}
