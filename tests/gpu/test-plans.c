/* test-plans.c: which engine runs a layer, and what the user's cache folder remembers of it; with an emulated cuDNN.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>
#include "kernels/cuda/plan-cache.h"
#include "tests/gpu/doubling.h"

static const FddmPlanKey layer = {
  .kernel = 1, .in_channels = CHANNELS, .out_channels = CHANNELS, .height = HEIGHT, .width = WIDTH
};

static char *cache;

/* With an empty cache, unless it is to be KEPT. */
static FddmDevice *
open_device (gboolean kept)
{
  g_autofree char *remove = g_strdup_printf ("rm -rf '%s/fddm'", cache);

  if (!kept)
    g_assert_cmpint (system (remove), ==, 0);
  return open_emulated ();
}

static void
assert_runs (FddmDevice *device, const char *engines)
{
  g_autoptr (GError) error = NULL;

  run_layer (device, engines, FALSE, &error);
  g_assert_no_error (error);
}

static void
assert_wrong (FddmDevice *device, const char *engines)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (run_layer (device, engines, FALSE, &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED);
  g_assert_true (g_str_has_prefix (error->message, "the GPU computes wrongly ("));
}

/* ---- The choice ---- */

static void
test_fastest_that_agrees (void)
{
  FddmDevice     *device = open_device (FALSE);
  const FddmPlan *plan;

  assert_runs (device, "wrong,slow,fails,none,huge,nothing,fast,good");
  plan = fddm_plan_find (device, &layer);
  g_assert_cmpint (plan->kind, ==, FDDM_PLAN_ROUNDED);
  g_assert_cmpfloat (plan->milliseconds, ==, 0.5);
  g_assert_false (plan->settled);
  fddm_cuda_close (device);
}

/* Without time, the first one that agrees; and that is not remembered. */
static void
test_no_time (void)
{
  FddmDevice   *device = open_device (FALSE);
  FddmPlanEntry entry;

  g_setenv ("FDDM_GPU_PLANNING", "0", TRUE);
  assert_runs (device, "wrong,slow,fast");
  g_assert_cmpfloat (fddm_plan_find (device, &layer)->milliseconds, ==, 5.0);
  g_assert_false (fddm_plan_cache_read (device, &layer, &entry));
  fddm_cuda_close (device);
  g_setenv ("FDDM_GPU_PLANNING", "600000", TRUE);
  device = open_device (TRUE);
  g_assert_false (fddm_plan_cache_read (device, &layer, &entry));
  assert_runs (device, "wrong,slow,fast");
  g_assert_cmpfloat (fddm_plan_find (device, &layer)->milliseconds, ==, 0.5);
  fddm_cuda_close (device);
}

/* Where every engine miscalculates, our own kernel must not hide it. */
static void
test_wrong_is_said (void)
{
  FddmDevice *device = open_device (FALSE);

  assert_wrong (device, "wrong");
  assert_wrong (device, "nothing");
  assert_runs (device, "fails,none,huge"); /* nothing usable, but nothing wrong: our own kernel */
  g_assert_cmpint (fddm_plan_find (device, &layer)->kind, ==, FDDM_PLAN_DIRECT);
  fddm_cuda_close (device);
}

/* A layer that our own kernel would take seconds for. */
static void
test_large_layer_without_engine (void)
{
  FddmDevice        *device = open_device (FALSE);
  const FddmPlanKey  large  = { .kernel = 3, .in_channels = 64, .out_channels = 64, .height = 500, .width = 500 };
  const FddmPlan    *plan   = NULL;
  g_autoptr (GError) error  = NULL;

  g_setenv ("EMULATE_ENGINES", "none", TRUE);
  g_assert_false (fddm_plan_get (device, &large, NULL, &plan, &error));
  g_assert_null (plan);
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "cuDNN offers nothing for a convolution of 500 × 500 positions, 64 to 64 channels");
  fddm_cuda_close (device);
}

static void
test_direct_on_request (void)
{
  FddmDevice *device;

  g_setenv ("FDDM_GPU_PLANS", "direct", TRUE);
  device = open_device (FALSE);
  assert_runs (device, "wrong");
  g_assert_cmpint (fddm_plan_find (device, &layer)->kind, ==, FDDM_PLAN_DIRECT);
  fddm_cuda_close (device);
  g_unsetenv ("FDDM_GPU_PLANS");
}

/* ---- The cache ---- */

static void
assert_time (FddmDevice *device, double milliseconds)
{
  g_assert_cmpfloat (fddm_plan_find (device, &layer)->milliseconds, ==, milliseconds);
}

/* The plan comes back, and cuDNN is not asked: it would offer a slow engine. One that goes wrong now is forgotten. */
static void
test_remembered (void)
{
  FddmDevice   *device = open_device (FALSE);
  FddmPlanEntry entry;

  assert_runs (device, "slow,fast");
  fddm_cuda_close (device);
  device = open_device (TRUE);
  assert_runs (device, "slow");
  assert_time (device, 0.5);
  fddm_cuda_close (device);
  device = open_device (TRUE);
  g_setenv ("EMULATE_CUDNN", "wrong", TRUE);
  assert_wrong (device, "slow");
  g_assert_false (fddm_plan_cache_read (device, &layer, &entry));
  fddm_cuda_close (device);
}

/* Compiled kernels are considered when a layer has run for as long as they take. */
static void
test_compiled_when_worth_it (void)
{
  FddmDevice   *device = open_device (FALSE);
  FddmPlanEntry entry;

  assert_runs (device, "good");
  g_assert_true (fddm_plan_cache_read (device, &layer, &entry));
  g_assert_cmpfloat (entry.spent, ==, 0.0);
  fddm_plan_entry_clear (&entry);
  for (int i = 0; i < 10; i++)
    assert_runs (device, "good");
  fddm_cuda_close (device);
  device = open_device (TRUE);
  g_assert_true (fddm_plan_cache_read (device, &layer, &entry));
  g_assert_cmpfloat (entry.spent, ==, 11.0);
  entry.spent = 6000.0;
  fddm_plan_cache_write (device, &layer, &entry);
  fddm_plan_entry_clear (&entry);
  assert_runs (device, "good,fast");
  g_assert_true (fddm_plan_find (device, &layer)->settled);
  assert_time (device, 0.5);
  fddm_cuda_close (device);
}

static void
write_text (const char *path, const char *text, gsize length)
{
  g_unlink (path);
  g_assert_true (g_file_set_contents (path, text, (gssize) length, NULL));
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
}

static void
assert_ignored (FddmDevice *device)
{
  FddmPlanEntry entry;

  g_assert_false (fddm_plan_cache_read (device, &layer, &entry));
  g_assert_null (entry.json);
}

/* Any byte changed, any length, another's file or another's words: no entry; and it is replaced. */
static void
test_damaged_entries (void)
{
  FddmDevice      *device = open_device (FALSE);
  g_autofree char *path = fddm_plan_cache_path (device, &layer), *text = NULL, *aside = NULL;
  FddmPlanEntry    entry  = { .json = (char *) "{\"a\":1}", .length = 7 };
  FddmPlanKey      other  = layer;
  gsize            length = 0;

  fddm_plan_cache_write (device, &layer, &entry);
  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  for (gsize i = 0; i < length; i++)
    {
      g_autofree char *changed = g_memdup2 (text, length);

      changed[i] ^= 1;
      write_text (path, changed, length);
      assert_ignored (device);
      write_text (path, text, i);
      assert_ignored (device);
    }
  g_assert_cmpint (truncate (path, 100 << 20), ==, 0);
  assert_ignored (device);
  write_text (path, text, length);
  g_chmod (path, 0666);
  assert_ignored (device);
  aside = g_strconcat (path, ".aside", NULL);
  write_text (aside, text, length);
  g_unlink (path);
  g_assert_cmpint (symlink (aside, path), ==, 0);
  assert_ignored (device);
  g_unlink (path);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  assert_ignored (device);
  /* A whole entry under the name of another layer. */
  other.height++;
  g_unlink (path);
  {
    g_autofree char *elsewhere = fddm_plan_cache_path (device, &other);

    fddm_plan_cache_write (device, &other, &entry);
    g_assert_cmpint (g_rename (elsewhere, path), ==, 0);
  }
  assert_ignored (device);
  /* What is whole, but no plan of cuDNN's, is not used either. */
  fddm_plan_cache_write (device, &layer, &entry);
  assert_runs (device, "fast");
  assert_time (device, 0.5);
  g_assert_true (fddm_plan_cache_read (device, &layer, &entry));
  g_assert_true (g_str_has_prefix (entry.json, "{\"emulated\""));
  fddm_plan_entry_clear (&entry);
  fddm_cuda_close (device);
}

static guint
count_entries (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint            n   = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
test_bounded (void)
{
  FddmDevice      *device = open_device (FALSE);
  g_autofree char *path = fddm_plan_cache_path (device, &layer), *folder = g_path_get_dirname (path);
  g_autofree char *old    = g_build_filename (folder, "80000-0123.plan", NULL);
  g_autofree char *recent = g_build_filename (folder, "80001-0123.plan", NULL);
  g_autofree char *large  = g_malloc0 (1 << 20);
  FddmPlanEntry    entry  = { .json = (char *) "{}", .length = 2 };
  FddmPlanKey      key    = layer;
  struct utimbuf   then   = { .modtime = time (NULL) - 40 * 24 * 3600 };

  fddm_plan_cache_write (device, &layer, &entry);
  write_text (old, "{}", 2);
  write_text (recent, "{}", 2);
  utime (old, &then);
  utime (path, &then); /* but it is of this version */
  for (int i = 0; i < 20; i++)
    {
      key.width++;
      fddm_plan_cache_write (device, &key, &entry);
    }
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (recent, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  for (int i = 0; i < FDDM_PLAN_CACHE_ENTRIES; i++)
    {
      g_autofree char *more = g_strdup_printf ("%s/80001-%d.plan", folder, i);

      write_text (more, "{}", 2);
    }
  fddm_plan_cache_write (device, &key, &entry);
  g_assert_cmpuint (count_entries (folder), ==, FDDM_PLAN_CACHE_ENTRIES);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS)); /* least recently used */
  /* Bytes count, too. */
  memset (large, ' ', 1 << 20);
  large[0]     = '{';
  entry.json   = large;
  entry.length = 1 << 20;
  for (int i = 0; i < 40; i++)
    {
      key.width++;
      fddm_plan_cache_write (device, &key, &entry);
    }
  g_assert_cmpuint (count_entries (folder), <=, FDDM_PLAN_CACHE_BYTES >> 20);
  g_assert_true (fddm_plan_cache_read (device, &key, &entry));
  fddm_plan_entry_clear (&entry);
  fddm_cuda_close (device);
}

/* What one process reads while others write is always whole. */
static void
test_processes_at_once (void)
{
  FddmDevice   *device = open_device (FALSE);
  FddmPlanEntry entry  = { .json = (char *) "{\"a\":1}", .length = 7 };
  pid_t         writers[3];

  fddm_plan_cache_write (device, &layer, &entry);
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    if ((writers[i] = fork ()) == 0)
      {
        for (int j = 0; j < 50; j++)
          fddm_plan_cache_write (device, &layer, &entry);
        _exit (0);
      }
  for (int i = 0; i < 200; i++)
    {
      FddmPlanEntry found;

      g_assert_true (fddm_plan_cache_read (device, &layer, &found));
      g_assert_cmpstr (found.json, ==, entry.json);
      fddm_plan_entry_clear (&found);
    }
  for (guint i = 0; i < G_N_ELEMENTS (writers); i++)
    {
      int status = 0;

      g_assert_cmpint (waitpid (writers[i], &status, 0), ==, writers[i]);
      g_assert_cmpint (status, ==, 0);
    }
  fddm_cuda_close (device);
}

/* A folder that cannot be written to costs time, no more. */
static void
test_no_folder (void)
{
  FddmDevice      *device = open_device (FALSE);
  g_autofree char *folder = g_build_filename (cache, "fddm", "plans", NULL);
  g_autofree char *remove = g_strdup_printf ("rm -rf '%s'", folder);

  g_assert_cmpint (system (remove), ==, 0);
  write_text (folder, "", 0); /* a file in its place */
  assert_runs (device, "fast");
  assert_time (device, 0.5);
  fddm_cuda_close (device);
}

/* Where others could turn the folder into a link to one of ours, or put one there, nothing is written or removed; nor is what
 * has no name of an entry, ever. */
static void
test_folder_of_others (void)
{
  FddmDevice      *device = open_device (FALSE);
  g_autofree char *path = fddm_plan_cache_path (device, &layer), *folder = g_path_get_dirname (path);
  g_autofree char *above = g_path_get_dirname (folder), *photos = g_build_filename (cache, "photos", NULL);
  g_autofree char *photo = g_build_filename (photos, "1-birthday.jpg", NULL);
  g_autofree char *note = g_build_filename (folder, "note.txt", NULL), *remove = g_strdup_printf ("rm -rf '%s'", folder);
  FddmPlanEntry    entry = { .json = (char *) "{}", .length = 2 };
  struct utimbuf   then  = { .modtime = time (NULL) - 40 * 24 * 3600 };

  g_assert_cmpint (g_mkdir_with_parents (photos, 0700), ==, 0);
  write_text (photo, "", 0);
  utime (photo, &then);
  write_text (note, "", 0);
  utime (note, &then);
  fddm_plan_cache_write (device, &layer, &entry);
  g_assert_true (g_file_test (note, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (system (remove), ==, 0);
  g_assert_cmpint (symlink (photos, folder), ==, 0);
  fddm_plan_cache_write (device, &layer, &entry);
  g_assert_true (g_file_test (photo, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_entries (photos), ==, 1);
  g_unlink (folder);
  for (int i = 0; i < 2; i++) /* a folder that others can write to */
    {
      fddm_plan_cache_write (device, &layer, &entry);
      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
      g_unlink (path);
      g_chmod (i == 0 ? folder : above, 0777);
      fddm_plan_cache_write (device, &layer, &entry);
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
      g_chmod (i == 0 ? folder : above, 0700);
    }
  fddm_cuda_close (device);
}

/* Looking opens nothing: engines that go wrong do not matter to it. */
static void
test_look (void)
{
  g_autoptr (GError) error       = NULL;
  g_autofree char   *description = NULL;

  g_setenv ("EMULATE_CUDNN", "wrong", TRUE);
  description = fddm_cuda_look (NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (description, "emulated GPU, fp16, cuDNN "));
  g_setenv ("EMULATE_CUDA", "exclusive", TRUE);
  g_assert_null (fddm_cuda_look (NULL, &error));
  g_assert_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_BUSY);
  g_unsetenv ("EMULATE_CUDA");
}

int
main (int argc, char **argv)
{
  g_autofree char *remove = NULL;
  int              status;

  cache  = g_dir_make_tmp ("fddm-plans-XXXXXX", NULL);
  remove = g_strdup_printf ("rm -rf '%s'", cache);
  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  g_unsetenv ("FDDM_GPU_PLANS");
  g_setenv ("FDDM_GPU_PLANNING", "600000", TRUE); /* however busy the machine is */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/plans/fastest-that-agrees", test_fastest_that_agrees);
  g_test_add_func ("/gpu/plans/no-time", test_no_time);
  g_test_add_func ("/gpu/plans/wrong", test_wrong_is_said);
  g_test_add_func ("/gpu/plans/large-layer", test_large_layer_without_engine);
  g_test_add_func ("/gpu/plans/direct", test_direct_on_request);
  g_test_add_func ("/gpu/plans/remembered", test_remembered);
  g_test_add_func ("/gpu/plans/compiled-when-worth-it", test_compiled_when_worth_it);
  g_test_add_func ("/gpu/plans/damaged", test_damaged_entries);
  g_test_add_func ("/gpu/plans/bounded", test_bounded);
  g_test_add_func ("/gpu/plans/at-once", test_processes_at_once);
  g_test_add_func ("/gpu/plans/no-folder", test_no_folder);
  g_test_add_func ("/gpu/plans/folder-of-others", test_folder_of_others);
  g_test_add_func ("/gpu/plans/look", test_look);
  status = g_test_run ();
  g_assert_cmpint (system (remove), ==, 0);
  g_free (cache);
  return status;
}
